"""The idioms of a graph are folded by named rules, each tested by its name."""

from fractions import Fraction

import pytest
from rules import rule_names, without

from generators.imports.graph import fold
from generators.imports.graph.fold import folded
from generators.imports.graph.node import HUNDRED, ONE, Input, Work, within

X, RATE = Input(0, "", Fraction(60)), Input(1, "rate", Fraction(20))
TOP, BOTTOM, WHOLE = (Input(2, form, Fraction(value)) for form, value in (("top", "2"), ("bottom", "3"), ("", "2/3")))
SHARE = Work("/", RATE, HUNDRED)
PERCENT = Work("/", Work("*", X, RATE), HUNDRED)

FOLDED = {
    "percent_of_itself": (Work("-", X, PERCENT), Work("off", X, RATE)),
    "percent_first": (Work("+", PERCENT, X), Work("up", X, RATE)),
    "one_and_share": (Work("*", X, Work("-", ONE, SHARE)), Work("off", X, RATE)),
    "numerator": (Work("/", Work("*", X, TOP), BOTTOM), Work("*", X, WHOLE)),
    "complement": (
        Work("/", Work("*", X, Work("-", BOTTOM, TOP)), BOTTOM),
        Work("*", X, Work("-", ONE, WHOLE)),
    ),
}


def last(final):
    """Return the last operation behind a node, folded."""
    made = sorted((node for node in within(final) if isinstance(node, Work)), key=lambda node: len(within(node)))
    works, _ = folded(final, made, set())
    return works[-1]


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(FOLDED) == rule_names(fold)


@pytest.mark.parametrize(("rule", "final", "expected"), [(name, *case) for name, case in FOLDED.items()], ids=FOLDED)
def test_a_rule_folds_what_no_other_does(monkeypatch, rule, final, expected):
    """With the rule the idiom is folded; without it, it stays."""
    assert last(final) == expected

    without(monkeypatch, fold, rule)

    assert last(final) != expected


@pytest.mark.parametrize(
    ("final", "expected"),
    [
        (PERCENT, Work("of", X, RATE)),
        (Work("*", X, SHARE), Work("of", X, RATE)),
        (Work("/", Work("*", Work("+", HUNDRED, RATE), X), HUNDRED), Work("up", X, RATE)),
        (Work("/", X, Input(3, "divisor", Fraction(3))), Work("*", X, Input(3, "", Fraction(1, 3)))),
        (Work("/", X, Input(3, "divisor", Fraction(2))), Work("/", X, Input(3, "divisor", Fraction(2)))),
        (Work("+", PERCENT, Work("-", X, PERCENT)), Work("+", Work("of", X, RATE), Work("-", X, Work("of", X, RATE)))),
    ],
    ids=["percent", "share", "growth", "a third", "a half stays", "used twice stays"],
)
def test_idioms_of_products(final, expected):
    """A rate over hundred becomes a percent op; a percentage that is used twice stays a number of its own."""
    assert last(final) == expected
