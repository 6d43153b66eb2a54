"""The remainder after a half is told from the half itself, so that each trace is right for a third too."""

from dataclasses import replace
from fractions import Fraction

import pytest
from conversion import converted
from rules import rule_names, without

from generators.imports.graph import remainders
from generators.imports.graph.node import Input, Work, within
from solver import read, solve
from solver.ops import Init

CHANGED = {Fraction(2): Fraction(3), Fraction(1, 2): Fraction(1, 3), Fraction(50): Fraction(40)}
"""Changes a half to a third, and 50 percent to 40."""


def changed(question, solution):
    """Return the answer of a trace in which the first half is another fraction, and the trace of the solution."""
    row = converted(question, solution)
    program, done = [], False
    for trace in read(row.trace):
        new = []
        for step in trace.steps:
            half = isinstance(step, Init) and not done and step.value in CHANGED
            new.append(replace(step, value=CHANGED[step.value]) if half else step)
            done = done or half
        program.append(replace(trace, steps=tuple(new)))
    return solve(tuple(program)).answer, row.trace


REMAINDERS = {
    "taken_off": ("A hat of $20 is 50% off. How much is it?", "20*.5=$<<20*.5=10>>10", 12),
    "lost": (
        "Half of 60 figs rotted, then Ann picked 5. How many has she?",
        "60/2=<<60/2=30>>30\n30+5=<<30+5=35>>35",
        45,
    ),
    "whole_of_remainder": ("Half of the figs rotted, and 6 are left. How many were there?", "6*2=<<6*2=12>>12", 9),
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(REMAINDERS) == rule_names(remainders)


@pytest.mark.parametrize(
    ("rule", "question", "solution", "answer"), [(name, *case) for name, case in REMAINDERS.items()]
)
def test_a_rule_rewrites_what_no_other_does(monkeypatch, rule, question, solution, answer):
    """With the rule the trace is right for another fraction; without it, wrong."""
    assert changed(question, solution)[0] == answer

    without(monkeypatch, remainders, rule)

    assert changed(question, solution)[0] != answer


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        (
            "Ann has 60 figs. She eats half of them, and gives a quarter of what is left to Bo. How many does Bo get?",
            "60/2=<<60/2=30>>30 figs.\n30/4=<<30/4=7.5>>7.5 figs.",
            10,
        ),
        (
            "Ann has 60 figs. She eats half of them, and Bo a quarter of the rest. How many are left?",
            "60/2=<<60/2=30>>30 figs.\n30/4=<<30/4=7.5>>7.5 figs.\n30-7.5=<<30-7.5=22.5>>22.5 figs are left.",
            30,
        ),
        ("A hat of $20 is 50% off. How much is it?", "20*.5=$<<20*.5=10>>10", 12),
        ("A wool hat of 20 cm shrinks by 50%. How long is it?", "20*.5=<<20*.5=10>>10 cm", 12),
        ("A $12 pot is 1/2 off. How much do 3 cost?", "12*1/2=$<<12*1/2=6>>6.\n6*3=$<<6*3=18>>18", 24),
        ("Pests destroyed half of 60 figs. How many does he still have?", "60*.5=<<60*.5=30>>30 figs", 40),
        ("Half of 60 figs rotted, then Ann picked 5. How many has she?", "60/2=<<60/2=30>>30\n30+5=<<30+5=35>>35", 45),
        ("A third hat of $60 got a discount of 50%. How much is paid for it?", "60*.5=$<<60*.5=30>>30", 36),
        ("Bo bought half of 60 figs and ate 5. How many?", "60/2=<<60/2=30>>30 figs left\n30-5=<<30-5=25>>25", 35),
        ("Half of the figs rotted, and 6 are left. How many were there?", "6*2=<<6*2=12>>12", 9),
        ("Ann ate half of her figs. She has 6 left. How many were there?", "6*2=<<6*2=12>>12", 9),
        ("He cut the price of 60 by 50%. What is it?", "60/2=<<60/2=30>>30", 36),
    ],
    ids=[
        "a quarter of what is left",
        "the rest of the rest",
        "off",
        "by",
        "a fraction off",
        "still has",
        "lost",
        "a discount of",
        "told to be left",
        "backwards from what is left",
        "backwards from what is left of eating",
        "50% as a divisor",
    ],
)
def test_the_trace_is_right_for_another_fraction_too(question, solution, answer):
    """The words around a half tell the half from the remainder; the solution's number does not."""
    given, trace = changed(question, solution)

    assert given == answer, trace


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        ("A hat of $20 is 50% off. How much does she save by it?", "20*.5=$<<20*.5=10>>10", 8),
        (
            "Half of 60 figs are ripe, and a quarter of the ripe figs fell. How many?",
            "60/2=<<60/2=30>>30.\n30/4=<<30/4=7.5>>7.5",
            5,
        ),
        (
            "Two girls share 60 figs, and Ann eats a quarter of what is left. How many does she eat?",
            "60/2=<<60/2=30>>30.\n30/4=<<30/4=7.5>>7.5",
            5,
        ),
        ("Half of 60 figs rotted. How many rotted?", "60/2=<<60/2=30>>30", 20),
        ("Ann fell 60 times, Bo half the number of times that Ann fell. How often?", "60/2=<<60/2=30>>30", 20),
        ("Ann spent half her money, which was 6 dollars, on figs. How much had she?", "6*2=<<6*2=12>>12", 18),
    ],
    ids=["what is saved", "of the half itself", "two persons", "lost and asked for", "compared", "what was spent"],
)
def test_a_half_stays_a_half_where_it_is_meant(question, solution, answer):
    """An amount saved, or a fraction of the half itself, is no remainder."""
    given, trace = changed(question, solution)

    assert given == answer, trace


@pytest.mark.parametrize(
    ("question", "solution", "told"),
    [
        (
            "Ann had 60 figs. She gave half of them to Bo, then got 5. Has she?",
            "60/2=<<60/2=30>>30\n30+5=<<30+5=35>>35",
            True,
        ),
        (
            "Ann ate half of 60 figs and got 5. Has she?",
            "60/2=<<60/2=30>>30\n60-30=<<60-30=30>>30\n30+5=<<30+5=35>>35",
            False,
        ),
        (
            "Half of 60 figs are ripe, and Ann sold the others for $2 each.",
            "60/2=<<60/2=30>>30\n30*2=<<30*2=60>>60",
            True,
        ),
        ("Half of the remaining 60 figs cost $2 each.", "60/2=<<60/2=30>>30\n30*2=<<30*2=60>>60", False),
        ("Ann has half as many figs as Bo, who gave 60 away.", "60/2=<<60/2=30>>30", False),
        (
            "Ann has 60 figs. She cuts half of them in 3 pieces each. How many are there?",
            "60/2=<<60/2=30>>30\n30*3=<<30*3=90>>90\n90+30=<<90+30=120>>120",
            True,
        ),
        (
            "Half of 60 figs are ripe, and 3 of these are red. How many ripe figs are not?",
            "60/2=<<60/2=30>>30\n30-3=<<30-3=27>>27",
            False,
        ),
        (
            "Birds sit on 60 poles. Suddenly half of the poles were cut down. How many remain?",
            "60/2=<<60/2=30>>30",
            True,
        ),
        ("Sam is half of Ann's age, who is 60. How old is he if nobody is left out?", "60/2=<<60/2=30>>30", False),
        (
            "Ann has 60 figs, Bo has half of that amount, and Cy 3 times that. How many have Bo and Cy?",
            "60/2=<<60/2=30>>30\n30*3=<<30*3=90>>90\n90+30=<<90+30=120>>120",
            False,
        ),
    ],
    ids=[
        "given",
        "taken off",
        "the others",
        "of the rest",
        "compared",
        "counted with twice",
        "the half itself",
        "the rest is asked for",
        "of another",
        "of that amount",
    ],
)
def test_a_half_that_may_stand_for_the_other_half_lowers_the_grade(question, solution, told):
    """The half given away is not the half left, though it has the same value."""
    row = converted(question, solution)

    assert any(one.startswith("may stand for") for one in row.metadata["reasons"]) is told, row.trace


def test_a_deep_graph_is_walked_once():
    """Thirty doublings are thirty operations, not a thousand million."""
    work = Input(0, "", Fraction(1))
    for _ in range(30):
        work = Work("+", work, work)

    assert len(within(work)) == 31
