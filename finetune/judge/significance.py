"""Statistics of counts: Wilson's interval of a rate, and McNemar's exact test of two models on the same rows."""

from math import comb, sqrt
from typing import Any

_Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""


def wilson(hits: float, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate.

    >>> [round(bound, 3) for bound in wilson(397, 400)]
    [0.978, 0.997]
    """
    if not rows:
        return 0.0, 1.0
    rate, square = hits / rows, _Z * _Z
    middle = rate + square / (2 * rows)
    half = _Z * sqrt(rate * (1 - rate) / rows + square / (4 * rows * rows))
    scale = 1 + square / rows
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def rate(hits: float, rows: int) -> dict[str, Any]:
    """Return a rate as reports hold it: its count, the number of rows, and its 95 % interval.

    >>> rate(397, 400)
    {'hits': 397, 'rows': 400, 'low': 0.9782, 'high': 0.9974}
    """
    low, high = wilson(hits, rows)
    return {"hits": hits, "rows": rows, "low": round(low, 4), "high": round(high, 4)}


def shown_rate(found: dict[str, Any] | None) -> str:
    """Return the text of a rate with its count and interval; empty if the rows have no such rate."""
    if found is None:
        return ""
    share = found["hits"] / found["rows"] if found["rows"] else 0.0
    return f"{found['hits']}/{found['rows']} {share:.1%} [{100 * found['low']:.1f}, {100 * found['high']:.1f}]"


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p-value for two models, from the rows that only one of them answers correctly.

    Three rows against none are not significant:

    >>> mcnemar(3, 0)
    0.25
    """
    rows = only_a + only_b
    tail = sum(comb(rows, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / 2**rows)
