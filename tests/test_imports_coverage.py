"""The penalty of a quantity that a linking does not use depends on its kind."""

import pytest
from rules import rule_names, without

from generators.imports.linking import coverage
from generators.imports.question.mentions import read_mentions

PENALTIES = {
    "ordinal": ("On the third day he left.", 0.1),
    "reference": ("He ate three figs. Then he liked the three.", 0.2),
    "one": ("He met one man.", 0.2),
    "single_group": ("He wears a pair of shoes.", 0.4),
    "factor": ("He has twice as many figs.", 2.0),
    "word_or_time": ("He left at 9 pm.", 0.8),
}


def test_every_penalty_has_a_test():
    """A new penalty needs an example."""
    assert rule_names(coverage) == set(PENALTIES)


@pytest.mark.parametrize("rule", PENALTIES)
def test_an_unused_quantity_has_the_penalty_of_its_kind(rule, monkeypatch):
    """Each rule decides the penalty of its example."""
    question, expected = PENALTIES[rule]
    mention = read_mentions(question)[-1]

    assert coverage.unused_penalty(mention) == expected
    without(monkeypatch, coverage, rule)
    assert coverage.unused_penalty(mention) != expected
