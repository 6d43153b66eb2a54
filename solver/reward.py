"""Judges model output: gives any text a verdict with the graduated reward of P9; reward functions for TRL and verl."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

from .machine import solve
from .number import read_number, write_number
from .refusal import FormatError, Refusal, TraceError
from .text import extract, outline

REWARDS = {"correct": 1.0, "wrong_answer": 0.7, "broken": 0.5, "wrong_expert": 0.3, "unparsed": 0.0}
"""The outcomes, best first, and the reward of each (P9)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a completion: its outcome, and for a fault the reason, the rule's code and the location.

    `part` and `step` locate the fault, counted from 1. `answer` is the trace's answer, None if it did not run. `experts`
    are those that the completion names. `fits_shape` and `identities` are metrics; they do not change the reward.
    """

    outcome: str
    reason: str = ""
    code: str = ""
    part: int | None = None
    step: int | None = None
    answer: Fraction | None = None
    experts: tuple[str, ...] = ()
    fits_shape: bool = False
    identities: int = 0

    @property
    def reward(self) -> float:
        """The reward of the outcome, 0.0 to 1.0."""
        return REWARDS[self.outcome]


def judge(completion: object, experts: str | Sequence[str] | None, answer: Fraction | int | str) -> Verdict:
    """Judge a completion against the expected experts and the exact answer.

    Total: every completion gets a verdict, in bounded time and on any thread. `experts` is one name, the names of a
    composition in order, or None to accept any. Raises ValueError only if `answer`, the caller's data, is not an exact
    number.
    """
    gold = _gold(answer)
    wanted = (experts,) if isinstance(experts, str) else () if experts is None else tuple(experts)
    found: tuple[str, ...] = ()
    if not isinstance(completion, str):
        return Verdict("unparsed", "no text", "no_trace")
    try:
        document = outline(extract(completion))
        found = document.experts
        if wanted and found != wanted:
            named = " then ".join(name[:40] for name in found[: len(wanted) + 1])
            return Verdict("wrong_expert", f"{named}; expected {' then '.join(wanted)}", "wrong_expert", experts=found)
        program = document.program()
        solution = solve(program)
    except FormatError as error:
        return _refused("unparsed", error, found)
    except TraceError as error:
        return _refused("broken", error, found)
    shaped = all(trace.fits_shape for trace in program)
    right = solution.answer == gold
    return Verdict(
        "correct" if right else "wrong_answer",
        "" if right else f"the trace gives {write_number(solution.answer)}, expected {write_number(gold)}",
        "" if right else "wrong_answer",
        answer=solution.answer,
        experts=found,
        fits_shape=shaped,
        identities=solution.identities,
    )


def _gold(answer: Fraction | int | str) -> Fraction:
    if isinstance(answer, str):
        return read_number(answer)
    if isinstance(answer, Rational):
        return Fraction(answer)
    raise ValueError(f"{answer!r} is not an exact number; give a text such as 7.4 or 2/3, an integer or a Fraction")


def _refused(outcome: str, error: Refusal, experts: tuple[str, ...]) -> Verdict:
    return Verdict(outcome, str(error), error.code, error.part, error.step, experts=experts)


def completion_text(completion: object) -> object:
    """Return the text of a completion: a string as it is, or the content of the last message of a list."""
    if isinstance(completion, list) and completion and isinstance(completion[-1], dict):
        return completion[-1].get("content")
    return completion


def judge_all(completions: Iterable[Any], experts: Iterable[Any], answers: Iterable[Any]) -> list[Verdict]:
    """Judge a batch: one verdict per completion; completions are strings or lists of messages."""
    return [
        judge(completion_text(text), names, gold)
        for text, names, gold in zip(completions, experts, answers, strict=True)
    ]


def trace_reward(
    completions: list[Any], answer: list[str], experts: list[Any] | None = None, **_columns: Any
) -> list[float]:
    """Return one reward per completion, 0.0 to 1.0: a reward function for TRL.

    `answer` and `experts` are columns of the dataset; without `experts` any expert is accepted.

    >>> trace_reward(["no trace"], answer=["42"])
    [0.0]
    """
    return [verdict.reward for verdict in judge_all(completions, experts or [None] * len(completions), answer)]


def compute_score(
    data_source: str,  # noqa: ARG001  # verl passes it by name
    solution_str: str,
    ground_truth: str,
    extra_info: dict[str, Any] | None = None,
) -> float:
    """Return the reward of one completion: a reward function for verl; `extra_info` may hold `experts`."""
    return judge(solution_str, (extra_info or {}).get("experts"), ground_truth).reward
