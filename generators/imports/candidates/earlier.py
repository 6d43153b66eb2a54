"""Proposes the result of an earlier step as the origin of a number, scored by a table of named bonuses and penalties."""

from collections.abc import Callable
from dataclasses import dataclass

from generators.imports.solution.step import Step

from .origin import Earlier
from .place import Candidate, Place


@dataclass(frozen=True, slots=True)
class Repeat:
    """The result of an earlier step as the origin of a number."""

    place: Place
    told: Step
    just_before: bool


def earlier(place: Place, step: int, told: Step, *, just_before: bool) -> Candidate:
    """Return the result of an earlier step as a candidate."""
    repeat = Repeat(place, told, just_before)
    score = 0.0
    for rule in EARLIER_SCORES:
        score += rule(repeat)
    return Candidate(Earlier(step), score, typed=not place.to_percent, steps=(step,))


def recency(repeat: Repeat) -> float:
    """Favour the step just before."""
    return 0.8 if repeat.just_before else 0.3


def unit_of_result(repeat: Repeat) -> float:
    """Favour a step whose result has the unit behind the number, or whose line has the words behind it."""
    leaf, after, told = repeat.place.leaf, repeat.place.after, repeat.told
    if after and told.after:
        return 1.0 if told.after[0] in after or leaf.after[0] in told.after else -0.2
    return 0.3 if after & told.line else 0.0


def words_before(repeat: Repeat) -> float:
    """Favour a step whose line has the words in front of the number."""
    return 0.3 if repeat.place.before & repeat.told.line else 0.0


def money_of_result(repeat: Repeat) -> float:
    """Favour a result in dollars for a number with a currency sign, and penalise a mismatch."""
    leaf, told = repeat.place.leaf, repeat.told
    if leaf.money and told.money:
        return 0.5
    return -0.3 if leaf.money != told.money and (leaf.after or told.after) else 0.0


def lowered_equation(repeat: Repeat) -> float:
    """Penalise a step that was lowered from an equation."""
    return -0.3 if repeat.told.kind == "equation" else 0.0


def hundred_to_percent(repeat: Repeat) -> float:
    """Penalise a result for the hundred that turns a share into a percent."""
    return -3.0 if repeat.place.to_percent else 0.0


EARLIER_SCORES: tuple[Callable[[Repeat], float], ...] = (
    recency,
    unit_of_result,
    words_before,
    money_of_result,
    lowered_equation,
    hundred_to_percent,
)
"""The bonuses and penalties of an earlier step."""
