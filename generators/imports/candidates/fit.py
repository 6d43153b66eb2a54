"""A form of a quantity in the place of a number, as the rules for quantities see it."""

from dataclasses import dataclass

from generators.imports.question.mentions import Mention

from .place import Place, Weights

_IN_PERCENT = ("plain", "rest", "grown")


@dataclass(frozen=True, slots=True)
class Fit:
    """A form of a quantity as the origin of a number."""

    place: Place
    mention: Mention
    form: str
    weights: Weights
    kind: str
    """The kind of the quantity."""
    factor: bool
    """True if the quantity is a half or a multiple."""


def is_inverted_half(fit: Fit) -> bool:
    """Return True for the two of a half that multiplies or is divided."""
    role = fit.place.role
    return fit.kind == "half" and fit.form == "divisor" and role.product and not role.divides


def lacks_hundred(fit: Fit) -> bool:
    """Return True for a percent in hundredths without a percent sign and without a hundred in the formula."""
    in_percent = fit.kind == "percent" and fit.form in _IN_PERCENT
    return in_percent and not fit.place.leaf.percent and not fit.place.role.hundred


def is_denominator_elsewhere(fit: Fit) -> bool:
    """Return True for a denominator that does not divide."""
    return fit.kind == "fraction" and fit.form in ("divisor", "bottom") and not fit.place.role.divides
