"""A one is counted like any other number, or it is what a rate is of, or it is said in passing."""

import pytest

from generators.imports.convert import convert
from generators.imports.graph.counted_ones import is_counted
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution
from generators.imports.solution.problem import Problem


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("She has 2 dogs and 1 chicken.", ["1"]),
        ("He wears 2 8-hour shifts and one 12-hour shift.", ["one"]),
        ("They dig 5 graves and one child's grave.", ["one"]),
        ("She pays with one fifty-dollar bill.", ["one"]),
        ("She buys one pair of shoes.", []),
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
        ("Her semester 1 average was 82.", []),
        ("On May 1, there were 3 cats and on 1 July 4.", []),
        ("If 2 bags cost $5, how much does 1 pen cost?", []),
        ("He gives her 8 sets, assuming 1 set has 13 cards.", []),
        ("Building one house takes 7 planks.", []),
        ("It covers a field (1 hectare is 10000 square meters).", []),
    ],
)
def test_which_ones_are_counted(text, counted):
    """A digit or a word in a list counts; `every 1 cup`, `one of them` and `one day` do not."""
    mentions = read_mentions(text)

    assert [one.quantity.text for one in mentions if is_counted(one, mentions, text)] == counted


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
    steps = read_solution(solution)
    row = convert(Problem("x/train/0", question, steps[-1].value, steps))

    assert row.metadata["grade"] == letter, row.metadata["reasons"]
