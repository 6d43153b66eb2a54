"""Reinforcement learning through the real command, and the log of its steps."""

import json
import shutil

import pytest

from finetune.train.rl import SHORT_CUTS, histogram
from solver import judge

pytestmark = pytest.mark.filterwarnings("default")

SHORT = ["--prompts", 2, "--generations", 2, "--accumulation", 2, "--max-new-tokens", 4, "--save-every", 1]
INIT = "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 7}\n"


def forget_result(out):
    """Leave a run's folder as a kill just before the end would."""
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | {"result": {}}))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_step_is_logged_with_its_verdicts(trained, dataset, tmp_path, call, dtype):
    """A GRPO run starts from an adapter, writes an adapter, and logs the share of each verdict and short cut."""
    out = tmp_path / "rl"
    flags = ["--steps", 2, "--prompts", 2, "--generations", 2, "--accumulation", 2, "--max-new-tokens", 16]
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2"]

    status, said, errors = call(*words, *flags, "--max-len", 2048, "--dtype", dtype)

    assert status == 0, errors
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    for line in lines:
        shares = [share for name, share in line.items() if name.startswith("verdict/")]
        assert len(shares) == 5
        assert sum(shares) == pytest.approx(1)
        assert {"reward", "short_cuts", "kl"} <= line.keys()
    config = json.loads((out / "adapter_config.json").read_text())
    assert (
        config["base_model_name_or_path"]
        == json.loads((trained / "adapter_config.json").read_text())["base_model_name_or_path"]
    )
    assert not (out / "ref").exists()
    assert "eval --adapter" in said


def test_a_resumed_run_has_the_figures_of_the_whole_run(trained, dataset, tmp_path, call):
    """Steps before the checkpoint are not repeated, and their tokens and seconds count in the result."""
    out = tmp_path / "rl"
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", out, "--recipe", "smollm2", *SHORT]
    words += ["--steps", 2, "--max-len", 2048, "--dtype", "float32"]
    assert call(*words)[0] == 0
    whole = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
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
    ("steps", "code"),
    [
        ("- {op: query, var: a}\n", "short_circuit"),
        ("- {op: compute, compute_op: mul, args: [a, 1], var: b}\n- {op: query, var: b}\n", "literal_identity"),
        ("- {op: compute, compute_op: add, args: [3, 4], var: b}\n- {op: query, var: b}\n", "only_literals"),
        ("", "no_query"),
    ],
)
def test_attempts_to_game_the_reward_are_counted(steps, code):
    """Each exploit that an earlier reward paid for is refused by the solver and shows in the histogram."""
    verdicts = [judge(INIT + steps, "arithmetic", 7), judge("no trace", "arithmetic", 7)]

    shares = histogram(verdicts)

    assert code in SHORT_CUTS
    assert (shares[f"short_cut/{code}"], shares["short_cuts"], shares["verdict/broken"]) == (0.5, 0.5, 0.5)
    assert shares["verdict/correct"] == 0
