"""Decoding gives the texts of one row at a time, whatever the batch, and stops at the fence that closes the trace."""

import pytest

from finetune.judge.decode import Decoder, closed
from finetune.models.chat import prompt_ids

pytestmark = pytest.mark.filterwarnings("default")
LIMIT = 24


@pytest.fixture
def prompts(tokenizer, rows):
    """Return the prompts of the training rows."""
    return [prompt_ids(tokenizer, row["prompt"]) for row in rows]


def alone(model, tokenizer, prompt):
    """Decode one prompt as transformers does."""
    import torch

    ids = torch.tensor([prompt])
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=LIMIT, do_sample=False, pad_token_id=1
    )
    return tokenizer.decode(out[0, len(prompt) :], skip_special_tokens=True, clean_up_tokenization_spaces=False)


def test_batches_give_what_one_row_alone_gives(model, tokenizer, prompts):
    """Padding, sorting and dropping rows change no text: transformers decodes the same for each row alone."""
    texts = {}
    for row, made in Decoder(model, tokenizer, LIMIT).decode(prompts[:10], 4):
        texts[row] = made.text

    assert {row: alone(model, tokenizer, prompts[row]) for row in range(10)} == texts


def test_a_stream_is_the_same_text_in_pieces(model, tokenizer, prompts):
    """The pieces that are shown add up to the completion."""
    pieces = []
    made = Decoder(model, tokenizer, LIMIT).stream(prompts[0], pieces.append)

    assert alone(model, tokenizer, prompts[0]) == made.text == "".join(pieces)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("```yaml\nexpert: arithmetic\n```", True),
        ("```yaml\nexpert: arithmetic\n", False),
        ("expert: arithmetic\ntrace:\n```", True),
        ("Here it is:\n```yaml\n- expert: percentage\n```", True),
        ("```python\nprint(1)\n```", True),
        ("```", False),
    ],
)
def test_decoding_stops_at_the_fence_that_closes_the_trace(text, done):
    """The opening fence does not stop decoding; the closing one does, with or without an opening one."""
    assert done == closed(text)
