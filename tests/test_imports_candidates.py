"""Each bonus, penalty, contradiction and filter of the candidates for a number shows on an example of its own."""

import pytest
from rules import rule_names, without

from generators.imports.candidates import contradictions, earlier, filters, given, implicit, named
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
    "same_unit": (FIGS, "4 bags * 6 figs = <<4*6=24>>24", (0, 1), "6", 1.2),
    "clause_behind": ("Ann has 4 bags. Bo has 6 figs.", "4 * 6 figs = <<4*6=24>>24", (0, 1), "6", 0.4),
    "same_owner": ("Ann has 4 bags. Bo has 6 figs.", "Bo has 4*6=<<4*6=24>>24", (0, 1), "6", 0.5),
    "clause_before": ("Ann has 4 bags. Bo has 6 figs.", "Figs are 6*4=<<6*4=24>>24", (0, 0), "6", 0.4),
    "clause_in_line": ("Ann has 4 bags. Bo has 6 figs.", "4*6=<<4*6=24>>24 figs", (0, 1), "6", 0.25),
    "inverted_half": ("Ann has half as many figs as Bo. She has 6.", "6*2=<<6*2=12>>12", (0, 1), "half", -1.0),
    "multiple_in_sum": ("Ann has twice as many figs as Bo, who has 6.", "6+2=<<6+2=8>>8", (0, 1), "twice", -2.0),
    "factor_in_sum": ("Ann has 3 times as many figs as Bo, who has 6.", "6+3=<<6+3=9>>9", (0, 1), "3", -1.5),
    "ordinal": ("On the third day Ann has 6 figs.", "6+3=<<6+3=9>>9", (0, 1), "third", -2.0),
    "difference_in_product": ("Ann has 6 figs and Bo has 3 more.", "6*3=<<6*3=18>>18", (0, 1), "3", -1.0),
    "percent_sign": ("Ann has 60 figs, 40% of them ripe.", "60 * 40% = <<60*.4=24>>24", (0, 1), "40%", 0.8),
    "percent_as_divisor": ("Ann has 60 figs, 50% of them ripe.", "60/2=<<60/2=30>>30", (0, 1), "50%", -1.5),
    "percent_without_hundred": ("Ann has 60 figs, 40% ripe.", "60-40=<<60-40=20>>20", (0, 1), "40%", -1.0),
    "part_out_of_place": ("A third of Ann's figs are 6.", "6*3=<<6*3=18>>18", (0, 1), "A third", -2.0),
    "numerator_undivided": ("2/3 of Ann's figs are 6.", "6-2=<<6-2=4>>4", (0, 1), "2/3", -1.0),
    "money_sign": ("Ann buys 4 figs for $6 each.", "4 * $6 = $<<4*6=24>>24", (0, 1), "$6", 0.7),
    "money_without_sign": ("Ann buys 4 figs for $6 each.", "4*6=<<4*6=24>>24 figs", (0, 1), "$6", -0.4),
    "derived_form": ("Ann has 60 figs, 40% of them ripe.", "60*60/100=<<60*60/100=36>>36", (0, 1), "40%", -0.3),
    "one_in_passing": ("One day Ann ate 6 figs.", "6-1=<<6-1=5>>5", (0, 1), "One", -0.4),
    "clock_without_unit": ("Ann left at 9 pm and Bo at 6.", "9-6=<<9-6=3>>3", (0, 0), "9 pm", -0.4),
    "hundred_of_percent": ("Ann has 100 figs, 40% ripe.", "100*40/100=<<100*40/100=40>>40", (0, 2), "100", -3.0),
}
CONTRADICTIONS = {
    "dividend_of_half": ("Ann has half as many figs as Bo, who has 6.", "2/6=<<2/6=1/3>>1/3", (0, 0), "half"),
    "factor_added": ("Ann has twice as many figs as Bo, who has 6.", "6+2=<<6+2=8>>8", (0, 1), "twice"),
    "number_with_percent_sign": ("Ann has 40 figs and 60 nuts.", "60 * 40% = <<60*40=2400>>2400", (0, 1), "40"),
    "percent_divisor_with_unit": ("Ann has 60 figs, 50% ripe.", "60/2 boys = <<60/2=30>>30", (0, 1), "50%"),
    "percent_of_nothing": ("Ann has 60 figs, 40% ripe.", "60*40=<<60*40=2400>>2400", (0, 1), "40%"),
    "denominator_as_number": ("2/3 of Ann's figs are 6.", "6*3=<<6*3=18>>18", (0, 1), "2/3"),
    "other_than_money": ("Ann has twice as many figs as Bo, who has 6.", "$2*6=<<2*6=12>>12", (0, 0), "twice"),
    "number_for_percents_hundred": ("Ann has 100 figs, 40% ripe.", "40/100=<<40/100=.4>>.4", (0, 1), "100"),
    "other_unit_than_converted": ("Ann has 1 fig, Bo 5.", "12 inches = 1 foot\n5*1=<<5*1=5>>5", (0, 1), "1"),
}
EARLIER_SCORES = {
    "recency": (FIGS, "4*6=<<4*6=24>>24\n24/4=<<24/4=6>>6", (1, 0), "step 0", 0.8),
    "unit_of_result": (FIGS, "4*6=<<4*6=24>>24 figs\n24 figs/4=<<24/4=6>>6", (1, 0), "step 0", 1.0),
    "words_before": (FIGS, "The figs are 4*6=<<4*6=24>>24\nthe figs 24/4=<<24/4=6>>6", (1, 0), "step 0", 0.3),
    "money_of_result": (FIGS, "4*6=$<<4*6=24>>24\n$24/4=<<24/4=6>>6", (1, 0), "step 0", 0.5),
    "lowered_equation": (FIGS, "x + 4 = 6\n2*3=<<2*3=6>>6", (1, 0), "step 0", -0.3),
    "hundred_to_percent": ("Ann has 8%.", "50+50=<<50+50=100>>100\n100*8/10=<<100*8/10=80>>80", (1, 0), "step 0", -3.0),
}
NAMED_SCORES = {
    "trigger_in_line": ("A week.", "7*2=<<7*2=14>>14 in the week", (0, 0), "days_per_week", 0.5),
    "trigger_beside_number": ("A week.", "7 in a week * 2 = <<7*2=14>>14", (0, 0), "days_per_week", 0.8),
    "units_named": ("A week.", "7*2=<<7*2=14>>14", (0, 0), "days_per_week", 0.15),
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
    "larger_unit_untold": (
        "Ann reads 12 pages a month for 5 days.",
        "12*5=<<12*5=60>>60 pages a month",
        (0, 0),
        ["12"],
    ),
    "number_beside_multiple": (
        "Ann has 2 figs. Bo has twice as many nuts as Cy. They have 30.",
        "x+2x=30",
        (0, 2),
        ["2?", "twice"],
    ),
    "constant_over_percent": (
        "Ann saves 40% of a dollar and 60 cents.",
        "60*40/100=<<60*40/100=24>>24",
        (0, 2),
        ["hundred percent"],
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
    assert rule_names(contradictions) == set(CONTRADICTIONS)
    assert rule_names(earlier) == set(EARLIER_SCORES)
    assert rule_names(named) == set(NAMED_SCORES)
    assert rule_names(implicit) == set(IMPLICIT)
    assert rule_names(filters) == set(FILTERS)


SCORES = [
    pytest.param(module, rule, examples[rule], id=rule)
    for module, examples in ((given, GIVEN_SCORES), (earlier, EARLIER_SCORES), (named, NAMED_SCORES))
    for rule in examples
]


@pytest.mark.parametrize(("module", "rule", "example"), SCORES)
def test_a_bonus_or_penalty_counts(module, rule, example, monkeypatch):
    """Each rule adds its bonus or penalty to the score of its example."""
    question, solution, at, origin, expected = example
    score = direct(question, solution, at)[origin].score
    without(monkeypatch, module, rule)

    assert score - direct(question, solution, at)[origin].score == pytest.approx(expected)


@pytest.mark.parametrize("rule", CONTRADICTIONS)
def test_a_contradiction_is_rejected(rule, monkeypatch):
    """Each contradiction makes its example a candidate of last resort."""
    question, solution, at, origin = CONTRADICTIONS[rule]

    assert not direct(question, solution, at)[origin].typed
    without(monkeypatch, contradictions, rule)
    assert direct(question, solution, at)[origin].typed


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
