"""Detects repetitions that a solution writes out although the question says how often.

`x * 2`, `x * 2`, `x * 2` for three years reaches the right answer for three years alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

from generators.imports.candidates.origin import Earlier, Given, Origin

from .case import Case

_SMALL = 2
"""A difference or addend that is applied this often may as well belong to two different things."""

Links = dict[int, list[tuple[Origin, str]]]
"""The origin and operation of each number, by step."""


def is_written_out(case: Case) -> bool:
    """Return True if a step is repeated as often as an unused number of the question says."""
    return any(repetition(case) for repetition in REPETITIONS)


def added_repeatedly(case: Case) -> bool:
    """Detect a number that one step adds several times: `15 + 35 + 35` for `in the next two hours 35 each`."""
    counts = _stated_counts(case)
    return any(
        sign in "+-" and times > 1 and times in counts and isinstance(origin, (Given, Earlier))
        for linked in case.linked.values()
        for (origin, sign), times in Counter(linked).items()
    )


def applied_repeatedly(case: Case) -> bool:
    """Detect a number that several steps in a row apply: doubled three times `after 3 hours`."""
    counts = _stated_counts(case)
    return any(
        (sign in "*/" or times > _SMALL) and counts & {times - 1, times, times + 1}
        for sign, times in _applications(case.linked)
    )


def applied_per_interval(case: Case) -> bool:
    """Detect a factor that is applied once in each interval: halved three times in 30 years, `every 10 years`."""
    counts = _stated_counts(case)
    intervals = {total / length for total in counts for length in counts if length and total != length}
    return any(sign in "*/" and times in intervals for sign, times in _applications(case.linked))


def compounded(case: Case) -> bool:
    """Detect a factor of a result that came of the same factor: interest on the sum with interest."""
    counts = _stated_counts(case)
    return any(counts & {times, times + 1} for times in _compounded_times(case.linked))


REPETITIONS: tuple[Callable[[Case], bool], ...] = (
    added_repeatedly,
    applied_repeatedly,
    applied_per_interval,
    compounded,
)
"""The forms of a repetition that is written out."""


def _stated_counts(case: Case) -> set[Fraction]:
    """Return the unused numbers of the question that may say how often something is repeated."""
    return {mention.quantity.value for mention in case.unused if mention.quantity.kind in ("plain", "word", "ordinal")}


def _applications(linked: Links) -> Iterator[tuple[str, int]]:
    """Yield the operation of each number and how many steps in a row apply it, where these are several."""
    for place, found in linked.items():
        for origin, sign in dict.fromkeys(found):
            times = _times_applied(linked, place, origin, sign)
            if times > 1:
                yield sign, times


def _times_applied(linked: Links, place: int, origin: Origin, sign: str) -> int:
    """Return how many steps in a row, up to this one, apply a number by the same operation."""
    found = linked.get(place, [])
    if len(found) != 2 or (origin, sign) not in found:
        return 0
    other, _ = found[1 - found.index((origin, sign))]
    if isinstance(other, Earlier) and other != origin:
        return 1 + _times_applied(linked, other.step, origin, sign)
    return 1


def _compounded_times(linked: Links) -> set[int]:
    """Return how often factors are applied to results that came of the same factor, where it is twice or more."""
    depth: dict[tuple[int, Origin, str], int] = {}
    factors: dict[int, set[tuple[Origin, str]]] = {}
    for place in sorted(linked):
        here = {(origin, sign) for origin, sign in linked[place] if isinstance(origin, Given) and sign in "*/"}
        before = [one.step for one, _ in linked[place] if isinstance(one, Earlier)]
        factors[place] = here.union(*(factors.get(step, set()) for step in before))
        for origin, sign in factors[place]:
            known = max((depth.get((step, origin, sign), 0) for step in before), default=0)
            depth[place, origin, sign] = known + ((origin, sign) in here)
    return {times for times in depth.values() if times > 1}
