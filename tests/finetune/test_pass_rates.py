"""Questions are drawn where the pass rate is near one half."""

from collections import Counter

import numpy as np

from finetune.training.pass_rates import PassRates

NAMES = ["half", "new", "never", "always"]


def sampled():
    """Return the rates after eight completions of each question but the new one."""
    rates = PassRates()
    for name, right in (("half", 4), ("never", 0), ("always", 8)):
        rates.record(name, right, 8)
    return rates


def test_half_right_comes_before_new_and_new_before_decided():
    """A question that all or no completions answered right teaches nothing; a new one may."""
    weights = [sampled().weight(name) for name in NAMES]

    assert weights[0] > weights[1] > weights[2] == weights[3] > 0


def test_draws_follow_the_weights():
    """Over many draws, each question comes as often as its weight says."""
    rates, rng = sampled(), np.random.default_rng(0)
    weights = np.array([rates.weight(name) for name in NAMES])

    drawn = Counter(place for _ in range(4000) for place in rates.draw(NAMES, 1, rng))

    np.testing.assert_allclose([drawn[place] / 4000 for place in range(4)], weights / weights.sum(), atol=0.03)


def test_the_questions_of_one_draw_differ():
    """A step never samples one question twice."""
    assert sorted(sampled().draw(NAMES, 4, np.random.default_rng(0))) == [0, 1, 2, 3]


def test_newer_completions_count_more():
    """A question that was never answered and now is, comes back; the model has changed."""
    rates = sampled()
    before = rates.weight("never")

    rates.record("never", 8, 8)

    assert rates.weight("never") > 2 * before
