"""Compares the candidates for one number: drops or demotes a candidate where another one explains the number better."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from generators.imports.question.mentions import Mention
from solver.constants import Constant
from solver.stems import stem

from .origin import Given, Implicit, Named, Origin
from .place import Candidate, Place

_DEMOTION = 0.5


@dataclass(frozen=True, slots=True)
class Comparison:
    """The place, the quantities and the constants that a comparison needs."""

    place: Place
    mentions: Sequence[Mention]
    constants: Mapping[str, Constant]


def compared(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Return the candidates that are left, demoted ones only where they outscore all others."""
    for rule in FILTERS:
        found = rule(found, comparison)
    best = max((candidate.score for candidate in found if candidate.typed), default=None)
    if best is None:
        return [_as_score(one, comparison) for one in found]
    return [candidate for candidate in found if candidate.typed or candidate.score > best]


def other_unit(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Demote a quantity whose unit differs where another candidate has the unit behind the number: legs, not snakes."""
    words = comparison.place.after
    if not words or len(found) < 2:
        return found
    matching = {
        one.origin.index
        for one in found
        if isinstance(one.origin, Given) and comparison.mentions[one.origin.index].unit in words
    }
    if not matching and not any(_counts(one.origin, comparison.place.leaf.after[0]) for one in found):
        return found

    def differs(one: Candidate) -> bool:
        if not isinstance(one.origin, Given) or not one.typed or one.origin.index in matching:
            return False
        mention = comparison.mentions[one.origin.index]
        return bool(mention.unit) and mention.unit not in words and words.isdisjoint(mention.after)

    return [_demoted(one) if differs(one) else one for one in found]


def fewer_units_told(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Keep the constants whose units the line and the question mention most."""
    present = comparison.place.step.line | comparison.place.stems

    def told(one: Candidate) -> int:
        if not isinstance(one.origin, Named):
            return 0
        name = one.origin.name
        if "_per_" not in name:
            return bool(comparison.constants[name].words & present)
        return len({*map(stem, name.split("_"))} & present)

    most = max(map(told, found), default=0)
    return [one for one in found if not isinstance(one.origin, Named) or told(one) == most]


def ordinal_beside_number(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Reject an ordinal where another candidate is left: the third hour, beside 3 hours."""
    if comparison.place.over_percent or len(found) < 2 or not _is_explained(found, comparison):
        return found

    def is_ordinal(one: Candidate) -> bool:
        return bool(one.givens) and comparison.mentions[one.givens[0]].quantity.kind == "ordinal"

    return [replace(one, typed=False) if is_ordinal(one) else one for one in found]


def doubtful_constant(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Demote a constant that the line does not mention, where the question or a step gives the same number."""
    if comparison.place.over_percent or not _is_explained(found, comparison):
        return found
    given = [comparison.mentions[one.givens[0]] for one in found if one.typed and one.givens]
    return [
        _demoted(one) if isinstance(one.origin, Named) and _is_doubtful(one.origin, given, comparison) else one
        for one in found
    ]


def doubtful_implicit(found: list[Candidate], comparison: Comparison) -> list[Candidate]:
    """Demote an implicit number that is a guess, where the question or a step gives the same number."""
    place = comparison.place
    if place.over_percent or not _is_explained(found, comparison):
        return found

    def is_guess(origin: Origin) -> bool:
        return isinstance(origin, Implicit) and (
            origin.why in ("both", "how many are added")
            or (origin.why == "one" and place.role.product)
            or (origin.why == "hundred percent" and not place.leaf.percent)
        )

    return [_demoted(one) if is_guess(one.origin) else one for one in found]


FILTERS: tuple[Callable[[list[Candidate], Comparison], list[Candidate]], ...] = (
    other_unit,
    fewer_units_told,
    ordinal_beside_number,
    doubtful_constant,
    doubtful_implicit,
)
"""The filters of candidates, in order."""


def _demoted(candidate: Candidate) -> Candidate:
    return replace(candidate, score=candidate.score - _DEMOTION, typed=False)


def _as_score(one: Candidate, comparison: Comparison) -> Candidate:
    """Accept a percent in a sum where no candidate is left: `85 - 82`, for an average of 82%."""
    percent = bool(one.givens) and comparison.mentions[one.givens[0]].quantity.kind == "percent"
    score = percent and one.origin == Given(one.givens[0], "plain") and not comparison.place.role.product
    return replace(one, typed=True) if score else one


def _counts(origin: Origin, unit: str) -> bool:
    """Return True for a constant that counts a unit: inches, of inches per foot."""
    return isinstance(origin, Named) and stem(origin.name.split("_")[0]) == unit


def _is_doubtful(origin: Named, given: list[Mention], comparison: Comparison) -> bool:
    """Return True if neither the number's words nor its line say that it is a constant."""
    place, words = comparison.place, comparison.constants[origin.name].words
    told = place.after | place.before
    counts, _, per = origin.name.partition("_per_")
    counts = stem(counts.split("_")[0])
    if counts in told and stem(per) in told:
        return False  # `60 minutes/hour` states the constant
    units = {counts, counts.removeprefix("week")} - {""}
    spoken = counts in told | place.step.line or any(counts in mention.clause for mention in comparison.mentions)
    if not spoken or any(mention.unit in units or words & _own_words(mention) for mention in given):
        return True
    return not told & words and not words & place.step.line


def _own_words(mention: Mention) -> frozenset[str]:
    """Return the stems of the words that a quantity is written with: `double`, `pairs`."""
    return frozenset(map(stem, mention.quantity.text.lower().split()))


def _is_explained(found: list[Candidate], comparison: Comparison) -> bool:
    """Return True if the question or an earlier step gives the number; a two for 50% is no explanation."""
    return any(
        one.steps
        or comparison.mentions[one.givens[0]].quantity.kind != "percent"
        or one.origin != Given(one.givens[0], "divisor")
        for one in found
        if one.typed and (one.givens or one.steps)
    )
