"""Writes a number of the question in the form in which a solution uses it: `.6` for a discount of 40% is (100 - 40) / 100."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from generators.text.rules import first
from solver.quantities import Quantity

from .node import HUNDRED, ONE, Fixed, Input, Node

Make = Callable[[str, Node, Node], Node]
_CENTS_PER_DOLLAR = Fixed("cents_per_dollar", Fraction(100))
_MINUTES_PER_HOUR = Fixed("minutes_per_hour", Fraction(60))
_HOURS_PER_HALF_DAY = Fixed("hours_per_half_day", Fraction(12))


class Form(NamedTuple):
    """A quantity of the question, and the form in which a step uses it."""

    quantity: Quantity
    mention: int
    """The place of its mention."""
    form: str
    make: Make

    def input(self, form: str, value: Fraction | int) -> Input:
        """Return one of the quantity's numbers."""
        return Input(self.mention, form, Fraction(value))

    @property
    def whole(self) -> Input:
        """The quantity itself."""
        return self.input("rate" if self.quantity.kind == "percent" else "", self.quantity.value)


def numerator_or_denominator(used: Form) -> Node | None:
    """Reads the 2 or the 3 of `two thirds`."""
    if used.form not in ("top", "bottom"):
        return None
    return used.input(used.form, used.quantity.top if used.form == "top" else used.quantity.bottom)


def divisor(used: Form) -> Node | None:
    """Reads the 2 of `half`, and the 5 of `20%` as 100 / 20."""
    if used.form != "divisor":
        return None
    if used.quantity.kind == "percent":
        return used.make("/", HUNDRED, used.whole)
    return used.input("divisor", used.quantity.bottom)


def groups(used: Form) -> Node | None:
    """Reads `two dozen` as 2 * 12, or as one of the two."""
    quantity = used.quantity
    if quantity.kind != "group" or quantity.top == 1:
        return None
    parts = {"groups": used.input("groups", quantity.top), "size": used.input("size", quantity.bottom)}
    return parts.get(used.form) or used.make("*", parts["groups"], parts["size"])


def clock_time(used: Form) -> Node | None:
    """Reads `5:30` as 5 + 30 / 60 hours, with 12 hours more in the afternoon, or as its hour or minute."""
    quantity = used.quantity
    if quantity.kind != "clock":
        return None
    hour, minute = used.input("hour", quantity.top), used.input("minute", quantity.bottom)
    if used.form in ("hour", "minute"):
        return hour if used.form == "hour" else minute
    time = used.make("+", hour, used.make("/", minute, _MINUTES_PER_HOUR)) if quantity.bottom else hour
    return time if used.form == "clock" else used.make("+", time, _HOURS_PER_HALF_DAY)


def percentage(used: Form) -> Node | None:
    """Reads `40%` as its share, its rest or its growth: 40 / 100, 100 - 40 or 100 + 40, over 100 or not."""
    if used.form not in ("share", "rest", "rest_share", "grown", "grown_share"):
        return None
    sign = {"rest": "-", "grown": "+"}.get(used.form.removesuffix("_share"))
    rate = used.make(sign, HUNDRED, used.whole) if sign else used.whole
    return used.make("/", rate, HUNDRED) if used.form.endswith("share") else rate


def complement(used: Form) -> Node | None:
    """Reads a fraction's complement: 1 - 2/3, or its numerator 3 - 2."""
    if used.form == "other":
        return used.make("-", ONE, used.whole)
    if used.form == "other_top":
        top = used.quantity.top
        return used.make("-", used.input("bottom", used.quantity.bottom), ONE if top == 1 else used.input("top", top))
    return None


def one_more(used: Form) -> Node | None:
    """Reads `a third more` as 1 + 1/3."""
    return used.make("+", ONE, used.whole) if used.form == "more" else None


def coins(used: Form) -> Node | None:
    """Reads dollars as cents and cents as dollars."""
    if used.form not in ("cents", "dollars"):
        return None
    return used.make("*" if used.form == "cents" else "/", used.whole, _CENTS_PER_DOLLAR)


FORM_RULES = (numerator_or_denominator, divisor, groups, clock_time, percentage, complement, one_more, coins)


def number(used: Form) -> Node:
    """Return the node of a quantity in a form; the quantity itself where no rule knows the form."""
    return first(FORM_RULES, used) or used.whole
