"""A one is a quantity like any other number, or part of a rate or an idiom."""

import pytest
from conversion import converted

from generators.imports.graph.counted_ones import is_counted
from generators.imports.question.mentions import read_mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It needs 3 spoons for every 1 cup of water.", []),
        ("She adopts 1 chicken.", ["1"]),
        ("She has 2 dogs and 1 chicken.", ["1"]),
        ("She buys one pair of shoes.", []),
        ("There is 1 box of 11 red crayons.", ["1"]),
        ("How much do 2 slices of cake and 1 cup of tea cost?", ["1"]),
        ("One day she bought 3 pens.", []),
        ("He lost one of the 3 pens.", []),
        ("He has 2 pens.", []),
    ],
)
def test_a_digit_counts(text, expected):
    """A one in digits counts; `every 1 cup`, `one of them` and `one day` do not."""
    assert [one.quantity.text for one in read_mentions(text) if is_counted(one, text)] == expected


@pytest.mark.parametrize(
    ("question", "solution", "letter"),
    [
        (
            "Bo buys 2 pens for $3 each, 1 book and a cup. The cup costs $4 and all of it $15. How much is the book?",
            "2*3=<<2*3=6>>6\n6+4=<<6+4=10>>10\n15-10=<<15-10=5>>5",
            "B",
        ),
        (
            "Bo works 2 8-hour shifts and 1 12-hour shift. How many hours is that?",
            "2*8=<<2*8=16>>16\n1*12=<<1*12=12>>12\n16+12=<<16+12=28>>28",
            "A",
        ),
    ],
    ids=["left out", "used"],
)
def test_a_counted_one_that_is_left_out_lowers_the_grade(question, solution, letter):
    """With two such books the trace would be wrong."""
    row = converted(question, solution)

    assert row.metadata["grade"] == letter, row.metadata["reasons"]
