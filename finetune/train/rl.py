"""Reinforcement learning: TRL's GRPOTrainer with the solver's graduated reward; each step logs its verdicts.

The KL reference is the initial adapter; TRL keeps a copy of it.
"""

from collections import Counter
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any

from finetune.hardware.device import Device, find_device, out_of_memory
from finetune.hardware.head import score_labelled
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import load, named_base, save_alone
from finetune.models.chat import prompt_ids
from finetune.runs import terminal
from finetune.runs.folder import Run, writing
from finetune.runs.rows import read_training_rows, reading_of
from finetune.runs.trained import Trained
from solver.grounding import UNGROUNDED, Reading
from solver.refusal import InputError
from solver.reward import REWARDS, Verdict, judge_all

from .recipe import Rl
from .trainer import finish, one_process, record_rows, run_settings, silence, trainer_arguments
from .watch import Watch

SHORT_CUTS = frozenset(
    {
        "short_circuit",  # the query asks for a number of the text
        "literal_identity",  # mul by 1 or add 0: a copy that looks computed
        UNGROUNDED,  # numbers that the question does not have
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
"""Faults that earlier rewards paid for without a right answer; when their share rises, the model games the reward."""


def solver_reward(
    completions: list[Any],
    answer: list[str],
    experts: list[Any],
    prompts: list[Any] | None = None,
    *,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
    log_metric: Any = None,
    **_: Any,
) -> list[float]:
    """Return the reward of each completion for GRPOTrainer; log the verdicts of the step as shares."""
    verdicts = judge_all(completions, experts, answer, prompts, reading.language, constants=reading.constants)
    for name, share in histogram(verdicts).items():
        if log_metric:
            log_metric(name, share)
    return [verdict.reward for verdict in verdicts]


def histogram(verdicts: list[Verdict]) -> dict[str, float]:
    """Return the share of each outcome, of each attempted short cut, and of traces that copied a number."""
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
) -> Run:
    """Train an adapter further and return its run; see `sft.train` for how it is stopped."""
    keep_memory()
    device = find_device(dtype)
    base = named_base(model, adapter, device)
    table = read_training_rows(dataset, rows)
    reading = reading_of(dataset)
    if reading.limit:
        terminal.say(f"note: {reading.limit}")
    settings = run_settings(recipe, table, device, dataset=dataset, model=base, seed=seed, max_len=max_len)
    loaded, tokenizer = load(base, adapter, device, merge=False)
    _need_room(table, tokenizer, recipe, max_len)
    with writing(folder, "trained"):
        run = Run.begin(folder, settings | {"adapter": str(adapter)}, resume=resume)
        if run.result:
            return run
        record_rows(table, Trained.read(adapter), folder)
        trainer = make_trainer(table, loaded, tokenizer, recipe, folder, device=device, seed=seed, reading=reading)
        watch = Watch(folder, ("reward", "verdict/correct", "short_cuts", "kl"))
        trainer.add_callback(watch)
        double = recipe.accumulation * 2
        message = f"out of memory with --accumulation {recipe.accumulation}; try {double}, which trains the same"
        with out_of_memory(message), watch.interruptible():
            _train(trainer, run.last_checkpoint())
        watch.refuse_to_finish(trainer.state)
        if terminal.first_process:
            trainer.accelerator.unwrap_model(trainer.model).save_pretrained(str(folder), selected_adapters=["default"])
            tokenizer.save_pretrained(str(folder))
        return finish(run, trainer, device)


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


def _need_room(table: Any, tokenizer: Any, recipe: Rl, max_len: int) -> None:
    """Raise InputError for a prompt that leaves no room for its completion."""
    for row in table.select(["id", "prompt"]).to_pylist():
        length = len(prompt_ids(tokenizer, row["prompt"]))
        if length + recipe.max_new_tokens > max_len:
            raise InputError(
                f"row {row['id']}: its prompt has {length} tokens, and {recipe.max_new_tokens} new ones do not fit "
                f"--max-len {max_len}; {length + recipe.max_new_tokens} would do"
            )


def make_trainer(
    table: Any,
    loaded: Any,
    tokenizer: Any,
    recipe: Rl,
    folder: Path,
    *,
    device: Device,
    seed: int,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
) -> Any:
    """Return TRL's trainer of a run; `reading` is how the dataset's questions are read."""
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
        **trainer_arguments(recipe, folder, device, seed),
    )
    with one_process():
        trainer = GRPOTrainer(
            model=loaded,
            reward_funcs=update_wrapper(partial(solver_reward, reading=reading), solver_reward),  # TRL asks its name
            args=config,
            train_dataset=datasets.Dataset(table.select(["prompt", "answer", "experts"])),
            processing_class=tokenizer,
        )
    silence(trainer)
    score_labelled(loaded.get_base_model(), device, recipe.temperature)
    save_alone(loaded)
    return trainer
