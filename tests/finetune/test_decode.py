"""Decoding gives the texts of one row at a time, whatever the batch, and stops at the fence that closes the trace."""

from collections import Counter

import pytest
import torch

from finetune.judge.completion import Sampling, closed
from finetune.judge.decode import Decoder
from finetune.models.chat import prompt_ids

pytestmark = pytest.mark.filterwarnings("default")
LIMIT = 24


@pytest.fixture
def prompts(tokenizer, rows):
    """Return the prompts of the training rows."""
    return [prompt_ids(tokenizer, row["prompt"]) for row in rows]


def alone(model, tokenizer, prompt):
    """Decode one prompt as transformers does."""
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


def test_a_batch_is_smaller_if_a_prompt_is_long(model, tokenizer, prompts):
    """One long prompt neither stands beside many that would be padded to its length nor changes their texts."""
    long = list(prompts[0]) * 30
    assert len(long) > 1500
    together = []
    decoder = Decoder(model, tokenizer, LIMIT)
    padded = decoder._padded
    decoder._padded = lambda part: together.append([len(prompt) for prompt in part]) or padded(part)

    found = {row: made.text for row, made in decoder.decode([*prompts[:6], long, *prompts[6:12]], 8)}
    logits = decoder.logits([prompts[0], long, prompts[1]])

    assert together[0] == [len(long)]
    assert [len(part) for part in together[1:3]] == [8, 4]
    assert [found[row] for row in (0, 5, 7)] == [alone(model, tokenizer, prompts[row]) for row in (0, 5, 6)]
    for row, prompt in ((0, prompts[0]), (1, long), (2, prompts[1])):
        torch.testing.assert_close(logits[row], decoder.logits([prompt])[0], rtol=1e-4, atol=1e-4)


def test_a_static_cache_changes_no_text(model, tokenizer, prompts):
    """Keys and values of a fixed size give the same completions, greedy ones and samples, with their likelihoods."""
    sampling = Sampling(2, 1.0, seed=3)
    keys = [f"r{row}" for row in range(7)]
    growing, static = (Decoder(model, tokenizer, LIMIT, static=fixed) for fixed in (False, True))

    for greedy in (growing.decode(prompts[:7], 3), static.decode(prompts[:7], 3)):
        assert {row: alone(model, tokenizer, prompts[row]) for row in range(7)} == {
            row: made.text for row, made in greedy
        }
    expected = dict(growing.sample(prompts[:7], keys, sampling, 9))
    found = dict(static.sample(prompts[:7], keys, sampling, 9))
    for row in range(7):
        for one, other in zip(expected[row], found[row], strict=True):
            assert (one.text, one.tokens, one.truncated) == (other.text, other.tokens, other.truncated)
            assert one.logprob == pytest.approx(other.logprob, abs=1e-3)


def test_a_static_cache_takes_settings_of_the_model_for_none_of_its_own(model, tokenizer, prompts):
    """A penalty in the model's settings for generation changes no text: our own loop knows none."""
    expected = dict(Decoder(model, tokenizer, LIMIT).decode(prompts[:3], 3))
    model.generation_config.repetition_penalty = 3.0
    model.generation_config.no_repeat_ngram_size = 1
    found = dict(Decoder(model, tokenizer, LIMIT, static=True).decode(prompts[:3], 3))

    assert {row: made.text for row, made in found.items()} == {row: made.text for row, made in expected.items()}


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


def samples(model, tokenizer, prompts, sampling, batch, limit=LIMIT):
    """Return the completions of each prompt, by the number of the prompt; row 3 has the id `r3`."""
    keys = [f"r{row}" for row in range(len(prompts))]
    return dict(Decoder(model, tokenizer, limit).sample(prompts, keys, sampling, batch))


def test_samples_depend_on_seed_and_row_alone(model, tokenizer, prompts):
    """The same seed gives the same samples in any batch and beside any rows; another seed gives others."""
    found = samples(model, tokenizer, prompts[:5], Sampling(3, 1.0, seed=7), 8)

    texts = {row: [made.text for made in several] for row, several in found.items()}
    for size, batch in ((5, 64), (2, 4)):
        again = samples(model, tokenizer, prompts[:size], Sampling(3, 1.0, seed=7), batch)
        assert {row: [made.text for made in several] for row, several in again.items()} == {
            row: texts[row] for row in range(size)
        }
    other = samples(model, tokenizer, prompts[:5], Sampling(3, 1.0, seed=8), 8)
    assert all(other[row][place].text != texts[row][place] for row in range(5) for place in (1, 2, 3))
    assert len(set(texts[0])) == 4


def test_the_greedy_completion_stands_before_the_samples(model, tokenizer, prompts):
    """The first completion of a row is the one that greedy decoding gives."""
    found = samples(model, tokenizer, prompts[:3], Sampling(2, 0.7), 6)

    assert {row: several[0].text for row, several in found.items()} == {
        row: alone(model, tokenizer, prompts[row]) for row in range(3)
    }


def test_a_prompt_is_read_once_for_its_samples(model, tokenizer, prompts):
    """The model reads the tokens of two prompts in one pass of two rows; all later passes read one token a row."""
    shapes = []
    model.base_model.register_forward_pre_hook(
        lambda module, words, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    samples(model, tokenizer, prompts[:2], Sampling(3, 1.0), 8)

    assert shapes[0] == (2, max(len(prompt) for prompt in prompts[:2]))
    assert {length for _, length in shapes[1:]} == {1}
    assert shapes[1][0] == 8


@pytest.mark.parametrize("static", [False, True])
def test_no_more_completions_are_decoded_together_than_the_batch_has(model, tokenizer, prompts, static):
    """Of six completions of a row, three are decoded at a time in a batch of three, and all are those of a batch of six."""
    shapes = []
    decoder = Decoder(model, tokenizer, LIMIT, static=static)
    whole = dict(decoder.sample(prompts[:2], ["a", "b"], Sampling(5, 1.0), 6))
    model.base_model.register_forward_pre_hook(
        lambda module, words, named: shapes.append(len(named["input_ids"])), with_kwargs=True
    )

    parts = dict(decoder.sample(prompts[:2], ["a", "b"], Sampling(5, 1.0), 3))

    assert max(shapes) == 3
    assert [[made.text for made in parts[row]] for row in (0, 1)] == [
        [made.text for made in whole[row]] for row in (0, 1)
    ]


def test_samples_are_prepared_a_batch_at_a_time(model, tokenizer, prompts):
    """A request for very many samples does not fill the memory before the first of them is decoded."""
    asked, seen = [], []
    model.base_model.register_forward_pre_hook(lambda module, words, named: seen.append(len(asked)), with_kwargs=True)

    list(Decoder(model, tokenizer, 1).sample(prompts[:1], ["a"], Sampling(7, 1.0), 4, asked.append))

    assert seen == [4, 8]


def recorded(decoder):
    """Return a list that gets the number of the sample and the token, of each token that is decoded from now on."""
    written, append = [], decoder.append
    decoder.append = lambda lane, token: written.append((lane.sample, token)) or append(lane, token)
    return written


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_the_likelihood_is_the_models_own(model, tokenizer, prompts, temperature):
    """At any temperature, it is the sum of the log-probabilities that the model gives the tokens of the text."""
    decoder = Decoder(model, tokenizer, LIMIT)
    written = recorded(decoder)
    ((_, several),) = decoder.sample(prompts[:1], ["a"], Sampling(2, temperature), 3)

    for sample, made in enumerate(several):
        tokens = [token for number, token in written if number == sample]
        with torch.inference_mode():
            shares = model(torch.tensor([prompts[0] + tokens])).logits[0].log_softmax(-1)
        start = len(prompts[0]) - 1
        expected = sum(float(shares[start + place, token]) for place, token in enumerate(tokens))
        assert made.logprob == pytest.approx(expected, abs=1e-3)


def test_tokens_are_drawn_by_their_probabilities(model, tokenizer, prompts):
    """The first tokens of many samples are as frequent as the tempered model says, within four standard errors."""
    count, temperature = 1_000, 0.1
    decoder = Decoder(model, tokenizer, 1)
    written = recorded(decoder)
    list(decoder.sample(prompts[:1], ["a"], Sampling(count, temperature), count + 1))
    drawn = Counter(token for sample, token in written if sample)
    with torch.inference_mode():
        shares = (model(torch.tensor(prompts[:1])).logits[0, -1] / temperature).softmax(-1)
    likely = shares.topk(5)

    assert likely.values[0] > 0.05
    for share, token in zip(likely.values.tolist(), likely.indices.tolist(), strict=True):
        assert abs(drawn[token] / count - share) < 4 * (share * (1 - share) / count) ** 0.5
