"""Operations are simplified by named rules, each tested by its name."""

from fractions import Fraction

import pytest
from rules import rule_names, without

from generators.imports.graph import node
from generators.imports.graph.node import HUNDRED, ONE, ZERO, Input, Literal, NoGraph, Work, simple

X, Y = Input(0, "", Fraction(6)), Input(1, "", Fraction(5))
MINUS_X, MINUS_Y = Work("-", ZERO, X), Work("-", ZERO, Y)

SIMPLER = {
    "literals": (("-", HUNDRED, ONE), Literal(Fraction(99))),
    "neutral_right": (("/", X, ONE), X),
    "neutral_left": (("+", ZERO, X), X),
    "factor_divided_out": (("/", Work("*", X, Y), Y), X),
    "negative_right": (("+", X, MINUS_Y), Work("-", X, Y)),
    "negative_left": (("+", MINUS_X, Y), Work("-", Y, X)),
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(SIMPLER) == rule_names(node)


@pytest.mark.parametrize(("rule", "operation", "expected"), [(name, *case) for name, case in SIMPLER.items()])
def test_a_rule_simplifies_what_no_other_does(monkeypatch, rule, operation, expected):
    """With the rule the operation becomes simpler; without it, it stays."""
    assert simple(*operation) == expected

    without(monkeypatch, node, rule)

    assert simple(*operation) != expected


@pytest.mark.parametrize("operation", [("*", X, Y), ("-", ZERO, X), ("/", Work("*", X, Y), X)])
def test_other_operations_stay(operation):
    """Nothing is simplified that a rule does not name."""
    assert simple(*operation) == Work(*operation)


def test_a_division_by_zero_has_no_graph():
    """A literal that divides by zero is refused."""
    with pytest.raises(NoGraph, match="division by zero"):
        simple("/", ONE, ZERO)
