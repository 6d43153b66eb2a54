"""A number that the question repeats is no new one; named rules tell it from others."""

import pytest
from rules import rule_names, without

from generators.imports.question import repeats
from generators.imports.question.mentions import read_mentions

DISTINCT = {
    "other_value": "Ann has 5 boxes. She paints the 4 boxes.",
    "one_or_less": "Ann has 1 box and Bo hides the 1 box.",
    "other_unit": "Ann has 5 boxes. She sold the 5 pens.",
    "other_modifiers": "Her 3 older sisters ate. Her 3 younger sisters left.",
    "other_place": "He ran the first 40 miles, then the last 40 miles.",
}


def is_repeated(text):
    """Return whether the last number of a text repeats the one before."""
    *_, before, last = read_mentions(text)
    return last.alias == before.alias


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(DISTINCT) == rule_names(repeats)


@pytest.mark.parametrize(("rule", "text"), DISTINCT.items())
def test_a_rule_tells_apart_what_no_other_does(monkeypatch, rule, text):
    """With the rule the second number is new; without it, it repeats the first."""
    assert not is_repeated(text)

    without(monkeypatch, repeats, rule)

    assert is_repeated(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann has 5 boxes. She paints the 5 boxes.", True),
        ("Ann has 5 boxes. She paints the red 5 boxes.", True),
        ("Ann has 5 boxes. She paints 5 boxes.", False),
        ("Ann has 5 boxes. She paints the next 5 boxes.", False),
        ("Ann is 10 years older. What are their ages 10 years from now?", False),
    ],
)
def test_only_a_definite_number_repeats(text, expected):
    """`the` or `her` refers to a number told before, and `the next` does not."""
    assert is_repeated(text) is expected
