"""Supervised training: TRL's SFTTrainer on the published columns as they are, the loss on the completion alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from solver.refusal import InputError

from . import terminal
from .device import Device, find_device, out_of_memory

import pyarrow as pa  # isort: skip
import torch  # isort: skip
from torch.utils.data import Sampler  # isort: skip

from .adapter import save_alone
from .base_model import load_model, load_tokenizer
from .chat import check_mask, length_rows, measure, prepare_tokenizer, refuse_long
from .head import read_narrow, score_labelled
from .log import read_log
from .recipe import Rl, Sft
from .rows import read_training_rows, system_prompt
from .run import Run
from .watch import Watch

_GROUP = 16
"""Batches' worth of shuffled rows that are sorted by length together: little padding, and still mixed batches."""


class ByLength(Sampler[int]):  # type: ignore[misc]  # torch may be absent where types are checked
    """Draws rows so that a batch holds rows of like length; the order is a function of seed and epoch alone."""

    def __init__(self, lengths: list[int], batch: int, seed: int):
        self.lengths = lengths
        self.batch = batch
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order is drawn next; a resumed run asks for the one it was in."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        chance = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        order = torch.randperm(len(self.lengths), generator=chance).tolist()
        batches: list[list[int]] = []
        for start in range(0, len(order), self.batch * _GROUP):
            group = sorted(order[start : start + self.batch * _GROUP], key=lambda row: self.lengths[row])
            batches += [group[first : first + self.batch] for first in range(0, len(group), self.batch)]
        for place in _short_last(batches, self.batch, torch.randperm(len(batches), generator=chance).tolist()):
            yield from batches[place]


def _short_last(batches: list[list[int]], size: int, order: list[int]) -> list[int]:
    """Return the order with a batch that is not full at the end, so that no other is cut differently."""
    return sorted(order, key=lambda place: len(batches[place]) < size)


def train(
    dataset: str,
    model: str,
    recipe: Sft,
    folder: Path,
    *,
    max_len: int,
    rows: int | None = None,
    seed: int = 0,
    dtype: str = "auto",
    resume: bool = False,
) -> Run | None:
    """Train an adapter and return its run, or None if it was stopped and can be resumed.

    Raises InputError for anything the caller can mend.
    """
    device = find_device(dtype)
    table = read_training_rows(dataset, rows)
    _need_traces(table, dataset)
    tokenizer = load_tokenizer(model)
    said = prepare_tokenizer(tokenizer)
    if said:
        terminal.note(f"note: {said}")
    lengths = measure(tokenizer, table)
    terminal.table("tokens", ("", ">least", ">median", ">most"), length_rows(lengths))
    refuse_long(lengths, max_len)
    settings = {
        "verb": "sft",
        "dataset": dataset,
        "rows": len(table),
        "model": model,
        "seed": seed,
        "dtype": str(device.dtype).removeprefix("torch."),
        "max_len": max_len,
        "system": system_prompt(table),
        **asdict(recipe),
    }
    run = Run.begin(folder, settings, resume=resume)
    if run.result:
        return run
    trainer = make_trainer(
        table,
        model,
        tokenizer,
        recipe,
        folder,
        device=device,
        seed=seed,
        max_len=max_len,
        lengths=[row.total for row in lengths],
    )
    check_mask(tokenizer, table, trainer.train_dataset)
    terminal.say(
        f"loss on {sum(row.completion for row in lengths):,} of {sum(row.total for row in lengths):,} tokens; masked are exactly the prompts of all {len(table):,} rows"
    )
    watch = Watch(folder, ("loss",))
    trainer.add_callback(watch)
    began = time.perf_counter()
    with out_of_memory(smaller(recipe.batch, recipe.accumulation)), watch.interruptible():
        trainer.train(resume_from_checkpoint=str(run.last_checkpoint()) if run.last_checkpoint() else None)
    if watch.stopped and trainer.state.global_step < trainer.state.max_steps:
        return None
    trainer.save_model(str(folder))
    return finished(run, trainer, watch, began, device)


def finished(run: Run, trainer: Any, watch: Watch, began: float, device: Device) -> Run:
    """Note what came of a run; seconds and tokens are those since it was last begun or resumed."""
    log = read_log(run.folder)
    seconds = time.perf_counter() - began
    result = {
        "steps": trainer.state.global_step,
        "seconds": round(seconds, 1),
        "tokens": watch.tokens,
        "tokens_per_second": round(watch.tokens / seconds, 1),
        "final_loss": log[-1]["loss"] if log else None,
        "device": str(device),
        "threads": torch.get_num_threads(),
    }
    run = replace(run, result=result)
    run.write()
    return run


def _need_traces(table: pa.Table, dataset: str) -> None:
    for row in table.select(["id", "trace", "completion"]).to_pylist():
        if not row["completion"] or row["trace"] is None:
            raise InputError(f"{dataset}: row {row['id']} has no trace to learn from; it is for evaluation only")


def shared_settings(recipe: Sft | Rl, folder: Path, device: Device, seed: int) -> dict[str, Any]:
    """Return what supervised and reinforced training tell their trainers alike."""
    return {
        "output_dir": str(folder),
        "gradient_accumulation_steps": recipe.accumulation,
        "learning_rate": recipe.lr,
        "gradient_checkpointing": recipe.checkpointing,
        "bf16": device.dtype is torch.bfloat16,  # the adapter, in float32, is multiplied in bfloat16 too: 16 % faster
        "use_cpu": device.name == "cpu",
        "save_steps": recipe.save_every,
        "save_total_limit": 2,
        "logging_steps": 1,
        "seed": seed,
        "data_seed": seed,
        "report_to": [],
        "disable_tqdm": True,
        "dataloader_pin_memory": device.name == "cuda",
    }


def make_trainer(
    table: pa.Table,
    model: str,
    tokenizer: Any,
    recipe: Sft,
    folder: Path,
    *,
    device: Device,
    seed: int,
    max_len: int,
    lengths: list[int],
) -> Any:
    """Return the trainer of a run: TRL's, with our order of rows."""
    import datasets
    from peft import LoraConfig
    from transformers import set_seed
    from trl import SFTConfig, SFTTrainer

    datasets.disable_progress_bars()
    set_seed(seed)

    class Trainer(SFTTrainer):  # type: ignore[misc]  # TRL ships no types
        def _get_train_sampler(self, _dataset: Any = None) -> ByLength:
            return ByLength(lengths, recipe.batch * recipe.accumulation * self.args.world_size, seed)

    config = SFTConfig(
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        adam_beta2=recipe.beta2,
        lr_scheduler_type=recipe.schedule,
        max_length=max_len,
        warmup_steps=recipe.warmup if recipe.warmup < 1 else int(recipe.warmup),
        **shared_settings(recipe, folder, device, seed),
    )
    adapter = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    base = load_model(model, device)
    with one_process():
        trainer = Trainer(
            model=base,
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt", "completion"])),
            processing_class=tokenizer,
            peft_config=adapter,
        )
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    score_labelled(base, device)
    read_narrow(trainer.model)
    save_alone(trainer.model)
    return trainer


@contextmanager
def one_process() -> Iterator[None]:
    """Say what to do where TRL refuses several GPUs in one process."""
    try:
        yield
    except ValueError as error:
        if "DataParallel" in str(error):
            raise InputError(
                "several GPUs are visible: start with `accelerate launch -m finetune ...`, or set CUDA_VISIBLE_DEVICES=0"
            ) from None
        raise


def smaller(batch: int, accumulation: int) -> str:
    """Return what to say when a batch does not fit into memory."""
    flags = f"--batch {max(batch // 2, 1)} --accumulation {accumulation * 2}"
    return f"out of memory with --batch {batch}; try {flags}, which learns the same, or --checkpointing true"
