"""Proposes a quantity of the question as the origin of a number, scored by a table of named bonuses and penalties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.imports.question.mentions import Mention

from .origin import Given
from .place import Candidate, Place, Weights, weight_of


@dataclass(frozen=True, slots=True)
class Fit:
    """A quantity as the origin of a number."""

    place: Place
    mention: Mention
    weights: Weights


def given(place: Place, index: int, form: str, mentions: Sequence[Mention], weights: Weights) -> Candidate:
    """Return a form of a quantity as a candidate."""
    fit = Fit(place, mentions[index], weights)
    score = sum(rule(fit) for rule in GIVEN_SCORES)
    percents_hundred = place.over_percent or place.to_percent
    return Candidate(Given(index, form), score, typed=not (percents_hundred or is_converted(fit)), givens=(index,))


def is_converted(fit: Fit) -> bool:
    """Return whether a conversion that is no step gives the number in another unit: `12 inches = 1 foot`."""
    told = [one for one in fit.place.step.unread if one.value == fit.place.leaf.value and not one.worked]
    group = fit.mention.quantity.kind == "group"
    return bool(told) and not group and not any(fit.mention.unit in one.after for one in told)


def same_owner(fit: Fit) -> float:
    """Favour a quantity whose owner is the subject of the line."""
    owner, step = fit.mention.owner, fit.place.step
    if not (owner and step.subject):
        return 0.0
    return 0.5 if owner == step.subject else 0.0 if owner in step.line else -0.3


def clause_in_line(fit: Fit) -> float:
    """Favour a quantity whose clause has the other words of the line."""
    line = (fit.place.step.line & fit.mention.clause) - (fit.place.before & fit.mention.clause)
    return 0.25 * min(3.0, weight_of(line, fit.weights))


def ordinal(fit: Fit) -> float:
    """Penalise an ordinal: `the third day` is seldom counted with."""
    return -2.0 if fit.mention.quantity.kind == "ordinal" and not fit.mention.is_factor else 0.0


GIVEN_SCORES: tuple[Callable[[Fit], float], ...] = (same_owner, clause_in_line, ordinal)
"""The bonuses and penalties of a quantity of the question."""
