"""How well a origin fits a number of a solution: what wording, unit and order say for it, and whether its type allows it.

A score counts for and against; `typed` is a verdict: a linking that goes against a type or a unit is followed
only where no other explains the number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf
from generators.imports.solution.step import Step
from solver.constants import Constant
from solver.stems import stem

from .origin import Given, Implicit, Named, Origin
from .position import Role

Weights = Mapping[str, float]
"""How well each word tells the quantities of a question apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible origin of a leaf, what speaks for it, and whether type and unit allow it."""

    origin: Origin
    score: float
    typed: bool
    givens: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf where it stands: what it does there, and the step it belongs to."""

    leaf: Leaf
    role: Role
    step: Step
    over_percent: bool
    """Whether it is the hundred that a percent beside it is divided by."""
    beside_rate: bool
    """Whether hundred or a rate of the question stands beside it."""
    one_percent: bool
    """Whether the solution works out one percent, and so many percent of it: `184 / 92 = 2`, `2 * 8`."""


def fit_given(place: Place, index: int, form: str, mentions: list[Mention], weights: Weights) -> Candidate:
    """Return a form of a quantity as a candidate."""
    leaf, role, mention = place.leaf, place.role, mentions[index]
    score, typed = _wording(place, mention, weights), True
    for judged in (
        _as_factor(role, mention, form),
        _as_percent(place, mention, form),
        _as_fraction(role, mention, form),
        _as_money(place, mention, form),
    ):
        score, typed = score + judged[0], typed and judged[1]
    kind = mention.quantity.kind
    if form not in ("plain", "share", "fraction", "divisor", "hour", "groups"):
        score -= 0.3
    if (kind == "word" and leaf.value == 1) or (kind == "clock" and not leaf.after):
        score -= 0.4
    return Candidate(Given(index, form), score, typed, givens=(index,))


def fit_earlier(leaf: Leaf, told: Step, *, just_before: bool) -> float:
    """Return what speaks for an earlier step's result."""
    score = 0.8 if just_before else 0.3
    after = frozenset(leaf.after)
    if after and told.after:
        score += 1.0 if told.after[0] in after or leaf.after[0] in told.after else -0.2
    elif after & told.line:
        score += 0.3
    score += 0.3 if frozenset(leaf.before) & told.line else 0.0
    if leaf.money and told.money:
        score += 0.5
    elif leaf.money != told.money and (leaf.after or told.after):
        score -= 0.3
    return score - (0.3 if told.origin == "equation" else 0.0)


def fit_world(place: Place, constant: Constant, stems: frozenset[str]) -> Candidate:
    """Return a constant as a candidate; it never outranks a number that is there."""
    line = place.step.line
    score = -1.3 + (0.5 if constant.words & line else 0.0)
    score += 0.8 if constant.words & frozenset(place.leaf.after + place.leaf.before) else 0.0
    name = frozenset(map(stem, constant.name.split("_")))
    score += 0.3 * len(name & line) + 0.15 * len(name & stems)
    return Candidate(Named(constant.name), score, typed=True)


def compared(
    found: list[Candidate],
    place: Place,
    mentions: list[Mention],
    constants: Mapping[str, Constant],
    stems: frozenset[str],
) -> list[Candidate]:
    """Return the candidates that type and unit allow beside one another, and those whose wording outranks all of them."""
    found = _by_period(_by_unit(found, place.leaf, mentions), _units(place.step.line | stems), constants)
    found = _by_coefficient(found, place, mentions)
    found = _by_origin(found, place, mentions, constants)
    best = max((candidate.score for candidate in found if candidate.typed), default=None)
    if best is None:
        return [replace(one, typed=True) if _is_score(one, place, mentions) else one for one in found]
    return [candidate for candidate in found if candidate.typed or candidate.score > best]


def _wording(place: Place, mention: Mention, weights: Weights) -> float:
    leaf, line = place.leaf, place.step.line
    score = 0.0
    after, clause = frozenset(leaf.after), mention.clause
    if after:
        shared = after & frozenset(mention.after)
        score += 1.2 if mention.unit and mention.unit in after else 0.8 if shared else 0.0
        score += 0.4 * min(2.0, told_apart(after & clause, weights))
    if mention.owner and place.step.subject:
        score += 0.5 if mention.owner == place.step.subject else 0.0 if mention.owner in line else -0.3
    near = frozenset(leaf.before) & clause
    score += 0.4 * min(2.0, told_apart(near, weights))
    return score + 0.25 * min(3.0, told_apart((line & clause) - near, weights))


def told_apart(words: frozenset[str], weights: Weights) -> float:
    """Return how much words tell, in a sum that does not depend on their order: a set has another one in each process."""
    return fsum(weights.get(word, 0.0) for word in words)


_Judged = tuple[float, bool]
"""What speaks for a candidate, and whether its type allows it."""


def _as_factor(role: Role, mention: Mention, form: str) -> _Judged:
    """Judge a factor (`twice`, `half`, `3 times`), which wants a product, and a difference, which wants a sum."""
    kind, product = mention.quantity.kind, role.sign in "*/"
    if kind == "half" and form == "divisor" and product and not (role.sign == "/" and role.right):
        return -1.0, role.sign == "*"  # `half as many as Ann`: so Ann has twice as many
    if kind in ("multiple", "half"):
        return (0.0, True) if product else (-2.0, role.beside_one or not role.beside)
    if mention.is_factor:
        return (0.0, True) if product else (-1.5, role.beside_one or not role.beside)
    if kind == "ordinal":
        return -2.0, True
    return -1.0 if mention.is_difference and product else 0.0, True


def _as_percent(place: Place, mention: Mention, form: str) -> _Judged:
    leaf, role = place.leaf, place.role
    if mention.quantity.kind != "percent":
        return (-2.0, False) if leaf.percent else (0.0, True)
    score = 0.8 if leaf.percent else 0.0
    if form == "divisor":
        return -1.5, not leaf.after  # `60 / 2` for 50%, and no two persons
    if form in ("plain", "rest", "grown") and not leaf.percent and not role.hundred:
        return score - 1.0, (role.sign in "+-" and place.beside_rate) or place.one_percent
    return score, True


def _as_fraction(role: Role, mention: Mention, form: str) -> _Judged:
    if mention.quantity.kind != "fraction":
        return 0.0, True
    if form in ("divisor", "bottom") and not (role.sign == "/" and role.right):
        whole = form == "divisor" and role.sign == "*" and mention.quantity.top == 1
        return -2.0, whole  # `a third of it is 40`: so it is 3 times 40
    return -1.0 if form in ("top", "other_top") and not role.over else 0.0, True


def _as_money(place: Place, mention: Mention, form: str) -> _Judged:
    leaf, role, step = place.leaf, place.role, place.step
    if leaf.money:
        allowed = mention.quantity.kind in ("plain", "word", "group") or form.endswith("share")
        return (0.7, True) if mention.money else (-1.0, allowed)
    if not mention.money:
        return 0.0, True
    score = -0.4 if leaf.after else 0.0
    if role.sign == "*" and step.origin == "annotation":
        score += 0.4 if step.money else -0.4
    return score, True


def _by_unit(found: list[Candidate], leaf: Leaf, mentions: list[Mention]) -> list[Candidate]:
    """Call a quantity untyped whose unit is another than the leaf's, where a rival has just that unit: the legs, no snakes."""
    if not leaf.after or len(found) < 2:
        return found
    words = frozenset(leaf.after)
    matching = {
        candidate.givens[0]
        for candidate in found
        if isinstance(candidate.origin, Given) and mentions[candidate.givens[0]].unit in words
    }
    constant = any(
        isinstance(candidate.origin, Named) and stem(candidate.origin.name.split("_")[0]) == leaf.after[0]
        for candidate in found
    )
    if not (matching or constant):
        return found

    def other(candidate: Candidate) -> bool:
        if not (isinstance(candidate.origin, Given) and candidate.typed and candidate.givens[0] not in matching):
            return False
        mention = mentions[candidate.givens[0]]
        return bool(mention.unit) and not words & (frozenset(mention.after) | {mention.unit})

    return [replace(one, score=one.score - 0.5, typed=False) if other(one) else one for one in found]


def _by_coefficient(found: list[Candidate], place: Place, mentions: list[Mention]) -> list[Candidate]:
    """Call a count untyped where unknowns are added up and a multiple is as much: the two of `x + 2x` is twice as many."""
    if place.step.origin != "equation" or not place.role.beside_one or place.role.sign not in "+-":
        return found
    multiples = {
        index
        for candidate in found
        for index in candidate.givens
        if mentions[index].is_factor or mentions[index].quantity.kind in ("multiple", "half")
    }
    if not multiples:
        return found
    return [
        replace(one, score=one.score - 0.5, typed=False)
        if isinstance(one.origin, Given) and one.origin.index not in multiples
        else one
        for one in found
    ]


def _is_score(one: Candidate, place: Place, mentions: list[Mention]) -> bool:
    """Return whether a percent is compared as it is: `85 - 82` for an average of 82%, where nothing else is 82."""
    percent = bool(one.givens) and mentions[one.givens[0]].quantity.kind == "percent"
    return percent and one.origin == Given(one.givens[0], "plain") and place.role.sign in "+-"


_SPOKEN = {
    "$": "dollar", "¢": "cent", "annual": "year", "annually": "year", "yearly": "year", "monthly": "month",
    "weekly": "week", "daily": "day", "hourly": "hour",
}  # fmt: skip


def _units(stems: frozenset[str]) -> frozenset[str]:
    """Return the units spoken of, the signs of money and `yearly` among them."""
    return stems | {stem(unit) for word, unit in _SPOKEN.items() if stem(word) in stems}


def _by_period(found: list[Candidate], spoken: frozenset[str], constants: Mapping[str, Constant]) -> list[Candidate]:
    """Drop the constants of which less is spoken than of another; call one untyped whose larger unit is not, beside a number."""

    def told(one: Candidate) -> tuple[int, bool]:
        if not isinstance(one.origin, Named):
            return 0, True
        counts, per, unit = one.origin.name.rpartition("_per_")
        if not per:
            return int(bool(constants[one.origin.name].words & spoken)), True
        parts = [bool({stem(part) for part in name.split("_")} & spoken) for name in (counts, unit)]
        return sum(parts), parts[1]

    most = max((told(one)[0] for one in found), default=0)
    other = any(one.typed and not isinstance(one.origin, Named) for one in found)
    found = [one for one in found if not isinstance(one.origin, Named) or told(one)[0] == most]
    return [one if not other or told(one)[1] else replace(one, score=one.score - 0.5, typed=False) for one in found]


def _by_origin(
    found: list[Candidate], place: Place, mentions: list[Mention], constants: Mapping[str, Constant]
) -> list[Candidate]:
    """Call a constant untyped where the text or an earlier step gives the same number, unless the leaf is told so."""
    if place.over_percent:
        return [candidate for candidate in found if not isinstance(candidate.origin, Named)]
    if len(found) > 1 and _explained(found, mentions):
        found = [
            replace(candidate, typed=False)
            if candidate.givens and mentions[candidate.givens[0]].quantity.kind == "ordinal"
            else candidate
            for candidate in found
        ]
    if not _explained(found, mentions):
        return found
    told = frozenset(place.leaf.after + place.leaf.before)
    given = [mentions[one.givens[0]] for one in found if one.typed and one.givens]

    def doubtful(origin: Origin) -> bool:
        if isinstance(origin, Named):
            words = constants[origin.name].words
            counts, _, per = origin.name.partition("_per_")
            counts = stem(counts.split("_")[0])
            if counts in told and stem(per) in told:
                return False  # `60 minutes/hour` says it
            units = {counts, counts.removeprefix("week")} - {""}
            spoken = counts in told | place.step.line or any(counts in mention.clause for mention in mentions)
            if not spoken or any(mention.unit in units or words & _own(mention) for mention in given):
                return True
            return not told & words and not words & place.step.line
        return isinstance(origin, Implicit) and (
            origin.why in ("both", "how many are added")
            or (origin.why == "one" and place.role.sign in "*/")
            or (origin.why == "hundred percent" and not place.leaf.percent)
        )

    return [replace(one, score=one.score - 0.5, typed=False) if doubtful(one.origin) else one for one in found]


def _own(mention: Mention) -> frozenset[str]:
    """Return the stems of the words that a quantity is written with: the `double` or `pairs` of the text itself."""
    return frozenset(map(stem, mention.quantity.text.lower().split()))


def _explained(found: list[Candidate], mentions: list[Mention]) -> bool:
    """Return whether a number of the question or an earlier step gives the value by its type; 50% gives a two at need."""
    return any(
        one.steps or mentions[one.givens[0]].quantity.kind != "percent" or one.origin != Given(one.givens[0], "divisor")
        for one in found
        if one.typed and (one.givens or one.steps)
    )
