"""Each reason to doubt a wiring, and each detector behind it, lowers the grade of a problem of its own."""

from fractions import Fraction

import pytest
from conversion import converted
from rules import rule_names, without

from generators.imports.grading import borrowed, grade, repetitions
from generators.imports.graph.build import Graph
from generators.imports.linking.search import link
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution

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
    "unused_number": (
        "Ann has 3 cats, 3 dogs and 8 birds. Each eats 2 figs. How many figs do the cats eat?",
        "3*2=<<3*2=6>>6",
        "2 numbers of the question unused: 3, 8",
    ),
    "squared": ("Dan has 2 boxes. Al has twos. How many?", "2*2=<<2*2=4>>4", "twice in one step: 2"),
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
        "Ann has twice as many figs as Bo, who has 6. She shares hers with Cy, who finds 5 more. How many has Cy?",
        "Ann has 6*2=<<6*2=12>>12 figs.\nEach has 12/2=<<12/2=6>>6 figs.\nCy has 6+5=<<6+5=11>>11 figs.",
        "taken for a number of its value: twice",
    ),
    "other_weekdays": (
        "Jo works 8 hours a day from Tuesday to Saturday. How many hours a week?",
        "8*5=<<8*5=40>>40",
        "weekdays stand for other days",
    ),
    "omitted_one": (
        "Ann bought 1 fig tree and 6 plants for $9 each. How much is it?",
        "6*9=<<6*9=54>>54",
        "counted but left out, as it changes nothing: 1",
    ),
    "ambiguous_half": (
        "Ann had 14 figs and sold half of them for $2 each. How much is left?",
        "14/2=<<14/2=7>>7\n7*2=<<7*2=14>>14",
        "may stand for what it leaves: half",
    ),
    "untyped_number": (
        "John's flat has 750 feet at $2 a foot. A new one is $2800, split evenly with a mate. What does he save?",
        "750*$2=$<<750*2=1500>>1500\n$2800/2=$<<2800/2=1400>>1400\n$1500-$1400=$<<1500-1400=100>>100",
        "a number is used against its type or unit",
    ),
    "weak_choice": (
        "Bo has 5, 5 and 2. What is it?",
        "5-2=<<5-2=3>>3\n3*5=<<3*5=15>>15",
        "2 consistent wirings, the next one is nearly as likely, margin 0.23",
    ),
}
BORROWED = {
    "multiple_used_in_two_ways": (
        "Ann has twice as many figs as Bo, who has 6. She shares hers with Cy, who finds 5 more. How many has Cy?",
        "Ann has 6*2=<<6*2=12>>12 figs.\nEach has 12/2=<<12/2=6>>6 figs.\nCy has 6+5=<<6+5=11>>11 figs.",
        "twice",
    ),
    "complement_beside_fraction": (
        "Ann eats a third of 12 red figs, and shares 20 green figs with Bo. How many does she eat?",
        "12/3=<<12/3=4>>4 red\n20/2=<<20/2=10>>10 green\n4+10=<<4+10=14>>14",
        "a third",
    ),
}
REPETITIONS = {
    "added_repeatedly": (
        "In the first hour she got 15 coins, in the next two hours 35. How many?",
        "15+35+35=<<15+35+35=85>>85",
    ),
    "compounded": (
        "A bank gives 10% a month. How much are $300 after 2 months?",
        "300*10/100=<<300*10/100=30>>30\n300+30=<<300+30=330>>330\n330*10/100=<<330*10/100=33>>33\n330+33=<<330+33=363>>363",
    ),
}


def reasons(question, solution):
    """Return the reasons for the grade of a problem."""
    return converted(question, solution).metadata["reasons"]


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


def linked(question, solution, answer):
    """Link a solution and return the linking and its mentions."""
    mentions = read_mentions(question)
    return link(mentions, read_solution(solution), Fraction(answer), question.lower().split()), mentions


@pytest.mark.parametrize(
    ("question", "solution", "told"),
    [
        ("Dan has 2 boxes. Al has twos. How many?", "2*2=<<2*2=4>>4", True),
        ("Sam and Dave take 70 licks each. How many?", "70+70=<<70+70=140>>140", False),
        ("Hal saw two dozen frogs. How many?", "2*12=<<2*12=24>>24", False),
        ("A square has a side of 5 m. Its area?", "5*5=<<5*5=25>>25", False),
    ],
    ids=["a number by itself", "a number to itself", "groups by their size", "a square"],
)
def test_a_number_times_itself_lowers_the_grade(question, solution, told):
    """Multiplying a number by itself lowers the grade; adding it to itself, groups and squares do not."""
    done, mentions = linked(question, solution, read_solution(solution)[0].value)

    assert (
        any(
            "twice in one step" in reason
            for reason in grade.grade(done, mentions, question, Graph([], frozenset())).reasons
        )
        is told
    )


@pytest.mark.parametrize(
    ("question", "solution"),
    [
        ("In the first hour she got 15 coins, in the next two hours 35. How many?", "15+2*35=<<15+2*35=85>>85"),
        ("Jo drives 9 km to work and back. How many km?", "9+9=<<9+9=18>>18"),
        ("Al has 25 figs, and Bo has 4 more. How many have the two?", "25+4=<<25+4=29>>29 25+29=<<25+29=54>>54"),
    ],
    ids=["multiplied", "there and back", "two people"],
)
def test_a_number_for_two_things_is_no_repetition(question, solution):
    """A number that stands twice for two things, or a count that is read, does not lower the grade."""
    assert not any("repetition" in reason for reason in reasons(question, solution))


@pytest.mark.parametrize(
    ("question", "solution", "letter"),
    [
        ("A third of the fish are 20 fish. How many fish are there?", "20*3=<<20*3=60>>60 fish", "A"),
        ("Three quarters were eaten and 20 are left. How many were there?", "20*4=<<20*4=80>>80", "B"),
    ],
    ids=["a third", "what three quarters leave"],
)
def test_the_whole_of_a_third_is_three_times_it(question, solution, letter):
    """The denominator alone may be a factor if the numerator is one."""
    done, mentions = linked(question, solution, read_solution(solution)[-1].value)

    assert grade.grade(done, mentions, question, Graph([], frozenset())).letter == letter


@pytest.mark.parametrize(
    ("question", "solution", "told"),
    [
        ("He makes 9 cars a month, 240 a year. How many more a month?", "(240-9*12)/12=<<(240-9*12)/12=11>>11", False),
        ("She fills 4 dogs with 3 legs. How many legs has a cow?", "4*4=<<4*4=16>>16", True),
    ],
    ids=["a year and a month again", "legs of legs"],
)
def test_a_constant_that_converts_there_and_back_is_no_square(question, solution, told):
    """Twelve months that multiply and divide are not twelve by twelve."""
    done, mentions = linked(question, solution, read_solution(solution)[-1].value)

    assert (
        any(
            "twice in one step" in reason
            for reason in grade.grade(done, mentions, question, Graph([], frozenset())).reasons
        )
        is told
    )


@pytest.mark.parametrize(
    ("question", "letter"),
    [
        ("It rained 3 days: 3 mm, 6 mm and 5 mm. How many mm?", "A"),
        ("He had 3 bags, 6 figs, 5 pens and 3 cups. How many?", "B"),
    ],
)
def test_a_number_left_over_is_contested_only_if_it_fits(question, letter):
    """Three days are not millimetres, but three cups could be meant as well as three bags."""
    solution = "3 mm+6 mm+5 mm=<<3+6+5=14>>14 mm"
    row = converted(question, solution)

    assert row.metadata["grade"] == letter, row.metadata["reasons"]


def test_twice_a_third_is_not_the_complement_of_a_third():
    """`2/3` may be `1 - 1/3` only if no unused `twice as` could be meant."""
    question = "Amy is 1/3 as old as Jo, and Chris is twice as old as Amy. Together they are 132. How old is Jo?"
    row = converted(question, "x+(1/3)x+(2/3)x=132\n2x=132\nx=66")

    assert "1 number of the question unused: twice" in row.metadata["reasons"]


def test_a_repeated_time_is_left_over_once():
    """Beside a strong choice one number may be left over, however often the text repeats it."""
    question = (
        "A salon was full at 2 pm. Each manicure costs $20.00 a client, so it made $200.00. If there are 210 fingers at 2 pm, "
        "and everyone has 10 fingers, how many people are no clients?"
    )
    solution = (
        "There are $200/$20 = <<200/20=10>>10 clients.\nThere are 210/10 = <<210/10=21>>21 people.\n"
        "21-10 = <<21-10=11>>11 are none."
    )
    row = converted(question, solution)

    assert [unused["text"] for unused in row.metadata["unused"]] == ["2 pm.", "2 pm"]
    assert not any("left over" in reason for reason in row.metadata["reasons"])


@pytest.mark.parametrize(
    ("question", "letter"),
    [
        ("Ann has 3 cats and 8 birds. Each cat eats 2 figs. How many figs do the cats eat?", "A"),
        ("Ann has 3 cats and 3 birds. Each eats 2 figs. How many figs do the cats eat?", "B"),
        ("Ann has 3 cats, 8 birds, 9 fish and 5 dogs. Each cat eats 2 figs. How many figs do the cats eat?", "B"),
    ],
    ids=["one, no choice", "one, two threes", "three"],
)
def test_unused_numbers_lower_the_grade_where_there_was_a_choice(question, letter):
    """One unused number lowers the grade if an operand had two candidates, and three lower it always."""
    assert converted(question, "3*2=<<3*2=6>>6 figs").metadata["grade"] == letter
