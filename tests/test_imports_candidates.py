"""Each bonus, penalty, contradiction and filter of the candidates for a number shows on an example of its own."""

import pytest
from rules import rule_names, without

from generators.imports.candidates import filters, given, implicit
from generators.imports.candidates.origin import Earlier, Given, Implicit, Named, forms
from generators.imports.linking.search import Linker
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution
from solver.constants import question_stems
from solver.grounding import FORMS
from solver.quantities import read_quantities

FIGS = "Ann has 4 bags of 6 figs."
"""A question for rules that look at little else than the number."""

GIVEN_SCORES = {
    "same_owner": ("Ann has 4 bags. Bo has 6 figs.", "Bo has 4*6=<<4*6=24>>24", (0, 1), "6", 0.5),
    "clause_in_line": ("Ann has 4 bags. Bo has 6 figs.", "4*6=<<4*6=24>>24 figs", (0, 1), "6", 0.25),
    "ordinal": ("On the third day Ann has 6 figs.", "6+3=<<6+3=9>>9", (0, 1), "third", -2.0),
}
IMPLICIT = {
    "hundred_percent": ("Ann has 40%.", "100-40=<<100-40=60>>60", (0, 0), "hundred percent"),
    "hundredth": ("Ann has 40%.", "40*.01=<<40*.01=.4>>.4", (0, 1), "hundredth"),
    "whole": ("Ann eats 1/3.", "1-1/3=<<1-1/3=2/3>>2/3", (0, 0), "the whole"),
    "one_more": (FIGS, "6+1=<<6+1=7>>7", (0, 1), "one"),
    "factor_of_one": (FIGS, "6*1=<<6*1=6>>6", (0, 1), "one"),
    "nothing": (FIGS, "6-0=<<6-0=6>>6", (0, 1), "nothing"),
    "number_of_addends": (FIGS, "(4+6)/2=<<(4+6)/2=5>>5", (0, 2), "how many are added"),
    "both": (FIGS, "6/2=<<6/2=3>>3", (0, 1), "both"),
}
FILTERS = {
    "other_unit": ("Ann has 6 snakes and 5 dogs with six legs.", "5*6 legs=<<5*6=30>>30", (0, 1), ["six"]),
    "fewer_units_told": (
        "He grows 2 inches a month. How many inches in a year?",
        "12*2=<<12*2=24>>24 inches",
        (0, 0),
        ["months_per_year"],
    ),
    "ordinal_beside_number": (
        "In the third week Ann ate 3 figs a day.",
        "3*7=<<3*7=21>>21",
        (0, 0),
        ["3"],
    ),
    "doubtful_constant": ("Kate is 12, and 5 years older than Al.", "12-5=<<12-5=7>>7", (0, 0), ["12"]),
    "doubtful_implicit": ("Ann has 6 figs in 2 bags.", "6/2=<<6/2=3>>3", (0, 1), ["2"]),
}


def candidates(question, solution):
    """Return the candidates for the numbers of a solution."""
    steps = read_solution(solution)
    return Linker(read_mentions(question), steps, steps[-1].value, question_stems(question)).candidates


def label(origin, mentions):
    """Return an origin in a few words."""
    if isinstance(origin, Given):
        return mentions[origin.index].quantity.text
    if isinstance(origin, Earlier):
        return f"step {origin.step}"
    return origin.name if isinstance(origin, Named) else origin.why if isinstance(origin, Implicit) else "hidden"


def direct(question, solution, at):
    """Return the candidates for a number that are not yet compared, by their labels."""
    found = candidates(question, solution)
    place, _ = at
    return {label(one.origin, found.mentions): one for one in found.direct(found.places.of(*at), place)}


def test_every_rule_of_the_candidates_has_a_test():
    """A new rule needs an example."""
    assert rule_names(given) == set(GIVEN_SCORES)
    assert rule_names(implicit) == set(IMPLICIT)
    assert rule_names(filters) == set(FILTERS)


@pytest.mark.parametrize("rule", GIVEN_SCORES)
def test_a_bonus_or_penalty_counts(rule, monkeypatch):
    """Each rule adds its bonus or penalty to the score of its example."""
    question, solution, at, origin, expected = GIVEN_SCORES[rule]
    score = direct(question, solution, at)[origin].score
    without(monkeypatch, given, rule)

    assert score - direct(question, solution, at)[origin].score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("question", "typed"),
    [("Ann has 1 fig, Bo 5.", False), ("Ann is 1 foot tall, Bo 5.", True)],
    ids=["another unit", "the unit"],
)
def test_the_result_of_a_conversion_has_its_unit(question, typed):
    """In `12 inches = 1 foot` the one is a foot, and no fig."""
    found = direct(question, "12 inches = 1 foot\n5*1=<<5*1=5>>5", (0, 1))

    assert found["1"].typed is typed


@pytest.mark.parametrize("rule", IMPLICIT)
def test_a_number_of_the_operation_is_proposed(rule, monkeypatch):
    """Each rule proposes its number, and no other rule does."""
    question, solution, at, why = IMPLICIT[rule]

    assert why in direct(question, solution, at)
    without(monkeypatch, implicit, rule)
    assert why not in direct(question, solution, at)


@pytest.mark.parametrize("text", ["40%", "50%", "2/3", "a third", "half", "2 dozen", "5:30", "$4", "5 cents", "7"])
def test_every_form_has_a_meaning(text):
    """The forms of a quantity are those of the table."""
    (quantity,) = read_quantities(text)

    assert {form for form, _ in forms(quantity)} <= set(FORMS)


@pytest.mark.parametrize("rule", FILTERS)
def test_a_filter_leaves_the_better_candidates(rule, monkeypatch):
    """Each filter drops or demotes a candidate of its example; `?` marks one that is demoted."""
    question, solution, at, expected = FILTERS[rule]

    def left():
        found = candidates(question, solution)
        return [label(one.origin, found.mentions) + "?" * (not one.typed) for one in found(*at)]

    assert expected == left()
    without(monkeypatch, filters, rule)
    assert expected != left()
