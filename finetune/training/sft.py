"""Supervised training: TRL's SFTTrainer on the published columns, with the loss on the completion alone."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

from finetune.hardware.device import Device, find_device, out_of_memory
from finetune.hardware.head import score_labelled
from finetune.hardware.memory import keep_memory
from finetune.hardware.threads import training_threads
from finetune.models.adapter import load_prepared_tokenizer, records, save_alone
from finetune.models.chat import Length, check_mask, length_rows, measure, refuse_long
from finetune.runs import terminal
from finetune.runs.folder import Run, removed_if_empty, writing
from finetune.runs.libraries import needed, trackers
from finetune.runs.mix import mix_name, print_mix, read_mix
from finetune.runs.trained import Trained
from solver.plurals import counted

from .checks import VALIDATION, Check, Score, make_checks, refuse_repeated
from .order import DIFFICULTY, ByLength
from .recipe import Sft
from .trainer import (
    finish,
    note_odd_values,
    one_process,
    record_rows,
    refusable,
    refuse_early,
    run_settings,
    silence,
    trainer_arguments,
    unrecorded,
)
from .watch import Patience, Watch
from .weights import adapter_of, fitted, language_model, load_base


def train(
    datasets: Sequence[str],
    model: str,
    recipe: Sft,
    folder: Path,
    *,
    max_len: int,
    eval_datasets: Sequence[str] = (),
    rows: int | None = None,
    system_prompts: str = "same",
    seed: int = 0,
    dtype: str = "auto",
    report_to: str = "none",
    resume: bool = False,
    score: Score | None = None,
) -> Run:
    """Train an adapter on a mix of datasets and return its run; raise InputError for anything the caller can correct.

    With a `score`, each checkpoint is measured: that of least validation loss is kept, and rows of `eval_datasets` give a
    learning curve each. Ctrl-C and SIGTERM raise KeyboardInterrupt once a checkpoint is saved, from which the run can be
    resumed.
    """
    keep_memory()
    device = find_device(dtype)
    tracked = trackers(report_to)
    refuse_repeated(eval_datasets)
    given: dict[str, Any] = {
        "model": model,
        "seed": seed,
        "max_len": max_len,
        "rows": rows,
        "eval_datasets": list(eval_datasets),
    }
    refuse_early(folder, recipe, device, resume=resume, dataset=mix_name(datasets), **given)
    mix = read_mix(datasets, rows, seed, system_prompts)
    print_mix(mix)
    table = mix.table
    tokenizer = load_prepared_tokenizer(model)
    lengths = fitting(tokenizer, table, max_len)
    note_odd_values(recipe)
    further = list(eval_datasets)
    settings = run_settings(recipe, mix, device, model=model, seed=seed, max_len=max_len, eval_datasets=further)
    checks = make_checks(mix, recipe.validation, eval_datasets, recipe.eval_rows) if score else []
    with removed_if_empty(folder), writing(folder, "trained"), refusable(folder):
        run = Run.begin(folder, settings, resume=resume, usual=unrecorded(recipe))
        if run.result:
            return run
        before = Trained.of_base(str(records(model)))
        record_rows(table, mix.datasets, before, folder, all_taken=recipe.epochs >= 1)
        totals = [row.total for row in lengths]
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
            checks=checks,
            report_to=tracked,
        )
        if score:
            longest = max(row.completion for row in lengths)
            trainer.count_right = lambda loaded, check: sum(
                score(loaded, tokenizer, rows, reading, device, longest=longest) for rows, reading in check.parts
            )
        check_mask(tokenizer, table, trainer.train_dataset)
        terminal.say(
            f"loss on {sum(row.completion for row in lengths):,} of {counted(sum(totals), 'token')}; "
            f"masked are exactly the prompts of {counted(len(table), 'row')}"
        )
        watch = Watch(folder, ("loss",), checked=bool(checks))
        wanted = recipe.threads or run.settings.get("threads_used", 0)
        usual = round(median(totals))
        with training_threads(language_model(trainer.model), device, recipe.batch, usual, wanted) as used:
            return complete(run.with_settings(threads_used=used), trainer, watch, recipe, device)


def fitting(tokenizer: Any, table: pa.Table, max_len: int) -> list[Length]:
    """Return the lengths of rows, and print them; raise InputError for a row that is longer than `max_len`."""
    lengths = measure(tokenizer, table)
    terminal.table("tokens", ("", ">least", ">median", ">most"), length_rows(lengths))
    refuse_long(lengths, max_len)
    return lengths


def complete(run: Run, trainer: Any, watch: Watch, recipe: Sft, device: Device) -> Run:
    """Train from the last checkpoint on, save the model in the run's folder, and return the run with its result."""
    trainer.add_callback(watch)
    last = run.last_checkpoint()
    with out_of_memory(smaller(recipe.batch, recipe.accumulation)), watch.interruptible():
        run_trainer(trainer, str(last) if last else None)
    watch.refuse_to_finish(trainer.state)
    trainer.save_model(str(run.folder))
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
    checks: Sequence[Check] = (),
    report_to: list[str] = [],
) -> Any:
    """Return TRL's trainer of a run, with our order of rows; validation rows choose the best of its checkpoints."""
    import datasets
    from transformers.trainer_utils import EvalLoopOutput
    from trl import SFTConfig, SFTTrainer

    needed("transformers:Trainer._get_train_sampler")  # overridden below: there is no public way to set a sampler

    named = {check.name: check for check in checks}

    class Trainer(SFTTrainer):  # type: ignore[misc]  # TRL ships no types
        def _get_train_sampler(self, _dataset: Any = None) -> ByLength:
            steps = table["steps"].to_pylist() if recipe.order == DIFFICULTY else None
            rows = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps
            return ByLength(lengths, rows * self.args.world_size, seed, steps=steps, easy=recipe.easy)

        def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **more: Any) -> Any:
            """Add to a check the right answers."""
            check, count = named.get(metric_key_prefix.removeprefix("eval_")), len(args[0].dataset)
            if check is None:  # a caller's own rows
                return super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **more)
            found = EvalLoopOutput(None, None, {}, count)
            if check.has_loss:
                found = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **more)
            right = self.count_right(language_model(self.accelerator.unwrap_model(self.model)), check)
            figures = {"right": right, "rows": count}
            found.metrics.update({f"{metric_key_prefix}_{name}": value for name, value in figures.items()})
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
        **trainer_arguments(recipe, folder, device, seed, report_to),
        **_checked_at(recipe, checks),
    )
    with one_process():
        trainer = Trainer(
            model=base,
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt", "completion"])),
            eval_dataset={check.name: datasets.Dataset(check.conversations()) for check in checks} or None,
            processing_class=tokenizer,
            peft_config=adapter_of(recipe, base),
        )
    if VALIDATION in named and recipe.patience:
        trainer.add_callback(Patience(recipe.patience))
    elif recipe.patience:
        terminal.note(f"note: there are no validation rows, so --patience {recipe.patience} stops nothing")
    silence(trainer)
    score_labelled(base, device)
    if not recipe.full:
        save_alone(trainer.model)
    return trainer


def _checked_at(recipe: Sft, checks: Sequence[Check]) -> dict[str, Any]:
    """Return the arguments of a trainer that measures each checkpoint; with validation rows, it ends with that of least loss."""
    if not checks:
        return {}
    arguments = {"eval_strategy": "steps", "eval_steps": recipe.save_every, "per_device_eval_batch_size": recipe.batch}
    if checks[0].name != VALIDATION:
        return arguments
    best = {
        "load_best_model_at_end": True,
        # The loss counts every token, so a few rows tell checkpoints apart; their right answers would leave it to chance.
        "metric_for_best_model": f"eval_{VALIDATION}_loss",
        "greater_is_better": False,
    }
    return arguments | best


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
