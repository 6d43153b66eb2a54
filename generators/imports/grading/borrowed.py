"""Detects numbers that are linked to another quantity of the same value: the two of `twice` for two persons."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from generators.imports.candidates.origin import Earlier, Given
from generators.imports.graph.fractions import HALF
from solver.constants import named_constants
from solver.stems import WORD, stem

from .case import Case, Use

SHARED = frozenset(
    map(stem, ["average", "mean", "equally", "equal", "evenly", "split", "share", "each", "per", "both"])
)
"""Words of a line whose divisor is the number of those who share something."""
_TWO = 2
_UNTOLD = 3
"""A number up to this needs its own words in each step that multiplies by it."""

_Factors = set[tuple[str, str]]
"""Forms of a fraction with the operation of each use."""
_COMPLEMENTS: tuple[_Factors, ...] = (
    {("divisor", "/"), ("other_top", "*")},  # x / 3 * 2: the complement of a third
    {("divisor", "*"), ("other_top", "/")},  # x / 2 * 3: the whole, from the complement
)


def borrowed(case: Case) -> Iterator[int]:
    """Yield the quantities of the question that stand for another number of their value."""
    for rule in BORROWED:
        yield from rule(case)


def multiple_used_in_two_ways(case: Case) -> Iterator[int]:
    """Yield a half or a multiple that multiplies and divides, or that also shares: `twice` for two persons."""
    for index, uses in _uses_by_quantity(case):
        quantity = case.mentions[index].quantity
        if quantity.kind not in ("half", "multiple") and not (quantity.kind == "fraction" and quantity.value == HALF):
            continue
        ways = {_way(use) for use in uses}
        if not ways & {"+", "-"} and (len(ways) > 1 or _shares(uses)):
            yield index


def two_added_and_shared(case: Case) -> Iterator[int]:
    """Yield a two that is added or subtracted in one step and shares something in another."""
    for index, uses in _uses_by_quantity(case):
        quantity = case.mentions[index].quantity
        two = quantity.kind in ("plain", "word") and quantity.value == _TWO
        if two and any(use.sign in "+-" for use in uses) and _shares(uses):
            yield index


def complement_beside_fraction(case: Case) -> Iterator[int]:
    """Yield a fraction whose complement is used as a separate number: the two of `a third` for two kinds."""
    for index, uses in _uses_by_quantity(case):
        factors = {(use.given.form, use.sign) for use in uses}
        forms = {form for form, _ in factors}
        apart = "other_top" in forms and bool(forms & {"fraction", "divisor"}) and factors not in _COMPLEMENTS
        if case.mentions[index].quantity.kind == "fraction" and apart:
            yield index


def small_count_untold(case: Case) -> Iterator[int]:
    """Yield a small factor of two steps if a step has none of its words: 2 cups, for 2 slices of bread.

    A two needs its unit or the words behind it, a three any word of its clause.
    """
    told: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for use in case.uses:
        here = told[use.mention.alias]
        here[use.place] = here.get(use.place, True) and _is_told(use)
    for index, places in told.items():
        mention = case.mentions[index]
        small = mention.quantity.kind in ("plain", "word") and 1 < mention.quantity.value <= _UNTOLD
        if small and not mention.is_factor and len(places) > 1 and not all(places.values()):
            yield index


def part_alone(case: Case) -> Iterator[int]:
    """Yield a fraction if one part of it is used alone: a third of something, as the complement of two thirds."""
    for use in case.uses:
        if use.given.form != "bottom" or use.sign != "/":
            continue
        for linked in case.linked.values():
            parts = {
                one.form
                for one, _ in linked
                if isinstance(one, Given) and case.mentions[one.index].alias == use.mention.alias
            }
            for origin, sign in linked:
                if origin == Earlier(use.place) and (sign != "*" or not parts & {"top", "other_top"}):
                    yield use.given.index


def pair_untold(case: Case) -> Iterator[int]:
    """Yield a pair whose two divides in a line without its words: a pair of shoes, for two persons."""
    for use in case.uses:
        if use.mention.quantity.kind == "group" and use.leaf.value == _TWO and use.sign == "/":
            own = {*use.mention.after[:2], *map(stem, WORD.findall(use.mention.quantity.text.lower()))}
            if not own & {*use.leaf.after, *use.leaf.before, *use.step.line}:
                yield use.given.index


def second_as_factor(case: Case) -> Iterator[int]:
    """Yield a `second` that multiplies or divides: `the second puzzle` is not two puzzles."""
    for use in case.uses:
        quantity = use.mention.quantity
        if use.sign in "*/" and quantity.kind == "ordinal" and quantity.text.lower() == "second":
            yield use.given.index


def constant_of_same_value(case: Case) -> Iterator[int]:
    """Yield a number that is used again in a line with both units of a constant: 60 minutes, for those of an hour."""
    for use in case.uses:
        quantity = use.mention.quantity
        if use.sign in "*/" and case.counts[use.mention.alias] > 1 and quantity.kind in ("plain", "word"):
            told = {*use.leaf.after, *use.step.line}
            rates = ((one.name.split("_per_"), one.value) for one in named_constants() if "_per_" in one.name)
            if any(value == quantity.value and {*map(stem, units)} <= told for units, value in rates):
                yield use.given.index


BORROWED: tuple[Callable[[Case], Iterator[int]], ...] = (
    multiple_used_in_two_ways,
    two_added_and_shared,
    complement_beside_fraction,
    small_count_untold,
    part_alone,
    pair_untold,
    second_as_factor,
    constant_of_same_value,
)
"""The detectors of numbers that stand for another number of their value."""


def _uses_by_quantity(case: Case) -> Iterator[tuple[int, list[Use]]]:
    """Yield the quantities of the question that at least two steps use, with their uses."""
    found: dict[int, list[Use]] = {}
    for use in case.uses:
        found.setdefault(use.mention.alias, []).append(use)
    yield from ((index, uses) for index, uses in found.items() if len({use.place for use in uses}) > 1)


def _shares(uses: list[Use]) -> bool:
    """Return True if a use divides in a line about sharing."""
    return any(use.sign == "/" and use.step.line & SHARED for use in uses)


def _way(use: Use) -> str:
    """Return whether a use makes more or less: a half as a fraction makes less where a two makes more."""
    if use.sign in "+-":
        return use.sign
    return "less" if (use.sign == "/") != (use.given.form == "fraction") else "more"


def _is_told(use: Use) -> bool:
    """Return True if a step adds a number, subtracts it, or has the words that belong to it."""
    mention = use.mention
    own = {mention.unit, *mention.after[:2]} - {""}
    words = own if own and mention.quantity.value == _TWO else own | {*mention.before} | mention.clause
    return use.sign in "+-" or bool(words & {*use.leaf.after, *use.leaf.before, *use.step.line})
