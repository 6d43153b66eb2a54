"""Supervised training: TRL's SFTTrainer on the published columns, with the loss on the completion alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import torch
from torch.utils.data import Sampler

from finetune.hardware.device import Device, find_device, out_of_memory
from finetune.hardware.head import score_labelled
from finetune.hardware.memory import keep_memory
from finetune.hardware.threads import training_threads
from finetune.models.adapter import load_prepared_tokenizer, save_alone
from finetune.models.chat import check_mask, length_rows, measure, refuse_long
from finetune.runs import terminal
from finetune.runs.folder import Run, writing
from finetune.runs.libraries import needed
from finetune.runs.rows import read_training_rows, read_validation_rows, reading_of
from finetune.runs.trained import Trained
from solver.grounding import Reading
from solver.plurals import counted

from .recipe import Sft
from .trainer import finish, one_process, record_rows, run_settings, silence, trainer_arguments
from .watch import Watch
from .weights import adapter_of, fitted, language_model, load_base

_GROUP = 16
"""The number of batches sorted by length together: enough for little padding, few enough to keep batches mixed."""


Score = Callable[[Any, Any, pa.Table, Reading, Device], int]
"""Counts the rows that a model answers right; it gets the model, its tokenizer, the rows and how they are read."""


class ByLength(Sampler[int]):  # type: ignore[misc]  # torch may be absent where types are checked
    """Draws batches of rows of similar length; the order depends on seed and epoch only.

    The `group_by_length` strategy of transformers draws from torch's global generator instead, so a run resumed within
    an epoch would see other rows than one that was never stopped.
    """

    def __init__(self, lengths: list[int], batch: int, seed: int):
        self.lengths = lengths
        self.batch = batch
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration; a resumed run calls it with the epoch it was in."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        order = torch.randperm(len(self.lengths), generator=generator).tolist()
        batches: list[list[int]] = []
        for start in range(0, len(order), self.batch * _GROUP):
            group = sorted(order[start : start + self.batch * _GROUP], key=lambda row: self.lengths[row])
            batches += [group[first : first + self.batch] for first in range(0, len(group), self.batch)]
        for place in _short_last(batches, self.batch, torch.randperm(len(batches), generator=generator).tolist()):
            yield from batches[place]


def _short_last(batches: list[list[int]], size: int, order: list[int]) -> list[int]:
    """Return the order with an incomplete batch moved to the end, so that it does not shift the others."""
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
    score: Score | None = None,
) -> Run:
    """Train an adapter and return its run; raise InputError for anything the caller can correct.

    With a `score` and a validation split, each checkpoint is measured on held-out rows, and the best one is kept. Ctrl-C and SIGTERM raise KeyboardInterrupt once a checkpoint is saved, from which the run can be resumed.
    """
    keep_memory()
    device = find_device(dtype)
    table = read_training_rows(dataset, rows)
    tokenizer = load_prepared_tokenizer(model)
    lengths = measure(tokenizer, table)
    terminal.table("tokens", ("", ">least", ">median", ">most"), length_rows(lengths))
    refuse_long(lengths, max_len)
    settings = run_settings(recipe, table, device, dataset=dataset, model=model, seed=seed, max_len=max_len)
    with writing(folder, "trained"):
        run = Run.begin(folder, settings, resume=resume)
        if run.result:
            return run
        record_rows(table, Trained.of_base(model), folder)
        totals = [row.total for row in lengths]
        held_out = read_validation_rows(dataset, recipe.validation) if score else None
        trainer = make_trainer(
            table,
            model,
            tokenizer,
            recipe,
            folder,
            device=device,
            seed=seed,
            max_len=max_len,
            lengths=totals,
            held_out=held_out,
        )
        if held_out is not None and score:
            reading = reading_of(dataset)
            trainer.count_right = lambda loaded: score(loaded, tokenizer, held_out, reading, device)
        check_mask(tokenizer, table, trainer.train_dataset)
        terminal.say(
            f"loss on {sum(row.completion for row in lengths):,} of {counted(sum(totals), 'token')}; "
            f"masked are exactly the prompts of {counted(len(table), 'row')}"
        )
        watch = Watch(folder, ("loss",), held_out=held_out is not None)
        trainer.add_callback(watch)
        last = run.last_checkpoint()
        wanted = recipe.threads or run.settings.get("threads_used", 0)
        usual = round(median(totals))
        with training_threads(language_model(trainer.model), device, recipe.batch, usual, wanted) as used:
            run = run.with_settings(threads_used=used)
            with out_of_memory(smaller(recipe.batch, recipe.accumulation)), watch.interruptible():
                run_trainer(trainer, str(last) if last else None)
            watch.refuse_to_finish(trainer.state)
            trainer.save_model(str(folder))
            return finish(run, trainer, device)


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
    held_out: pa.Table | None = None,
) -> Any:
    """Return TRL's trainer of a run, with our order of rows; held-out rows choose the best of its checkpoints."""
    import datasets
    from transformers import EarlyStoppingCallback
    from trl import SFTConfig, SFTTrainer

    needed("transformers:Trainer._get_train_sampler")  # overridden below: there is no public way to set a sampler

    class Trainer(SFTTrainer):  # type: ignore[misc]  # TRL ships no types
        def _get_train_sampler(self, _dataset: Any = None) -> ByLength:
            rows = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps
            return ByLength(lengths, rows * self.args.world_size, seed)

        def evaluation_loop(self, *args: Any, **more: Any) -> Any:
            """Add the number of right answers, and the rank by which checkpoints are compared: ties go by the loss."""
            found = super().evaluation_loop(*args, **more)
            right = self.count_right(language_model(self.accelerator.unwrap_model(self.model)))
            rank = right + 1 / (1 + found.metrics["eval_loss"])
            found.metrics.update(eval_right=right, eval_rows=found.num_samples, eval_rank=rank)
            return found

    base = load_base(model, recipe, device)
    recipe = fitted(recipe, base, device, max(lengths))
    config = SFTConfig(
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        adam_beta2=recipe.beta2,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip,
        lr_scheduler_type=recipe.schedule,
        max_length=None if recipe.packing else max_len,  # longer rows are refused already
        padding_free=recipe.packing,
        torch_compile=recipe.compile,
        warmup_steps=recipe.warmup,  # below 1, it is a share of the steps
        **trainer_arguments(recipe, folder, device, seed),
        **({} if held_out is None else _checked_at(recipe)),
    )
    with one_process():
        trainer = Trainer(
            model=base,
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt", "completion"])),
            eval_dataset=None if held_out is None else datasets.Dataset(held_out.select(["prompt", "completion"])),
            processing_class=tokenizer,
            peft_config=adapter_of(recipe, base),
        )
    if held_out is not None and recipe.patience:
        trainer.add_callback(EarlyStoppingCallback(recipe.patience))
    silence(trainer)
    score_labelled(base, device)
    if not recipe.full:
        save_alone(trainer.model)
    return trainer


def _checked_at(recipe: Sft) -> dict[str, Any]:
    """Return the arguments of a trainer that measures each checkpoint on held-out rows and ends with the best one."""
    return {
        "eval_strategy": "steps",
        "eval_steps": recipe.save_every,
        "per_device_eval_batch_size": recipe.batch,
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_rank",
        "greater_is_better": True,
    }


def run_trainer(trainer: Any, checkpoint: str | None = None) -> None:
    """Train from the start or from a checkpoint.

    By default PEFT converts each adapter's input to float32, and autocast converts it back at once. Here the model is
    only called under autocast, so the conversion is switched off.
    """
    uncast = needed("peft.helpers:disable_input_dtype_casting")
    with uncast(trainer.model):
        trainer.train(resume_from_checkpoint=checkpoint)


def smaller(batch: int, accumulation: int) -> str:
    """Return the message for a batch that does not fit into memory."""
    flags = f"--batch {max(batch // 2, 1)} --accumulation {accumulation * 2}"
    return f"out of memory with --batch {batch}; try {flags}, which trains the same, or --checkpointing true"
