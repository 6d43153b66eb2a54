"""Proposes a quantity of the question as the origin of a number, scored by tables of named bonuses and penalties.

A score is evidence for or against. A contradiction is a verdict: the search follows a quantity whose type contradicts
the place only where no other origin explains the number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.imports.question.mentions import Mention

from .origin import Given
from .place import Candidate, Place, Weights, weight_of

_AS_WRITTEN = ("plain", "share", "fraction", "divisor", "hour", "groups")
"""The forms that a solution uses without working anything out."""
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


def given(place: Place, index: int, form: str, mentions: Sequence[Mention], weights: Weights) -> Candidate:
    """Return a form of a quantity as a candidate."""
    mention = mentions[index]
    kind = mention.quantity.kind
    fit = Fit(place, mention, form, weights, kind, kind in ("multiple", "half"))
    score = 0.0
    for rule in GIVEN_SCORES:
        score += rule(fit)
    typed = not any(rule(fit) for rule in CONTRADICTIONS)
    return Candidate(Given(index, form), score, typed=typed, givens=(index,))


def same_unit(fit: Fit) -> float:
    """Favour a quantity whose unit, or a word behind it, stands behind the number."""
    after = fit.place.after
    if after and fit.mention.unit and fit.mention.unit in after:
        return 1.2
    return 0.8 if after and not after.isdisjoint(fit.mention.after) else 0.0


def clause_behind(fit: Fit) -> float:
    """Favour a quantity whose clause has the words behind the number."""
    return 0.4 * min(2.0, weight_of(fit.place.after & fit.mention.clause, fit.weights)) if fit.place.after else 0.0


def same_owner(fit: Fit) -> float:
    """Favour a quantity whose owner is the subject of the line."""
    owner, step = fit.mention.owner, fit.place.step
    if not (owner and step.subject):
        return 0.0
    return 0.5 if owner == step.subject else 0.0 if owner in step.line else -0.3


def clause_before(fit: Fit) -> float:
    """Favour a quantity whose clause has the words in front of the number."""
    return 0.4 * min(2.0, weight_of(fit.place.before & fit.mention.clause, fit.weights))


def clause_in_line(fit: Fit) -> float:
    """Favour a quantity whose clause has the other words of the line."""
    line = (fit.place.step.line & fit.mention.clause) - (fit.place.before & fit.mention.clause)
    return 0.25 * min(3.0, weight_of(line, fit.weights))


def inverted_half(fit: Fit) -> float:
    """Penalise a half that is not a divisor: `half as many as Ann`, so Ann has twice as many."""
    return -1.0 if _is_inverted_half(fit) else 0.0


def multiple_in_sum(fit: Fit) -> float:
    """Penalise a half or a multiple that is added or subtracted: `twice`."""
    return -2.0 if fit.factor and not fit.place.role.product else 0.0


def factor_in_sum(fit: Fit) -> float:
    """Penalise a number of times that is added or subtracted: `3 times as many`."""
    return -1.5 if fit.mention.is_factor and not fit.factor and not fit.place.role.product else 0.0


def ordinal(fit: Fit) -> float:
    """Penalise an ordinal: `the third day` is seldom counted with."""
    return -2.0 if fit.kind == "ordinal" and not fit.mention.is_factor else 0.0


def difference_in_product(fit: Fit) -> float:
    """Penalise a difference that multiplies or divides: `5 more`."""
    other = fit.mention.is_factor or fit.factor or fit.kind == "ordinal"
    return -1.0 if fit.mention.is_difference and fit.place.role.product and not other else 0.0


def percent_sign(fit: Fit) -> float:
    """Favour a percent where the number has a percent sign, and penalise other quantities there."""
    if not fit.place.leaf.percent:
        return 0.0
    if fit.kind != "percent":
        return -2.0
    return 0.8 if fit.form != "divisor" else 0.0


def percent_as_divisor(fit: Fit) -> float:
    """Penalise a percent as a divisor: `60 / 2` for 50% of 60."""
    return -1.5 if fit.kind == "percent" and fit.form == "divisor" else 0.0


def percent_without_hundred(fit: Fit) -> float:
    """Penalise a percent in hundredths whose formula has no hundred and no percent sign."""
    return -1.0 if _lacks_hundred(fit) else 0.0


def part_out_of_place(fit: Fit) -> float:
    """Penalise a denominator that does not divide: `a third of it is 40`, so it is 3 times 40."""
    return -2.0 if _is_denominator_elsewhere(fit) else 0.0


def numerator_undivided(fit: Fit) -> float:
    """Penalise a numerator that nothing divides."""
    lone = fit.kind == "fraction" and fit.form in ("top", "other_top") and not fit.place.role.over
    return -1.0 if lone else 0.0


def money_sign(fit: Fit) -> float:
    """Favour an amount of money where the number has a currency sign, and penalise other quantities there."""
    if not fit.place.leaf.money:
        return 0.0
    return 0.7 if fit.mention.money else -1.0


def money_without_sign(fit: Fit) -> float:
    """Judge an amount of money without a currency sign by the unit behind it and by the unit of the result."""
    place = fit.place
    if place.leaf.money or not fit.mention.money:
        return 0.0
    score = -0.4 if place.after else 0.0
    if place.role.sign == "*" and place.step.origin == "annotation":
        score += 0.4 if place.step.money else -0.4
    return score


def derived_form(fit: Fit) -> float:
    """Penalise a form that a reader has to work out, such as the complement of a percent."""
    return -0.3 if fit.form not in _AS_WRITTEN else 0.0


def one_in_passing(fit: Fit) -> float:
    """Penalise a `one` in words, which is often no count."""
    return -0.4 if fit.kind == "word" and fit.place.leaf.value == 1 else 0.0


def clock_without_unit(fit: Fit) -> float:
    """Penalise a time of day for a number without words behind it."""
    return -0.4 if fit.kind == "clock" and not fit.place.after else 0.0


def hundred_of_percent(fit: Fit) -> float:
    """Penalise a quantity for the hundred that belongs to a percent."""
    return -3.0 if fit.place.over_percent or fit.place.to_percent else 0.0


GIVEN_SCORES: tuple[Callable[[Fit], float], ...] = (
    same_unit,
    clause_behind,
    same_owner,
    clause_before,
    clause_in_line,
    inverted_half,
    multiple_in_sum,
    factor_in_sum,
    ordinal,
    difference_in_product,
    percent_sign,
    percent_as_divisor,
    percent_without_hundred,
    part_out_of_place,
    numerator_undivided,
    money_sign,
    money_without_sign,
    derived_form,
    one_in_passing,
    clock_without_unit,
    hundred_of_percent,
)
"""The bonuses and penalties of a quantity of the question."""


def dividend_of_half(fit: Fit) -> bool:
    """Reject a half that is itself divided: `2 / 5`."""
    return _is_inverted_half(fit) and fit.place.role.sign == "/"


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
    return _lacks_hundred(fit) and not ((not place.role.product and place.beside_rate) or place.one_percent)


def denominator_as_number(fit: Fit) -> bool:
    """Reject a denominator that does not divide, unless it multiplies one part: three thirds."""
    whole = fit.form == "divisor" and fit.place.role.sign == "*" and fit.mention.quantity.top == 1
    return _is_denominator_elsewhere(fit) and not whole


def other_than_money(fit: Fit) -> bool:
    """Reject a percent, a fraction or a multiple for a number with a currency sign."""
    number = fit.kind in ("plain", "word", "group") or fit.form.endswith("share")
    return fit.place.leaf.money and not fit.mention.money and not number


def number_for_percents_hundred(fit: Fit) -> bool:
    """Reject a quantity for the hundred that belongs to a percent."""
    return fit.place.over_percent or fit.place.to_percent


CONTRADICTIONS: tuple[Callable[[Fit], bool], ...] = (
    dividend_of_half,
    factor_added,
    number_with_percent_sign,
    percent_divisor_with_unit,
    percent_of_nothing,
    denominator_as_number,
    other_than_money,
    number_for_percents_hundred,
)
"""The contradictions between the type of a quantity and its use."""


def _is_inverted_half(fit: Fit) -> bool:
    role = fit.place.role
    return fit.kind == "half" and fit.form == "divisor" and role.product and not role.divides


def _lacks_hundred(fit: Fit) -> bool:
    in_percent = fit.kind == "percent" and fit.form in _IN_PERCENT
    return in_percent and not fit.place.leaf.percent and not fit.place.role.hundred


def _is_denominator_elsewhere(fit: Fit) -> bool:
    return fit.kind == "fraction" and fit.form in ("divisor", "bottom") and not fit.place.role.divides
