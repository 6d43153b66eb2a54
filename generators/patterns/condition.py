"""Parses the conditions of patterns, `where: [a > b, whole(a / b)]`, and tells in which rows they hold."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.document import Node
from solver.refusal import InputError, did_you_mean

from .expression import Expression, read_expression
from .ratio import Ratio
from .slots import MAX_OPERATIONS, Derived, Numbers, Slot, Words

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
"""The signs between the two sides of a condition."""
_SIGN = re.compile(r"(<=|>=|!=|==|<|>|=)")
_WHOLE = re.compile(r"whole\s*\((.*)\)")
_EXAMPLE = "write where: [a > b, whole(a / b)]"


@dataclass(frozen=True)
class Condition:
    """A condition on the numbers of a row: a comparison of two expressions, or `whole(expression)`."""

    text: str
    sides: tuple[Expression, ...]
    """The two sides of a comparison, or the one expression that must be whole."""
    sign: str = ""
    """The sign of the comparison; empty for `whole`."""

    @property
    def names(self) -> list[str]:
        """The slots that it uses."""
        return [name for side in self.sides for name in side.names]

    @property
    def operations(self) -> int:
        """The number of signs, a measure of its running time."""
        return sum(side.operations for side in self.sides) + 1

    def holds(self, values: Callable[[Expression], Ratio]) -> np.ndarray:
        """Return in which rows it holds, given the values of its sides; raise InputError if numbers get too large."""
        try:
            first, *others = map(values, self.sides)
            held = first.whole() if not others else first.compared(others[0], COMPARISONS[self.sign])
        except ArithmeticError as error:
            raise InputError(f"where: {self.text}: {error}") from None
        return np.asarray(held)


def read_conditions(node: Node, slots: Mapping[str, Slot]) -> tuple[Condition, ...]:
    """Parse the conditions of a pattern; raise InputError naming the one that is wrong."""
    if not isinstance(node, list) or not node:
        raise InputError(f"where is not a list of conditions; {_EXAMPLE}").at("where")
    conditions = []
    for number, text in enumerate(node):
        try:
            conditions.append(_read(text, slots))
        except ValueError as error:
            raise InputError(f"where: {error}").at("where", number) from None
    operations = sum(one.operations for one in conditions)
    if operations > MAX_OPERATIONS:
        raise InputError(f"where has {operations} signs; at most {MAX_OPERATIONS}").at("where")
    return tuple(conditions)


def _read(text: Node, slots: Mapping[str, Slot]) -> Condition:
    if not isinstance(text, str):
        raise InputError(f"a condition is one line of text; {_EXAMPLE}")
    found = _WHOLE.fullmatch(text.strip())
    pieces = [found[1]] if found else _SIGN.split(text)
    if len(pieces) not in (1, 3) or (len(pieces) == 1 and not found) or "==" in pieces:
        hint = "write two conditions for two signs, and = for equal" if len(pieces) > 1 else _EXAMPLE
        raise InputError(f"{text!r} is neither a comparison nor whole(...); {hint}")
    condition = Condition(text.strip(), tuple(map(read_expression, pieces[::2])), "" if found else pieces[1])
    if not condition.names:
        raise InputError(f"{text!r} uses no slot; compare slots")
    for name in condition.names:
        if name not in slots:
            raise InputError(f"{text!r} uses {name}, which no slot declares; {did_you_mean(name, slots)}")
        if isinstance(slots[name], Words):
            raise InputError(f"{text!r} computes with {name}, which is a word; compare number slots")
    return condition


def drawn_by(conditions: Iterable[Condition], slots: Mapping[str, Slot]) -> list[str]:
    """Return the drawn number slots that conditions use, also through computed slots, in the order of the slots."""
    used = {name for condition in conditions for name in condition.names}
    for name, slot in reversed(list(slots.items())):  # a computed slot stands behind those that it uses
        if name in used and isinstance(slot, Derived):
            used |= set(slot.expression.names)
    return [name for name, slot in slots.items() if name in used and isinstance(slot, Numbers)]
