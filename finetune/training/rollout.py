"""Samples the completions of a step of reinforcement, and draws further questions where all rewards are equal.

TRL's trainer calls `Rollout.sample` for the completions of a step and `Rollout.solver_reward` for their rewards. All
completions are kept in completions.jsonl, from which a resumed run knows its pass rates.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from finetune.hardware.memory import give_back
from finetune.models.chat import prompt_ids
from finetune.models.constrained import Constrained, end_tokens, vocabulary_of
from finetune.runs import terminal
from finetune.runs.libraries import needed
from finetune.runs.log import COMPLETIONS, add_lines, read_log
from solver.constraint import Constraint, Vocabulary
from solver.grounding import Reading
from solver.reward import Verdict, judge_all

from .credit import SHORT_CUTS, histogram, rewards_of
from .pass_rates import PassRates
from .recipe import Rl

Generate = Callable[[Any, list[list[int]], Sequence[Constraint]], list[list[int]]]
"""Samples completions: gets the trainer and prompts, and returns the same number of completions for each, in order.

The constraints are one for each completion, or none if nothing is constrained.
"""


@dataclass(frozen=True)
class Group:
    """The completions of one question, with their verdicts and rewards."""

    row: dict[str, Any]
    prompt: list[int]
    completions: list[list[int]]
    texts: list[str]
    verdicts: list[Verdict]
    rewards: list[float]

    @property
    def flat(self) -> bool:
        """Whether all rewards are equal, so that the group teaches nothing."""
        return min(self.rewards) == max(self.rewards)

    def lines(self, step: int) -> list[dict[str, Any]]:
        """Return the lines of completions.jsonl."""
        return [
            {
                "step": step,
                "id": self.row["id"],
                "question": self.row["question"],
                "text": text,
                "reward": reward,
                "verdict": verdict.outcome,
                "code": verdict.code,
                "reason": verdict.reason,
                "short_cut": verdict.code in SHORT_CUTS,
                "flat": self.flat,
            }
            for text, verdict, reward in zip(self.texts, self.verdicts, self.rewards, strict=True)
        ]


class Rollout:
    """Samples the completions of each step of one run; its state is the pass rates of the run so far."""

    def __init__(
        self,
        table: pa.Table,
        tokenizer: Any,
        recipe: Rl,
        folder: Path,
        *,
        seed: int,
        reading: Reading,
        generate: Generate,
    ):
        self.rows = table.select(["id", "prompt", "question", "answer", "experts"]).to_pylist()
        self.tokenizer = tokenizer
        self.recipe = recipe
        self.folder = folder
        self.seed = seed
        self.reading = reading
        self.generate = generate
        self.vocabulary: Vocabulary | None = None
        self.rates = PassRates()
        self.recorded = 0
        self.shares: dict[str, float] = {}

    def sample(self, prompts: list[Any], trainer: Any) -> dict[str, Any]:
        """Return the completions of a step, as TRL asks of a `rollout_func`; `prompts` only says how many there are.

        Groups whose rewards are equal are masked, so that they do not dilute the loss of the others.
        """
        gathered = needed("accelerate.utils:gather_object")
        step = trainer.state.global_step + 1
        self._catch_up(step)
        groups = self._draw(trainer, step, len(prompts) // self.recipe.generations)
        self.shares = histogram(verdict for group in groups for verdict in group.verdicts)
        self.shares |= {"groups": len(groups), "flat": sum(group.flat for group in groups) / len(groups)}
        lines = gathered([line for group in groups for line in group.lines(step)])
        if terminal.first_process:
            add_lines(self.folder, lines, COMPLETIONS)
        self._record(lines)
        self.recorded = step
        used = sorted(groups, key=lambda group: group.flat)[: len(prompts) // self.recipe.generations]
        return {
            "prompt_ids": [group.prompt for group in used for _ in group.completions],
            "completion_ids": [ids for group in used for ids in group.completions],
            "logprobs": None,
            "env_mask": [[int(not group.flat)] * len(ids) for group in used for ids in group.completions],
            "reward": [reward for group in used for reward in group.rewards],
        }

    def solver_reward(self, *, reward: list[float], log_metric: Callable[[str, float], None], **_: Any) -> list[float]:
        """Return the rewards that `sample` found, and log the shares of the step, as TRL asks of a reward function."""
        for name, share in self.shares.items():
            log_metric(name, share)
        return reward

    def _draw(self, trainer: Any, step: int, wanted: int) -> list[Group]:
        """Return the groups of a step: further ones are drawn while some are flat, as often as the recipe allows."""
        process = trainer.accelerator.process_index
        left = self.rows[process :: trainer.accelerator.num_processes]  # so that processes draw different rows
        groups: list[Group] = []
        for attempt in range(1 + self.recipe.redraws):
            missing = min(wanted - sum(not group.flat for group in groups), len(left))
            if not missing:
                break
            rng = np.random.default_rng([self.seed, step, process, attempt])
            places = self.rates.draw([row["id"] for row in left], missing, rng)
            groups += self._sampled(trainer, [left[place] for place in places])
            left = [row for place, row in enumerate(left) if place not in places]
        return groups

    def _sampled(self, trainer: Any, rows: list[dict[str, Any]]) -> list[Group]:
        """Return the groups of some rows."""
        size = self.recipe.generations
        prompts = [prompt_ids(self.tokenizer, row["prompt"]) for row in rows]
        completions = self.generate(trainer, prompts, self._constraints(trainer, rows))
        texts = [
            self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            for ids in completions
        ]
        groups = []
        for place, (row, prompt) in enumerate(zip(rows, prompts, strict=True)):
            part = slice(place * size, (place + 1) * size)
            verdicts = judge_all(
                texts[part],
                [row["experts"]] * size,
                [row["answer"]] * size,
                [row["question"]] * size,
                self.reading.language,
                constants=self.reading.constants,
            )
            rewards = rewards_of(verdicts, self.recipe.credit)
            groups.append(Group(row, prompt, completions[part], texts[part], verdicts, rewards))
        return groups

    def _constraints(self, trainer: Any, rows: list[dict[str, Any]]) -> list[Constraint]:
        """Return a new constraint for each completion of some rows, or none if the recipe constrains nothing."""
        if not self.recipe.constrained:
            return []
        if self.vocabulary is None:
            self.vocabulary = vocabulary_of(self.tokenizer, end_tokens(trainer.model.generation_config, self.tokenizer))
        return [
            Constraint(self.vocabulary, row["question"], self.reading)
            for row in rows
            for _ in range(self.recipe.generations)
        ]

    def _catch_up(self, step: int) -> None:
        """Read the pass rates of the steps before a resumed one."""
        if self.recorded < step - 1:
            self._record(line for line in read_log(self.folder, COMPLETIONS) if line["step"] < step)

    def _record(self, lines: Iterable[dict[str, Any]]) -> None:
        found: dict[tuple[int, str], list[bool]] = defaultdict(list)
        for line in lines:
            found[line["step"], line["id"]].append(line["verdict"] == "correct")
        for (_, name), right in found.items():
            self.rates.record(name, sum(right), len(right))


def sample(trainer: Any, prompts: list[list[int]], constraints: Sequence[Constraint]) -> list[list[int]]:
    """Return `num_generations` completions for each prompt, sampled by the library as TRL's trainer does."""
    unwrapped = needed("trl.models:unwrap_model_for_generation")
    repeated = [ids for ids in prompts for _ in range(trainer.num_generations)]
    padded = trainer.processing_class.pad({"input_ids": repeated}, padding_side="left", return_tensors="pt")
    inputs = {name: part.to(trainer.accelerator.device) for name, part in padded.items()}
    with unwrapped(trainer.model_wrapped, trainer.accelerator) as model, torch.no_grad():
        held = [Constrained(constraints)] if constraints else []
        rows = model.generate(**inputs, generation_config=trainer.generation_config, logits_processor=held)
    give_back()  # the caches of sampling, before the passes of training need memory
    written = rows[:, inputs["input_ids"].shape[1] :]
    return [_until_end(ids, trainer.eos_token_ids) for ids in written.tolist()]


def _until_end(ids: list[int], ends: list[int]) -> list[int]:
    """Return the tokens up to the first end token, which counts in the loss, without the padding behind it."""
    last = next((place for place, token in enumerate(ids) if token in ends), len(ids) - 1)
    return ids[: last + 1]
