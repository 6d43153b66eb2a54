"""Finds the number tuples that satisfy a pattern's conditions, and joins their slots into one choice.

Candidates are tried in an order that the pattern's id alone decides, so that every machine finds the same tuples. If the
slots have few combinations, each is tried once. Otherwise every slot draws its value by a keyed hash of the candidate's
number, and a tuple that was found before is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from solver import arrow
from solver.refusal import InputError

from .condition import Condition, drawn_by
from .expression import Expression
from .kept_tuples import kept
from .permutation import Permutation, key_of, mix
from .ratio import Ratio, ratio
from .slots import Derived, Numbers, Slot

FEWEST = 32
"""The fewest tuples that a pattern with conditions may have."""
_FIRST, _MOST = 1 << 13, 1 << 17
"""The candidates of the first round, and of the largest: each round tries twice as many as the one before."""


@dataclass(frozen=True)
class Search:
    """The bounds of the search for tuples, which a recipe states, since rows depend on them."""

    tuples: int = 4_096
    """The most tuples that are found."""
    tries: int = 1 << 20
    """The most candidates that are tried."""


MAX_TUPLES, MAX_TRIES = 1 << 16, 1 << 22
"""The greatest bounds that a recipe may state, so that a stranger's cannot search for long."""
SEARCH = Search()
"""The bounds of this version."""


def joined(
    slots: Mapping[str, Slot], conditions: tuple[Condition, ...], name: str, search: Search, source: str | None = None
) -> dict[str, Slot]:
    """Return the slots, those that conditions use joined into one choice; raise InputError if they leave too few tuples.

    `name` is the pattern's id, the key of the order in which candidates are tried. The tuples are kept for later runs
    if `source` is given, the text of the pattern's file.
    """
    members = {member: slot for member in drawn_by(conditions, slots) if isinstance(slot := slots[member], Numbers)}
    candidates = _Candidates(members, name, search.tries)
    find = partial(_found, slots, conditions, candidates, search.tuples)
    found = find() if source is None else kept(f"{name} {search} {source}", find)
    if len(found) < FEWEST:
        raise InputError(
            f"where: {len(found)} of {candidates.count:,} tuples of {', '.join(members)} satisfy the conditions; "
            f"at least {FEWEST}, so widen the slots or loosen a condition"
        ).at("where")
    return dict(slots) | {member: _member(slot, found[:, at]) for at, (member, slot) in enumerate(members.items())}


def _member(slot: Numbers, digits: np.ndarray) -> Numbers:
    """Return a slot with the values that it has in the tuples, and the place of its value in each tuple."""
    occurs = np.bincount(digits, minlength=slot.size) > 0
    used = np.flatnonzero(occurs)
    places = (np.cumsum(occurs) - 1)[digits]
    return Numbers(
        slot.column.take(used), slot.texts.take(arrow.integers(used)), places.astype(np.min_scalar_type(len(used)))
    )


class _Candidates:
    """The tuples that are tried, each known by a number, from which the digit of every slot follows."""

    def __init__(self, members: Mapping[str, Numbers], name: str, tries: int):
        self.members = members
        size = prod(slot.size for slot in members.values())
        self.count = min(size, tries)
        self.each = Permutation(size, f"wirework where {name}") if size <= tries else None
        """The order of all combinations, or None if there are too many to try each."""
        self.keys = {member: key_of("where", name, member) for member in members}
        sizes = [slot.size for slot in members.values()]
        self.weights = {member: prod(sizes[:at]) for at, member in enumerate(members)}

    def numbers(self, start: int, stop: int) -> np.ndarray:
        """Return the numbers of the candidates from one place in the order to another."""
        places = np.arange(start, min(stop, self.count))
        return self.each(places) if self.each else places

    def digits(self, member: str, numbers: np.ndarray) -> np.ndarray:
        """Return the digit of a slot in each candidate: the place of its value."""
        size = self.members[member].size
        if self.each:
            return numbers // self.weights[member] % size
        return (mix(numbers.astype(np.uint64), self.keys[member]) % np.uint64(size)).astype(np.int64)


class _Values(dict[str, Ratio]):
    """The numbers of some candidates, computed on first use; candidates that fail a condition are left out.

    They are those of slots, by name, and of the sides of conditions, by text, since several conditions share a side.
    """

    def __init__(self, slots: Mapping[str, Slot], candidates: _Candidates, numbers: np.ndarray):
        super().__init__()
        self.slots = slots
        self.candidates = candidates
        self.numbers = numbers

    def __missing__(self, name: str) -> Ratio:
        slot = self.slots[name]
        if isinstance(slot, Derived):
            self[name] = ratio(slot.expression(self))
        else:
            self[name] = Ratio(self.candidates.members[name].column.take(self.candidates.digits(name, self.numbers)))
        return self[name]

    def of(self, side: Expression) -> Ratio:
        """Return the values of a side of a condition."""
        if side.text not in self:
            self[side.text] = ratio(side(self))
        return self[side.text]

    def keep(self, held: np.ndarray) -> None:
        """Leave out the candidates for which a condition does not hold."""
        if held.all():
            return
        rows = np.flatnonzero(np.broadcast_to(held, self.numbers.shape))
        self.numbers = self.numbers[rows]
        for name, value in self.items():
            self[name] = value.take(rows)


def _found(
    slots: Mapping[str, Slot], conditions: tuple[Condition, ...], candidates: _Candidates, most: int
) -> np.ndarray:
    """Return the digits of the first tuples that satisfy all conditions, a row per tuple and a column per slot."""
    found: np.ndarray = np.zeros((0, len(candidates.members)), dtype=np.int64)
    start, size = 0, _FIRST
    while start < candidates.count and len(found) < most:
        values = _Values(slots, candidates, candidates.numbers(start, start + size))
        for condition in conditions:
            values.keep(condition.holds(values.of))
        digits = [candidates.digits(member, values.numbers) for member in candidates.members]
        found = _distinct(np.concatenate([found, np.stack(digits, axis=1)]))[:most]
        start, size = start + size, min(2 * size, _MOST)
    return found


def _distinct(rows: np.ndarray) -> np.ndarray:
    """Return the first of each group of equal rows, in order.

    Rows are told apart by a hash, so that a row in a million millions may be taken for another and left out.
    """
    keys = np.zeros(len(rows), dtype=np.uint64)
    for place, column in enumerate(rows.T):
        keys = mix(keys + column.astype(np.uint64), place + 1)
    return rows[np.sort(np.unique(keys, return_index=True)[1])]
