"""The slots of patterns: parses slots, and draws them as columns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, cast

import numpy as np
import pyarrow as pa

from solver import arrow
from solver.columns import Column
from solver.document import Node
from solver.number import read_number
from solver.refusal import InputError, did_you_mean

from .expression import Expression
from .filters import Form, count_of, written
from .vocabulary import Vocabularies, Vocabulary

SLOT = re.compile(r"[a-z][a-z0-9_]*")
MAX_VALUES = 100_000
"""The most values that the ranges of a file may have together."""
MAX_OPERATIONS = 200
"""The most operations + - * / // % in all derived slots of a file."""

_RANGE = re.compile(r"(\S+?)\.\.(\S+)(?: by (\S+))?")


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A slot that draws a number from a range or list.

    Slots that conditions join are drawn together: `places` has the place of the slot's value in each of their tuples.
    """

    column: Column
    texts: pa.Array
    places: np.ndarray | None = None

    @property
    def size(self) -> int:
        """The number of values that it can have."""
        return len(self.column)


@dataclass(frozen=True, slots=True)
class Words:
    """A slot that draws a word.

    Slots of the same vocabulary draw different words, so each has one word fewer than the one before it. `before` names
    the earlier slots of the vocabulary.
    """

    vocabulary: Vocabulary
    before: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.vocabulary.words) - len(self.before)


@dataclass(frozen=True, slots=True)
class Derived:
    """A slot that is computed from other slots."""

    expression: Expression

    @property
    def size(self) -> int:
        return 1


Slot = Numbers | Words | Derived


def read_slots(node: Node, vocabularies: Vocabularies) -> dict[str, Slot]:
    """Parse the slots of a pattern; derived slots come after the slots they use. Raises InputError naming the slot."""
    if not isinstance(node, dict) or not node:
        raise InputError("slots is missing or not a mapping; write name: 5..25, a vocabulary or = expression").at(
            "slots"
        )
    slots: dict[str, Slot] = {}
    for name, form in node.items():
        slots[name] = _named_slot(name, form, vocabularies, slots)
    drawn: dict[str, Slot] = {name: slot for name, slot in slots.items() if not isinstance(slot, Derived)}
    derived = {name: slot for name, slot in slots.items() if isinstance(slot, Derived)}
    operations = sum(slot.expression.operations for slot in derived.values())
    if operations > MAX_OPERATIONS:
        raise InputError(f"the slots' expressions have {operations} operations together; at most {MAX_OPERATIONS}").at(
            "slots"
        )
    return _in_order(drawn, derived)


def read_own_slots(node: Node, slots: Mapping[str, Slot], vocabularies: Vocabularies) -> dict[str, Slot]:
    """Parse the slots of a wording's own, beside the pattern's; raise InputError naming the slot.

    They are drawn, never computed. A word differs from the pattern's words of its vocabulary.
    """
    if not isinstance(node, dict) or not node:
        raise InputError("slots of a wording are one mapping on one line; write slots: {age: 6..12, friend: person}")
    own: dict[str, Slot] = {}
    for name, form in node.items():
        if name in slots:
            raise InputError(f"slot {name} is one of the pattern's slots; choose another name")
        own[name] = _named_slot(name, form, vocabularies, {**slots, **own})
        if isinstance(own[name], Derived):
            raise InputError(f"slot {name}: a wording's own slot is drawn; write a range, a list or a vocabulary")
    return own


def _in_order(known: dict[str, Slot], derived: dict[str, Derived]) -> dict[str, Slot]:
    """Return the slots with each derived slot after those it uses; raise InputError at a cycle or an unknown name."""
    while derived:
        ready = [name for name, slot in derived.items() if known.keys() >= set(slot.expression.names)]
        if not ready:
            name, slot = next(iter(derived.items()))
            used = next(used for used in slot.expression.names if used not in known)
            fault = (
                "is computed from itself; compute it from other slots"
                if used in derived
                else f"uses {used}; {did_you_mean(used, known)}"
            )
            raise InputError(f"slot {name} {fault}").at("slots", name)
        for name in ready:
            slot = derived.pop(name)
            word = next((used for used in slot.expression.names if isinstance(known[used], Words)), None)
            if word is not None:
                raise InputError(f"slot {name} computes with {word}, which is a word; compute with number slots").at(
                    "slots", name
                )
            known[name] = slot
    return known


def _named_slot(name: str, form: Node, vocabularies: Vocabularies, slots: Mapping[str, Slot]) -> Slot:
    """Parse one slot; `slots` are those above it. Raises InputError naming it."""
    if not SLOT.fullmatch(name) or name == "self":  # Jinja2 reserves `self`
        raise InputError(f"slot {name!r}: a name is lower-case letters, digits and _").at("slots", name)
    try:
        return _read_slot(form, vocabularies, slots)
    except ValueError as error:
        raise InputError(f"slot {name}: {error}").at("slots", name) from None


def _read_slot(form: Node, vocabularies: Vocabularies, slots: Mapping[str, Slot]) -> Slot:
    """Parse one slot; `slots` are those above it. Raises ValueError."""
    if isinstance(form, list):
        return _read_list(form)
    if not isinstance(form, str):
        raise InputError("neither text nor a list; write low..high, a list of numbers, a vocabulary or = expression")
    if form.startswith("="):
        return Derived(Expression(form[1:]))
    if found := _RANGE.fullmatch(form):
        first, last, step = (read_number(text or "1") for text in found.groups())
        left = MAX_VALUES - sum(slot.size for slot in slots.values() if isinstance(slot, Numbers))
        if step <= 0 or last < first or (last - first) / step >= left:
            above = "" if left == MAX_VALUES else " beside the slots above it"
            raise InputError(f"{form} is not a range of 1 to {left} values{above}; write low..high by step")
        return _range(first, step, int((last - first) / step) + 1)
    if form not in vocabularies:
        hint = _hint(form) or did_you_mean(form, vocabularies)
        raise InputError(f"{form!r} is not a range, list, expression or vocabulary; {hint}")
    return _read_words(vocabularies[form], slots)


def _hint(form: str) -> str:
    """Return how to write a form that looks like a range or an expression, or "" for one that does not."""
    if form[:1].isdigit():
        return "write [3, 4, 5] for a list" if "," in form else "write low..high by step"
    if form.startswith("range"):
        return "write low..high by step"
    return f"write = {form}" if re.search(r"[-+*/%]", form) else ""


def _read_list(items: list[Node]) -> Numbers:
    values = [read_number(item if isinstance(item, str) else repr(item)) for item in items]
    if not values or len(set(values)) < len(values):
        raise InputError("a list holds different numbers, at least one")
    return _numbers(Column.of(values))


def _read_words(vocabulary: Vocabulary, slots: Mapping[str, Slot]) -> Words:
    if not vocabulary.words:
        raise InputError(f"vocabulary {vocabulary.name} has a fault of its own; mend it first")
    before = tuple(n for n, slot in slots.items() if isinstance(slot, Words) and slot.vocabulary is vocabulary)
    if len(before) >= len(vocabulary.words):
        raise InputError(f"vocabulary {vocabulary.name} has no word left; it has {len(vocabulary.words)}, add more")
    return Words(vocabulary, before)


def _range(first: Fraction, step: Fraction, size: int) -> Numbers:
    """Return the slot of the numbers first, first + step, ...; as one column, since 100,000 fractions are slow to make."""
    return _numbers(Column(np.arange(size)) * step + first)


def _numbers(column: Column) -> Numbers:
    return Numbers(column, column.text())


class Draw:
    """The slots of many rows, as columns that are computed on first use.

    `assignments` has a number below the pattern's space for each row. Its digits, in mixed radix, select the values of
    the slots, but of those in `own`, which has the digits of slots that are no part of the space.
    """

    def __init__(self, slots: Mapping[str, Slot], assignments: np.ndarray, own: Mapping[str, np.ndarray] | None = None):
        self.slots = slots
        self.assignments = assignments
        self.own = dict(own or {})
        self.rows = len(assignments)
        self.numbers: dict[str, Column] = _Lazy(self._number)
        self.words: dict[str, np.ndarray] = _Lazy(self._word)
        self._digits = dict(self.own)
        self._tuples: np.ndarray | None = None
        rest = assignments
        for name, size in choices({name: slot for name, slot in slots.items() if name not in self.own}).items():
            self._digits[name] = (rest % size).astype(np.int64)
            rest = rest // size
            self._tuples = self._digits[name] if _joins(slots[name]) else self._tuples
        for name, slot in slots.items():
            if isinstance(slot, Numbers) and slot.places is not None and self._tuples is not None:
                self._digits[name] = slot.places[self._tuples].astype(np.int64)

    def _number(self, name: str) -> Column:
        slot = self.slots[name]
        if isinstance(slot, Numbers):
            return slot.column.take(self._digits[name])
        try:
            value = cast("Derived", slot).expression(self.numbers)
        except ArithmeticError as error:
            raise ArithmeticError(f"slot {name}: {error}") from None
        return value if isinstance(value, Column) else Column.of([value] * self.rows)

    def _word(self, name: str) -> np.ndarray:
        """Return the index of each row's word; the digit indexes the words that earlier slots have not drawn."""
        index = self._digits[name]
        drawn = [self.words[earlier] for earlier in cast("Words", self.slots[name]).before]
        for used in np.sort(np.stack(drawn), axis=0) if drawn else ():
            index = index + (index >= used)
        return index

    def slice(self, row: int) -> "Draw":
        """Return the draw of one row."""
        return self.take(np.array([row]))

    def take(self, rows: np.ndarray) -> "Draw":
        """Return the draw of some rows, given by their positions."""
        return Draw(self.slots, self.assignments[rows], {name: digits[rows] for name, digits in self.own.items()})

    def with_own(self, slots: Mapping[str, Slot], digits: Mapping[str, np.ndarray]) -> "Draw":
        """Return the draw with more slots, given by their digits; the numbers computed so far are kept."""
        draw = Draw({**self.slots, **slots}, self.assignments, digits)
        draw.numbers.update(self.numbers)
        return draw

    def text(self, name: str, form: Form = ()) -> pa.Array:
        """Return the column of a slot's texts: canonical numbers or words, in a form."""
        slot = self.slots[name]
        if isinstance(slot, Words):
            texts, where = self.texts(name, form)
            return texts.take(arrow.integers(where))
        if isinstance(slot, Numbers):
            return written(slot.texts.take(arrow.integers(self._digits[name])), form)
        return written(self.numbers[name].text(), form)

    def texts(self, name: str, form: Form = ()) -> tuple[pa.Array, np.ndarray]:
        """Return texts of a slot in a form, and the place among them of each row's text."""
        slot = self.slots[name]
        if isinstance(slot, Words):
            where = self.words[name]
            if count := count_of(form):
                where = where + len(slot.vocabulary.words) * (self.numbers[count] == 1)
            return slot.vocabulary.column(form), where
        if isinstance(slot, Numbers) and not form:
            return slot.texts, self._digits[name]
        return self.text(name, form), np.arange(self.rows)

    def number_key(self) -> np.ndarray:
        """Return one integer per row, equal for exactly those rows whose drawn numbers are all equal."""
        key = np.zeros(self.rows, dtype=np.int64)
        size = 1
        for name, choice in choices(self.slots).items():
            if isinstance(self.slots[name], Numbers):
                size *= choice
                joint = self._tuples if _joins(self.slots[name]) else None
                digits = self._digits[name] if joint is None else joint
                key = (key if size < 2**62 else key.astype(object)) * choice + digits
        return key


class _Lazy(dict[str, Any]):
    """A dict that computes missing values and keeps them."""

    def __init__(self, compute: Callable[[str], Any]):
        super().__init__()
        self._compute = compute

    def __missing__(self, name: str) -> Any:
        self[name] = value = self._compute(name)
        return value


def choices(slots: Mapping[str, Slot]) -> dict[str, int]:
    """Return the number of values of each slot that is drawn; slots that are joined have one entry, their tuples."""
    found: dict[str, int] = {}
    joint = False
    for name, slot in slots.items():
        if isinstance(slot, Numbers) and slot.places is not None:
            if not joint:
                found[name] = len(slot.places)
            joint = True
        elif not isinstance(slot, Derived):
            found[name] = slot.size
    return found


def _joins(slot: Slot) -> bool:
    """Return whether a slot is drawn together with others."""
    return isinstance(slot, Numbers) and slot.places is not None


def space(slots: Mapping[str, Slot]) -> int:
    """Return the number of assignments of the slots."""
    return prod(choices(slots).values())
