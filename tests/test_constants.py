"""A named constant is usable where its trigger words stand."""

import re

import pytest

from solver.constants import triggered
from solver.stems import stem


@pytest.mark.parametrize(
    ("name", "question", "allowed"),
    [
        ("minutes_per_half_hour", "The half-hour show has 12 minutes of news. How long is the rest?", True),
        ("minutes_per_half_hour", "Jo brought half a tray with 12 white eggs. How long is the rest?", False),
        ("dollars_per_quarter", "Jo has 8 quarters. How much money is that?", True),
        ("dollars_per_quarter", "Jo ran for half an hour, then for a quarter of an hour. How far is that?", False),
    ],
)
def test_an_ambiguous_trigger_needs_a_word_beside_it(name, question, allowed):
    """`half` is 30 minutes only beside `hour`, and a quarter is a coin only beside money."""
    present = [stem(word) for word in re.findall("[a-z]+", question.lower())]

    assert any(constant.name == name for constant in triggered(present)) is allowed
