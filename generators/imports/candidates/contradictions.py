"""Rejects a quantity whose type contradicts the place of a number, by a table of named contradictions.

The search follows a rejected quantity only where no other origin explains the number.
"""

from collections.abc import Callable

from .fit import Fit, is_denominator_elsewhere, is_inverted_half, lacks_hundred


def contradicts(fit: Fit) -> bool:
    """Return True if the type of a quantity contradicts its use."""
    return any(rule(fit) for rule in CONTRADICTIONS)


def dividend_of_half(fit: Fit) -> bool:
    """Reject a half that is itself divided: `2 / 5`."""
    return is_inverted_half(fit) and fit.place.role.sign == "/"


def factor_added(fit: Fit) -> bool:
    """Reject a half, a multiple or a number of times in a sum, unless it counts ones: `x + 2x`."""
    role = fit.place.role
    return (fit.factor or fit.mention.is_factor) and not role.product and role.beside and not role.beside_one


def number_with_percent_sign(fit: Fit) -> bool:
    """Reject another quantity for a number with a percent sign."""
    return fit.place.leaf.percent and fit.kind != "percent"


def percent_divisor_with_unit(fit: Fit) -> bool:
    """Reject a percent for a divisor with words behind it: `60 / 2 people`."""
    return fit.kind == "percent" and fit.form == "divisor" and bool(fit.place.after)


def percent_of_nothing(fit: Fit) -> bool:
    """Reject a percent without a hundred, unless it is added to percents or the solution works out one percent."""
    place = fit.place
    return lacks_hundred(fit) and not ((not place.role.product and place.beside_rate) or place.one_percent)


def denominator_as_number(fit: Fit) -> bool:
    """Reject a denominator that does not divide, unless it multiplies one part: three thirds."""
    whole = fit.form == "divisor" and fit.place.role.sign == "*" and fit.mention.quantity.top == 1
    return is_denominator_elsewhere(fit) and not whole


def other_than_money(fit: Fit) -> bool:
    """Reject a percent, a fraction or a multiple for a number with a currency sign."""
    number = fit.kind in ("plain", "word", "group") or fit.form.endswith("share")
    return fit.place.leaf.money and not fit.mention.money and not number


def number_for_percents_hundred(fit: Fit) -> bool:
    """Reject a quantity for the hundred that belongs to a percent."""
    return fit.place.over_percent or fit.place.to_percent


def other_unit_than_converted(fit: Fit) -> bool:
    """Reject another unit for the result of a conversion that is no step: `12 inches = 1 foot`."""
    told = [one for one in fit.place.step.unread if one.value == fit.place.leaf.value and not one.worked]
    return bool(told) and fit.kind != "group" and not any(fit.mention.unit in one.after for one in told)


CONTRADICTIONS: tuple[Callable[[Fit], bool], ...] = (
    dividend_of_half,
    factor_added,
    number_with_percent_sign,
    percent_divisor_with_unit,
    percent_of_nothing,
    denominator_as_number,
    other_than_money,
    number_for_percents_hundred,
    other_unit_than_converted,
)
"""The contradictions between the type of a quantity and its use."""
