"""Intervals and tests agree with published values."""

import pytest

from finetune.judge.significance import mcnemar, wilson


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        (397, 400, 0.9782, 0.9974),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_gives_the_published_bounds(hits, rows, low, high):
    """The 95 % interval agrees with published values, also at 0 and 1."""
    assert (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4)) == wilson(hits, rows)


@pytest.mark.parametrize(
    ("only_a", "only_b", "chance"),
    [(0, 0, 1.0), (3, 0, 0.25), (0, 6, 0.03125), (5, 5, 1.0), (1, 9, 22 / 1024)],
)
def test_mcnemar_is_the_exact_binomial(only_a, only_b, chance):
    """The p-value is the two-sided one of a fair coin."""
    assert pytest.approx(chance) == mcnemar(only_a, only_b)
