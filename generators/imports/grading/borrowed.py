"""Detects numbers that are linked to another quantity of the same value: the two of `twice` for two persons."""

from collections.abc import Callable, Iterator

from generators.imports.graph.fractions import HALF
from solver.stems import stem

from .case import Case, Use

_SHARED = frozenset(
    map(stem, ["average", "mean", "equally", "equal", "evenly", "split", "share", "each", "per", "both"])
)
"""Words of a line whose divisor is the number of those who share something."""
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


def complement_beside_fraction(case: Case) -> Iterator[int]:
    """Yield a fraction whose complement is used as a separate number: the two of `a third` for two kinds."""
    for index, uses in _uses_by_quantity(case):
        factors = {(use.given.form, use.sign) for use in uses}
        forms = {form for form, _ in factors}
        apart = "other_top" in forms and bool(forms & {"fraction", "divisor"}) and factors not in _COMPLEMENTS
        if case.mentions[index].quantity.kind == "fraction" and apart:
            yield index


BORROWED: tuple[Callable[[Case], Iterator[int]], ...] = (
    multiple_used_in_two_ways,
    complement_beside_fraction,
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
    return any(use.sign == "/" and use.step.line & _SHARED for use in uses)


def _way(use: Use) -> str:
    """Return whether a use makes more or less: a half as a fraction makes less where a two makes more."""
    if use.sign in "+-":
        return use.sign
    return "less" if (use.sign == "/") != (use.given.form == "fraction") else "more"
