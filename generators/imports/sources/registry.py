"""The sources that can be imported, as the entries of `sources.yaml`."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from solver.files import read_text
from solver.licence import Licensed, licensed
from solver.refusal import InputError, did_you_mean

Format = Literal["annotations", "equation", "slots", "python", "trace", "none"]
"""How a program is written; `none` has answers alone."""
FORMATS: dict[str, str] = {
    "annotations": "calculator annotations `<<4*3=12>>`, in prose, as a list, or alone",
    "equation": "an equation with at most one unknown: `x=(22.0-14.0)/4.0`, `5+7=12`",
    "slots": "a program on the question's numbers: `divide(multiply(n0,n1),n2)`, `[N0] [N1] *`, `- number0 number1`",
    "python": "straight-line Python; it is read and never run",
    "trace": "a trace in wirework's notation; a question may have several that differ",
    "none": "no program: questions and answers alone, for evaluation",
}
"""The formats of programs."""
NUMBERS = "numbers"
"""The column whose numbers are put back for `number0` in a question."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a source's entries."""

    question: tuple[str, ...]
    """Joined to the question."""
    program: tuple[str, ...] = ()
    """The first that the data has is read."""
    answer: tuple[str, ...] = ()
    """One column, or two: options, and the letter of the right one. None if the program's value is the answer."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A source: its columns and format, its place on the Hub, and its licence."""

    name: str
    columns: Columns
    format: Format
    language: tuple[str, ...] = ()
    """The codes of the languages of its questions; empty where that is not known."""
    licence: str
    notice: str
    """The line that the licence asks for in every copy: whose work it is."""
    terms: str = ""
    """The terms of a licence of its own."""
    derivatives: bool | None = None
    """Whether a licence of its own lets changed copies be passed on."""
    derived_from: tuple[str, ...] = ()
    """The names of the sources that it was made from, whose licences hold, too."""
    citation: str = ""
    use: Literal["train", "evaluation"] = "train"
    hub: str = ""
    config: str | None = None
    split: str | None = None
    """The split on the Hub, if it is not called like the one that is written."""
    verified: bool = False
    """Whether its address was checked."""
    tokenised: bool = False
    """Whether its words and stops are set apart by spaces."""
    ran: Literal["full data", "excerpt", "made data"] = "made data"
    """The data that imports of it were tried on: all, an excerpt, or data made after its published form."""

    def renamed(self, columns: list[str]) -> dict[str, str]:
        """Return the column that holds each needed one, whatever the case of its name; raise InputError if one is missing."""
        lower = {name.strip().lower(): name for name in reversed(columns)}

        def found(name: str) -> str | None:
            return name if name in columns else lower.get(name.lower())

        program = next((name for name in self.columns.program if found(name)), self.columns.program[:1])
        needed = [*self.columns.question, *([program] if isinstance(program, str) else program), *self.columns.answer]
        named = {name: found(name) for name in needed}
        missing = [name for name, column in named.items() if column is None]
        if missing:
            free = [name for name in columns if name not in named.values()]
            hints = [f"no column {name}; {did_you_mean(name, free)}" for name in missing]
            near = [hint for hint in hints if hint.endswith("?")]
            needs = f"{self.name} needs {_joined(named)}; there is {_joined(columns) or 'no column'}"
            raise InputError(" ".join(near if len(near) == len(missing) else [*near, needs]))
        numbers = found(NUMBERS)
        return {name: column for name, column in named.items() if column is not None} | (
            {NUMBERS: numbers} if numbers else {}
        )

    def licensed(self) -> tuple[Licensed, ...]:
        """Return the source with its licence, and those that it was made from."""
        own = licensed(self.name, self.licence, self.notice, self.terms, derivatives=self.derivatives)
        return own, *(one for name in self.derived_from for one in source(name).licensed())

    def for_evaluation(self) -> "Source":
        """Return the source without its program, which evaluation data does not need."""
        return msgspec.structs.replace(self, columns=msgspec.structs.replace(self.columns, program=()))


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


@cache
def sources() -> dict[str, Source]:
    """Return the shipped sources by name, in the order of their file."""
    path = Path(__file__).parent / "sources.yaml"
    found = msgspec.yaml.decode(read_text(path), type=dict[str, dict[str, object]])
    return {name: msgspec.convert(entry | {"name": name}, Source) for name, entry in found.items()}


def source(name: str) -> Source:
    """Return the source of a name; raise InputError if there is none."""
    if name not in sources():
        raise InputError(f"no source {name!r}; {did_you_mean(name, sources())}")
    return sources()[name]
