"""Parses pattern files into patterns.

A pattern is a question, its slots, the trace that answers it, and the closed form of the answer. Its name is the
file's stem and its expert is the folder. Pattern files are untrusted: they cannot run code, read files or run for long.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from solver import arrow
from solver.columns import ColumnState
from solver.constants import Constant
from solver.document import Node, Odd, check_plain, load
from solver.experts import EXPERTS
from solver.grounding import FIELDS
from solver.machine import Solution, solve
from solver.number import MAX_LITERAL
from solver.ops import Init, Query
from solver.program import Program
from solver.refusal import InputError, TraceError, did_you_mean
from solver.text import Outline, write

from .condition import Condition, read_conditions
from .expression import Expression
from .filters import Form, in_figures, written
from .header import KEYS, Header, read_header
from .joint import SEARCH, Search, joined
from .permutation import Permutation
from .render import Plan, Ref, trace_plan
from .slots import MAX_VALUES, Derived, Draw, Numbers, Slot, Words, read_slots, space
from .trace_reader import TraceReader
from .vocabulary import Vocabularies
from .wording import Wording, front_line, read_wording, split

COMPOSITION = "composition"
FOLDERS = (*EXPERTS, COMPOSITION)
PARTS = ("slots", "trace", "answer")
"""The keys that every pattern has."""
WHERE = "where"
"""The key of the conditions that the numbers of a pattern satisfy."""
NONE: Mapping[str, Slot] = MappingProxyType({})
"""No slots of a wording's own."""

SYMBOL = re.compile(r"\$([a-z][a-z0-9_]*)")
"""A slot in a trace: `$name`."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """A pattern; `source` is the text of its file, and the wordings ask its question (P3)."""

    expert: str
    name: str
    source: str
    slots: dict[str, Slot]
    outline: Outline
    wordings: tuple[Wording, ...]
    answer: Expression
    program: Program = field(repr=False)
    """The trace, with `$slot` symbols in place of names and numbers."""
    symbols: tuple[str, ...] = field(repr=False)
    """The distinct scalars of the trace with a `$` in them, in order."""
    constants: tuple[Constant, ...] = field(default=(), repr=False)
    """The named constants of the user's folder, which it may use beside the shipped ones."""
    header: Header = field(default_factory=Header)
    conditions: tuple[Condition, ...] = ()
    """The conditions that its numbers satisfy in every row."""
    _values: dict[str, pa.Array | None] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The pattern's id, `expert/name`."""
        return f"{self.expert}/{self.name}"

    @property
    def bodies(self) -> tuple[str, ...]:
        """The texts of the wordings in Jinja2."""
        return tuple(wording.body for wording in self.wordings)

    @cached_property
    def questions(self) -> tuple[Plan, ...]:
        """The plans of the wordings."""
        return tuple(wording.plan for wording in self.wordings)

    @cached_property
    def space(self) -> int:
        """The number of distinct questions per wording."""
        return space(self.slots)

    @cached_property
    def order(self) -> Permutation:
        """The pattern's own order of its rows, the same for every seed; the splits are slices of it."""
        return Permutation(self.space, f"wirework order {self.id}")

    @property
    def index_type(self) -> type:
        """The numpy type of the indices of rows: 64-bit integers, or Python's if the space is larger."""
        return np.int64 if self.order.fast else object

    @cached_property
    def trace(self) -> Plan:
        """The plan of the canonical trace."""
        return trace_plan(write(self.program))

    @cached_property
    def reader(self) -> TraceReader:
        """The reader of the pattern's emitted traces."""
        return TraceReader(self.program, self.symbols)

    @property
    def experts(self) -> tuple[str, ...]:
        """The experts of the sub-traces in order."""
        return self.outline.experts

    @property
    def words(self) -> list[str]:
        """The step words of all sub-traces."""
        return [word for trace in self.program for word in trace.words]

    @property
    def difficulty(self) -> int:
        """The number of steps that compute: all but `init` and `query`."""
        return sum(word not in (Init.op, Query.op) for word in self.words)

    @cached_property
    def operands(self) -> tuple[tuple[str, Fraction | str], ...]:
        """The numbers and number slots that steps take, each with its field."""
        found = [(key, getattr(step, key, None)) for trace in self.program for step in trace.steps for key in FIELDS]
        return tuple(
            (key, item)
            for key, value in found
            for item in (value if isinstance(value, tuple) else (value,))
            if isinstance(item, Fraction)
            or (isinstance(item, str) and (key == "value" or (SYMBOL.fullmatch(item) and self.is_number(item))))
        )

    @cached_property
    def literals(self) -> tuple[Fraction, ...]:
        """The distinct numbers that the trace itself states."""
        return tuple(dict.fromkeys(item for _, item in self.operands if isinstance(item, Fraction)))

    def draw(self, indices: np.ndarray) -> Draw:
        """Return the slots of rows, given by their indices in the pattern's own order, as columns."""
        return Draw(self.slots, self.order(indices))

    @cached_property
    def ends(self) -> dict[str, tuple[int, int]]:
        """The least and greatest value of each integer slot whose range is known; other slots are left out."""
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

    def slot(self, name: str, own: Mapping[str, Slot] = NONE) -> Slot:
        """Return a slot of the pattern, or one of a wording's own."""
        return own.get(name) or self.slots[name]

    def kind(self, name: str, own: Mapping[str, Slot] = NONE) -> str:
        """Return whether a slot, perhaps one of a wording's own, is a number, a word, or a person with a pronoun."""
        slot = self.slot(name, own)
        if not isinstance(slot, Words):
            return "number"
        return "person" if slot.vocabulary.persons else "word"

    def texts(self, ref: Ref, own: Mapping[str, Slot] = NONE) -> pa.Array:
        """Return all texts of a slot in a form, one per value; of a computed slot in figures, those of both ends.

        Raises InputError if some value has no such form, or if a computed slot in letters has too many values.
        """
        slot = self.slot(ref.slot, own)
        if isinstance(slot, Words):
            return slot.vocabulary.column(ref.form)
        if isinstance(slot, Numbers):
            return _written(slot, ref.form)
        if in_figures(ref.form):
            ends = self.ends.get(ref.slot, (0, 10**MAX_LITERAL // 10))
            return written(arrow.texts(map(str, ends)), ref.form)
        values = self.values(ref.slot)
        if values is None:
            raise InputError(f"it has too many values to try {ref.form[0].name} on all; leave the filter out")
        return written(values, ref.form)

    def values(self, name: str) -> pa.Array | None:
        """Return the texts of all values of a computed slot, or None if there are too many to compute."""
        if name not in self._values:
            used = {name}
            for above, slot in reversed(self.slots.items()):  # a computed slot stands behind those it uses
                if above in used and isinstance(slot, Derived):
                    used |= set(slot.expression.names)
            slots = {used_name: slot for used_name, slot in self.slots.items() if used_name in used}
            size = space(slots)
            few = size <= MAX_VALUES
            self._values[name] = Draw(slots, np.arange(size)).text(name).unique() if few else None
        return self._values[name]

    def is_number(self, symbol: str) -> bool:
        """Return whether a `$slot` symbol is a number slot."""
        return not isinstance(self.slots.get(symbol[1:], None), Words | None)

    def run(self, numbers: Mapping[str, Any]) -> Solution:
        """Run the trace on columns of the number slots and return its solution; raise TraceError."""
        symbols = {symbol: numbers[symbol[1:]] if self.is_number(symbol) else symbol for symbol in self.symbols}
        return solve(self.outline.program(symbols), ColumnState)

    def solved(self, numbers: Mapping[str, Any]) -> Any:
        """Run the trace on columns of the number slots and return the column of answers; raise TraceError."""
        return self.run(numbers).answer


def read_pattern(
    expert: str,
    name: str,
    source: str,
    vocabularies: Vocabularies,
    constants: tuple[Constant, ...] = (),
    *,
    most: int | None = None,
    search: Search = SEARCH,
    keep: bool = False,
) -> Pattern:
    """Parse a pattern file; raise InputError or Refusal if it cannot be parsed.

    `most` limits it to that many training wordings, from the first, and leaves out the held-out ones. `search` bounds the
    tuples that satisfy its conditions, and `keep` keeps them for later runs.
    """
    if expert not in FOLDERS:
        raise InputError(f"no expert {expert}; {did_you_mean(expert, FOLDERS)}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError("a pattern's name is lower-case letters, digits and _")
    front, parts = split(source)
    if most is not None:
        parts = [part for part in parts if not part.held_out][:most]
    document = load(front, first_line=front_line(source))
    if not isinstance(document, dict):
        raise InputError("the front matter is not a mapping; write slots, trace and answer")
    for key in document:
        if key not in (*PARTS, WHERE, *KEYS):
            raise InputError(f"unknown key {key}; {did_you_mean(key, (*PARTS, WHERE, *KEYS))}").at(key)
        if key != "trace" or isinstance(document[key], Odd):  # steps name their own faults
            check_plain(document[key], (key,))
    slots = read_slots(document.get("slots", {}), vocabularies)
    conditions = read_conditions(document[WHERE], slots) if WHERE in document else ()
    outline = _outline(expert, document.get("trace", []))
    answer = document.get("answer")
    if not isinstance(answer, str):
        raise InputError("answer is missing; write the closed form over the slots").at("answer")
    symbols = tuple(dict.fromkeys(_symbols(outline)))
    try:
        program = outline.program({symbol: symbol for symbol in symbols})
    except TraceError as error:
        raise _with_sign(error, slots) from None
    wordings = tuple(read_wording(part, slots, vocabularies) for part in parts)
    return Pattern(
        expert,
        name,
        source,
        joined(slots, conditions, f"{expert}/{name}", search, source if keep else None) if conditions else slots,
        outline,
        wordings,
        _answer(answer),
        program,
        symbols,
        constants,
        read_header(document),
        conditions,
    )


@lru_cache(maxsize=64)  # several checks ask, one after another
def _written(slot: Numbers, form: Form) -> pa.Array:
    """Return all numbers of a slot in a form."""
    return written(slot.texts, form)


def _with_sign(error: TraceError, slots: Mapping[str, Slot]) -> TraceError:
    """Return a refusal of a slot's name as a number, with the form of the slot as a fix."""
    found = re.search(r"'(\w+)' is not a number", error.reason)
    if not found or found[1] not in slots:
        return error
    told = TraceError(error.code, f"{error.reason}, or ${found[1]} for the slot")
    told.part, told.step = error.part, error.step
    return told


def _answer(form: str) -> Expression:
    try:
        return Expression(form)
    except ValueError as error:
        raise InputError(f"answer: {error}").at("answer") from None


def _outline(expert: str, node: Node) -> Outline:
    if not isinstance(node, list) or not node:
        raise InputError("trace is missing or not a list of steps; write - {op: ..., ...} for each").at("trace")
    if expert != COMPOSITION:
        return Outline(((expert, {"expert": expert, "trace": node}),), composed=False)
    parts = []
    for number, part in enumerate(node):
        if not isinstance(part, dict) or not isinstance(part.get("expert"), str):
            fault = "a composition's trace is a list of parts; write - {expert: ..., trace: [...]} for each"
            raise InputError(fault).at("trace", number)
        parts.append((str(part["expert"]), part))
    return Outline(tuple(parts), composed=True)


def _symbols(node: Any) -> Iterable[str]:
    """Yield the scalars with a `$` in them, in a node or an outline and their descendants."""
    if isinstance(node, str) and "$" in node:
        yield node
    children = node.parts if isinstance(node, Outline) else node.values() if isinstance(node, dict) else node
    for child in children if not isinstance(children, str | Odd) else ():
        yield from _symbols(child)
