"""Reinforcement learning: TRL's GRPOTrainer with the solver as reward; each step logs its verdicts.

The KL reference is the initial adapter; TRL keeps a copy of it.
"""

import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa

from finetune.hardware.device import Device, find_device, out_of_memory
from finetune.hardware.head import score_labelled
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import find_adapter, load, named_base, save_alone
from finetune.models.chat import length_rows, measure
from finetune.runs import terminal
from finetune.runs.completions import learning
from finetune.runs.folder import Run, removed_if_empty, writing
from finetune.runs.libraries import trackers
from finetune.runs.mix import mix_name, print_mix, read_mix
from finetune.runs.rows import reading_of
from finetune.runs.trained import Trained
from solver.constraint import refuse_without_llguidance
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError

from .engine import name_for_vllm, refuse_without_engine, sample_with_vllm, vllm_arguments
from .recipe import Rl
from .rollout import Generate, Rollout, sample
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
from .watch import Watch


def reinforce(
    dataset: str,
    adapter: str | Path,
    recipe: Rl,
    folder: Path,
    *,
    model: str | None = None,
    max_len: int,
    rows: int | None = None,
    system_prompts: str = "same",
    seed: int = 0,
    dtype: str = "auto",
    report_to: str = "none",
    resume: bool = False,
) -> Run:
    """Train an adapter, a folder or one of the Hub, further and return its run; see `sft.train` for how it is stopped."""
    if recipe.constrained:
        refuse_without_llguidance()
    keep_memory()
    device = find_device(dtype)
    if recipe.vllm:
        refuse_without_engine(device)
    tracked = trackers(report_to)
    first = find_adapter(adapter)
    base = named_base(model, first, device)
    start: dict[str, Any] = {"model": base, "adapter": str(Path(adapter)), "seed": seed, "max_len": max_len}
    refuse_early(folder, recipe, device, resume=resume, dataset=mix_name([dataset]), rows=rows, **start)
    mix = read_mix([dataset], rows, seed, system_prompts)
    print_mix(mix)
    table = mix.table
    reading = reading_of(mix.datasets[0])
    if reading.limit:
        terminal.say(f"note: {reading.limit}")
    note_odd_values(recipe)
    settings = run_settings(recipe, mix, device, **start)
    loaded, tokenizer = load(base, first, device, merge=False)
    _need_room(table, tokenizer, recipe, max_len)
    with removed_if_empty(folder), writing(folder, "trained"), refusable(folder):
        run = Run.begin(folder, settings, resume=resume, usual=unrecorded(recipe))
        if run.result:
            return run
        record_rows(table, mix.datasets, Trained.read(first), folder, all_taken=False)
        trainer = make_trainer(
            table, loaded, tokenizer, recipe, folder, device=device, seed=seed, reading=reading, report_to=tracked
        )
        watch = Watch(folder, ("reward", "verdict/correct", "flat", "grad_norm", "short_cuts", "kl"))
        trainer.add_callback(watch)
        double = recipe.accumulation * 2
        message = f"out of memory with --accumulation {recipe.accumulation}; try {double}, which trains the same"
        with out_of_memory(message), watch.interruptible():
            _train(trainer, run.last_checkpoint())
        watch.refuse_to_finish(trainer.state)
        if terminal.first_process:
            trainer.accelerator.unwrap_model(trainer.model).save_pretrained(str(folder), selected_adapters=["default"])
            tokenizer.save_pretrained(str(folder))
        return finish(run, trainer, device, learning(folder))


def _train(trainer: Any, last: Path | None) -> None:
    """Train from the start or from the last checkpoint.

    A checkpoint of the last step is only loaded: resumed from it, the library would take one step more.
    """
    from peft import load_peft_weights, set_peft_model_state_dict
    from transformers import TrainerState

    if last and last.name == f"checkpoint-{trainer.args.max_steps}":
        set_peft_model_state_dict(trainer.accelerator.unwrap_model(trainer.model), load_peft_weights(str(last)))
        trainer.state = TrainerState.load_from_json(str(last / "trainer_state.json"))
    else:
        trainer.train(resume_from_checkpoint=str(last) if last else None)


def _need_room(table: pa.Table, tokenizer: Any, recipe: Rl, max_len: int) -> None:
    """Raise InputError for too few rows, and for a row whose prompt or correct trace is too long."""
    needed = recipe.prompts * terminal.processes
    if len(table) < needed:
        raise InputError(f"{counted(len(table), 'training row')} for --prompts {needed}; {len(table)} would do")
    lengths = measure(tokenizer, table)
    terminal.table("tokens", ("", ">least", ">median", ">most"), length_rows(lengths))
    for row in lengths:
        if row.completion > recipe.max_new_tokens:
            most = max(each.completion for each in lengths)
            raise InputError(
                f"row {row.id}: its correct completion has {row.completion} tokens, more than --max-new-tokens "
                f"{recipe.max_new_tokens}, so no completion could be right; {most} would do"
            )
        if row.prompt + recipe.max_new_tokens > max_len:
            raise InputError(
                f"row {row.id}: its prompt has {row.prompt} tokens, and {recipe.max_new_tokens} new ones do not fit "
                f"--max-len {max_len}; {row.prompt + recipe.max_new_tokens} would do"
            )


def make_trainer(
    table: pa.Table,
    loaded: Any,
    tokenizer: Any,
    recipe: Rl,
    folder: Path,
    *,
    device: Device,
    seed: int,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
    generate: Generate | None = None,
    report_to: list[str] = [],
) -> Any:
    """Return TRL's trainer of a run.

    `reading` is how the dataset's questions are read. `generate` samples completions, by default with the recipe's engine.
    """
    import datasets
    from trl import GRPOConfig, GRPOTrainer

    config = GRPOConfig(
        max_steps=recipe.steps,
        per_device_train_batch_size=recipe.prompts * recipe.generations // recipe.accumulation,
        num_generations=recipe.generations,
        max_completion_length=recipe.max_new_tokens,
        temperature=recipe.temperature,
        beta=recipe.kl,
        lr_scheduler_type="constant",
        **trainer_arguments(recipe, folder, device, seed, report_to),
        **(vllm_arguments() if recipe.vllm else {}),
    )
    if recipe.vllm:
        name_for_vllm(loaded.get_base_model())
    generate = generate or (sample_with_vllm if recipe.vllm else sample)
    rollout = Rollout(table, tokenizer, recipe, folder, seed=seed, reading=reading, generate=generate)
    with one_process(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are using 'rollout_func'")
        trainer = GRPOTrainer(
            model=loaded,
            reward_funcs=rollout.solver_reward,
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt"])),  # counts steps and epochs; the rollout draws rows
            processing_class=tokenizer,
            rollout_func=rollout.sample,
        )
    silence(trainer)
    score_labelled(loaded.get_base_model(), device, recipe.temperature)
    save_alone(loaded)
    return trainer
