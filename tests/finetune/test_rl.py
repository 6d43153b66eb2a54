"""Reinforcement learning through the real command, and the log of its steps."""

import json
import re
import shutil
import sys
from dataclasses import replace

import pytest

from finetune.runs.log import COMPLETIONS, read_log
from solver.constraint import Constraint
from solver.reward import judge

pytestmark = pytest.mark.filterwarnings("default")

SHORT = [
    "--prompts",
    2,
    "--generations",
    2,
    "--accumulation",
    2,
    "--max-new-tokens",
    256,
    "--redraws",
    0,
    "--save-every",
    1,
]


def forget_result(out):
    """Leave a run's folder as a kill just before the end would."""
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | {"result": {}}))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_step_is_logged_with_its_verdicts(trained, dataset, tmp_path, call, dtype):
    """A GRPO run starts from an adapter, writes an adapter, and logs the share of each verdict and short cut."""
    out = tmp_path / "rl"
    flags = ["--steps", 2, "--prompts", 2, "--generations", 2, "--accumulation", 2, "--max-new-tokens", 256]
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2"]

    status, said, errors = call(*words, *flags, "--max-len", 2048, "--dtype", dtype)

    assert status == 0, errors
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    for line in lines:
        shares = [share for name, share in line.items() if name.startswith("verdict/")]
        assert len(shares) == 5
        assert sum(shares) == pytest.approx(1)
        assert {"reward", "short_cuts", "kl", "flat", "grad_norm"} <= line.keys()
    config = json.loads((out / "adapter_config.json").read_text())
    assert (
        config["base_model_name_or_path"]
        == json.loads((trained / "adapter_config.json").read_text())["base_model_name_or_path"]
    )
    assert not (out / "ref").exists()
    assert "eval --adapter" in said
    assert "learned nothing: gradient 0 in 2 of 2 steps; 0 of 24 completions right, 12 of 12 groups" in said
    result = json.loads((out / "run.json").read_text())["result"]
    assert (result["groups"], result["flat_groups"], result["zero_gradient_steps"]) == (12, 12, 2)


def test_a_resumed_run_has_the_figures_of_the_whole_run(trained, dataset, tmp_path, call):
    """Steps before the checkpoint are not repeated, and their tokens and seconds count in the result."""
    out = tmp_path / "rl"
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2", *SHORT]
    words += ["--steps", 2, "--max-len", 2048, "--dtype", "float32"]
    assert call(*words)[0] == 0
    whole = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    completions = (out / "completions.jsonl").read_text()
    forget_result(out)
    shutil.rmtree(out / "checkpoint-2")

    status, _, errors = call(*words, "--resume")

    assert status == 0, errors
    again = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [(line["step"], line["num_tokens"]) for line in again] == [
        (line["step"], line["num_tokens"]) for line in whole
    ]
    result = json.loads((out / "run.json").read_text())["result"]
    assert result["tokens"] == whole[1]["num_tokens"]
    assert result["seconds"] > whole[0]["seconds"]
    assert (out / "completions.jsonl").read_text() == completions  # the same questions, drawn by the same pass rates


def test_a_run_killed_after_its_last_checkpoint_takes_no_step_more(trained, dataset, tmp_path, call):
    """Resuming saves the adapter of the last checkpoint and finishes the run."""
    out = tmp_path / "rl"
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2", *SHORT]
    words += ["--steps", 1, "--max-len", 2048, "--dtype", "float32"]
    assert call(*words)[0] == 0
    weights = (out / "adapter_model.safetensors").read_bytes()
    log = (out / "log.jsonl").read_text()
    forget_result(out)
    (out / "adapter_model.safetensors").unlink()

    status, _, errors = call(*words, "--resume")

    assert status == 0, errors
    assert (out / "adapter_model.safetensors").read_bytes() == weights
    assert (out / "log.jsonl").read_text() == log
    assert json.loads((out / "run.json").read_text())["result"]["steps"] == 1


def test_constrained_completions_are_traces_of_their_own_question(trained, dataset, tmp_path, call, monkeypatch):
    """A model that knows nothing samples traces that are read, grounded and run."""

    class Short(Constraint):  # a random model writes names as long as it may
        def _go_to(self, position, text):
            super()._go_to(replace(position, room=min(position.room, 2050)), text)

    monkeypatch.setattr("finetune.training.rollout.Constraint", Short)
    out = tmp_path / "rl"
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2", *SHORT]
    words[words.index("--max-new-tokens") + 1] = 2050

    status, _, errors = call(*words, "--steps", 1, "--max-len", 2300, "--dtype", "float32", "--constrained")

    assert status == 0, errors
    lines = read_log(out, COMPLETIONS)
    assert (len(lines), len({line["id"] for line in lines})) == (4, 2)
    for line in lines:
        verdict = judge(line["text"], None, "0", line["question"])
        assert verdict.answer is not None, verdict.reason
    assert json.loads((out / "run.json").read_text())["settings"]["constrained"] is True
    assert "gated credit, constrained, 2 completions" in (out / "report.html").read_text()


@pytest.mark.parametrize("verb", ["rl", "eval", "ask"])
def test_without_its_library_nothing_is_constrained(trained, dataset, tmp_path, call, monkeypatch, verb):
    """The message says which extra has it, before a model is loaded or a folder made."""
    monkeypatch.setitem(sys.modules, "llguidance", None)
    words = {"ask": ["How many are 2 and 3?"], "eval": ["--dataset", dataset, "--out", tmp_path / "x"]}
    words["rl"] = [*words["eval"], "--recipe", "smollm2"]

    status, _, said = call(verb, "--adapter", trained, "--constrained", *words[verb])

    assert (status, said) == (2, "error: llguidance is not installed; pip install 'wirework[constrained]'\n")
    assert not (tmp_path / "x").exists()


def test_an_adapter_of_another_base_is_refused(trained, dataset, tmp_path, call):
    """The message names both models."""
    status, _, said = call(
        "rl", "--dataset", dataset, "--adapter", trained, "--model", "smollm2-135m", "--out", tmp_path
    )

    assert status == 2
    assert "not from smollm2-135m" in said
    assert "was trained from" in said


def test_more_rows_than_there_are_is_refused(trained, dataset, tmp_path, call):
    """As in supervised training, a run never uses fewer rows than it was given."""
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", tmp_path / "x", "--rows", 25]

    status, _, said = call(*words, "--recipe", "smollm2")

    assert status == 2
    assert "has 24 training rows, fewer than --rows 25" in said


@pytest.mark.parametrize(
    ("flags", "refused"),
    [
        (["--prompts", 40, "--max-new-tokens", 256], "24 training rows for --prompts 40; 24 would do"),
        (["--max-new-tokens", 40], r"its correct completion has \d+ tokens, more than --max-new-tokens 40, so no"),
        (["--max-new-tokens", 256, "--max-len", 300], "new ones do not fit --max-len 300"),
        (["--credit", "gate"], "did you mean gated"),
    ],
    ids=["few-rows", "long-trace", "long-prompt", "credit"],
)
def test_a_run_that_could_teach_nothing_is_refused(trained, dataset, tmp_path, call, flags, refused):
    """Too few rows, and rows that no completion could answer, are told before training."""
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", tmp_path / "x", "--recipe", "smollm2"]

    status, _, said = call(*words, "--max-len", 2048, *flags) if "--max-len" not in flags else call(*words, *flags)

    assert status == 2
    assert re.search(refused, said), said
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"trace": None}, "has no trace to learn from"),
        ({"answer": "1000"}, "its trace is refused: the trace gives"),
        ({"question": None}, "no question"),
    ],
    ids=["no-trace", "wrong-trace", "no-question"],
)
def test_rows_are_refused_as_in_supervised_training(trained, rows, tmp_path, call, tiny, change, refused):
    """Both kinds of training read the same rows and say the same of a bad one."""
    kept = {name: rows[0][name] for name in ("question", "answer", "trace")} | change
    (tmp_path / "rows.jsonl").write_text(json.dumps({name: value for name, value in kept.items() if value}) + "\n")
    words = ["--dataset", tmp_path / "rows.jsonl", "--recipe", "smollm2", "--out", tmp_path / "x"]

    said = [call("rl", "--adapter", trained, *words), call("sft", "--model", tiny, *words)]

    assert [status for status, _, _ in said] == [2, 2]
    assert refused in said[0][2]
    assert said[0][2] == said[1][2]
