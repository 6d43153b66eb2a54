"""Wirings that reach the right answer by numeric coincidence are doubted."""

import re

import pytest

from generators.imports.grading.grade import grade
from generators.imports.graph.build import Graph
from generators.imports.linking.search import link
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution


def reasons(question, solution):
    """Return the doubts about a solution."""
    mentions, steps = read_mentions(question), read_solution(solution)
    done = link(mentions, steps, steps[-1].value, [*re.findall(r"\w+", question.lower())])
    return grade(done, mentions, question, Graph([], frozenset())).reasons


@pytest.mark.parametrize(
    ("question", "solution", "reason"),
    [
        (
            "She gave 10 for 6 days, and that was half of the debt. What is owed?",
            "10*6=<<10*6=60>>60",
            "not read: half",
        ),
        (
            "He ran the first half of 10 km in 6 minutes. What is the product?",
            "10*6=<<10*6=60>>60",
            "",
        ),
        (
            "Ann has twice as many hats as Bo, who has 6. They share all equally. How many has each?",
            "6*2=<<6*2=12>>12\n12+6=<<12+6=18>>18\n18/2=<<18/2=9>>9 each",
            "taken for a number of its value: twice",
        ),
        (
            "Ann has twice the 12 bars and 18 cans of Bo. How many?",
            "12*2=<<12*2=24>>24\n18*2=<<18*2=36>>36\n24+36=<<24+36=60>>60",
            "",
        ),
        (
            "From Sunday to Thursday he works 8 hours a day. How many in a week?",
            "5*8=<<5*8=40>>40",
            "weekdays stand",
        ),
        (
            "From Monday to Friday he works 8 hours a day. How many in a week?",
            "5*8=<<5*8=40>>40",
            "",
        ),
        (
            "Two lattes are $3 each and have 4 cubes each. How much is all?",
            "The lattes are 2*3=$<<2*3=6>>6.\n2*4=<<2*4=8>>8 cubes in the lattes.\n6+8=$<<6+8=14>>14",
            "",
        ),
        (
            "A box is 6 cm wide and 3 times as long. What is its area?",
            "6*3=<<6*3=18>>18 cm long.\n18*6=<<18*6=108>>108",
            "",
        ),
        (
            "Sales double each month. They were 10 in January. What are they in April?",
            "10*2=<<10*2=20>>20\n20*2=<<20*2=40>>40\n40*2=<<40*2=80>>80",
            "",
        ),
        (
            "A tank of 100 fish holds as many red as blue ones. 26 red ones hide, a third of the others swim off. How many are that?",
            "100/2=<<100/2=50>>50 red.\n50-26=<<50-26=24>>24\n24/3=<<24/3=8>>8 swim off",
            "taken for a number of its value: a third",
        ),
        (
            "Two thirds of 81 shirts are striped. How many are that?",
            "81/3=<<81/3=27>>27\n27*2=<<27*2=54>>54",
            "",
        ),
        (
            "Ann works 1/2 of 8 hours, and Bo works 6. What is their average?",
            "8*1/2=<<8*1/2=4>>4 hours.\n4+6=<<4+6=10>>10\n10/2=<<10/2=5>>5 on average",
            "taken for a number of its value: 1/2",
        ),
        (
            "A floor has 3 rooms. A room costs $15 on the first floor and $20 on the third floor. How much is all?",
            "15*3=$<<15*3=45>>45 for the rooms of the first floor.\n20*3=$<<20*3=60>>60 for the rooms of the other.\n45+60=$<<45+60=105>>105",
            "",
        ),
    ],
    ids=[
        "half not read",
        "the first half",
        "twice for two",
        "twice of both",
        "other days",
        "weekdays",
        "two told twice",
        "an area",
        "each month",
        "a third for two",
        "a part and its top",
        "1/2 for two persons",
        "the third floor",
    ],
)
def test_a_numeric_coincidence_is_told(question, solution, reason):
    """An unread half, a `twice` for two persons, and weekdays for other days lower the grade."""
    found = [
        one
        for one in reasons(question, solution)
        if one.startswith(("not read", "taken for", "weekdays", "an av", "twice in"))
    ]

    assert bool(found) is bool(reason)
    assert not reason or found[0].startswith(reason)
