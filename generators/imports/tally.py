"""Counts what became of the problems of an import, for its manifest; tallies of parts of a source add up."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
import pyarrow as pa

from generators.files.manifest import DroppedFile
from generators.files.parquet import ShardRecord
from generators.imports.grading.grade import RULES, WIRINGS

from .recipe import ImportRecipe

CONTAMINATED = "contaminated"
"""The kind of the contamination gate's reason."""
_NO_EXPERT = "none"
"""Stands for the expert of an evaluation row, as in the solver's scores."""


class Tally(msgspec.Struct, kw_only=True):
    """Numbers of problems by what became of them; `solved` ones have a trace, `kept` ones a row."""

    counts: dict[str, int] = {}
    """By label, such as `kept`, `solved`, `solved: grade A`, `kept: expert percentage` or `dropped: twice`."""
    longest: dict[str, int] = {}
    """The greatest bound on the tokens of a row, by expert."""
    refused: list[str] = []
    """The ids that the contamination gate refused."""

    def row(self, expert: str | None, metadata: dict[str, Any], size: int) -> None:
        """Count a row, with a bound on its tokens."""
        name = expert or _NO_EXPERT
        self._add("kept", name, metadata)
        if expert:
            self._add("solved", name, metadata)
        self.longest[name] = max(size, self.longest.get(name, 0))

    def line(self, line: dict[str, Any]) -> None:
        """Count a line of dropped.jsonl."""
        kind = reason_kind(line["reason"])
        self._count(f"dropped: {kind}")
        if kind == CONTAMINATED:
            self.refused.append(line["id"])
        if "metadata" in line:
            self._add("solved", line["expert"], line["metadata"])

    def add(self, other: "Tally") -> None:
        """Add the tally of later problems."""
        for label, count in other.counts.items():
            self._count(label, count)
        for expert, size in other.longest.items():
            self.longest[expert] = max(size, self.longest.get(expert, 0))
        self.refused += other.refused

    def of(self, kind: str, name: str = "") -> dict[str, int]:
        """Return the counts under a kind of label, by the rest of the label: `of("kept", "expert ")`."""
        start = f"{kind}: {name}"
        found = {label.removeprefix(start): count for label, count in self.counts.items() if label.startswith(start)}
        return dict(sorted(found.items()))

    @property
    def kept(self) -> int:
        """The number of rows."""
        return self.counts.get("kept", 0)

    @property
    def dropped(self) -> int:
        """The number of dropped problems."""
        return sum(self.of("dropped").values())

    def _add(self, kind: str, expert: str, metadata: dict[str, Any]) -> None:
        self._count(kind)
        self._count(f"{kind}: expert {expert}")
        if "grade" in metadata:
            self._count(f"{kind}: grade {metadata['grade']}")
            self._count(f"{kind}: direct", int(not metadata.get("inferred")))
            self._count(f"{kind}: wiring {metadata['wiring']['how']}")

    def _count(self, label: str, count: int = 1) -> None:
        self.counts[label] = self.counts.get(label, 0) + count


class ImportRecord(ShardRecord, frozen=True, kw_only=True):
    """The record of a shard of an import: what became of its problems, and its part of dropped.jsonl."""

    tally: Tally
    dropped: DroppedFile


def tally_of(table: pa.Table, sizes: Iterable[int]) -> Tally:
    """Return the tally of rows, with a bound on the tokens of each."""
    found = Tally()
    names = (table.column(name).to_pylist() for name in ("expert", "metadata"))
    for expert, metadata, size in zip(*names, sizes, strict=True):
        found.row(expert, json.loads(metadata), size)
    return found


def funnel(recipe: ImportRecipe, tally: Tally) -> list[tuple[str, int]]:
    """Return what became of the problems: a label and a count each, all problems first."""
    count = tally.counts.get
    table = [("problems", tally.kept + tally.dropped)]
    if recipe.eval_only:
        table.append(("questions with an exact answer", tally.kept))
    else:
        table += [
            (f"a trace executes to the {'gold answer' if recipe.gold else 'value of the program'}", count("solved", 0)),
            ("... without an inferred step", count("solved: direct", 0)),
            *((f"wiring {how}", count(f"solved: wiring {how}", 0)) for how in WIRINGS),
            *((_grade(recipe, grade), count(f"solved: grade {grade}", 0)) for grade in RULES),
            *((f"expert {name}", number) for name, number in _most(tally.of("solved", "expert "))),
        ]
    return table + [(f"dropped: {kind}", number) for kind, number in _most(tally.of("dropped"))]


def _grade(recipe: ImportRecipe, grade: str) -> str:
    """Return the label of a grade, which says how to keep its rows if they were dropped."""
    return f"grade {grade}" if grade <= recipe.grade else f"grade {grade}, kept with --grade {grade}"


def reason_kind(reason: str) -> str:
    """Return what stands before the colon of a reason."""
    return reason.partition(":")[0]


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(Counter(counts).items(), key=lambda pair: (-pair[1], pair[0]))
