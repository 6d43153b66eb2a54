"""Renders the question of rows in one wording, which may have slots of its own: distractors.

They are drawn by a key of the pattern, the wording's text and the row, so no other row changes when one is added. A
number among them differs from every number of its problem; else a reader could take it for the number of a step.
"""

from fractions import Fraction

import numpy as np
import pyarrow as pa

from solver import arrow
from solver.columns import Column
from solver.refusal import InputError

from .pattern import Pattern
from .permutation import key_of, mix
from .render import reference, render, render_each
from .slots import Draw, Numbers
from .wording import Wording


def questions(pattern: Pattern, wording: Wording, draw: Draw) -> pa.Array:
    """Return the question of each row of a draw in one of the pattern's wordings."""
    return render(wording.plan, with_own(pattern, wording, draw))


def questions_each(pattern: Pattern, which: np.ndarray, draw: Draw) -> pa.Array:
    """Return the question of each row in its own wording, given by its place in the pattern; no other is rendered."""
    used, which = np.unique(which, return_inverse=True)
    wordings = [pattern.wordings[place] for place in used]
    if len(wordings) == 1:
        return questions(pattern, wordings[0], draw)
    distracting = [place for place, wording in enumerate(wordings) if wording.slots]
    if not distracting:
        return render_each([wording.plan for wording in wordings], which, draw)
    rows = [np.flatnonzero(which == place) for place in distracting]
    parts = [questions(pattern, wordings[place], draw.take(own)) for place, own in zip(distracting, rows, strict=True)]
    others = np.flatnonzero(~np.isin(which, distracting))
    if len(others):
        plans = [() if wording.slots else wording.plan for wording in wordings]
        rows.append(others)
        parts.append(render_each(plans, which[others], draw.take(others)))
    return pa.concat_arrays(parts).take(arrow.integers(np.argsort(np.concatenate(rows))))


def plain_questions(pattern: Pattern, wording: Wording, draw: Draw) -> list[str]:
    """Return the same questions, rendered row by row with plain Jinja2."""
    return reference(wording.body, with_own(pattern, wording, draw))


def with_own(pattern: Pattern, wording: Wording, draw: Draw) -> Draw:
    """Return a draw with the wording's own slots, if it has any."""
    if not wording.slots:
        return draw
    large = draw.assignments.dtype == object  # Python's integers, which may exceed 64 bits
    rows = (draw.assignments % 2**64 if large else draw.assignments).astype(np.uint64)
    taken = _numbers(pattern, draw)
    digits: dict[str, np.ndarray] = {}
    for name, slot in wording.slots.items():
        key = key_of("distractor", pattern.id, wording.body, name)
        digits[name] = (mix(rows, key) % np.uint64(slot.size)).astype(np.int64)
        if isinstance(slot, Numbers):
            digits[name] = _apart(slot, digits[name], taken)
            taken.append(slot.column.take(digits[name]))
    return draw.with_own(wording.slots, digits)


def _numbers(pattern: Pattern, draw: Draw) -> list[Column | Fraction]:
    """Return the numbers of the problem: its number slots, the literals of its trace, and its answer."""
    columns = [draw.numbers[name] for name in pattern.slots if pattern.is_number(f"${name}")]
    return [*columns, *pattern.literals, pattern.answer(draw.numbers)]


def _apart(slot: Numbers, digits: np.ndarray, taken: list[Column | Fraction]) -> np.ndarray:
    """Return the digits, each moved on to the next value of the slot that is none of these numbers."""
    for _ in taken:
        values = slot.column.take(digits)
        meets = np.any([values == numbers for numbers in taken], axis=0)
        if not meets.any():
            break
        digits = np.where(meets, (digits + 1) % slot.size, digits)
    return digits


def check_own(pattern: Pattern, wording: Wording) -> None:
    """Check that each number of a wording's own has a value that differs from all numbers of any problem."""
    numbers = sum(pattern.is_number(f"${name}") for name in pattern.slots) + len(pattern.literals) + 1
    for name, slot in wording.slots.items():
        if isinstance(slot, Numbers):
            if slot.size <= numbers:
                raise InputError(
                    f"slot {name} has {slot.size} values; give it {numbers + 1}, so that one is no other number"
                )
            numbers += 1
