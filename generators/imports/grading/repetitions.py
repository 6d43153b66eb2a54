"""Detects repetitions that a solution writes out although the question says how often.

`x * 2`, `x * 2`, `x * 2` for three years reaches the right answer for three years alone.
"""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from generators.imports.candidates.origin import Earlier, Given, Origin

from .case import Case

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


def compounded(case: Case) -> bool:
    """Detect a factor of a result that came of the same factor: interest on the sum with interest."""
    counts = _stated_counts(case)
    return any(counts & {times, times + 1} for times in _compounded_times(case.linked))


REPETITIONS: tuple[Callable[[Case], bool], ...] = (
    added_repeatedly,
    compounded,
)
"""The forms of a repetition that is written out."""


def _stated_counts(case: Case) -> set[Fraction]:
    """Return the unused numbers of the question that may say how often something is repeated."""
    return {mention.quantity.value for mention in case.unused if mention.quantity.kind in ("plain", "word", "ordinal")}


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
