"""Arguments, settings and results that supervised training and reinforcement learning share."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from finetune.hardware.device import Device
from finetune.runs import terminal
from finetune.runs.folder import RUN, Run, refuse_written
from finetune.runs.log import HELD_OUT, LOGS, read_log
from finetune.runs.mix import Mix
from finetune.runs.trained import TRAINED, Trained
from solver.refusal import InputError

from .recipe import Rl, Sft, odd_values


def note_odd_values(recipe: Sft | Rl) -> None:
    """Warn of values with which a run may learn nothing."""
    told = odd_values(recipe)
    if told:
        terminal.note(told)


def run_settings(
    recipe: Sft | Rl, mix: Mix, device: Device, *, model: str, seed: int, max_len: int, **more: Any
) -> dict[str, Any]:
    """Return the settings that run.json records and that a resumed run must repeat; `more` are those of one verb."""
    return {
        "verb": type(recipe).__name__.lower(),
        **mix.settings(),
        "rows": len(mix.table),
        "model": model,
        "seed": seed,
        "dtype": device.dtype_name,
        "max_len": max_len,
        **asdict(recipe),
        **more,
    }


def refuse_early(
    folder: Path, recipe: Sft | Rl, device: Device, *, resume: bool, rows: int | None = None, **known: Any
) -> None:
    """Raise InputError before rows are read if a run can neither begin nor go on in a folder, as far as is `known`."""
    if not terminal.first_process:
        return
    refuse_written(folder, "trained")
    settings = {"verb": type(recipe).__name__.lower(), "dtype": device.dtype_name, **known, **asdict(recipe)}
    if rows:
        settings["rows"] = rows
    Run.check(folder, settings, resume=resume, usual=unrecorded(recipe))


@contextmanager
def refusable(folder: Path) -> Iterator[None]:
    """Remove what a run wrote if it is refused before its first checkpoint, so that a corrected command can begin it."""
    there = (folder / RUN).exists()
    try:
        yield
    except InputError:
        if not there and terminal.first_process and not Run(folder, {}, {}).last_checkpoint():
            for name in (RUN, TRAINED, *LOGS):
                (folder / name).unlink(missing_ok=True)
        raise


def unrecorded(recipe: Sft | Rl) -> dict[str, Any]:
    """Return the values of settings that runs of earlier versions did not record, and had."""
    return {"mix": [], "eval_datasets": [], **asdict(type(recipe)())}


def record_rows(
    table: pa.Table, datasets: Sequence[str], earlier: Trained, folder: Path, *, all_taken: bool = True
) -> None:
    """Record in a run's folder the rows of datasets that it trains on, and those that the model was trained on before.

    `all_taken` says that every row of the table is taken, not only some of them.
    """
    if terminal.first_process:
        rows = Trained.of(table) if all_taken else Trained.of(table).perhaps()
        rows.of_datasets(datasets).after(earlier).write(folder)


def trainer_arguments(
    recipe: Sft | Rl, folder: Path, device: Device, seed: int, report_to: list[str]
) -> dict[str, Any]:
    """Return the arguments that both trainers get; progress bars of the libraries are switched off."""
    import datasets
    from transformers import set_seed

    datasets.disable_progress_bars()
    set_seed(seed)
    return {
        "output_dir": str(folder),
        "gradient_accumulation_steps": recipe.accumulation,
        "learning_rate": recipe.lr,
        "gradient_checkpointing": recipe.checkpointing,
        "bf16": device.dtype is torch.bfloat16,  # the float32 adapter is multiplied in bfloat16 too: 16 % faster
        "use_cpu": device.name == "cpu",
        "save_steps": recipe.save_every,
        "save_total_limit": 2,
        "logging_steps": 1,
        "seed": seed,
        "data_seed": seed,
        "report_to": report_to,
        "run_name": folder.name,
        "disable_tqdm": True,
        "dataloader_pin_memory": device.name == "cuda",
    }


@contextmanager
def one_process() -> Iterator[None]:
    """Say how to start several processes where TRL refuses several GPUs in one."""
    try:
        yield
    except ValueError as error:
        if "DataParallel" in str(error):
            raise InputError(
                "several GPUs are visible: start with `accelerate launch -m finetune ...`, or set CUDA_VISIBLE_DEVICES=0"
            ) from None
        raise


def silence(trainer: Any) -> None:
    """Stop the trainer from printing its log: `Watch` shows and records it."""
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def finish(run: Run, trainer: Any, device: Device, more: Mapping[str, Any] = {}) -> Run:
    """Record the result of a run; its seconds and tokens are those of all steps, also of steps before a resume.

    `more` are further figures of the result.
    """
    log = read_log(run.folder)
    last: dict[str, Any] = log[-1] if log else {"seconds": 0, "num_tokens": 0, "loss": None}
    seconds, tokens = last["seconds"], int(last["num_tokens"])
    result = {
        "steps": trainer.state.global_step,
        "seconds": round(seconds, 1),
        "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 1) if seconds else 0.0,
        "final_loss": last["loss"],
        "device": str(device),
        "threads": torch.get_num_threads(),
        **more,
    }
    held_out = {line["step"]: line for line in read_log(run.folder, HELD_OUT)}
    if held_out and trainer.state.best_global_step in held_out:
        result |= {f"held_out_{name}": value for name, value in held_out[trainer.state.best_global_step].items()}
    run = replace(run, result=result)
    run.write()
    return run
