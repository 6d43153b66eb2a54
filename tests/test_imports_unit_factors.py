"""A factor of one that a solution leaves out is restored where the question says what it multiplies."""

import pytest
import yaml
from conversion import converted

from solver.machine import solve
from solver.text import read

PRICED = "2*3=<<2*3=6>>6\n6+90=<<6+90=96>>96"


def answer_with_two(row):
    """Return the answer of a row's trace where the restored one is a two."""
    program = yaml.safe_load(row.trace)
    ones = [step for step in program["trace"] if step.get("op") == "init" and step["value"] == 1]
    assert len(ones) == 1
    ones[0]["value"] = 2
    return solve(read(yaml.safe_dump(program))).answer


@pytest.mark.parametrize(
    ("question", "solution", "with_two"),
    [
        ("Bo eats 3 figs a day. How many figs does he eat in 1 week?", "3*7=<<3*7=21>>21", 42),
        ("A tap drips 10 drops a minute. How many drops are lost during one hour?", "10*60=<<10*60=600>>600", 1200),
        ("At the shop were 5 dogs and 1 spider. How many legs were there?", "5*4=<<5*4=20>>20\n20+8=<<20+8=28>>28", 36),
        ("He buys 2 pens for $3 each and 1 computer game for $90. What does he pay?", PRICED, 186),
        ("There are 2 boxes of 3 pens and 1 box of 90 nails. How many things are there?", PRICED, 186),
    ],
)
def test_the_trace_is_right_for_two(question, solution, with_two):
    """The trace has the one as a number of its own, and is right for another number there."""
    row = converted(question, solution)

    assert answer_with_two(row) == with_two
    assert "a factor of one put back" in row.metadata["reasons"]
    assert not [one for one in row.metadata["unused"] if one["text"].lower() in ("1", "one")]


@pytest.mark.parametrize(
    ("question", "solution"),
    [
        (
            "After one week Bo had 5 figs. He then ate 3 figs a week for 21 days and got 2 more. How many did he eat a day?",
            "3/7=<<3/7=3/7>>3/7",
        ),
        ("One day Bo slept for 3 hours. How long was he awake?", "24-3=<<24-3=21>>21"),
        (
            "Bo runs 3 hours a day for 2 weeks and rests 1 week. How many hours does he run?",
            "2*7=<<2*7=14>>14\n14*3=<<14*3=42>>42",
        ),
        ("A one-way trip is 3 miles. How long is it there and back?", "3*2=<<3*2=6>>6"),
        ("He buys 2 pens for $3 each and one of the games for $90. What does he pay?", PRICED),
    ],
    ids=["a rate's week", "a story's day", "another's weeks", "one way", "one of some"],
)
def test_a_one_that_multiplies_nothing_is_left_alone(question, solution):
    """Nothing is multiplied where the question does not say that the one is its factor."""
    row = converted(question, solution)

    assert "a factor of one put back" not in row.metadata["reasons"]
    assert not [step for step in yaml.safe_load(row.trace)["trace"] if step.get("value") == 1]
