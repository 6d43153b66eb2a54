"""Finds weaknesses of sound patterns: rows whose answer can be copied from the question, or whose steps cancel.

They are no mistakes: trace and answer agree. But such a row teaches little, and often reads oddly.
"""

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from solver.number import write_number
from solver.ops import Compute, Init
from solver.text import read

from .algebra import without_effect
from .pattern import Pattern
from .render import refs, render
from .slots import Draw, Words

ROWS = 2_000
"""The rows of a pattern that are looked at: the first of its own order, which are drawn evenly."""
COPIED = 0.05
"""The greatest share of rows whose answer may be a number of the question; in some it is by chance."""
CANCELLED = 0.1
"""The greatest share of rows in which steps may cancel; two numbers below ten are equal in every eighth row."""

_INVERSE = {"add": "sub", "sub": "add", "mul": "div", "div": "mul"}


def weaknesses(pattern: Pattern) -> list[str]:
    """Return a sentence on each weakness of a pattern."""
    draw = pattern.draw(np.arange(ROWS, dtype=np.int64 if pattern.order.fast else object))
    return [
        *_copied(pattern, draw),
        *_cancelled(pattern, draw),
        *_without_effect(pattern, draw),
        *_priced(pattern, draw),
    ]


def _copied(pattern: Pattern, draw: Draw) -> Iterator[str]:
    """Yield a sentence if the answer is too often a number of the question."""
    answers = pattern.answer(draw.numbers)
    shown = {ref.slot for wording in pattern.wordings for ref in refs(wording.plan)}
    numbers = [name for name in pattern.slots if name in shown and pattern.is_number(f"${name}")]
    share = float(np.mean(np.any([answers == draw.numbers[name] for name in numbers], axis=0)))
    if share > COPIED:
        yield f"the answer is a number of the question in {share:.0%} of the rows; change the ranges"


def _cancelled(pattern: Pattern, draw: Draw) -> Iterator[str]:
    """Yield a sentence if in too many rows a step undoes another: x * y / y, or x / y * y."""
    found: dict[str, np.ndarray] = {}
    for _, lines in pattern.run(draw.numbers).parts:
        known = {name: value for step, value in lines for name in step.names}
        made = {step.var: step for step, _ in lines if isinstance(step, Compute)}
        for step in made.values():
            for left, right, inner in _undoing(step, made):
                sides = (known.get(side, side) if isinstance(side, str) else side for side in (left, right))
                equal = np.broadcast_to(operator.eq(*sides), draw.rows)
                found[f"{step.var} undoes {inner}"] = equal | found.get(f"{step.var} undoes {inner}", False)
    share = float(np.mean(np.any([*found.values(), np.zeros(draw.rows, dtype=bool)], axis=0)))
    if share > CANCELLED:
        pairs = " or ".join(name for name, rows in found.items() if rows.any())
        yield f"{pairs} in {share:.0%} of the rows; change the ranges or the steps"


def _undoing(step: Compute, made: dict[Any, Compute]) -> Iterator[tuple[Any, Any, str]]:
    """Yield pairs of operands that make a step undo an earlier one if they are equal, and the variable of that one."""
    first, second = step.args
    for operand, other in ((first, second), (second, first)):
        inner = made.get(operand) if isinstance(operand, str) else None
        if inner is None:
            continue
        if inner.compute_op == _INVERSE[step.compute_op]:
            if step.compute_op in ("add", "mul"):  # x / y * y
                yield inner.args[1], other, inner.var
            elif operand is first:  # x * y / y
                yield from ((argument, other, inner.var) for argument in inner.args)
        elif inner.compute_op == step.compute_op in ("sub", "div") and operand is second:  # x - (x - y)
            yield inner.args[0], other, inner.var


def _without_effect(pattern: Pattern, draw: Draw) -> Iterator[str]:
    """Yield a sentence for each number that the steps take, and that cancels out of the answer.

    A trace of entity_track may start with a stock that the query does not ask for.
    """
    if "entity_track" in pattern.experts:
        return
    program = read(render(pattern.trace, draw.slice(0))[0].as_py())
    given = [item for key, item in pattern.operands if key in ("value", "amount")]
    for place in without_effect(program):
        yield f"the answer does not depend on {given[place]}, which the steps take; its steps cancel"


def _priced(pattern: Pattern, draw: Draw) -> Iterator[str]:
    """Yield a sentence for each init `$item.price` with a value that is no price of the vocabulary's things."""
    for step in (step for trace in pattern.program for step in trace.steps if isinstance(step, Init)):
        slot = pattern.slots.get(step.var.removesuffix(".price").removeprefix("$"))
        value: Any = step.value
        if value is None or not (step.var.endswith(".price") and isinstance(slot, Words) and slot.vocabulary.prices):
            continue
        prices = draw.numbers[value[1:]].fractions() if isinstance(value, str) else [value]
        low, high = slot.vocabulary.prices
        if not all(low <= price <= high for price in prices):
            found = f"{write_number(min(prices))} to {write_number(max(prices))}"
            yield f"{step.var} is {found} dollars, and {slot.vocabulary.name} cost {low} to {high}; change the range"
