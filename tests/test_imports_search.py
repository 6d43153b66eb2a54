"""Linking is joint: use, coverage, type and words decide between numbers of one value."""

import re
from fractions import Fraction

import pytest
from conversion import converted

from generators.imports.candidates.origin import Earlier, Given, Named
from generators.imports.grading.grade import STRONG
from generators.imports.linking.search import NoLinking, link
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution
from solver.stems import stem
from solver.text import read


def linked(question, solution, answer):
    """Link a solution and return the linking and its mentions."""
    mentions = read_mentions(question)
    return link(mentions, read_solution(solution), Fraction(answer), question.lower().split()), mentions


def quantity(done, mentions, place, number):
    """Return the text of the quantity that a leaf is linked to."""
    return mentions[done.origins[place, number].index].quantity.text


def test_one_function_is_unique():
    """If all consistent linkings are one function of the question's numbers, the wiring is unique."""
    done, _ = linked("Bo has 3 bags of 3 figs. How many figs?", "3*3=<<3*3=9>>9 figs", 9)

    assert done.unique
    assert done.functions == 1


def test_two_functions_are_not_unique():
    """If equal numbers can be swapped for another function, the wiring is not unique and the functions are counted."""
    done, _ = linked("Bo has 5, 5 and 2. What is it?", "5-2=<<5-2=3>>3 and 3*5=<<3*5=15>>15", 15)

    assert not done.unique
    assert done.functions > 1


def test_a_step_is_expected_to_be_used():
    """Of an earlier step and a quantity with one value, the step is linked if it were dead otherwise."""
    done, _ = linked(
        "Ann has 4 boxes of 3 pens and sells 12 pens. How many does she have left and then twice that plus 12?",
        "4*3=<<4*3=12>>12 pens. 12+12=<<12+12=24>>24",
        24,
    )

    assert {Earlier, Given} == {type(done.origins[1, number]) for number in (0, 1)}


def test_units_decide():
    """The unit behind a number in the solution selects the quantity with that unit."""
    done, mentions = linked(
        "A band has 2 strings on each of 6 fiddles and plays 6 shows. How many strings are needed for the shows?",
        "6 shows * 2 strings = <<6*2=12>>12 strings",
        12,
    )

    assert mentions[done.origins[0, 0].index].unit == "show"


def test_the_dimension_of_money_decides():
    """Only dollars are subtracted from dollars: 8 pizzas at $2, and not a product of two prices."""
    done, mentions = linked(
        "Small pies cost $2 and large ones $8. They sold pies for $40, of which 8 were small. How many large ones?",
        "8*2=<<8*2=16>>16. 40-16=<<40-16=24>>24. 24/8=<<24/8=3>>3",
        3,
    )

    assert (quantity(done, mentions, 0, 0), quantity(done, mentions, 2, 1)) == ("8", "$8")


def test_a_clash_of_money_is_counted():
    """Dollars divided by dollars are not dollars, so the half of an even split is not the $2 of another price."""
    done, _ = linked(
        "John's flat has 750 feet at $2 a foot. A new one is $2800, split evenly with a mate. What does he save?",
        "750*$2=$<<750*2=1500>>1500\n$2800/2=$<<2800/2=1400>>1400\n$1500-$1400=$<<1500-1400=100>>100",
        100,
    )

    assert done.untyped > 0


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        ("Jo makes $16 working 5 days a week. What does she make a week?", "16*5=$<<16*5=80>>80 a week", 80),
    ],
    ids=["unit said of the question's own number"],
)  # fmt: skip
def test_a_constant_does_not_replace_a_quantity(question, solution, answer):
    """12 is not the months of a year where nobody mentions months, and 5 days are the question's own."""
    done, _ = linked(question, solution, answer)

    assert Named not in {type(source) for source in done.origins.values()}
    assert done.functions == 1


def test_a_month_has_four_weeks_beside_weeks_or_days():
    """A month alone does not allow a 4 of the solution as weeks per month."""
    weekly, _ = linked("Each week Ann reads 9 books. How many books a month is that?", "9*4=<<9*4=36>>36", 36)

    assert Named("weeks_per_month") in weekly.origins.values()
    with pytest.raises(NoLinking, match="no source"):
        linked("Sadly Ann reads 9 books. How many books a month is that?", "9*4=<<9*4=36>>36", 36)


def test_the_subject_of_a_line_decides():
    """Each `twice` is linked in the line about its owner."""
    done, mentions = linked(
        "Aida has twice as many dolls as Sophie, and Sophie has twice as many dolls as Vera, who has 20. How many "
        "have Aida, Sophie and Vera?",
        "Sophie has 2*20=<<2*20=40>>40 dolls.\nAida has 2*40=<<2*40=80>>80 dolls.\n80+40+20=<<80+40+20=140>>140",
        140,
    )

    assert [mentions[done.origins[place, 0].index].owner for place in (0, 1)] == ["sophi", "aida"]


def test_half_as_many_may_be_twice():
    """`half as many as Miles` can be a product by two, so another two of the question is a rival."""
    done, _ = linked(
        "Mitch made 26 cakes, half as many as Miles. All go to kids, 2 cakes each. How many kids get some?",
        "26*2=<<26*2=52>>52\n26+52=<<26+52=78>>78\n78/2=<<78/2=39>>39",
        39,
    )

    assert not done.unique


def test_a_restated_sum_is_not_dead():
    """A step is used if a later sum adds up its addends again."""
    question = "Al buys 8 pens, 12 books and 32 caps. How many things?"
    told, _ = linked(question, "12+8=<<12+8=20>>20\n12+8+32=<<12+8+32=52>>52", 52)
    dead, _ = linked(question, "12*8=<<12*8=96>>96\n12+8+32=<<12+8+32=52>>52", 52)

    assert (told.dead, dead.dead) == (0, 1)


def test_a_constant_that_the_line_spells_out_is_linked():
    """`60 minutes/hour` is the constant, though the question mentions 60 minutes too."""
    done, _ = linked(
        "Al has 4 hours at a fair. The slide takes 60 minutes and the wheel 30 minutes. How many minutes are left?",
        "4 hours * 60 minutes/hour = <<4*60=240>>240 minutes\n240-60-30=<<240-60-30=150>>150 minutes",
        150,
    )

    assert done.origins[0, 1] == Named("minutes_per_hour")
    assert isinstance(done.origins[1, 1], Given)


@pytest.mark.parametrize(
    ("question", "line", "op"),
    [
        ("Kylie had 14 daisies and gave half to Ann. How many are left?", "14/2=<<14/2=7>>7 daisies left", "sub"),
        ("Kylie had 14 daisies and half of them are red. How many?", "14/2=<<14/2=7>>7 red daisies", "div"),
        ("Kylie has half as many daisies as Ann. Kylie has 7. How many has Ann?", "7*2=<<7*2=14>>14 daisies", "mul"),
    ],
)
def test_a_half_given_away_is_subtracted(question, line, op):
    """As `14 - 14 / 2` the trace stays right for other fractions."""
    row = converted(question, line)

    assert read(row.trace)[0].steps[-2].word == op


@pytest.mark.parametrize(
    ("question", "solution", "answer", "owners"),
    [
        (
            "Tim sleeps 6 hours 2 days in a row and 10 hours the next 2 days. How long?",
            "2*6=<<2*6=12>>12 2*10=<<2*10=20>>20 12+20=<<12+20=32>>32",
            32,
            4,
        ),
        (
            "The first 8 people bought 3 cases, the last 8 people 5. How many?",
            "8*3=<<8*3=24>>24 8*5=<<8*5=40>>40 24+40=<<24+40=64>>64",
            64,
            4,
        ),
        (
            "Ten people took part. Each of the ten people had 3 cards and 5 pens. How many?",
            "10*3=<<10*3=30>>30 10*5=<<10*5=50>>50 30+50=<<30+50=80>>80",
            80,
            3,
        ),
    ],
    ids=["the next", "first and last", "the same again"],
)
def test_the_next_two_are_another_number(question, solution, answer, owners):
    """A number said again with `the` is the same one; `the next`, and `the last` after `the first`, are not."""
    done, mentions = linked(question, solution, answer)

    assert (
        len({mentions[source.index].alias for source in done.origins.values() if isinstance(source, Given)}) == owners
    )


def test_like_steps_share_an_origin():
    """If one step divides by the points of a basket, so does a like step, though an earlier result has the same value."""
    done, _ = linked(
        "Each basket is worth 3 points. Matt scored 9 points. Shawn scored 6 points. How many baskets?",
        "Matt made 9 / 3 = <<9/3=3>>3 baskets.\nShawn made 6 / 3 points = <<6/3=2>>2 baskets.\n3 + 2 = <<3+2=5>>5 baskets",
        5,
    )

    assert done.origins[0, 1] == done.origins[1, 1] == Given(0, "plain")
    assert done.margin > STRONG


def test_a_fraction_is_not_torn_apart():
    """Numerator and denominator of a fraction come from one quantity."""
    done, mentions = linked(
        "Dina has 60 dolls, twice as many as Ivy. 2/3 of Ivy's dolls are old. How many?",
        "Ivy has 60/2=<<60/2=30>>30 dolls.\nIvy has 30/3*2=<<30/3*2=20>>20 old dolls.",
        20,
    )
    reads = {number: mentions[done.origins[1, number].index].quantity.text for number in (1, 2)}

    assert reads == {1: "2/3", 2: "2/3"}


def test_a_percent_is_not_taken_of_itself():
    """`40 * 40/100` is a percent of forty books."""
    done, mentions = linked(
        "He borrows 40 books. On Friday it is 40% higher. How many more?", "40 * 40/100 = <<40*40/100=16>>16 books", 16
    )

    assert {mentions[done.origins[0, number].index].quantity.text for number in (0, 1)} == {"40", "40%"}


def test_twice_is_expected_to_be_used():
    """A line that multiplies by two uses `twice` rather than two things that the text counts."""
    done, mentions = linked(
        "Jo read 5 books last month and twice as many this month. How many did she read in two months?",
        "She read 5*2=<<5*2=10>>10 books this month. So she read 5+10=<<5+10=15>>15 books in two months.",
        15,
    )

    assert mentions[done.origins[0, 1].index].quantity.text == "twice"


def test_both_sides_of_an_equation_are_no_constant():
    """A constant marked `asked` is not triggered by the words of the solution."""
    done, _ = linked(
        "Jo has 20 more figs than Al. They have 60. How many has Al?",
        "60-20=<<60-20=40>>40. Dividing both sides by 2 gives 40/2=<<40/2=20>>20",
        20,
    )

    assert not any(isinstance(source, Named) for source in done.origins.values())


def test_a_ten_that_divides_is_ten_percent():
    """`40 / 10` is a tenth of 40, for 10%, and not a number ten; `40 - 10` is not a tenth."""
    question = "Adam earns $40. 10% of it are taxes. How much is left?"
    row = converted(question, "40/10=<<40/10=4>>4 40-4=<<40-4=36>>36")

    assert "percent_off" in row.trace


def test_a_percent_in_a_sum_yields_to_a_number():
    """Tuesday's 50 is added, not the 50% of another line; a score of 82% alone is compared as it is."""
    done, mentions = linked(
        "On Monday he rode 40 km, on Tuesday 50 km, on Wednesday 50% of Tuesday's km. How far on the first two days?",
        "40+50=<<40+50=90>>90",
        90,
    )
    score, _ = linked(
        "Her tests had 80 and 90, and her goal was 82%. How much more was the mean?",
        "80+90=<<80+90=170>>170 170/2=<<170/2=85>>85 85-82=<<85-82=3>>3",
        3,
    )

    assert mentions[done.origins[0, 1].index].quantity.kind == "plain"
    assert score.untyped == 0


@pytest.mark.parametrize(
    ("question", "solution", "constant"),
    [
        ("He grows 2 inches a month. How many inches in a year?", "12*2=<<12*2=24>>24 inches", "months_per_year"),
        ("He grows 2 inches. How many are 3 feet?", "12*3=<<12*3=36>>36 inches", "inches_per_foot"),
        ("He writes a comic every other day of 10 days. How many?", "10/2=<<10/2=5>>5", "every_other"),
        ("He walks 3 miles to work and back. How many?", "3*2=<<3*2=6>>6", "ways_of_trip"),
        (
            "There are 5 dogs and 4 snakes. How many legs?",
            "5 dogs have 5*4=<<5*4=20>>20, with 4 legs each",
            "legs_of_animal",
        ),
    ],
)
def test_a_constant_is_chosen_by_its_units(question, solution, constant):
    """Twelve is months per year beside months and years, and inches per foot beside feet."""
    stems = [*re.findall(r"\w+", question.lower()), *(["every-other"] if "every other " in question else [])]
    mentions, steps = read_mentions(question), read_solution(solution)
    done = link(mentions, steps, steps[-1].value, [stem(word) for word in stems])

    assert Named(constant) in done.origins.values()


def test_a_trigger_is_more_than_a_like_word():
    """`other` does not trigger `every other`, and rounds of a game are not the ways of a trip."""
    for question, solution in (
        ("He takes 7 classes, and 2.5 hours of his other classes. How many?", "7/2=<<7/2=3.5>>3.5"),
        ("They played 15 rounds, and won 5 rounds. How many each?", "10/2=<<10/2=5>>5"),
    ):
        mentions, steps = read_mentions(question), read_solution(solution)
        stems = [stem(word) for word in re.findall(r"\w+", question.lower())]

        assert not any(
            "Named" in repr(source) for source in link(mentions, steps, steps[-1].value, stems).origins.values()
        )


def test_a_dozen_belongs_to_its_own_number():
    """`two dozen` are a number and a size: the twelve is theirs, even beside another dozen."""
    done, mentions = linked(
        "Ann got two dozen roses and later another dozen roses. How many roses?",
        "2*12=<<2*12=24>>24 roses. 12+24=<<12+24=36>>36 roses",
        36,
    )

    assert [mentions[done.origins[0, number].index].quantity.text for number in (0, 1)] == ["two dozen", "two dozen"]
    assert mentions[done.origins[1, 0].index].quantity.text == "dozen"


@pytest.mark.parametrize(
    ("question", "solution", "constant"),
    [
        (
            "Jess drives 20 minutes to school. She drives to and from school with a parent. How many minutes a day?",
            "20 x 2 trips = <<20*2=40>>40 minutes",
            "ways_of_trip",
        ),
        (
            "The prom was last weekend. 120 students came as couples. How many couples came?",
            "120 students / 2 in a couple = <<120/2=60>>60 couples",
            "per_pair",
        ),
    ],
    ids=["trip", "couple"],
)
def test_a_constant_is_chosen_by_its_words(question, solution, constant):
    """Two ways to school are not parents, and two in a couple are not days of a weekend."""
    row = converted(question, solution)

    assert {"constant": constant} in row.metadata["operands"][0].values()


def test_in_is_not_an_inch():
    """Cats in a village do not trigger inches per foot."""
    question = "A third of the cats in the village have spots, a quarter of these are fluffy. Of 120 cats, how many are fluffy?"
    row = converted(question, "120 / 12 = <<120/12=10>>10 cats")

    assert "inches_per_foot" not in getattr(row, "trace", "")


def test_a_coefficient_is_a_multiple():
    """The two of `x + 2x` is `twice as many`, not two games."""
    question = (
        "Joel got 18 figures and 2 board games. His sister gave him some toys, and he added twice as many of his own as his "
        "sister gave. He has 50 toys. How many toys did his sister give?"
    )
    solution = (
        "He got 18 + 2 = <<18+2=20>>20.\nx + 2x + 20 = 50\n3x = 50 - 20 = <<50-20=30>>30\nx = 30/3 = <<30/3=10>>10"
    )
    done, mentions = linked(question, solution, 10)
    twice = next(k for k, mention in enumerate(mentions) if mention.quantity.text == "twice")

    assert any(isinstance(source, Given) and source.index == twice for source in done.origins.values())


def test_a_hundred_belongs_to_percents_alone():
    """`100 - 60` does not contain the hundred of percent where nobody mentions percents."""
    done, _ = linked("Jo has 60 figs and Bo 200. How many more?", "100-60=<<100-60=40>>40", 40)

    assert done.inferred


def test_a_result_that_was_not_read_is_no_number_of_the_question():
    """In `18÷3/4=24` the 24 is worked out from 18 and 3/4, though the question has 24 tables."""
    question = (
        "A hall has 24 tables and 18 cups of rice. A serving is 3/4 cup and costs $2. How much do the servings cost?"
    )
    done, mentions = linked(question, "18÷3/4=24 servings\n24*2=<<24*2=48>>48", 48)
    tables = next(k for k, mention in enumerate(mentions) if mention.quantity.text == "24")

    assert tables not in {origin.index for origin in done.origins.values() if isinstance(origin, Given)}
    assert done.inferred


def test_an_unexplained_result_that_was_not_read_contradicts_its_origin():
    """Nothing gives the 24 of `2*8=24` but a constant or a number of the question: the row is no grade A."""
    row = converted("A cook has 24 pans. She works 5 hours more. How many?", "2*8=24 hours\n24+5=<<24+5=29>>29 hours")

    assert "a number is used against its type or unit" in row.metadata["reasons"]
