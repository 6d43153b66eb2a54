"""Supervised training through the real command: it learns, repeats, resumes, and refuses bad input."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
import torch
from commands import evaluation, losses, sft
from datasets import Dataset
from safetensors import SafetensorError
from transformers import TrainerCallback
from transformers.integrations import integration_utils

from finetune.hardware.device import Device
from finetune.judge.completion import Completion
from finetune.judge.held_out import count_right
from finetune.models.base_model import load_model
from finetune.runs.disk import full_disk
from finetune.runs.folder import Run, command
from finetune.runs.log import CURVES, HELD_OUT, read_log
from finetune.training.recipe import Sft
from finetune.training.sft import make_trainer, run_trainer
from finetune.training.trainer import refusable
from finetune.training.watch import Watch
from solver.grounding import Reading
from solver.lock import only_writer
from solver.refusal import InputError
from solver.schema import SCHEMA

pytestmark = pytest.mark.filterwarnings("default")


def test_training_lowers_the_loss_and_leaves_an_adapter(trained, tiny):
    """The run's folder holds an adapter that names its base, the settings, the result and the figures of each step."""
    run = json.loads((trained / "run.json").read_text())
    logged = losses(trained)

    assert run["result"]["steps"] == 12 == len(logged)
    assert logged[12] < logged[1]
    assert str(tiny) == json.loads((trained / "adapter_config.json").read_text())["base_model_name_or_path"]
    assert run["settings"]["rows"] == 24
    assert run["result"]["tokens"] > 0


def test_the_same_seed_gives_the_same_losses(trained, dataset, tiny, tmp_path, call):
    """A run repeated with its seed logs the same losses, to the last digit; another seed does not."""
    status, *_ = call(*sft(dataset, tiny, tmp_path / "again"))
    other, *_ = call(*sft(dataset, tiny, tmp_path / "other", "--seed", 1))

    assert (status, other) == (0, 0)
    assert losses(trained) == losses(tmp_path / "again")
    assert losses(trained) != losses(tmp_path / "other")


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_a_checkpoint_and_resuming_gives_the_same_losses(
    trained, dataset, tiny, tmp_path, call, monkeypatch, number, expected
):
    """A stopped run prints the command that goes on, and reaches the losses and figures of an uninterrupted run."""
    words = sft(dataset, tiny, tmp_path / "stopped")
    ended = Watch.on_step_end

    def press(self, args, state, control, **more):
        if state.global_step == 5:
            signal.raise_signal(number)
        ended(self, args, state, control, **more)

    monkeypatch.setattr(Watch, "on_step_end", press)
    status, _, said = call(*words)
    assert status == expected
    assert said.rstrip().endswith(f"go on with: {command([*words, '--resume'])}")
    seconds = read_log(tmp_path / "stopped")[-1]["seconds"]
    assert list(losses(tmp_path / "stopped")) == [1, 2, 3, 4, 5]
    monkeypatch.undo()

    status, _, said = call(*words, "--resume")

    assert status == 0, said
    assert losses(trained) == pytest.approx(losses(tmp_path / "stopped"), rel=1e-5)
    ours, whole = (
        json.loads((folder / "run.json").read_text())["result"] for folder in (tmp_path / "stopped", trained)
    )
    assert (ours["steps"], ours["tokens"]) == (whole["steps"], whole["tokens"])
    assert ours["seconds"] > seconds


def test_a_full_disk_is_one_line(trained, dataset, tiny, tmp_path, call):
    """The message names the command that goes on; with room on the disk, it finishes the run."""
    out = shutil.copytree(trained, tmp_path / "run")
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | {"result": {}}))
    (out / ".run.json.tmp").symlink_to("/dev/full")
    words = sft(dataset, tiny, out, "--resume")

    status, _, said = call(*words)
    (out / ".run.json.tmp").unlink(missing_ok=True)

    assert status == 2
    assert said.count("error:") == 1
    assert said.rstrip().endswith(f"the disk is full; free some space and go on with: {command(words)}")
    assert call(*words)[0] == 0


def raise_as_safetensors(message):
    """Raise the error with which safetensors reports a disk without room."""
    raise SafetensorError(f"Error while serializing: I/O error: {message}")


@pytest.mark.parametrize(
    "fill",
    [
        lambda: torch.save(torch.zeros(10**5), "/dev/full"),
        lambda: raise_as_safetensors("No space left on device (os error 28)"),  # it would replace the device by a file
        lambda: Path("/dev/full").write_text("x"),
    ],
    ids=["torch", "safetensors", "python"],
)
def test_every_library_that_meets_a_full_disk_is_understood(fill):
    """Torch and safetensors report a full disk by errors of their own."""
    with (
        pytest.raises(InputError, match="disk is full; free some space and go on with: again"),
        full_disk(lambda: "again"),
    ):
        fill()


def test_other_failures_of_writing_are_not_called_a_full_disk():
    """An error of another kind passes unchanged."""
    with pytest.raises(SafetensorError, match="Permission denied"), full_disk(lambda: "again"):
        raise_as_safetensors("Permission denied (os error 13)")


def test_half_a_checkpoint_is_not_resumed_from(tmp_path):
    """A checkpoint whose last file is cut is passed over."""
    for step, state in ((4, "{}"), (8, '{"a')):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(state)

    assert Run(tmp_path, {}, {}).last_checkpoint() == tmp_path / "checkpoint-4"


def test_ctrl_c_before_a_run_is_begun_does_not_say_resume(dataset, tiny, tmp_path, call, monkeypatch):
    """Before the run's folder exists there is nothing to resume: the printed command is the same one."""
    import finetune.training.sft

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(finetune.training.sft, "read_mix", stopped)
    words = sft(dataset, tiny, tmp_path / "x")

    status, _, said = call(*words)

    assert status == 130
    assert said.rstrip().endswith(f"stopped; go on with: {command(words)}")


def test_a_row_over_max_len_stops_the_run_before_it_begins(dataset, tiny, tmp_path, call):
    """The message names the row and its lengths, and no folder is made."""
    status, _, said = call(*sft(dataset, tiny, tmp_path / "long", "--max-len", 100))

    assert status == 2
    assert "rows longer than --max-len 100" in said
    assert " = " in said
    assert not (tmp_path / "long").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--rows", "25"], "has 24 training rows, fewer than --rows 25"),
        (["--dataset", "/nowhere/at/all"], "no such file or dataset folder"),
        (["--model", "/nowhere/at/all"], "model /nowhere/at/all: cannot be loaded: there is no such folder; "),
        (["--model", "{dataset}"], "it has no config.json, so it is not the folder of a model"),
        (["--targets", ""], "targets: '' is empty; write all-linear"),
        (["--easy", "0.3"], "easy is for order difficulty, and order is shuffled; leave one of them out"),
        (["--full", "--rank", "4"], "rank is of an adapter, and full trains all weights without one"),
        (["--recipe", "smolm2"], "did you mean smollm2"),
        (["--dtype", "float61"], "did you mean"),
        (["--lr", "0"], "lr is 0.0; write a number above 0"),
        (["--warmup", "-1"], "warmup is -1.0; write a number from 0 on"),
        (["--dropout", "1"], "dropout is 1.0; write a number below 1"),
        (["--resume"], "no run to resume"),
    ],
)
def test_what_cannot_be_done_is_one_line(dataset, tiny, tmp_path, call, more, said):
    """A bad flag, dataset or model gives one line with a remedy, and exit status 2."""
    words = [word.format(dataset=dataset) for word in more]

    status, _, told = call(*sft(dataset, tiny, tmp_path / "x", *words))

    assert status == 2
    assert said in told
    assert told.count("error:") == 1
    assert "Traceback" not in told


@pytest.mark.parametrize("seed", ["-1", str(2**32), "one"])
def test_a_seed_that_the_libraries_refuse_is_refused_first(dataset, tiny, tmp_path, call, seed):
    """NumPy takes 32 bits; the flag says so before a folder is made."""
    status, _, said = call(*sft(dataset, tiny, tmp_path / "x", "--seed", seed))

    assert status == 2
    assert "is not a whole number from 0 to 4294967295" in said
    assert not (tmp_path / "x").exists()


def test_running_out_of_memory_names_the_flags_to_change():
    """Torch's error becomes one line that suggests a smaller batch with the same training."""
    from finetune.hardware.device import out_of_memory
    from finetune.training.sft import smaller

    with pytest.raises(InputError, match="--batch 2 --accumulation 2"), out_of_memory(smaller(4, 1)):
        torch.empty(1 << 60)


@pytest.mark.parametrize("place", ["", "below"])
@pytest.mark.parametrize("verb", ["sft", "eval", "merge"])
def test_an_out_that_can_be_no_folder_is_one_line(trained, dataset, tiny, tmp_path, call, verb, place):
    """Every verb that writes a folder reports a file at its path or above it."""
    (tmp_path / "file").write_text("kept")
    out = tmp_path / "file" / place
    words = {
        "sft": sft(dataset, tiny, out),
        "eval": ["eval", "--adapter", trained, "--dataset", dataset, "--out", out],
        "merge": ["merge", trained, "--out", out],
    }

    status, _, said = call(*words[verb])

    assert status == 2
    assert f"error: {out}: cannot be made a folder" in said
    assert (tmp_path / "file").read_text() == "kept"


def test_resuming_a_finished_run_leaves_it_as_it_is(trained, dataset, tiny, call):
    """A finished run prints its result again and keeps it."""
    before = (trained / "run.json").read_text()

    status, said, _ = call(*sft(dataset, tiny, trained, "--resume"))

    assert status == 0
    assert "trained 12 steps, " in said
    assert before == (trained / "run.json").read_text()


def test_a_folder_with_a_run_is_not_overwritten(trained, dataset, tiny, call):
    """A second run into the same folder is refused, and so is resuming with other settings."""
    again = call(*sft(dataset, tiny, trained))
    other = call(*sft(dataset, tiny, trained, "--resume", "--rank", 4))

    assert (again[0], other[0]) == (2, 2)
    assert "add --resume to go on" in again[2]
    assert "was begun with rank 16, not 4; resume with --rank 16, or choose another --out" in other[2]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "add --resume to go on"),
        (["--resume", "--dataset", "{dataset}:0.5x"], "resume with --dataset {dataset}, or choose another --out"),
        (
            ["--resume", "--rows", "7", "--lr", "0.5"],
            "was begun with lr 0.01, not 0.5; resume with --lr 0.01 --rows 24,",
        ),
        (["--resume", "--eval-dataset", "{dataset}"], "resume with the same settings"),
        (["--out", "{free}", "--resume"], "no run to resume"),
        (["--out", "{full}"], "exists and holds something else"),
        (["--out", "{locked}"], "is being trained by"),
    ],
    ids=["run", "mix", "rows", "checks", "nothing to resume", "folder taken", "locked"],
)
def test_a_folder_that_does_not_fit_is_refused_before_rows_are_read(
    trained, dataset, tiny, tmp_path, call, monkeypatch, more, said
):
    """Reading and measuring many rows takes minutes; the message names the flags of the run in the folder."""
    monkeypatch.setattr("finetune.training.sft.read_mix", lambda *_: pytest.fail("rows were read"))
    places = {"dataset": dataset} | {name: tmp_path / name for name in ("free", "full", "locked")}
    places["full"].mkdir()
    (places["full"] / "letter").touch()
    words = [word.format(**places) for word in more]

    with only_writer(places["locked"]):
        status, _, told = call(*sft(dataset, tiny, trained, *words))

    assert status == 2
    assert said.format(**places) in told


@pytest.mark.parametrize("verb", ["rl", "scorer"])
def test_other_trainings_refuse_such_a_folder_first_too(trained, dataset, rows, tmp_path, call, monkeypatch, verb):
    """The model is not loaded, nor are rows measured."""
    monkeypatch.setattr("finetune.training.rl.load", lambda *_, **__: pytest.fail("loaded"))
    monkeypatch.setattr("finetune.training.scorer.fitting", lambda *_: pytest.fail("measured"))
    monkeypatch.setattr("finetune.judge.labels.labelled", lambda _: (pa.Table.from_pylist(rows[:2], SCHEMA), "tiny"))
    monkeypatch.setattr("finetune.judge.evaluate.read_settings", lambda _: SimpleNamespace(dataset="data/run8"))
    words = {
        "rl": ["rl", "--adapter", trained, "--dataset", dataset],
        "scorer": ["scorer", "--samples", tmp_path],
    }

    status, _, told = call(*words[verb], "--out", trained)

    assert status == 2
    assert "holds a run already; add --resume" in told


def test_two_processes_learn_what_one_does(trained, dataset, tiny, tmp_path):
    """Two processes with batch 2 see the same rows in each step as one with batch 4: same losses, one log, one adapter."""
    out = tmp_path / "two"
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = [*launch, "-m", "finetune", *sft(dataset, tiny, out, "--batch", 2)]

    # one GPU has no room for two: both compute on the processor
    env = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("\nadapter ") == 1
    assert (out / "adapter_model.safetensors").exists()
    assert losses(out) == pytest.approx(losses(trained), rel=1e-3)


def test_peft_casts_no_input_while_training_and_does_so_again_afterwards(model):
    """The cast is switched off by PEFT's own context manager, so that a model is left as it was."""
    from peft import LoraConfig, get_peft_model
    from peft.tuners.tuners_utils import BaseTunerLayer

    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear"))
    layers = [module for module in wrapped.modules() if isinstance(module, BaseTunerLayer)]
    during = []

    class Recorder:
        model = wrapped

        def train(self, resume_from_checkpoint):  # noqa: ARG002  # as the trainer is called
            during.extend(layer.cast_input_dtype_enabled for layer in layers)

    run_trainer(Recorder())

    assert set(during) == {False}
    assert {layer.cast_input_dtype_enabled for layer in layers} == {True}


def test_each_checkpoint_is_measured_on_held_out_rows_and_the_best_is_kept(dataset, tiny, tmp_path, call):
    """The log has loss and right answers at every checkpoint and at the end; the adapter is that of the least loss."""
    out = tmp_path / "x"
    status, _, errors = call(*sft(dataset, tiny, out, "--epochs", 1, "--validation", 1))

    assert status == 0, errors
    lines = read_log(out, HELD_OUT)
    result = json.loads((out / "run.json").read_text())["result"]
    best = min(lines, key=lambda line: line["loss"])
    assert [line["step"] for line in lines] == [4, 6]
    assert {line["rows"] for line in lines} == {1}
    assert {f"held_out_{name}": value for name, value in best.items()}.items() <= result.items()
    kept = out / f"checkpoint-{best['step']}" / "adapter_model.safetensors"
    assert kept.read_bytes() == (out / "adapter_model.safetensors").read_bytes()


def test_training_stops_when_no_checkpoint_is_better(dataset, tiny, tmp_path, call, monkeypatch):
    """With `--patience 1`, the first checkpoint without a smaller loss is the last, however many answers are right."""
    monkeypatch.setattr("finetune.judge.held_out.count_right", lambda *_, **__: len(read_log(tmp_path / "x", HELD_OUT)))
    more = ["--patience", 1, "--validation", 1, "--lr", 50, "--schedule", "constant"]

    status, said, errors = call(*sft(dataset, tiny, tmp_path / "x", *more))

    assert status == 0, errors
    first, second = read_log(tmp_path / "x", HELD_OUT)
    assert first["loss"] <= second["loss"]
    assert first["right"] < second["right"]
    assert "kept the checkpoint of step 4" in said


def test_no_rows_are_held_out_where_there_are_none(rows, tiny, tmp_path, call):
    """A file has no validation split, and `--validation 0` measures nothing; the last checkpoint is kept."""
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:4]))

    assert call(*sft(tmp_path / "rows.jsonl", tiny, tmp_path / "x", "--epochs", 1))[0] == 0

    assert read_log(tmp_path / "x", HELD_OUT) == []


def test_patience_without_validation_rows_is_told(dataset, tiny, tmp_path, call):
    """Nothing is measured, so `--patience` stops nothing, and a note says so."""
    more = ["--validation", 0, "--patience", 2, "--epochs", "0.1"]

    status, _, errors = call(*sft(dataset, tiny, tmp_path / "x", *more))

    assert status == 0
    assert "note: there are no validation rows, so --patience 2 stops nothing" in errors


def test_a_corrected_command_begins_where_a_refused_one_had_written(dataset, tiny, tmp_path, call):
    """A run that is refused before its first checkpoint leaves no folder, however far it came."""
    wrong = call(*sft(dataset, tiny, tmp_path / "x", "--targets", "up_prj"))
    left = (tmp_path / "x").exists()
    right = call(*sft(dataset, tiny, tmp_path / "x", "--targets", "up_proj", "--epochs", "0.1"))

    assert wrong[0] == 2
    assert "did you mean up_proj" in wrong[2]
    assert not left
    assert right[0] == 0, right[2]


def test_a_run_with_a_checkpoint_is_kept_if_it_is_refused(tmp_path):
    """Its steps can be resumed, so a fault such as too little memory removes nothing."""

    def train():
        with refusable(tmp_path):
            Run.begin(tmp_path, {"seed": 0}, resume=False)
            (tmp_path / "checkpoint-4").mkdir()
            (tmp_path / "checkpoint-4" / "trainer_state.json").write_text("{}")
            raise InputError("out of memory")

    with pytest.raises(InputError, match="out of memory"):
        train()

    assert Run.read(tmp_path).last_checkpoint() == tmp_path / "checkpoint-4"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"attn_implementation": "flash_attention_9"}, "leave out --attention"),
        ({}, "a local folder or --model smollm2-135m will do"),
    ],
    ids=["attention", "model"],
)
def test_a_model_that_cannot_be_loaded_says_which_flag_would_do(tiny, tmp_path, options, told):
    """An option that needs a library is named, and not the model, which is right."""
    with pytest.raises(InputError, match=f"cannot be loaded: .*; {told}"):
        load_model(str(tiny if options else tmp_path), Device("cpu", torch.float32), **options)


def test_an_odd_value_is_told_before_training_and_an_impossible_one_is_refused(dataset, tiny, tmp_path, call):
    """`--lr 50` trains after one line of warning; a warm-up of one and a half trainings does not exist."""
    words = sft(dataset, tiny, tmp_path / "odd", "--lr", 50, "--rows", 4, "--epochs", 1)
    odd, _, said = call(*words)

    assert odd == 0
    assert "warning: odd values: lr 50.0 (usual: 1e-06 to 0.05)\n" in said
    status, _, said = call(*sft(dataset, tiny, tmp_path / "none", "--warmup", "1.5"))
    assert status == 2
    assert "argument --warmup: warmup is 1.5; write a number below 1" in said
    assert not (tmp_path / "none").exists()


def test_each_checkpoint_is_measured_on_further_datasets(dataset, rows, tiny, tmp_path, call, monkeypatch):
    """Each `--eval-dataset` has a curve of its own, with a loss where there are traces; only validation rows choose."""
    monkeypatch.setattr("finetune.judge.held_out.count_right", lambda *_, **__: 1)
    plain = [{key: row[key] for key in ("id", "question", "answer")} for row in rows[:3]]
    (tmp_path / "plain.jsonl").write_text("".join(json.dumps(row) + "\n" for row in plain))
    more = ["--epochs", 1, "--validation", 1, "--eval-rows", 2, "--eval-dataset", tmp_path / "plain.jsonl"]
    words = [*sft(dataset, tiny, tmp_path / "x", *more), "--eval-dataset", str(dataset)]

    status, said, errors = call(*words)

    assert status == 0, errors
    lines = read_log(tmp_path / "x", CURVES)
    assert [(line["step"], line["dataset"], line["rows"]) for line in lines] == [
        (step, name, 2) for step in (4, 6) for name in (str(tmp_path / "plain.jsonl"), str(dataset))
    ]
    assert [line["loss"] is None for line in lines] == [True, False] * 2
    assert [line["step"] for line in read_log(tmp_path / "x", HELD_OUT)] == [4, 6]
    assert "kept the checkpoint of step" in said
    assert "plain.jsonl: 2 of 2 rows are trained on" in errors
    assert (
        call(*evaluation(tmp_path / "x", dataset, "--limit", 1, "--max-new-tokens", 2, "--out", tmp_path / "e"))[0] == 0
    )
    page = (tmp_path / "e" / "report.html").read_text()
    assert [page.count(f"Learning curve of {line['dataset']}<") for line in lines[:2]] == [1, 1]


def test_further_datasets_choose_no_checkpoint(dataset, tiny, tmp_path, call, monkeypatch):
    """Without validation rows the last checkpoint is kept, so that no test row has a say."""
    monkeypatch.setattr("finetune.judge.held_out.count_right", lambda *_, **__: 1)
    more = ["--epochs", 1, "--eval-rows", 1, "--eval-dataset", dataset]

    status, said, errors = call(*sft(dataset, tiny, tmp_path / "x", *more))

    assert status == 0, errors
    assert [line["step"] for line in read_log(tmp_path / "x", CURVES)] == [4, 6]
    assert "kept the checkpoint" not in said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["{0}", "{0}"], "is given twice"),
        (["/nowhere/at/all"], "no such file or dataset folder"),
        (["validation"], "is a name of our own"),
    ],
)
def test_a_further_dataset_that_cannot_be_read_stops_the_run_first(dataset, tiny, tmp_path, call, names, said):
    """The folder of the run is not made."""
    words = sft(dataset, tiny, tmp_path / "x")
    for name in names:
        words += ["--eval-dataset", name.format(dataset)]

    status, _, errors = call(*words)

    assert status == 2
    assert said in errors
    assert not (tmp_path / "x").exists()


def test_rows_without_a_trace_are_decoded_up_to_the_longest_completion_of_training(rows, model, tokenizer, monkeypatch):
    """Rows with traces are decoded up to their own longest one, whatever training had; a batch has 32 rows at most."""
    limits, batches = [], set()

    def decode(prompts, batch):
        batches.add(batch)
        return ((place, Completion("", 0, False, 0.0)) for place in range(len(prompts)))

    def decoder(_model, _tokenizer, limit):
        limits.append(limit)
        return SimpleNamespace(decode=decode)

    monkeypatch.setattr("finetune.judge.held_out.Decoder", decoder)
    table = pa.Table.from_pylist(rows[:2], SCHEMA)
    plain = table.set_column(
        table.schema.get_field_index("completion"), "completion", pa.nulls(2, SCHEMA.field("completion").type)
    )
    device = Device("cpu", torch.float32)

    right = [count_right(model, tokenizer, found, Reading(), device, longest=9) for found in (plain, table)]

    assert right == [0, 0]
    assert batches == {32}
    assert limits[0] == 9 + 32
    assert limits[1] > 60


def test_figures_go_to_the_tracker_that_is_named(dataset, tiny, tmp_path, call, monkeypatch):
    """`--report-to` adds the callback of transformers, which gets the figures of each step."""
    logged = []

    class Recorder(TrainerCallback):
        def on_log(self, args, _state, _control, logs=None, **_):
            logged.append((args.run_name, logs.get("loss")))

    monkeypatch.setattr("finetune.runs.libraries.find_spec", lambda _: True)
    monkeypatch.setitem(integration_utils.INTEGRATION_TO_CALLBACK, "trackio", Recorder)

    status, _, errors = call(*sft(dataset, tiny, tmp_path / "x", "--rows", 4, "--epochs", 1, "--report-to", "trackio"))

    assert status == 0, errors
    assert logged[0] == ("x", pytest.approx(losses(tmp_path / "x")[1]))


def test_training_may_run_in_a_thread(tmp_path):
    """Only the main thread may handle signals; another one trains without."""
    entered = []

    def work():
        with Watch(tmp_path, ()).interruptible():
            entered.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert entered == [True]


def test_a_trainer_measures_the_loss_of_any_rows(rows, tiny, tokenizer, tmp_path):
    """Rows that are no check of the run have a loss; nothing is decoded."""
    table = pa.Table.from_pylist(rows[:4], SCHEMA)
    device = Device("cpu", torch.float32)
    trainer = make_trainer(
        table, str(tiny), tokenizer, Sft(), tmp_path, device=device, seed=0, max_len=2048, lengths=[1] * 4
    )

    found = trainer.evaluate(Dataset(table.select(["prompt", "completion"])))

    assert found["eval_loss"] > 0
    assert "eval_right" not in found
