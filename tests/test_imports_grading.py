"""Each reason to doubt a wiring, and each detector behind it, lowers the grade of a problem of its own."""

import pytest
from rules import rule_names, without

from generators.imports.convert import convert
from generators.imports.grading import borrowed, grade, repetitions
from generators.imports.solution.annotations import read_solution
from generators.imports.solution.problem import Problem

REASONS = {
    "inferred_step": (
        "Jo has 60 figs and Bo 200. How many more?",
        "100-60=<<100-60=40>>40",
        "1 inferred step",
    ),
    "unused_step": (
        "Al buys 8 pens, 12 books and 32 caps. How many things?",
        "12*8=<<12*8=96>>96\n12+8+32=<<12+8+32=52>>52",
        "1 annotated step unused",
    ),
    "contested_number": (
        "She got two tickets for $50 each. A man sells her two more tickets for $240. How much is it?",
        "2*50=<<2*50=100>>100\n100+240=<<100+240=340>>340",
        "left over though its value is used: two",
    ),
    "percent": (
        "Ann has 12 figs, 40% of them ripe, and buys 3 figs. How many figs has she?",
        "12+3=<<12+3=15>>15",
        "a percent left over: 40%",
    ),
    "part": (
        "Ann has 12 figs, 1/4 of them ripe, and buys 7 figs. How many figs has she?",
        "12+7=<<12+7=19>>19",
        "a part or multiple left over: 1/4",
    ),
    "loose_number": (
        "Bo has one dog, 12 cats and 5 birds. How many cats and dogs?",
        "12+1=<<12+1=13>>13",
        "1 number of the question left over",
    ),
    "used_for_both": (
        "Ann packs 4 pens in each of 5 boxes and in each of 6 bags. She has four cats. How many pens?",
        "4 pens*5 boxes=<<4*5=20>>20 pens\n4 pens*6 bags=<<4*6=24>>24 pens\n20+24=<<20+24=44>>44 pens",
        "used twice though another of its value is left over: 4",
    ),
    "squared": ("Dan has 2 boxes. Al has twos. How many?", "2*2=<<2*2=4>>4", "twice in one step: 2"),
    "factor_of_product_twice": (
        "Each of 5 kids eats 2 sandwiches. How many slices?",
        "5*2=<<5*2=10>>10 sandwiches\n10*2=<<10*2=20>>20 slices",
        "twice in one product: 2",
    ),
    "written_out_repetition": (
        "Ants double each hour. There are 50 ants. How many are there after 3 hours?",
        "50*2=<<50*2=100>>100\n100*2=<<100*2=200>>200\n200*2=<<200*2=400>>400",
        "a repetition is written out, and how often is not read from the question",
    ),
    "unread_half": (
        "Half of the 12 figs are ripe. Ann eats 5 figs. How many are left?",
        "12-5=<<12-5=7>>7",
        "not read: Half",
    ),
    "borrowed_number": (
        "He solved 7 riddles in the second hour and as many in the third. How many?",
        "7*2=<<7*2=14>>14",
        "taken for a number of its value: second",
    ),
    "average_over_addend": (
        "Ann had 8 figs and ate 5. Bo has 9 figs. What is the average of Ann, Bo and Cy, who has none?",
        "8-5=<<8-5=3>>3\n3+9=<<3+9=12>>12\nThe average is 12/3=<<12/3=4>>4",
        "an average is divided by what was added up",
    ),
    "other_weekdays": (
        "Jo works 8 hours a day from Tuesday to Saturday. How many hours a week?",
        "8*5=<<8*5=40>>40",
        "weekdays stand for other days",
    ),
    "omitted_one": (
        "Ann bought one fig tree and 6 plants for $9 each. How much is it?",
        "6*9=<<6*9=54>>54",
        "counted but left out, as it changes nothing: one",
    ),
    "ambiguous_half": (
        "Ann had 14 figs and sold half of them for $2 each. How much is left?",
        "14/2=<<14/2=7>>7\n7*2=<<7*2=14>>14",
        "may stand for what it leaves: half",
    ),
    "cancelled_number": (
        "Pat has 4 jars. A jar can hold 12 pickles. Each jar needs 10 ounces of vinegar. How many ounces?",
        "He makes 4*12=<<4*12=48>>48 pickles.\nHe needs 48/12=<<48/12=4>>4 jars.\n4*10=<<4*10=40>>40 ounces.",
        "cancelled out: 12",
    ),
    "untyped_number": (
        "John's flat has 750 feet at $2 a foot. A new one is $2800, split evenly with a mate. What does he save?",
        "750*$2=$<<750*2=1500>>1500\n$2800/2=$<<2800/2=1400>>1400\n$1500-$1400=$<<1500-1400=100>>100",
        "a number is used against its type or unit",
    ),
    "weak_choice": (
        "Bo has 5, 5 and 2. What is it?",
        "5-2=<<5-2=3>>3\n3*5=<<3*5=15>>15",
        "2 consistent wirings, the next one is nearly as likely, margin 0.19",
    ),
}
BORROWED = {
    "multiple_used_in_two_ways": (
        "Ann has twice as many figs as Bo, who has 6. She shares hers with Cy, who finds 5 more. How many has Cy?",
        "Ann has 6*2=<<6*2=12>>12 figs.\nEach has 12/2=<<12/2=6>>6 figs.\nCy has 6+5=<<6+5=11>>11 figs.",
        "twice",
    ),
    "two_added_and_shared": (
        "Ann has 8 figs and eats 2 figs. She shares the rest with Bo equally. How many has each?",
        "8-2=<<8-2=6>>6 figs are left.\nShared equally that is 6/2=<<6/2=3>>3 figs each.",
        "2",
    ),
    "complement_beside_fraction": (
        "Ann eats a third of 12 red figs, and shares 20 green figs with Bo. How many does she eat?",
        "12/3=<<12/3=4>>4 red\n20/2=<<20/2=10>>10 green\n4+10=<<4+10=14>>14",
        "a third",
    ),
    "small_count_untold": (
        "A cake needs 2 cups of milk. Ann bakes 5 cakes, and serves 30 sandwiches. How many cups and slices?",
        "5*2=<<5*2=10>>10 cups\n30*2=<<30*2=60>>60 slices of bread\n10+60=<<10+60=70>>70",
        "2",
    ),
    "part_alone": (
        "Ann has 12 figs and 2/3 of them are ripe. She buys 5 unripe ones. How many are unripe?",
        "12/3=<<12/3=4>>4 figs are unripe.\n4+5=<<4+5=9>>9",
        "2/3",
    ),
    "pair_untold": (
        "Ann and Bo bought a pair of shoes for $40. What did each pay?",
        "40/2=$<<40/2=20>>20 for Ann",
        "a pair",
    ),
    "second_as_factor": (
        "He solved 7 riddles in the second hour and as many in the third. How many?",
        "7*2=<<7*2=14>>14",
        "second",
    ),
    "constant_of_same_value": (
        "The slide takes 60 minutes. Al has 3 hours, and rides the slide 2 times. How many minutes are left?",
        "3 hours are 3*60=<<3*60=180>>180 minutes\n2*60=<<2*60=120>>120 minutes\n180-120=<<180-120=60>>60",
        "60",
    ),
}
REPETITIONS = {
    "added_repeatedly": (
        "In the first hour she got 15 coins, in the next two hours 35. How many?",
        "15+35+35=<<15+35+35=85>>85",
    ),
    "applied_repeatedly": (
        "Jo did 30 squats and each day does 5 more. How many after four days?",
        "30+5=<<30+5=35>>35\n35+5=<<35+5=40>>40\n40+5=<<40+5=45>>45\n45+5=<<45+5=50>>50",
    ),
    "applied_per_interval": (
        "A ticket costs $80. That is halved every 10 years. How much is it in 30 years?",
        "80/2=<<80/2=40>>40\n40/2=<<40/2=20>>20\n20/2=<<20/2=10>>10",
    ),
    "compounded": (
        "A bank gives 10% a month. How much are $300 after 2 months?",
        "300*10/100=<<300*10/100=30>>30\n300+30=<<300+30=330>>330\n330*10/100=<<330*10/100=33>>33\n330+33=<<330+33=363>>363",
    ),
}


def reasons(question, solution):
    """Return the reasons for the grade of a problem."""
    steps = read_solution(solution)
    return convert(Problem("x/train/0", question, steps[-1].value, steps)).metadata["reasons"]


def test_every_reason_has_a_test():
    """A new reason or detector needs an example."""
    assert rule_names(grade) == set(REASONS)
    assert rule_names(borrowed) == set(BORROWED)
    assert rule_names(repetitions) == set(REPETITIONS)


@pytest.mark.parametrize("rule", REASONS)
def test_a_reason_is_given_where_it_applies(rule, monkeypatch):
    """Each reason is given for its example, and only by its own rule."""
    question, solution, expected = REASONS[rule]

    assert expected in reasons(question, solution)
    without(monkeypatch, grade, rule)
    assert expected not in reasons(question, solution)


@pytest.mark.parametrize("rule", BORROWED)
def test_a_borrowed_number_is_detected(rule, monkeypatch):
    """Each detector finds a number that stands for another one of its value."""
    question, solution, text = BORROWED[rule]
    expected = f"taken for a number of its value: {text}"

    assert expected in reasons(question, solution)
    without(monkeypatch, borrowed, rule)
    assert expected not in reasons(question, solution)


@pytest.mark.parametrize("rule", REPETITIONS)
def test_a_repetition_is_detected(rule, monkeypatch):
    """Each detector finds a repetition that is right only for as many times as the question says."""
    question, solution = REPETITIONS[rule]
    expected = "a repetition is written out, and how often is not read from the question"

    assert expected in reasons(question, solution)
    without(monkeypatch, repetitions, rule)
    assert expected not in reasons(question, solution)
