"""Compares the instances of patterns: how much an accuracy changes if the same problems get other numbers and names."""

from collections.abc import Iterable
from statistics import fmean, pstdev
from typing import Any

from .significance import rate


def by_instance(rows: Iterable[tuple[str, bool]]) -> dict[str, Any]:
    """Return the accuracy of each set of instances, from the pattern of each row and whether it is right.

    The first set has the first row of every pattern, the second set the second rows, and so on, up to the number of
    rows that every pattern has. Patterns with a single row are left out. The sets are empty if that leaves less than
    two of them.
    """
    found: dict[str, list[bool]] = {}
    for pattern, right in rows:
        found.setdefault(pattern, []).append(right)
    several = [rights for rights in found.values() if len(rights) > 1]
    count = min(map(len, several), default=0)
    sets = [fmean(rights[place] for rights in several) for place in range(count)]
    mixed = sum(len(set(rights)) > 1 for rights in several)
    return {
        "patterns": len(several),
        "sets": [round(share, 4) for share in sets],
        "mean": round(fmean(sets), 4) if sets else 0.0,
        "spread": round(pstdev(sets), 4) if sets else 0.0,
        "mixed": rate(mixed, len(several)),
    }
