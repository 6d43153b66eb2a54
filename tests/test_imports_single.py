"""A one is counted like any other number, or it is what a rate is of, or it is said in passing."""

from fractions import Fraction

import pytest

from generators.imports.mentions import read_mentions
from generators.imports.problem import Problem, convert
from generators.imports.single import is_counted
from generators.imports.solution import read_solution


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("She has 2 dogs and 1 chicken.", ["1"]),
        ("He wears 2 8-hour shifts and one 12-hour shift.", ["one"]),
        ("They dig 5 graves and one child's grave.", ["one"]),
        ("She buys one table and two chairs.", ["one"]),
        ("Jo drinks 1 cup a day.", ["1"]),
        ("There is 1 box of 11 red crayons.", ["1"]),
        ("How much do 2 slices of cake and 1 cup of tea cost?", ["1"]),
        ("It needs 3 spoons for every 1 cup of water.", []),
        ("One pencil costs 2 dollars.", []),
        ("If 1 pencil costs 2 dollars, what do 3 cost?", []),
        ("It takes him 5 hours to build 1 chair.", []),
        ("He wants to buy one chair and two tables.", ["one"]),
        ("Each hen lays 1 egg per day.", []),
        ("One day she bought 3 pens.", []),
        ("He lost one of the 3 pens.", []),
        ("Each one is 3 feet long.", []),
        ("He has 2 pens.", []),
    ],
)
def test_which_ones_are_counted(text, counted):
    """A digit or a word in a list counts; `every 1 cup`, `one of them` and `one day` do not."""
    mentions = read_mentions(text)

    assert [one.quantity.text for one in mentions if is_counted(one, mentions, text)] == counted


@pytest.mark.parametrize(
    ("solution", "letter"),
    [
        ("2*8=<<2*8=16>>16 hours.\n16+12=<<16+12=28>>28 hours", "B"),
        ("2*8=<<2*8=16>>16 hours.\n1*12=<<1*12=12>>12 hours.\n16+12=<<16+12=28>>28 hours", "A"),
    ],
    ids=["left out", "used"],
)
def test_a_counted_one_that_is_left_out_lowers_the_grade(solution, letter):
    """With two such shifts the trace would be wrong."""
    question = "Bo works 2 8-hour shifts and 1 12-hour shift. How many hours is that?"
    row = convert(Problem("x/train/0", question, Fraction(28), read_solution(solution)))

    assert row.metadata["grade"] == letter, row.metadata["reasons"]
