"""Reinforcement: TRL's GRPOTrainer with the solver's graduated reward, and what the model tried written down per step.

The distance of the KL term is to the adapter that was begun with, of which TRL keeps a copy.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solver.refusal import InputError
from solver.reward import REWARDS, Verdict, completion_text, judge

from . import terminal
from .adapter import load, named_base, save_alone
from .chat import prompt_ids
from .device import Device, find_device, out_of_memory
from .head import score_labelled
from .recipe import Rl
from .rows import read_training_rows, system_prompt
from .run import Run
from .sft import finished, one_process, shared_settings
from .watch import Watch

SHORT_CUTS = frozenset(
    {
        "short_circuit",  # the query asks for a number of the text
        "literal_identity",  # mul by 1, add 0: a copy made to look worked out
        "only_literals",  # the model did the arithmetic itself
        "empty",
        "no_query",
        "two_queries",
        "after_query",
        "set_twice",
        "bad_amount",  # moving nothing, or less than nothing
        "transfer_to_self",
    }
)
"""What earlier rewards paid for without a right answer: a rising share of these is a model gaming the reward."""


def verdicts_reward(judged: Callable[[list[Verdict]], None] | None = None) -> Any:
    """Return the reward as GRPOTrainer calls it: it logs the verdicts of each step as shares."""

    def solver_reward(
        completions: list[Any], answer: list[str], experts: list[Any], log_metric: Any = None, **_: Any
    ) -> list[float]:
        verdicts = [
            judge(completion_text(made), names, gold)
            for made, names, gold in zip(completions, experts, answer, strict=True)
        ]
        for name, share in histogram(verdicts).items():
            if log_metric:
                log_metric(name, share)
        if judged:
            judged(verdicts)
        return [verdict.reward for verdict in verdicts]

    return solver_reward


def histogram(verdicts: list[Verdict]) -> dict[str, float]:
    """Return the share of each outcome, of each short cut that was tried, and of traces that copied a number."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    tried = Counter(verdict.code for verdict in verdicts if verdict.code in SHORT_CUTS)
    shares = {f"verdict/{name}": outcomes[name] / len(verdicts) for name in REWARDS}
    shares["short_cuts"] = tried.total() / len(verdicts)
    shares |= {f"short_cut/{code}": tried[code] / len(verdicts) for code in sorted(SHORT_CUTS)}
    shares["copies"] = sum(verdict.identities > 0 for verdict in verdicts) / len(verdicts)
    return shares


def reinforce(
    dataset: str,
    adapter: Path,
    recipe: Rl,
    folder: Path,
    *,
    model: str | None = None,
    max_len: int,
    rows: int | None = None,
    seed: int = 0,
    dtype: str = "auto",
    resume: bool = False,
) -> Run | None:
    """Train an adapter further and return its run, or None if it was stopped and can be resumed."""
    from transformers import TrainerState

    device = find_device(dtype)
    base = named_base(model, adapter, device)
    table = read_training_rows(dataset, rows)
    settings = {
        "verb": "rl",
        "dataset": dataset,
        "rows": len(table),
        "model": base,
        "adapter": str(adapter),
        "seed": seed,
        "dtype": str(device.dtype).removeprefix("torch."),
        "max_len": max_len,
        "system": system_prompt(table),
        **asdict(recipe),
    }
    loaded, tokenizer = load(base, adapter, device, merge=False)
    _fitting(table, tokenizer, recipe, max_len)
    run = Run.begin(folder, settings, resume=resume)
    if run.result:
        return run
    trainer = make_trainer(table, loaded, tokenizer, recipe, folder, device=device, seed=seed)
    watch = Watch(folder, ("reward", "verdict/correct", "short_cuts", "kl"))
    trainer.add_callback(watch)
    began = time.perf_counter()
    mend = (
        f"out of memory with --accumulation {recipe.accumulation}; try {recipe.accumulation * 2}, which learns the same"
    )
    last = run.last_checkpoint()
    with out_of_memory(mend), watch.interruptible():
        if last and last.name == f"checkpoint-{recipe.steps}":  # all but saved; the library would take one step more
            trainer._load_from_checkpoint(str(last))  # noqa: SLF001  # what it calls itself
            trainer.state = TrainerState.load_from_json(str(last / "trainer_state.json"))
        else:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
    if watch.stopped and trainer.state.global_step < trainer.state.max_steps:
        return None
    if terminal.first_process:
        trainer.accelerator.unwrap_model(trainer.model).save_pretrained(str(folder), selected_adapters=["default"])
        tokenizer.save_pretrained(str(folder))
    return finished(run, trainer, watch, began, device)


def _fitting(table: Any, tokenizer: Any, recipe: Rl, max_len: int) -> None:
    """Refuse a prompt that leaves no room for its completion."""
    for row in table.select(["id", "prompt"]).to_pylist():
        length = len(prompt_ids(tokenizer, row["prompt"]))
        if length + recipe.max_new_tokens > max_len:
            raise InputError(
                f"row {row['id']}: its prompt has {length} tokens, and {recipe.max_new_tokens} new ones do not fit "
                f"--max-len {max_len}; {length + recipe.max_new_tokens} would do"
            )


def make_trainer(
    table: Any, loaded: Any, tokenizer: Any, recipe: Rl, folder: Path, *, device: Device, seed: int
) -> Any:
    """Return the trainer of a run."""
    import datasets
    from transformers import set_seed
    from transformers.trainer_callback import PrinterCallback
    from trl import GRPOConfig, GRPOTrainer

    datasets.disable_progress_bars()
    set_seed(seed)
    config = GRPOConfig(
        max_steps=recipe.steps,
        per_device_train_batch_size=recipe.prompts * recipe.generations // recipe.accumulation,
        num_generations=recipe.generations,
        max_completion_length=recipe.max_new_tokens,
        temperature=recipe.temperature,
        beta=recipe.kl,
        lr_scheduler_type="constant",
        **shared_settings(recipe, folder, device, seed),
    )
    with one_process():
        trainer = GRPOTrainer(
            model=loaded,
            reward_funcs=verdicts_reward(),
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt", "answer", "experts"])),
            processing_class=tokenizer,
        )
    trainer.remove_callback(PrinterCallback)
    score_labelled(loaded.get_base_model(), device, recipe.temperature)
    save_alone(loaded)
    return trainer
