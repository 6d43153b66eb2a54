"""Linking is joint: liveness, coverage, type and wording decide between numbers of one value."""

import re
from fractions import Fraction

import pytest

from generators.imports.link import link
from generators.imports.mentions import read_mentions
from generators.imports.solution import BadAnnotation, read_solution
from generators.imports.source import Earlier, Given


def linked(question, solution, answer):
    """Link a solution and return the linking and its mentions."""
    mentions = read_mentions(question)
    return link(mentions, read_solution(solution), Fraction(answer), question.lower().split()), mentions


def test_one_function_is_proved():
    """Where all consistent linkings are one function of the question's numbers, the wiring is proved."""
    done, _ = linked("Bo has 3 bags of 3 figs. How many figs?", "3*3=<<3*3=9>>9 figs", 9)

    assert done.proved
    assert done.functions == 1


def test_two_functions_are_not_proved():
    """Equal numbers that may be swapped for another function are not proved, and their count is told."""
    done, _ = linked("Bo has 5, 5 and 2. What is it?", "5-2=<<5-2=3>>3 and 3*5=<<3*5=15>>15", 15)

    assert not done.proved
    assert done.functions > 1


def test_a_step_wants_to_be_used():
    """A number that an earlier step gives and the question too is the step's, where else the step were dead."""
    done, _ = linked(
        "Ann has 4 boxes of 3 pens and sells 12 pens. How many does she have left and then twice that plus 12?",
        "4*3=<<4*3=12>>12 pens. 12+12=<<12+12=24>>24",
        24,
    )

    assert {Earlier, Given} == {type(done.sources[1, number]) for number in (0, 1)}


def test_units_decide():
    """The unit behind a number in the solution picks the quantity of that unit."""
    done, mentions = linked(
        "A band has 2 strings on each of 6 fiddles and plays 6 shows. How many strings are needed for the shows?",
        "6 shows * 2 strings = <<6*2=12>>12 strings",
        12,
    )

    assert mentions[done.sources[0, 0].index].unit == "show"


@pytest.mark.parametrize(
    ("solution", "value"),
    [
        ("40 cans * 30 inches / can = 1200 inches", 1200),
        ("500(.40)=200", 200),
        ("12 x 1 1/2 = 18", 18),
        ("60% * 50% = 30%", Fraction(3, 10)),
        ("15 + 12 = <<27=27>>27", 27),
        ("(5*12) + 3 = 63", 63),
        ("16,000 \u2212 4,000 = $12,000", 12000),
    ],
)
def test_prose_equations_are_read(solution, value):
    """Formulas in prose are steps, whatever units, commas and signs stand between."""
    assert value in [step.value for step in read_solution(solution)]


@pytest.mark.parametrize(
    ("solution", "value"),
    [
        ("x + 3x + 5 = 45", 10),
        ("Let B be it. 2B - 5 = 3(B - 5) - 5", 15),
        ("A = 4S. A + S = 80", 16),
        ("x - .25*x = 72", 96),
        ("H + 2H = 3H = 9 hours", 3),
    ],
)
def test_linear_equations_are_lowered(solution, value):
    """An equation in one unknown becomes a formula without it."""
    assert value in [step.value for step in read_solution(solution) if step.origin == "equation"]


@pytest.mark.parametrize("body", ["2+2=5", "2+=4", "=", "a=b", "1/0=0", "((((((((((((((((2=2"])
def test_a_bad_annotation_is_told(body):
    """An annotation that is no formula or contradicts itself cannot be trusted, and is named."""
    with pytest.raises(BadAnnotation, match=re.escape(f"<<{body}>>")):
        read_solution(f"It is <<{body}>> so.")


def test_a_rounded_annotation_is_trusted():
    """Solutions round their results; the step keeps what its formula gives."""
    (step,) = read_solution("Each gets 10/3 = <<10/3=3.33>>3.33")

    assert step.value == Fraction(10, 3)
