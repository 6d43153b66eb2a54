"""Proposes a quantity of the question as the origin of a number, scored by a table of named bonuses and penalties."""

from collections.abc import Callable, Sequence

from generators.imports.question.mentions import Mention

from .contradictions import contradicts
from .fit import Fit, is_denominator_elsewhere, is_inverted_half, lacks_hundred
from .origin import Given
from .place import Candidate, Place, Weights, weight_of

_AS_WRITTEN = ("plain", "share", "fraction", "divisor", "hour", "groups")
"""The forms that a solution uses without working anything out."""


def given(place: Place, index: int, form: str, mentions: Sequence[Mention], weights: Weights) -> Candidate:
    """Return a form of a quantity as a candidate."""
    mention = mentions[index]
    kind = mention.quantity.kind
    fit = Fit(place, mention, form, weights, kind, kind in ("multiple", "half"))
    score = 0.0
    for rule in GIVEN_SCORES:
        score += rule(fit)
    return Candidate(Given(index, form), score, typed=not contradicts(fit), givens=(index,))


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
    return -1.0 if is_inverted_half(fit) else 0.0


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
    return -1.0 if lacks_hundred(fit) else 0.0


def part_out_of_place(fit: Fit) -> float:
    """Penalise a denominator that does not divide: `a third of it is 40`, so it is 3 times 40."""
    return -2.0 if is_denominator_elsewhere(fit) else 0.0


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
    if place.role.sign == "*" and place.step.kind == "annotation":
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
