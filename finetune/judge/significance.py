"""Statistics of counts: Wilson's interval of a rate, and McNemar's exact test of two models on the same rows."""

from math import comb, sqrt

_Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""


def wilson(hits: int, rows: int) -> tuple[float, float]:
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


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p-value for two models, from the rows that only one of them answers correctly.

    Three rows against none are not significant:

    >>> mcnemar(3, 0)
    0.25
    """
    rows = only_a + only_b
    tail = sum(comb(rows, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / 2**rows)
