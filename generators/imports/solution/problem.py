"""A problem as a source gives it, and its result: a row with a trace, or the reason why it is dropped."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .step import Step


@dataclass(frozen=True)
class Problem:
    """A question, its solution as steps, and its gold answer."""

    id: str
    question: str
    answer: Fraction
    steps: list[Step] = field(default_factory=list)
    answer_from: str = ""
    """Why the answer is not the source's own: it has none, or rounds it."""
    trace: str = ""
    """The trace that the source wrote in place of a solution."""


@dataclass(frozen=True)
class Dropped:
    """A problem without a row, and the reason."""

    id: str
    reason: str
    question: str = ""
    row: "Row | None" = None
    """The row, if it only has another grade than was asked for, or an ungrounded number."""


@dataclass(frozen=True)
class Row:
    """A problem with its trace."""

    id: str
    question: str
    answer: str
    trace: str | None = None
    expert: str | None = None
    experts: tuple[str, ...] | None = None
    steps: int | None = None
    difficulty: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
