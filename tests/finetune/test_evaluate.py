"""Evaluation through the real command: same texts whatever the batch, resumed where it was, cut ones told apart."""

import json
import shutil

import pytest

from finetune.ask import SYSTEM, system_prompt
from finetune.base_model import load_model, load_tokenizer
from finetune.chat import prepare_tokenizer, prompt_ids
from finetune.decode import Decoder, closed
from finetune.device import Device
from finetune.evaluate import PREDICTIONS, read_predictions
from finetune.rows import read_rows
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")
LIMIT = 24


@pytest.fixture(scope="module")
def model(tiny):
    """Return the tiny model in float32."""
    import torch

    return load_model(str(tiny), Device("cpu", torch.float32)).eval()


@pytest.fixture(scope="module")
def tokenizer(tiny):
    """Return its tokenizer."""
    made = load_tokenizer(str(tiny))
    prepare_tokenizer(made)
    return made


@pytest.fixture(scope="module")
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
    """Padding, sorting and dropping change no text: it is what transformers decodes for each row alone."""
    texts = {}
    for row, made in Decoder(model, tokenizer, LIMIT).decode(prompts[:10], 4):
        texts[row] = made.text

    assert {row: alone(model, tokenizer, prompts[row]) for row in range(10)} == texts


def test_a_stream_is_the_same_text_in_pieces(model, tokenizer, prompts):
    """What is shown as it is written adds up to the completion."""
    *pieces, made = Decoder(model, tokenizer, LIMIT).stream(prompts[0])

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
    """The opening fence does not stop it, the closing one does, opened or not."""
    assert done == closed(text)


def test_a_killed_evaluation_goes_on_where_it_was(trained, dataset, tmp_path, call):
    """Rows that are decoded stay, a half line is dropped, and the result is that of a whole run."""
    words = ["eval", "--adapter", trained, "--dataset", dataset, "--max-new-tokens", LIMIT, "--dtype", "float32"]
    assert call(*words, "--out", tmp_path / "whole")[0] == 0
    assert call(*words, "--out", tmp_path / "cut")[0] == 0
    path = tmp_path / "cut" / PREDICTIONS
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5]) + lines[5][:20])

    status, said, _ = call(*words, "--out", tmp_path / "cut")

    assert status == 0
    assert "decoded 7 rows" in said
    texts = [
        {row: line["completion"] for row, line in read_predictions(tmp_path / name).items()}
        for name in ("whole", "cut")
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 12
    assert path.read_text().startswith("".join(lines[:5]))


def test_another_evaluation_in_the_same_folder_is_refused(trained, dataset, tmp_path, call):
    """A folder holds one evaluation; another limit of tokens is another one."""
    words = [
        "eval",
        "--adapter",
        trained,
        "--dataset",
        dataset,
        "--limit",
        2,
        "--dtype",
        "float32",
        "--out",
        tmp_path / "e",
    ]
    assert call(*words, "--max-new-tokens", 4)[0] == 0

    status, _, said = call(*words, "--max-new-tokens", 5)

    assert status == 2
    assert "max_new_tokens 4, not 5" in said


def test_a_model_that_cannot_be_loaded_claims_no_folder(tiny, dataset, tmp_path, call):
    """After a mistyped model the same command with the right one goes through."""
    words = ["eval", "--dataset", dataset, "--limit", 1, "--max-new-tokens", 2, "--dtype", "float32"]
    words += ["--out", tmp_path / "e", "--model"]

    assert call(*words, tmp_path / "typo")[0] == 2
    assert call(*words, tiny)[0] == 0


def changed(rows, **columns):
    """Return rows as JSON lines, with other values in some columns."""
    return "".join(json.dumps({**row, **columns}) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (lambda _: "1\n2\n", "holds lines that are no JSON objects"),
        (lambda _: "{oops\n", "cannot be read as JSON lines"),
        (lambda _: "", "its test split has no rows"),
        (lambda _: '{"id": "a", "completion": "b", "tokens": 3}\n', "it lacks the columns prompt, question, trace"),
        (lambda rows: changed(rows, prompt="2 and 3?"), "its prompts are no lists of messages"),
        (lambda rows: changed(rows, id="same"), "several rows have the id same"),
    ],
    ids=["numbers", "no JSON", "empty", "predictions", "prompts of text", "ids twice"],
)
def test_a_file_that_is_no_dataset_is_one_line(trained, rows, tmp_path, call, lines, said):  # noqa: PLR0917  # fixtures
    """Whatever is in a file of JSON lines, the command says what is wrong with it."""
    (tmp_path / "rows.jsonl").write_text(lines(rows[:2]))

    status, _, told = call("eval", "--adapter", trained, "--dataset", tmp_path / "rows.jsonl", "--out", tmp_path / "e")

    assert status == 2
    assert said in told
    assert told.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    ("content", "said"), [(b"123", "cannot be loaded onto"), (None, "so its training did not end")]
)
def test_an_adapter_without_sound_weights_is_one_line(trained, tmp_path, call, content, said):
    """A file that is cut or missing is told with the adapter's name."""
    shutil.copytree(trained, tmp_path / "cut", ignore=shutil.ignore_patterns("checkpoint-*", "eval-*"))
    (tmp_path / "cut" / "adapter_model.safetensors").unlink()
    if content:
        (tmp_path / "cut" / "adapter_model.safetensors").write_bytes(content)

    status, _, told = call("ask", "--adapter", tmp_path / "cut", "--dtype", "float32", "How many are 2 and 3?")

    assert status == 2
    assert f"error: {tmp_path / 'cut'}: " in told
    assert said in told


def test_a_line_that_is_no_prediction_is_named(tmp_path):
    """A file that was edited or mixed up is refused with the line's number."""
    (tmp_path / PREDICTIONS).write_text('{"id": "a"}\n{oops\n')

    with pytest.raises(InputError, match=r"predictions\.jsonl: line 2 is no prediction"):
        read_predictions(tmp_path)


def test_cut_completions_are_counted_apart(trained, dataset, tmp_path, call):
    """A completion that ran into the limit is truncated, not a wrong answer of some level."""
    words = ["eval", "--adapter", trained, "--dataset", dataset, "--max-new-tokens", 3, "--dtype", "float32"]
    status, said, _ = call(*words, "--limit", 4, "--out", tmp_path / "e")

    report = json.loads((tmp_path / "e" / "report.json").read_text())
    assert status == 0
    assert report["truncated"] == 4
    assert sum(report["ladder"].values()) == 0
    assert "4 cut at the limit" in said


def test_ask_prints_the_trace_and_what_the_solver_says(trained, call):
    """A question is answered by a trace; one that is no trace is refused with the reason."""
    status, said, _ = call(
        "ask", "--adapter", trained, "--max-new-tokens", 8, "--dtype", "float32", "How many are 2 and 3?"
    )

    assert status == 1
    assert "refused: " in said
    assert "model " in said.splitlines()[0]


def test_ask_puts_the_system_prompt_that_the_run_was_trained_with(trained, tiny):
    """A dataset's own system prompt goes with its models; a model that is no run of ours gets the seed's."""
    assert system_prompt(trained) == "You are a helpful assistant."
    assert system_prompt(tiny) == SYSTEM


def test_an_evaluation_set_that_is_not_imported_is_told(trained, tmp_path, call, monkeypatch):
    """`--dataset gsm8k` says how to get the problems where they are not there."""
    monkeypatch.chdir(tmp_path)
    status, _, said = call("eval", "--adapter", trained, "--dataset", "gsm8k")

    assert status == 2
    assert "import it first" in said


def test_rows_without_a_gold_trace_are_judged_by_the_answer(trained, dataset, tmp_path, call):
    """An evaluation-only set has no trace and no expert; its failures have no level but format."""
    rows = read_rows(str(dataset), "test", 3).to_pylist()
    lines = [json.dumps({**row, "completion": None, "trace": None, "expert": None, "experts": None}) for row in rows]
    (tmp_path / "real.jsonl").write_text("\n".join(lines))

    words = [
        "eval",
        "--adapter",
        trained,
        "--dataset",
        tmp_path / "real.jsonl",
        "--max-new-tokens",
        8,
        "--dtype",
        "float32",
    ]
    status, *_ = call(*words, "--out", tmp_path / "e")

    assert status == 0
    assert json.loads((tmp_path / "e" / "report.json").read_text())["overall"]["accuracy"]["rows"] == 3
