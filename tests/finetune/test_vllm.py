"""Decoding with vLLM: the texts of our own decoder, its requests, and one line where it cannot be used."""

import json
import re
import shutil

import pytest
import vllm_stand_in as stand_in
from commands import evaluation

import finetune
from finetune.judge.evaluate import read_predictions
from finetune.models.chat import prompt_ids
from finetune.models.vllm_engine import Engine
from finetune.runs.rows import read_rows, reading_of
from solver.grammar import grammar, numbers_for
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")
LIMIT = 24


@pytest.fixture
def library(monkeypatch):
    """Install the stand-in and return its class of loaded models."""
    return stand_in.install(monkeypatch)


def words(trained, dataset, out, *more):
    """Return the words of an evaluation of a few rows."""
    return evaluation(trained, dataset, "--limit", 4, "--max-new-tokens", LIMIT, "--out", out, *more)


def test_its_texts_and_likelihoods_are_those_of_our_decoder(trained, dataset, tmp_path, call, library):
    """The adapter is given to vLLM beside its base, and greedy completions are the same."""
    assert call(*words(trained, dataset, tmp_path / "ours"))[0] == 0
    assert not library.made

    status, _, _ = call(*words(trained, dataset, tmp_path / "vllm", "--vllm"))

    assert status == 0
    ours, theirs = (read_predictions(tmp_path / name) for name in ("ours", "vllm"))
    assert len(theirs) == 4
    for row, line in ours.items():
        assert {**line, "seconds": 0, "logprob": 0} == {**theirs[row], "seconds": 0, "logprob": 0}
        assert line["logprob"] == pytest.approx(theirs[row]["logprob"], abs=1e-3)
    (llm,) = library.made
    rank = json.loads((trained / "adapter_config.json").read_text())["r"]
    assert llm.settings["max_lora_rank"] >= rank
    assert llm.settings["dtype"] == "float32"
    assert {adapter.lora_path for _, _, _, adapter in llm.llm_engine.asked} == {str(trained)}
    assert "with vLLM" in (tmp_path / "vllm" / "report.html").read_text()


def test_an_evaluation_goes_on_with_the_engine_that_began_it(trained, dataset, tmp_path, call, library):
    """Its random numbers differ from ours, so a folder holds completions of one of them."""
    assert call(*words(trained, dataset, tmp_path / "e"))[0] == 0

    status, _, said = call(*words(trained, dataset, tmp_path / "e", "--vllm"))

    assert status == 2
    assert "holds an evaluation with engine '', not 'vllm'; choose another --out" in said


def test_samples_depend_on_the_seed_and_the_row(trained, dataset, tmp_path, call, library):
    """A row's samples are the same whatever is decoded beside it, and those of another seed are others."""
    found = []
    for name, more in {"all": (), "again": (), "other": ("--seed", 1)}.items():
        folder = tmp_path / name
        flags = ("--vllm", "--samples", 2, "--temperature", 1.5, *more)
        assert call(*words(trained, dataset, folder, *flags))[0] == 0
        found.append(
            {row: [each["text"] for each in line["samples"]] for row, line in read_predictions(folder).items()}
        )
        if name == "all":  # of the second run, half of the rows are decoded alone
            lines = (folder / "predictions.jsonl").read_text().splitlines(keepends=True)
            again = tmp_path / "again"
            again.mkdir()
            (again / "evaluation.json").write_text((folder / "evaluation.json").read_text())
            (again / "predictions.jsonl").write_text("".join(lines[:2]))

    whole, again, other = found
    assert whole == again
    assert whole.keys() == other.keys()
    assert whole != other
    assert all(len(texts) == 2 for texts in whole.values())


def test_a_question_is_sent_with_its_grammar(trained, dataset, tmp_path, call, library):
    """The grammar knows the numbers of the question."""
    assert call(*words(trained, dataset, tmp_path / "e", "--vllm", "--constrained"))[0] == 0

    sent = [params.structured_outputs.grammar for _, _, params, _ in library.made[0].llm_engine.asked]
    rows = read_rows(str(dataset), "test", 4).to_pylist()
    assert sent == [grammar(numbers_for(row["question"], reading_of(str(dataset))), "gbnf") for row in rows]


def test_several_datasets_load_the_model_once(trained, dataset, tmp_path, library):
    """The Python function too."""
    other = shutil.copytree(dataset, tmp_path / "other")

    found = finetune.evaluate(
        [dataset, other], tmp_path / "e", adapter=trained, limit=2, max_new_tokens=4, split="test", vllm=True
    )

    assert [each.rows for each in found] == [2, 2]
    assert len(library.made) == 1


@pytest.mark.parametrize(
    ("said", "behind", "room", "left"),
    [
        ("```yaml\nexpert: arithmetic\n```", "\nand more", 0, False),
        ("```yaml\nexpert:", "", 0, True),
        ("```yaml\nexpert:", "", 5, True),
    ],
    ids=["closed", "limit", "length"],
)
def test_a_completion_ends_at_its_closing_fence(tokenizer, rows, library, monkeypatch, said, behind, room, left):
    """The text ends at the fence that closes the trace. A text without that fence counts as cut."""
    from finetune.judge.vllm_decoder import VllmDecoder

    llm = library("m")
    tokens = tokenizer(said + behind, add_special_tokens=False)["input_ids"]
    monkeypatch.setattr(llm.llm_engine, "decode", lambda *_: (tokens, [-0.5] * len(tokens)))
    decoder = VllmDecoder(Engine(llm, None, _Generation()), tokenizer, len(tokens) + room)

    ((row, made),) = decoder.decode([prompt_ids(tokenizer, rows[0]["prompt"])], 1)

    assert row == 0
    assert (made.text, made.truncated) == (said, left)
    assert made.logprob == pytest.approx(-0.5 * made.tokens)


def test_a_prompt_that_is_too_long_is_one_line(trained, dataset, tmp_path, call, library):
    """It is told before anything is asked."""
    library.length = 64

    status, _, said = call(*words(trained, dataset, tmp_path / "e", "--vllm"))

    assert status == 2
    assert re.search(r"a prompt has \d+ tokens, and this model reads 64 in vLLM", said)
    assert not library.made[0].llm_engine.asked


class _Generation:
    eos_token_id = None


def test_a_model_that_vllm_refuses_is_one_line(trained, dataset, tmp_path, call, library):
    """The line has the reason and the flag to leave out; no folder is claimed."""
    library.fault = ValueError("\nNo kernel for a head of 16.\nMore lines.")

    status, _, said = call(*words(trained, dataset, tmp_path / "e", "--vllm"))

    assert status == 2
    assert "vLLM cannot load it: No kernel for a head of 16.; leave --vllm out" in said
    assert not (tmp_path / "e" / "evaluation.json").exists()


@pytest.mark.parametrize("verb", ["eval", "sample"])
@pytest.mark.parametrize("flags", [["--batch", 8], ["--static-cache"], ["--nonnegative"]], ids=lambda flags: flags[0])
def test_flags_that_mean_nothing_to_vllm_are_refused(trained, dataset, tmp_path, call, library, verb, flags):
    """Before anything is loaded."""
    words = [verb, "--adapter", trained, "--dataset", dataset, "--out", tmp_path / "e", "--vllm", *flags]

    status, _, said = call(*words)

    assert status == 2
    assert f"--vllm goes without {flags[0]}; leave one of them out" in said
    assert not library.made


def test_without_the_library_it_is_one_line(trained, dataset, tmp_path, call, monkeypatch):
    """It says how to install it."""
    monkeypatch.setattr("finetune.models.vllm_engine.find_spec", lambda name: None)

    status, _, said = call(*words(trained, dataset, tmp_path / "e", "--vllm"))

    assert status == 2
    assert "vllm is not installed; pip install vllm, or leave --vllm out" in said
    with pytest.raises(InputError, match="vllm is not installed"):
        finetune.evaluate(dataset, tmp_path / "f", adapter=trained, vllm=True)
