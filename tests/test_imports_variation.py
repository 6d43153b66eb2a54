"""An imported problem varies: numbers and names become slots, and what the text fixes stays."""

from fractions import Fraction

import pytest
from conversion import problem

from generators.imports.convert import Converted, converted
from generators.imports.question.mentions import read_mentions
from generators.imports.variation.conditions import Told, asked_at_most, asked_of, conditions
from generators.imports.variation.fixed import neighbours, shares_of_a_whole, stays
from generators.imports.variation.pattern_text import NoPattern, Original, pattern_text
from generators.imports.variation.persons import persons, vocabulary_text
from generators.imports.variation.proof import proved_pattern
from generators.imports.variation.ranges import Number, range_of
from generators.imports.variation.spots import spot
from generators.imports.variation.terms import Operation, operation, value, written
from generators.imports.variation.traced import counted_parts
from generators.patterns.library import VOCABULARY, shipped
from generators.patterns.vocabulary import read_vocabularies
from solver.document import load
from solver.quantities import read_quantities
from solver.stems import stem

HEADER = {"source": "school/train/7", "license": "mit", "scaffold": "free"}
PENS = (
    "Nora buys 12 red pens at $1.50 each and a bag. She pays $40. If the rest is for the bag, how much is the bag?",
    "The pens cost 12*1.5=$<<12*1.5=18>>18.\nThe bag is 40-18=$<<40-18=22>>22.",
)


def source(question, solution):
    """Return a problem as an import has it before a pattern is made."""
    done = converted(problem(question, solution))
    assert isinstance(done, Converted), done
    return Original(problem(question, solution), done.row, done.mentions, done.linking)


def made(question, solution, level=0):
    """Return the pattern that is made of a problem."""
    return pattern_text(source(question, solution), HEADER, level)


def section(text, key, end):
    """Return the stripped lines of a pattern file between a key and the next one."""
    return [line.strip() for line in text.partition(f"{key}:\n")[2].partition(f"{end}:")[0].splitlines()]


def test_a_pattern_has_the_problem_with_slots():
    """Numbers and the name are slots, the trace takes them, and the answer is the solution's formulas."""
    text = made(*PENS).text

    assert text.splitlines()[1:4] == ["source: school/train/7", "license: mit", "scaffold: free"]
    assert "$nora." in text
    assert text.count("value: $") == 3
    assert "answer: payment - pens * pen_price" in text
    assert text.splitlines()[-1] == (
        "{{ nora }} buys {{ pens }} red pens at {{ pen_price | money }} each and a bag. "
        "She pays {{ payment | money }}. If the rest is for the bag, how much is the bag?"
    )


def test_the_same_problem_gives_the_same_file():
    """Nothing is drawn when a pattern is made."""
    assert made(*PENS) == made(*PENS)


def test_a_pattern_is_tried_on_all_of_its_numbers():
    """The pattern loads, has its least number of draws, and its answer is that of the problem for the original numbers."""
    texts = (shipped()[VOCABULARY], vocabulary_text())
    vocabularies = {name: one for text in texts for name, one in read_vocabularies(load(text, 1 << 20)).items()}

    found = proved_pattern(source(*PENS), HEADER, vocabularies)

    assert found.draws >= 200
    assert found.pattern.answer(found.made.numbers) == found.pattern.solved(found.made.numbers) == 22
    assert found.pattern.header.source == "school/train/7"


def test_equal_numbers_share_a_slot():
    """Two numbers that were equal stay equal, in the form that each has."""
    text = made(
        "Ann has five bags. Each bag holds 5 pens. She gives 7 pens away. How many pens does she have left?",
        "There are 5*5=<<5*5=25>>25 pens.\nShe has 25-7=<<25-7=18>>18 left.",
    ).text

    assert "has {{ bags | words }} bags. Each bag holds {{ bags }} pens" in text


def test_the_article_follows_the_number():
    """`a 12-page` becomes `an 8-page` where it must."""
    text = made(
        "Ann reads a 120-page book for 3 days, 20 pages a day. How many pages are left?",
        "She reads 3*20=<<3*20=60>>60 pages.\n120-60=<<120-60=60>>60 are left.",
    ).text

    assert "Ann reads {{" not in text
    assert " reads {{ pages | a }}-page book" in text


@pytest.mark.parametrize(
    ("question", "solution", "reason"),
    [
        (
            "Ann has 10 pens: 4 are red and 6 are blue. She buys 12 more pens. How many pens does she have?",
            "She has 10+12=<<10+12=22>>22 pens.",
            "told",
        ),
        ("A set {of 3} has 12 pens. How many pens have 5 sets?", "5*12=<<5*12=60>>60", "braces"),
        ("Both of them have half of 2 pens and half a cake. How many pens?", "2/2=<<2/2=1>>1", "fixed"),
    ],
    ids=["told", "braces", "fixed"],
)
def test_a_problem_that_would_become_false_has_no_pattern(question, solution, reason):
    """A number that stays must not follow from numbers that vary."""
    with pytest.raises(NoPattern, match=f"^{reason}: "):
        made(question, solution)


@pytest.mark.parametrize(
    ("text", "shown", "filters"),
    [
        ("12", "12", ()),
        ("1,200", "1,200", ("commas",)),
        ("$1,200.50", "$1,200.50", ("money",)),
        ("twelve", "twelve", ("words",)),
        ("Twenty-five", "Twenty-five", ("words", "upper_first")),
        ("20%", "20", ()),
        ("fifty percent", "fifty", ("words",)),
        ("50 cents", "50", ()),
        ("2 dozen", "2", ()),
        ("2/3", "2/3", ("slash",)),
        ("two-thirds", "two-thirds", ("fraction",)),
        *((text, None, None) for text in ("half", "twice", "a dozen", "third", "5:30", "1 1/2", "3 million", "one third")),
    ],
)  # fmt: skip
def test_a_number_varies_in_its_own_form(text, shown, filters):
    """A number in figures, words, money or percent keeps that form; other forms stay as they are."""
    question = f"It is {text} of them"
    found = spot(read_quantities(question)[0])

    assert (found and question[found.start : found.end]) == shown
    assert (found and found.filters) == filters


def number(value, **said):
    """Return a number that varies, with what its question says around it."""
    told = {"kind": "plain", "unit": "pen", "before": "has ", "after": " pens", "clause": "", "factor": False}
    return Number(Fraction(value), **{**told, "figures": True, "unit_parts": False, "level": 0, **said})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (number(3), "2..7"),
        (number(1), "1..1"),
        (number(20), "13..32"),
        (number(600), "400..950 by 50"),
        (number(2000), "1250..3200 by 50"),
        (number(20, kind="percent"), "10..50 by 5"),
        (number(8, kind="percent"), "4..20"),
        (number(100, kind="percent"), "100..100"),
        (number(150, kind="percent"), "105..390 by 5"),
        (number("1.5", kind="money"), "1..2.5 by 0.5"),
        (number("1.5"), "1.5..2.5 by 0.5"),
        (number(5, unit="week", after=" day school week", clause="5 day school week"), "2..7"),
        (number("2.25", kind="money"), "1.5..3.75 by 0.25"),
        (number(8, unit=stem("hours")), "2..12"),
        (number(20, unit=stem("hours")), "13..23"),
        (number(3, unit=stem("weeks"), clause="3 weeks of a month"), "2..4"),
        (number(45, unit=stem("minutes")), "30..55 by 5"),
        (number(5, unit=stem("days"), clause="5 days a week"), "2..7"),
        (number(9, unit=stem("years"), after=" years old", clause="is 9 years old"), "2..17"),
        (number(30, unit=stem("years"), after=" years old", clause="is 30 years old"), "18..60"),
        (number(2015, unit="", before="in "), "2006..2024"),
        (number(2015, unit="", before="born in May "), "2006..2024"),
        (number(2015, unit="", before="has ", commas=True), "1260..3220 by 5"),
        (number(5, factor=True), "2..10"),
        (number("1/3", kind="fraction"), "[0.125, 1/6, 0.2, 0.25, 1/3, 0.4, 0.5, 0.6, 2/3, 0.75, 0.8]"),
        (number("1/3", kind="fraction", unit_parts=True), "[0.125, 1/6, 0.2, 0.25, 1/3, 0.5]"),
    ],
)
def test_a_range_is_near_the_number_and_as_round(given, shown):
    """A count stays a count of its size, a percent in its steps, a time within its day, a child a child."""
    assert str(range_of(given)) == shown


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Two friends, Ann and Bo, have 12 pens. Both like them.", 0),
        ("She has 3 gerbils: Puffy, Muffy, and Scruffy.", 0),
        ("He plays 3 rounds. In the first round he scores 5 points.", 0),
        ("Three people share 12 pens. One of them gets 5.", 0),
        ("Ann, Bo and Cy are three friends with 12 pens.", 0),
        ("There are 16 ounces in a pound. How many are 3 pounds?", 0),
        ("There are four quarters in a school year. How many are 3 years?", 0),
        ("Each spider has 8 legs. There are 12 spiders.", 0),
        ("She pays with a $50 bill for 3 pens.", 0),
        ("She works 5 days, Monday to Friday.", 0),
        ("An ounce is equal to 30 ml. How many are 90 ml?", 0),
        ("Ann, Bo and Cy have 12 pens. How many do the three have?", 1),
    ],
)
def test_a_number_that_the_text_spells_out_stays(question, place):
    """A number whose things are named, counted off or known does not vary, but the others do."""
    mentions = read_mentions(question)

    assert [stays(question, one) for one in mentions][place]
    assert not stays("She has 12 pens and 5 bags.", read_mentions("She has 12 pens and 5 bags.")[0])


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("60% are red and 40% are blue. There are 50 pens.", {0, 1}),
        ("He sleeps 8 hours on 5 days and 10 hours on the other 2 days.", {1, 3}),
        ("She drinks 1/3 of it and spills 2/3 of it.", {0, 1}),
        ("60% are red and 30% are blue.", set()),
    ],
)
def test_numbers_that_share_out_a_whole_stay(question, places):
    """Percents of 100, days of a week and parts of one cannot change alone."""
    assert shares_of_a_whole(read_mentions(question)) == places


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("15 keys are sticky. She cleans one, and 14 are left. Each takes 3 minutes.", {0, 2}),
        ("There are 10 students. The tenth is 28 years old.", {0}),
        ("She buys 15 pens, 14 bags and 3 cups.", set()),
        ("She buys 3 pens and 4 more.", set()),
        ("She pays $15 for 14 pens.", set()),
    ],
)
def test_numbers_that_leave_out_one_thing_stay(question, places):
    """A number that is 1 less than another, or that an ordinal names, does not vary; small ones and other things do."""
    assert neighbours(question, read_mentions(question)) == places


@pytest.mark.parametrize(
    ("term", "tied"),
    [
        (operation("+", operation("-", operation("/", "all", "n"), "red"), operation("/", "all", "n")), {"n"}),
        (operation("/", operation("+", "red", "all"), "n"), {"n"}),
        (operation("/", operation("+", operation("+", "red", "all"), "red"), "n"), set()),
        (operation("*", operation("/", "all", "n"), "red"), set()),
    ],
    ids=["two shares are taken", "an average of two", "three by two", "one share"],
)
def test_a_number_that_counts_parts_of_the_trace_stays(term, tied):
    """A divisor does not vary if the trace takes as many shares, or divides a sum of as many numbers."""
    assert counted_parts(term, {"all": Fraction(12), "red": Fraction(3), "n": Fraction(2)}) == tied


def test_no_more_is_asked_for_than_there_is():
    """The answer stays at most a number of the same thing, if it was; other things do not bound it."""
    told = [Told("all", Fraction(5), stem("portions")), Told("miles", Fraction(30), stem("miles"))]
    question = "A way of 30 miles has 5 portions. How many of the portions are done?"

    assert [str(one) for one in asked_of(question, Operation("/", "miles", "all"), Fraction(4), told)] == [
        "miles / all <= all"
    ]
    assert not list(asked_of(question, "all", Fraction(6), told[:1]))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Sally has 3 pens. She buys 4.", {"sally": "woman"}),
        ("Tom has 3 pens more than Sally. He sells 2.", {"tom": "man", "sally": "woman"}),
        ("Zorblax has 3 pens. He buys 4.", {"zorblax": "man"}),
        ("Zorblax has 3 pens more than Tom.", {"tom": "man"}),
        ("Alex has 3 pens. Sally has 4.", {"sally": "woman"}),
        ("Mr. Tom has 3 pens.", {}),
        ("He sold 3 pens to customer A. How many did he sell to Customer B?", {}),
        ("Tom Smith has 3 pens. He buys 4.", {}),
        ("Tom's Burgers sells 3 pens.", {}),
        ("Sally has 3 pens. He buys 4.", {}),
    ],
)
def test_a_name_varies_if_its_pronoun_is_sure(question, found):
    """A name is replaced by names with its pronoun; a title, a surname or an unknown name among others stays."""
    assert {one.slot: one.vocabulary for one in persons(question, frozenset())} == found


def test_a_name_that_is_part_of_a_variable_stays():
    """The trace names it, and a slot stands only for a whole part of a name."""
    question = "Sally has 3 pens. She buys 4."

    assert persons(question, frozenset({"sally", "pens"}))
    assert not persons(question, frozenset({"sally_pens"}))


def test_conditions_hold_what_the_original_shows():
    """A step stays whole and positive, and of a like size; numbers of one unit keep their order, others differ."""
    spent = Operation("*", "price", "pens")
    shared = Operation("/", Operation("-", "money", spent), "friends")
    numbers = {"price": Fraction(2), "pens": Fraction(6), "money": Fraction(40), "friends": Fraction(4)}
    ranges = {name: range_of(number(one)) for name, one in numbers.items()}
    told = [Told(name, one, "$" if name in ("price", "money") else "") for name, one in numbers.items()]

    found = conditions(shared, numbers, ranges, told)

    assert [str(one) for one in found] == [
        "money - price * pens >= 7",
        "money - price * pens <= 112",
        "whole((money - price * pens) / friends)",
        "(money - price * pens) / friends >= 2",
        "(money - price * pens) / friends <= 42",
        "price != pens",
        "price != friends",
        "pens != friends",
    ]
    assert all(one.holds(numbers) for one in found)


@pytest.mark.parametrize(
    ("question", "answer", "most"),
    [
        ("There are 5 pens. What percent of them are red?", 40, 100),
        ("There are 5 pens. By what percent did it grow?", 140, None),
        ("It plays 8 times. How long, in hours, is it open each day?", 20, 24),
        ("How many days does she work in a week?", 5, 7),
        ("How many days does she work?", 5, None),
    ],
)
def test_an_answer_stays_below_the_bound_of_its_words(question, answer, most):
    """A percentage stays at most 100 if it was, and hours of a day at most 24."""
    assert asked_at_most(question, Fraction(answer)) == most


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (operation("*", operation("+", "a", "b"), "c"), "(a + b) * c"),
        (operation("-", "a", operation("-", "b", "c")), "a - (b - c)"),
        (operation("+", "a", Fraction(-3)), "a - 3"),
        (operation("+", Fraction(-3), "a"), "a - 3"),
        (operation("/", "a", operation("/", Fraction(1), "b")), "a * b"),
        (operation("*", "a", Fraction(1, 3)), "a * (1/3)"),
        (operation("*", "a", Fraction(1)), "a"),
        (operation("+", Fraction(2), Fraction(3)), "5"),
    ],
)
def test_a_term_is_written_as_an_expression(term, text):
    """Brackets stand where they must, and fixed numbers are worked out."""
    assert written(term) == text


def test_a_term_has_the_value_of_its_numbers():
    """Fractions are exact."""
    assert value(operation("/", "a", "b"), {"a": Fraction(1), "b": Fraction(3)}) == Fraction(1, 3)
