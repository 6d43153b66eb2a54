"""Writes the answer of a problem as a term over slots: the formulas of its solution, as they were linked.

It does not look at the trace, so that the two can be compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from generators.imports.candidates.origin import Earlier, Given, HiddenStep, Implicit, Named, Origin
from generators.imports.linking.choice import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf
from solver.constants import named_constants
from solver.grounding import FORMS

from .terms import Term, operation

_ONE, _HUNDRED = Fraction(1), Fraction(100)
_OF_SLOTS: dict[str, Callable[[str], Term]] = {
    "plain": lambda slot: slot,
    "fraction": lambda slot: slot,
    "share": lambda slot: operation("/", slot, _HUNDRED),
    "rest": lambda slot: operation("-", _HUNDRED, slot),
    "rest_share": lambda slot: operation("/", operation("-", _HUNDRED, slot), _HUNDRED),
    "grown": lambda slot: operation("+", _HUNDRED, slot),
    "grown_share": lambda slot: operation("/", operation("+", _HUNDRED, slot), _HUNDRED),
    "other": lambda slot: operation("-", _ONE, slot),
    "more": lambda slot: operation("+", _ONE, slot),
    "groups": lambda slot: slot,
    "cents": lambda slot: operation("*", slot, _HUNDRED),
    "dollars": lambda slot: operation("/", slot, _HUNDRED),
    "divisor": lambda slot: operation("/", _ONE, slot),
    "bottom": lambda slot: operation("/", _ONE, slot),
}
"""The forms of a number that are terms of its slot; a number that is used in another form does not vary."""


class NoClosedForm(ValueError):
    """A solution that is no term over slots; the message says why."""


class Solution(NamedTuple):
    """A linked solution, and the slot of each number that varies, by its place among the mentions."""

    mentions: Sequence[Mention]
    linking: Linking
    slots: Mapping[int, str]


def forms_used(linking: Linking) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the question that the answer of a solution uses, each by its place and with its form."""
    waiting, seen = [linking.final], {linking.final}
    while waiting:
        place = waiting.pop()
        for (step, _), origin in linking.origins.items():
            if step == place:
                for one in _basic(origin):
                    if isinstance(one, Given):
                        yield one.index, one.form
                    elif isinstance(one, Earlier) and one.step not in seen:
                        seen.add(one.step)
                        waiting.append(one.step)


def varies_in(form: str, mention: Mention) -> bool:
    """Return whether a number that a solution uses in a form can vary; as a divisor, a fraction of one part can."""
    if form in ("divisor", "bottom"):
        return mention.quantity.kind == "fraction" and mention.quantity.top == 1
    return form in _OF_SLOTS


def closed_form(solution: Solution) -> Term:
    """Return the answer as a term; raise NoClosedForm if a number that varies is used in a form that is no term."""
    term = _of_step(solution, solution.linking.final)
    scale = solution.linking.scale
    if scale == 1:
        return term
    return operation("*", term, scale) if scale > 1 else operation("/", term, 1 / scale)


def _basic(origin: Origin) -> Iterator[Origin]:
    if isinstance(origin, HiddenStep):
        yield from _basic(origin.left)
        yield from _basic(origin.right)
    else:
        yield origin


def _of_step(solution: Solution, place: int) -> Term:
    return _of_formula(solution, solution.linking.steps[place].formula, place, iter(range(10_000)))


def _of_formula(solution: Solution, formula: Formula, place: int, numbers: Iterator[int]) -> Term:
    if isinstance(formula, Leaf):
        return _of_origin(solution, solution.linking.origins[place, next(numbers)])
    left = _of_formula(solution, formula.left, place, numbers)
    right = _of_formula(solution, formula.right, place, numbers)
    return operation(formula.sign, left, right)


def _of_origin(solution: Solution, origin: Origin) -> Term:
    if isinstance(origin, Earlier):
        return _of_step(solution, origin.step)
    if isinstance(origin, Implicit):
        return origin.value
    if isinstance(origin, Named):
        return next(one.value for one in named_constants() if one.name == origin.name)
    if isinstance(origin, HiddenStep):
        return operation(origin.sign, _of_origin(solution, origin.left), _of_origin(solution, origin.right))
    return _of_given(solution, origin)


def _of_given(solution: Solution, origin: Given) -> Term:
    slot = solution.slots.get(origin.index)
    if slot is None:
        found = FORMS[origin.form].value(solution.mentions[origin.index].quantity)
        if found is None:
            raise NoClosedForm(f"closed_form: a number has no form {origin.form}")
        return found
    if origin.form not in _OF_SLOTS:
        raise NoClosedForm(f"closed_form: {slot} is used as {origin.form}")
    return _OF_SLOTS[origin.form](slot)
