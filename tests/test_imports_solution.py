"""A written solution is read as steps: annotations, equations in prose, and the words around numbers."""

import re
from fractions import Fraction

import pytest

from generators.imports.solution.annotations import BadAnnotation, read_solution
from generators.imports.solution.formula import leaves


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
        ("half are girls as 1 - 1/3 = 2/3", Fraction(2, 3)),
        ("20 - 10 = 10 / 2 = 5", 10),
        ("100% - 40% - 30% = 30%", Fraction(3, 10)),
        ("100% - 40% - 30% = 30%\n30% of 50 is <<30*.01*50=15>>15", 30),
    ],
)
def test_equations_in_prose_are_read(solution, value):
    """Formulas in prose are steps, with units, commas and signs between their numbers."""
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
    assert value in [step.value for step in read_solution(solution) if step.kind == "equation"]


@pytest.mark.parametrize("body", ["2+2=5", "2+=4", "=", "a=b", "1/0=0", "((((((((((((((((2=2"])
def test_a_bad_annotation_is_refused(body):
    """An annotation that is no formula or contradicts itself is an error that quotes it."""
    with pytest.raises(BadAnnotation, match=re.escape(f"<<{body}>>")):
        read_solution(f"It is <<{body}>> so.")


def test_a_rounded_annotation_is_trusted():
    """Solutions round their results; the step keeps the exact value of its formula."""
    (step,) = read_solution("Each gets 10/3 = <<10/3=3.33>>3.33")

    assert step.value == Fraction(10, 3)


def test_a_bare_number_takes_its_words_from_the_line():
    """A bare number of a formula has the words that follow it elsewhere in the line."""
    (step,) = read_solution("Jo's age 30 years from now will be 30+11=<<30+11=41>>41.")

    assert [leaf.after[:1] for leaf in leaves(step.formula)] == [("year",), ()]


def test_a_result_in_dollars_is_not_an_operand():
    """`$100 x 40% = $40` reads its forty as a percent: the amount behind the equals sign is the result."""
    (step,) = read_solution("The discount is $100 x 40% = $<<100*40*.01=40>>40.")
    percent = list(leaves(step.formula))[1]

    assert percent.percent
    assert not percent.money
    assert step.money


def test_points_per_dollar_are_not_money():
    """A result is money if its unit is dollars, but not if it is a rate per dollar."""
    (per, money) = (read_solution(f"6/2=<<6/2=3>>3 {unit}")[0].money for unit in ("points per dollar", "dollars"))

    assert (per, money) == (False, True)


@pytest.mark.parametrize(
    ("line", "unread"),
    [
        ("18÷3/4=24", [(24, True)]),
        ("18 cups ÷ 3/4 cup = 24 servings", [(24, True)]),
        ("half of 48 = 24", [(24, True)]),
        ("12 inches=1 foot", [(1, False)]),
        ("2*8 = <<2*8=16>>16", []),
        ("2*8 = 16", []),
        ("5 bags = $10", []),
        ("1/3 of it = 16 figs", []),
        ("1% is equal to $5", []),
        ("2*(her height) = 80 cm", []),
        ("x + 3x = 80", []),
    ],
)
def test_results_of_equations_that_are_no_steps_are_told(line, unread):
    """A later step knows the results of arithmetic and conversions in prose that were not read as steps."""
    step = read_solution(f"{line}\n3 + 4 = <<3+4=7>>7")[-1]

    assert unread == [(one.value, one.worked) for one in step.unread]
