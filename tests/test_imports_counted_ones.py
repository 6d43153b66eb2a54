"""A one is a quantity like any other number, or part of a rate, a label or an idiom."""

import pytest
from conversion import converted
from rules import rule_names, without

from generators.imports.graph import counted_ones
from generators.imports.graph.counted_ones import is_counted
from generators.imports.question.mentions import read_mentions


def counted(text):
    """Return the ones of a text that are counted, as written."""
    mentions = read_mentions(text)
    return [one.quantity.text for one in mentions if is_counted(one, mentions, text)]


DECIDED = {
    "preposition": ("It needs 3 spoons for every 1 cup of water.", []),
    "asked_unit": ("If 2 bags cost $5, how much does 1 pen cost?", []),
    "label": ("Her semester 1 average was 82.", []),
    "date": ("On May 1 rain ruined 3 tents.", []),
    "rate": ("Each hen lays 1 egg per day.", []),
    "idiom": ("He repaired 1 time the engine.", []),
    "rate_subject": ("1 pencil costs 2 dollars.", []),
    "made": ("It takes him 5 hours to build 1 chair.", []),
    "digit": ("She adopts 1 chicken.", ["1"]),
    "measured": ("She pays with one fifty-dollar bill.", ["one"]),
    "listed_word": ("She buys one table and two chairs.", ["one"]),
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(DECIDED) == rule_names(counted_ones)


@pytest.mark.parametrize(("rule", "text", "expected"), [(name, *case) for name, case in DECIDED.items()])
def test_a_rule_decides_what_no_other_does(monkeypatch, rule, text, expected):
    """With the rule the one is read right; without it, wrong."""
    assert counted(text) == expected

    without(monkeypatch, counted_ones, rule)

    assert counted(text) != expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She has 2 dogs and 1 chicken.", ["1"]),
        ("He wears 2 8-hour shifts and one 12-hour shift.", ["one"]),
        ("They dig 5 graves and one child's grave.", ["one"]),
        ("She buys one pair of shoes.", []),
        ("Jo drinks 1 cup a day.", ["1"]),
        ("There is 1 box of 11 red crayons.", ["1"]),
        ("How much do 2 slices of cake and 1 cup of tea cost?", ["1"]),
        ("One pencil costs 2 dollars.", []),
        ("If 1 pencil costs 2 dollars, what do 3 cost?", []),
        ("He wants to buy one chair and two tables.", ["one"]),
        ("One day she bought 3 pens.", []),
        ("He lost one of the 3 pens.", []),
        ("Each one is 3 feet long.", []),
        ("He has 2 pens.", []),
        ("He gives her 8 sets, assuming 1 set has 13 cards.", []),
        ("Building one house takes 7 planks.", []),
        ("It covers a field (1 hectare is 10000 square meters).", []),
    ],
)
def test_a_digit_or_a_listed_word_counts(text, expected):
    """A digit or a word in a list counts; `every 1 cup`, `one of them` and `one day` do not."""
    assert counted(text) == expected


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
