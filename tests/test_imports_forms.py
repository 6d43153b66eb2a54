"""A number of the question is written in the form in which a solution uses it, by named rules."""

import pytest
from rules import rule_names, without

from generators.imports.graph import forms
from generators.imports.graph.forms import Form, number
from generators.imports.graph.node import Fixed, Work, simple
from solver.number import write_number
from solver.quantities import read_quantities


def written(text, form):
    """Return the form of the number of a text as a formula."""
    (quantity,) = read_quantities(text)
    return formula(number(Form(quantity, 0, form, simple)))


def formula(node):
    """Return a node as text."""
    if isinstance(node, Work):
        return f"({formula(node.left)} {node.sign} {formula(node.right)})"
    return node.name if isinstance(node, Fixed) else write_number(node.value)


FORMS = {
    "numerator_or_denominator": [("two thirds", "top", "2"), ("two thirds", "bottom", "3")],
    "divisor": [("half of it", "divisor", "2"), ("20%", "divisor", "(100 / 20)")],
    "groups": [("two dozen", "plain", "(2 * 12)"), ("two dozen", "size", "12")],
    "clock_time": [
        ("5:30", "clock", "(5 + (30 / minutes_per_hour))"),
        ("5 pm", "afternoon", "(5 + hours_per_half_day)"),
        ("5:30", "minute", "30"),
    ],
    "percentage": [("40%", "rest_share", "((100 - 40) / 100)"), ("40%", "grown", "(100 + 40)")],
    "complement": [("two thirds", "other", "(1 - 2/3)"), ("two thirds", "other_top", "(3 - 2)")],
    "one_more": [("a third", "more", "(1 + 1/3)")],
    "coins": [("$3", "cents", "(3 * cents_per_dollar)"), ("50 cents", "dollars", "(50 / cents_per_dollar)")],
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(FORMS) == rule_names(forms)


@pytest.mark.parametrize(
    ("rule", "text", "form", "expected"),
    [(rule, *case) for rule, cases in FORMS.items() for case in cases],
)
def test_a_rule_writes_what_no_other_does(monkeypatch, rule, text, form, expected):
    """With the rule the form is written; without it, it is another number."""
    assert written(text, form) == expected

    without(monkeypatch, forms, rule)

    assert written(text, form) != expected


def test_a_number_as_written_is_itself():
    """`plain` and `fraction` are the quantity as the question writes it."""
    assert [written("1/3", "fraction"), written("12", "plain")] == ["1/3", "12"]
