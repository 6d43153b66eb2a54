"""Judges one decoded row: the solver's verdict, the ladder's finding, and the claims that a report counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from finetune.runs.trained import UNKNOWN
from solver.grounding import Reading
from solver.plurals import counted
from solver.reward import Verdict, judge

from .ladder import find_break, unreadable

TRUNCATED = "truncated"
METRICS = {
    "accuracy": "right answer by the right expert",
    "answer": "right answer by any expert",
    "parsed": "a trace can be read",
    "valid": "the trace runs",
    "routing": "the right expert",
}
"""The rates of a report, and the condition that a row must meet."""

METRICS_OF_ANSWERS = {"accuracy": "right answer", "parsed": METRICS["parsed"], "valid": METRICS["valid"]}
"""Those of rows that expect no expert."""


@dataclass(frozen=True)
class Judged:
    """One row with the model's completion, the solver's verdict and the ladder's finding.

    A row without a gold trace has no expert, pattern, steps, routing or level. If no expert is expected, `accuracy` asks
    for the right answer alone, and `answer` is None.
    """

    id: str
    expert: str | None
    pattern: str | None
    steps: int | None
    question: str
    gold: str
    trained: str
    completion: str
    outcome: str
    reward: float
    reason: str
    level: str
    found: str
    emitted: str
    accuracy: bool
    answer: bool | None
    parsed: bool
    valid: bool
    routing: bool | None
    same_program: bool

    @property
    def failed(self) -> bool:
        """Whether the answer is wrong or comes from the wrong expert."""
        return not self.accuracy


def judge_row(row: dict[str, Any], prediction: dict[str, Any], reading: Reading) -> Judged:
    """Judge one row; a truncated completion is counted separately, not as wrong."""
    text = prediction["completion"]
    asked = partial(judge, text, answer=row["answer"], question=row["question"], **reading._asdict())
    verdict = asked(experts=row["experts"])
    free = verdict if verdict.outcome != "wrong_expert" else asked(experts=None)
    right = verdict.outcome == "correct"
    cut = prediction["truncated"] and not right
    broke = find_break(text, row["trace"]) if row["trace"] and not cut else None
    return Judged(
        id=row["id"],
        expert=row["expert"],
        pattern=f"{row['expert']}/{row['pattern']}" if row["pattern"] else None,
        steps=row["steps"],
        question=row["question"],
        gold=row["trace"] or "",
        trained=prediction.get("trained", UNKNOWN),
        completion=text,
        outcome=TRUNCATED if cut else verdict.outcome,
        reward=verdict.reward,
        reason=f"{_cut(prediction['tokens'])}; {verdict.reason}" if cut else verdict.reason,
        level=broke.level if broke else "",
        found=broke.found if broke else "",
        emitted=_emitted(verdict.experts),
        accuracy=right,
        answer=free.outcome == "correct" if row["experts"] else None,
        parsed=unreadable(text) is None,
        valid=free.outcome in ("correct", "wrong_answer"),
        routing=_routed(verdict, row["experts"]),
        same_program=right and bool(row["trace"]) and not broke,
    )


def _routed(verdict: Verdict, experts: list[str] | None) -> bool | None:
    """Return whether the trace names the expected experts, or None if none are expected."""
    return verdict.experts == tuple(experts) and verdict.outcome != "unparsed" if experts else None


def _cut(tokens: int | None) -> str:
    return "cut" if tokens is None else f"cut after {counted(tokens, 'token')}"


def _emitted(experts: tuple[str, ...]) -> str:
    if not experts:
        return "none"
    return "composition" if len(experts) > 1 else experts[0][:40]


def metrics_of(judged: Iterable[Judged]) -> dict[str, str]:
    """Return the metrics of rows with their meanings: without expected experts there is one kind of right answer."""
    routed = [row.routing is not None for row in judged]
    if all(routed):
        return METRICS
    if any(routed):
        return METRICS | {"accuracy": "right answer, by the right expert where one is expected"}
    return METRICS_OF_ANSWERS
