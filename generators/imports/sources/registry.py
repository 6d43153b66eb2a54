"""The sources that can be imported, each with a module that reads its entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from generators.imports.solution.problem import Dropped, Problem
from solver.refusal import InputError, did_you_mean

from . import gsm8k, svamp


class _Read(Protocol):
    def __call__(self, row_id: str, row: dict[str, Any], *, bare: bool = False) -> Problem | Dropped: ...


@dataclass(frozen=True)
class Source:
    """A source: its place on the Hub, its licence, and the reader of its entries."""

    name: str
    hub: str
    config: str | None
    licence: str
    notice: str
    """The copyright line that the licence asks for in every copy."""
    columns: tuple[str, ...]
    """The columns that an entry must have."""
    read_problem: _Read

    def renamed(self, columns: list[str]) -> dict[str, str]:
        """Return the column that holds each needed one, whatever the case of its name; raise InputError if one is missing."""
        lower = {name.strip().lower(): name for name in reversed(columns)}
        found = {name: name if name in columns else lower.get(name.lower()) for name in self.columns}
        missing = [name for name, column in found.items() if column is None]
        if missing:
            raise InputError(f"{self.name} needs {_joined(self.columns)}; there is {_joined(columns) or 'no column'}")
        return {name: column for name, column in found.items() if column is not None}


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


SOURCES = {
    one.name: one
    for one in (
        Source(
            "gsm8k",
            "openai/gsm8k",
            "main",
            "mit",
            "Copyright (c) 2021 OpenAI",
            ("question", "answer"),
            gsm8k.read_problem,
        ),
        Source(
            "svamp",
            "ChilleD/SVAMP",
            None,
            "mit",
            "Copyright (c) 2021 Arkil Patel",
            ("Body", "Question", "Equation", "Answer"),
            svamp.read_problem,
        ),
    )
}


def source(name: str) -> Source:
    """Return the source of a name; raise InputError if there is none."""
    if name not in SOURCES:
        raise InputError(f"no source {name!r}; {did_you_mean(name, SOURCES)}")
    return SOURCES[name]
