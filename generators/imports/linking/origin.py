"""Where a number of a solution can come from: the forms of a question's quantity, earlier steps, constants."""

from collections.abc import Iterator
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
    """A constant of the closed table."""

    name: str


@dataclass(frozen=True, slots=True)
class Implicit:
    """A number that belongs to the operation: the whole of a share, hundred for percent, one self, a count."""

    value: Fraction
    why: str


@dataclass(frozen=True, slots=True)
class HiddenStep:
    """A step that the solution does not show: an operation on two other origins."""

    sign: str
    left: "Origin"
    right: "Origin"


Origin = Given | Earlier | Named | Implicit | HiddenStep


def givens(origin: Origin) -> Iterator[Given]:
    """Yield the numbers of the question that a origin reads, those of a hidden step among them."""
    if isinstance(origin, Given):
        yield origin
    elif isinstance(origin, HiddenStep):
        yield from givens(origin.left)
        yield from givens(origin.right)


FORMS = {
    "plain": "the number as written",
    "share": "a percent as a share: p/100",
    "rest": "what a percent leaves, in percent: 100-p",
    "rest_share": "what a percent leaves, as a share: 1-p/100",
    "grown": "a percent more, in percent: 100+p",
    "grown_share": "a percent more, as a factor: 1+p/100",
    "fraction": "a/b as one number",
    "top": "the numerator of a/b",
    "bottom": "the denominator of a/b",
    "other": "what a fraction leaves: 1-a/b",
    "other_top": "the numerator of what a fraction leaves: b-a",
    "more": "a fraction more: 1+a/b",
    "divisor": "half, a third, a quarter or 50% as a divisor",
    "groups": "how many groups: the 2 of `2 dozen`",
    "size": "the size of a group: the 12 of `dozen`",
    "cents": "dollars in cents",
    "dollars": "cents in dollars",
    "hour": "the hour of a clock time",
    "minute": "the minutes of a clock time",
    "clock": "a clock time in hours",
    "afternoon": "a clock time in hours since midnight",
}
"""The forms a quantity can take in a solution, and what each means."""


def forms(quantity: Quantity) -> Iterator[tuple[str, Fraction]]:  # noqa: C901 - one branch for each kind
    """Yield the forms of a quantity with their values; a value may come twice."""
    value, kind = quantity.value, quantity.kind
    if kind == "percent":
        share = value / 100
        yield from (("share", share), ("plain", value), ("rest", 100 - value), ("rest_share", 1 - share))
        yield from (("grown", 100 + value), ("grown_share", 1 + share))
        if value in (50, 25, 20, 10):
            yield "divisor", 100 / value
    elif kind == "fraction":
        top, bottom = quantity.top, Fraction(quantity.bottom)
        yield "fraction", value
        yield from (("divisor", bottom),) if top == 1 else (("top", top), ("bottom", bottom))
        yield from (("other", 1 - value), ("more", 1 + value))
        if bottom - top != 1:
            yield "other_top", bottom - top
    elif kind == "half":
        yield from (("divisor", Fraction(2)), ("fraction", Fraction(1, 2)), ("more", Fraction(3, 2)))
    elif kind == "group":
        yield "plain", value
        if quantity.top != 1:
            yield from (("groups", quantity.top), ("size", Fraction(quantity.bottom)))
    elif kind == "clock":
        yield "hour", quantity.top
        if quantity.bottom:
            yield from (("clock", value), ("minute", Fraction(quantity.bottom)))
        yield "afternoon", value + 12
    elif kind == "money":
        yield from (("plain", value), ("cents", value * 100))
    elif kind == "cents":
        yield from (("plain", value), ("dollars", value / 100))
    else:
        yield "plain", value
