"""Rules for numbers that belong to an operation: the hundred of percent, the whole of a share, the number of addends."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from .origin import Implicit
from .place import Candidate, Place

_HUNDREDTH = Fraction(1, 100)
_AVERAGE = frozenset(["averag", "mean"])


def implicit(place: Place) -> Iterator[Candidate]:
    """Yield the implicit numbers that a number of a solution may be."""
    for rule in IMPLICIT:
        candidate = rule(place)
        if candidate is not None:
            yield candidate


def _candidate(place: Place, why: str, score: float) -> Candidate:
    return Candidate(Implicit(place.leaf.value, why), score, typed=True)


def hundred_percent(place: Place) -> Candidate | None:
    """Propose the hundred of percent: `35 / 100`, `100 - 40`."""
    scales = place.role.hundred and place.role.product
    spoken = place.percents or place.leaf.percent or scales or "percent" in place.step.line
    if place.leaf.value != 100 or not spoken:
        return None
    return _candidate(place, "hundred percent", -0.4 if place.role.product else -0.1)


def hundredth(place: Place) -> Candidate | None:
    """Propose the hundredth of percent: `35 * .01`."""
    return _candidate(place, "hundredth", -0.2) if place.leaf.value == _HUNDREDTH and place.percents else None


def whole(place: Place) -> Candidate | None:
    """Propose the whole of a share: `1 - 1/3`."""
    if place.leaf.value != 1 or place.role.product or not place.role.beside_share:
        return None
    return _candidate(place, "the whole", -0.2)


def one_more(place: Place) -> Candidate | None:
    """Propose a one that is added or subtracted: `5 + 1`, with oneself."""
    if place.leaf.value != 1 or place.role.product or place.role.beside_share:
        return None
    return _candidate(place, "one", -1.8)


def factor_of_one(place: Place) -> Candidate | None:
    """Propose a one that multiplies or divides: `35 * 1`."""
    return _candidate(place, "one", -1.5) if place.leaf.value == 1 and place.role.product else None


def nothing(place: Place) -> Candidate | None:
    """Propose a zero: `5 - 0`."""
    return _candidate(place, "nothing", -1.0) if place.leaf.value == 0 else None


def number_of_addends(place: Place) -> Candidate | None:
    """Propose the number of addends as the divisor of their sum: `(80 + 90) / 2`."""
    if place.role.dividend is None or place.leaf.value != place.addends:
        return None
    average = _AVERAGE & (place.stems | place.step.line)
    return _candidate(place, "how many are added", 0.2 if average else -1.6)


def both(place: Place) -> Candidate | None:
    """Propose a two that shares something between both."""
    return _candidate(place, "both", -2.2) if place.leaf.value == 2 and place.role.divides else None


IMPLICIT: tuple[Callable[[Place], Candidate | None], ...] = (
    hundred_percent,
    hundredth,
    whole,
    one_more,
    factor_of_one,
    nothing,
    number_of_addends,
    both,
)
"""The implicit numbers of an operation, in the order in which the search tries them."""
