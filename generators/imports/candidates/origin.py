"""The origins that a number of a solution can have: quantities in their forms, earlier steps, constants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from solver.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Given:
    """A form of a quantity of the question."""

    index: int
    form: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The result of an earlier step of the solution."""

    step: int


@dataclass(frozen=True, slots=True)
class Named:
    """A constant of the table of named constants."""

    name: str


@dataclass(frozen=True, slots=True)
class Implicit:
    """A number that belongs to the operation: the hundred of percent, the whole of a share, the number of addends."""

    value: Fraction
    why: str


@dataclass(frozen=True, slots=True)
class HiddenStep:
    """A step that the solution does not state: an operation on two other origins."""

    sign: str
    left: "Origin"
    right: "Origin"


Origin = Given | Earlier | Named | Implicit | HiddenStep
Link = tuple[int, int]
"""A number of a solution: its step, and its index in the step's formula."""


def givens(origin: Origin) -> Iterator[Given]:
    """Yield the quantities of the question that an origin reads, also within a hidden step."""
    if isinstance(origin, Given):
        yield origin
    elif isinstance(origin, HiddenStep):
        yield from givens(origin.left)
        yield from givens(origin.right)


FORMS = {
    "plain": "the number as written",
    "share": "a percent as a share: p/100",
    "rest": "the complement of a percent, in percent: 100-p",
    "rest_share": "the complement of a percent, as a share: 1-p/100",
    "grown": "an increase by a percent, in percent: 100+p",
    "grown_share": "an increase by a percent, as a factor: 1+p/100",
    "fraction": "a/b as one number",
    "top": "the numerator of a/b",
    "bottom": "the denominator of a/b",
    "other": "the complement of a fraction: 1-a/b",
    "other_top": "the numerator of the complement: b-a",
    "more": "an increase by a fraction: 1+a/b",
    "divisor": "half, a third, a quarter or 50% as a divisor",
    "groups": "the number of groups: 2 in `2 dozen`",
    "size": "the size of a group: 12 in `2 dozen`",
    "cents": "dollars in cents",
    "dollars": "cents in dollars",
    "hour": "the hour of a clock time",
    "minute": "the minutes of a clock time",
    "clock": "a clock time in hours",
    "afternoon": "a clock time in hours since midnight",
}
"""The forms that a quantity can have in a solution."""

Form = tuple[str, Fraction]
"""The name of a form and its value."""


def forms(quantity: Quantity) -> Iterator[Form]:
    """Yield the forms of a quantity with their values; a value may come twice."""
    return _FORMS_OF_KIND.get(quantity.kind, _of_number)(quantity)


def _of_number(quantity: Quantity) -> Iterator[Form]:
    yield "plain", quantity.value


def _of_percent(quantity: Quantity) -> Iterator[Form]:
    value, share = quantity.value, quantity.value / 100
    yield from (("share", share), ("plain", value), ("rest", 100 - value), ("rest_share", 1 - share))
    yield from (("grown", 100 + value), ("grown_share", 1 + share))
    if value in (50, 25, 20, 10):
        yield "divisor", 100 / value


def _of_fraction(quantity: Quantity) -> Iterator[Form]:
    value, top, bottom = quantity.value, quantity.top, Fraction(quantity.bottom)
    yield "fraction", value
    if top == 1:
        yield "divisor", bottom
    else:
        yield from (("top", top), ("bottom", bottom))
    yield from (("other", 1 - value), ("more", 1 + value))
    if bottom - top != 1:
        yield "other_top", bottom - top


def _of_half(_: Quantity) -> Iterator[Form]:
    yield from (("divisor", Fraction(2)), ("fraction", Fraction(1, 2)), ("more", Fraction(3, 2)))


def _of_group(quantity: Quantity) -> Iterator[Form]:
    yield "plain", quantity.value
    if quantity.top != 1:
        yield from (("groups", quantity.top), ("size", Fraction(quantity.bottom)))


def _of_clock(quantity: Quantity) -> Iterator[Form]:
    yield "hour", quantity.top
    if quantity.bottom:
        yield from (("clock", quantity.value), ("minute", Fraction(quantity.bottom)))
    yield "afternoon", quantity.value + 12


def _of_money(quantity: Quantity) -> Iterator[Form]:
    yield from (("plain", quantity.value), ("cents", quantity.value * 100))


def _of_cents(quantity: Quantity) -> Iterator[Form]:
    yield from (("plain", quantity.value), ("dollars", quantity.value / 100))


_FORMS_OF_KIND: dict[str, Callable[[Quantity], Iterator[Form]]] = {
    "percent": _of_percent,
    "fraction": _of_fraction,
    "half": _of_half,
    "group": _of_group,
    "clock": _of_clock,
    "money": _of_money,
    "cents": _of_cents,
}
"""The forms of each kind of quantity; other kinds have the number alone."""
