"""Patterns: one file each, loaded and checked once.

A pattern is a question, what varies in it, the trace that answers it, and the answer's closed form. Its name
is the file's stem, its expert the folder; nothing registers it. Every check raises one InputError that names
the file and the mend, and nothing in a file can run code, read files or run for long.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from solver import arrow
from solver.columns import ColumnState
from solver.document import Node, Odd, load
from solver.experts import EXPERTS
from solver.machine import solve
from solver.number import MAX_LITERAL
from solver.numerals import MAX_WORDS
from solver.ops import Init, Query
from solver.program import Program
from solver.refusal import InputError, did_you_mean
from solver.text import Outline, write

from .expression import Expression
from .filters import written
from .permutation import Permutation
from .render import Plan, Ref, question_plan, trace_plan
from .slots import Derived, Draw, Numbers, Slot, Vocabularies, Words, read_slots, space
from .trace_reader import TraceReader

COMPOSITION = "composition"
FOLDERS = (*EXPERTS, COMPOSITION)
MAX_FILE = 16_384
"""Bytes of the longest pattern file."""

SYMBOL = re.compile(r"\$([a-z][a-z0-9_]*)")
"""A slot in a trace."""

_PART = re.compile(r"^---[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Pattern:
    """A checked pattern; `source` is the file's text, from which it can be made again."""

    expert: str
    name: str
    source: str
    slots: dict[str, Slot]
    outline: Outline
    bodies: tuple[str, ...]
    questions: tuple[Plan, ...]
    answer: Expression
    program: Program = field(repr=False)
    """The trace with `$slot` symbols for names and numbers."""

    @property
    def id(self) -> str:
        """The pattern's id, `expert/name`."""
        return f"{self.expert}/{self.name}"

    @cached_property
    def space(self) -> int:
        """How many distinct questions of one phrasing the pattern has."""
        return space(self.slots)

    @cached_property
    def order(self) -> Permutation:
        """The pattern's own order, which cuts its space into splits once and for all."""
        return Permutation(self.space, f"wirework order {self.id}")

    @cached_property
    def trace(self) -> Plan:
        """The plan of the canonical trace text."""
        return trace_plan(write(self.program))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """All written scalars with a `$` in them, in order of appearance."""
        return tuple(dict.fromkeys(_symbols(self.outline)))

    @cached_property
    def reader(self) -> TraceReader:
        """The reader of the pattern's emitted traces."""
        return TraceReader(self.program, self.symbols)

    @property
    def experts(self) -> tuple[str, ...]:
        """The experts of the trace's parts in order."""
        return self.outline.experts

    @property
    def words(self) -> list[str]:
        """The step words of all parts."""
        return [word for trace in self.program for word in trace.words]

    @property
    def difficulty(self) -> int:
        """How many steps work something out."""
        return sum(word not in (Init.op, Query.op) for word in self.words)

    def draw(self, places: np.ndarray) -> Draw:
        """Return the slots at places of the pattern's own order, as columns."""
        return Draw(self.slots, self.order(places))

    @cached_property
    def ends(self) -> dict[str, tuple[int, int]]:
        """The least and greatest value of each slot of integers; words, and what decimals leave open, are not in it."""
        known: dict[str, tuple[int, int]] = {}
        for name, slot in self.slots.items():
            ends = None
            if isinstance(slot, Numbers) and slot.column.exact and slot.column.scale == 1:
                ends = int(slot.column.units.min()), int(slot.column.units.max())
            elif isinstance(slot, Derived):
                ends = slot.expression.interval(known)
            if ends:
                known[name] = ends
        return known

    def texts(self, ref: Ref) -> pa.Array:
        """Return a slot's texts in a form: all, or where it is worked out such that none it can have is longer."""
        slot = self.slots[ref.slot]
        if isinstance(slot, Words):
            return slot.vocabulary.column(ref.form)
        if isinstance(slot, Numbers):
            return written(slot.texts, ref.form)
        if ref.form == "words" and ref.slot not in self.ends:
            raise InputError(
                f"words writes whole numbers of 0 to {MAX_WORDS}, and {ref.slot} may be others; leave it out"
            )
        low, high = self.ends.get(ref.slot, (0, 10**MAX_LITERAL // 10))
        numbers = range(max(low, -1), min(high, MAX_WORDS + 1) + 1) if ref.form == "words" else (low, high)
        return written(arrow.texts(map(str, numbers)), ref.form)

    def is_number(self, symbol: str) -> bool:
        """Return whether a `$slot` symbol stands for a number."""
        return not isinstance(self.slots.get(symbol[1:], None), Words | None)

    def solved(self, numbers: Mapping[str, Any]) -> Any:
        """Return the trace's answer as a column, for columns of the number slots; raise TraceError."""
        symbols = {symbol: numbers[symbol[1:]] if self.is_number(symbol) else symbol for symbol in self.symbols}
        return solve(self.outline.program(symbols), ColumnState).answer


def read_pattern(expert: str, name: str, source: str, vocabularies: Vocabularies) -> Pattern:
    """Return the pattern that a file's text writes; raise InputError or Refusal at what cannot be read."""
    if expert not in FOLDERS:
        raise InputError(f"no expert {expert}; {did_you_mean(expert, FOLDERS)}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError("a pattern's name is lower-case letters, digits and _")
    front, bodies = _split(source)
    document = load(front)
    if not isinstance(document, dict):
        raise InputError("the front matter is no mapping; write slots, trace and answer")
    for key in document:
        if key not in ("slots", "trace", "answer"):
            raise InputError(f"unknown key {key}; {did_you_mean(key, ('slots', 'trace', 'answer'))}")
    slots = read_slots(document.get("slots", {}), vocabularies)
    outline = _outline(expert, document.get("trace", []))
    answer = document.get("answer")
    if not isinstance(answer, str):
        raise InputError("answer is missing; write the closed form over the slots")
    symbols = {symbol: symbol for symbol in _symbols(outline)}
    return Pattern(
        expert,
        name,
        source,
        slots,
        outline,
        bodies,
        tuple(map(question_plan, bodies)),
        Expression(answer),
        outline.program(symbols),
    )


def _split(source: str) -> tuple[str, tuple[str, ...]]:
    if len(source.encode()) > MAX_FILE:
        raise InputError(f"more than {MAX_FILE} bytes")
    before, *parts = _PART.split(source)
    if before.strip() or len(parts) < 2:
        raise InputError("no front matter; write ---, slots, trace and answer, ---, and the question")
    bodies = tuple(part.strip("\n") for part in parts[1:])
    if not all(body.strip() for body in bodies) or any("\n" in body for body in bodies):
        raise InputError("a question is one line of text behind ---")
    return parts[0], bodies


def _outline(expert: str, node: Node) -> Outline:
    if not isinstance(node, list) or not node:
        raise InputError("trace is missing or not a list of steps")
    if expert != COMPOSITION:
        return Outline(((expert, {"expert": expert, "trace": node}),), composed=False)
    parts = []
    for part in node:
        if not isinstance(part, dict) or not isinstance(part.get("expert"), str):
            raise InputError("a composition's trace is a list of {expert, trace}")
        parts.append((str(part["expert"]), part))
    return Outline(tuple(parts), composed=True)


def _symbols(node: Any) -> Iterable[str]:
    """Yield the scalars below a node, or below an outline's nodes, that have a `$` in them."""
    if isinstance(node, str) and "$" in node:
        yield node
    children = node.parts if isinstance(node, Outline) else node.values() if isinstance(node, dict) else node
    for child in children if not isinstance(children, str | Odd) else ():
        yield from _symbols(child)
