"""Linking is joint: liveness, coverage, type and wording decide between numbers of one value."""

import re
from fractions import Fraction

import pytest

from generators.imports.candidates.origin import Earlier, Given, Named
from generators.imports.convert import convert
from generators.imports.grading.grade import STRONG, grade
from generators.imports.graph.build import Graph
from generators.imports.linking.search import NoLinking, link
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import BadAnnotation, read_solution
from generators.imports.solution.formula import leaves
from generators.imports.solution.problem import Problem
from solver.constants import triggered
from solver.stems import stem
from solver.text import read


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

    assert {Earlier, Given} == {type(done.origins[1, number]) for number in (0, 1)}


def test_units_decide():
    """The unit behind a number in the solution picks the quantity of that unit."""
    done, mentions = linked(
        "A band has 2 strings on each of 6 fiddles and plays 6 shows. How many strings are needed for the shows?",
        "6 shows * 2 strings = <<6*2=12>>12 strings",
        12,
    )

    assert mentions[done.origins[0, 0].index].unit == "show"


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


def quantity(done, mentions, place, number):
    """Return the text of the quantity that a leaf is linked to."""
    return mentions[done.origins[place, number].index].quantity.text


def test_the_dimension_of_money_decides():
    """What is taken from dollars is dollars: 8 pizzas at $2, and not a product of two prices."""
    done, mentions = linked(
        "Small pies cost $2 and large ones $8. They sold pies for $40, of which 8 were small. How many large ones?",
        "8*2=<<8*2=16>>16. 40-16=<<40-16=24>>24. 24/8=<<24/8=3>>3",
        3,
    )

    assert (quantity(done, mentions, 0, 0), quantity(done, mentions, 2, 1)) == ("8", "$8")


def test_a_clash_of_money_is_counted_against_the_linking():
    """Dollars over dollars are no dollars, so the half of an even split is not the $2 of another price."""
    done, _ = linked(
        "John's flat has 750 feet at $2 a foot. A new one is $2800, split evenly with a mate. What does he save?",
        "750*$2=$<<750*2=1500>>1500\n$2800/2=$<<2800/2=1400>>1400\n$1500-$1400=$<<1500-1400=100>>100",
        100,
    )

    assert done.untyped > 0


def test_a_number_that_the_line_says_twice_has_its_words():
    """A bare number of a formula has the words that the line has for it elsewhere."""
    (step,) = read_solution("Jo's age 30 years from now will be 30+11=<<30+11=41>>41.")

    assert [leaf.after[:1] for leaf in leaves(step.formula)] == [("year",), ()]


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        (("Kate's girl is 12 and Al's girl is 10 years younger. Al's boy is 2 times as old as Kate's girl. By how many "
         "years is he older than Al's girl?"), "12-10=<<12-10=2>>2. 12*2=<<12*2=24>>24 years. 24-2=<<24-2=22>>22", 22),
        ("Jo makes $16 working 5 days a week. What does she make a week?", "16*5=$<<16*5=80>>80 a week", 80),
    ],
    ids=["unit never said", "unit said of the question's own number"],
)  # fmt: skip
def test_a_constant_does_not_stand_for_a_number_of_the_question(question, solution, answer):
    """12 is no months of a year where nobody speaks of months, and the 5 days are the question's own."""
    done, _ = linked(question, solution, answer)

    assert Named not in {type(source) for source in done.origins.values()}
    assert done.functions == 1


def test_four_is_the_weeks_of_a_month_where_weeks_or_days_are_spoken_of():
    """Months alone make no 4 of the solution a number of weeks."""
    weekly, _ = linked("Each week Ann reads 9 books. How many books a month is that?", "9*4=<<9*4=36>>36", 36)

    assert Named("weeks_per_month") in weekly.origins.values()
    with pytest.raises(NoLinking, match="no source"):
        linked("Sadly Ann reads 9 books. How many books a month is that?", "9*4=<<9*4=36>>36", 36)


def test_whose_line_it_is_decides():
    """Each `twice` goes to the line of the one who has twice as many."""
    done, mentions = linked(
        "Aida has twice as many dolls as Sophie, and Sophie has twice as many dolls as Vera, who has 20. How many "
        "have Aida, Sophie and Vera?",
        "Sophie has 2*20=<<2*20=40>>40 dolls.\nAida has 2*40=<<2*40=80>>80 dolls.\n80+40+20=<<80+40+20=140>>140",
        140,
    )

    assert [mentions[done.origins[place, 0].index].owner for place in (0, 1)] == ["sophi", "aida"]


def test_half_as_many_may_be_twice():
    """`half as many as Miles` can be a product by two, so another two of the question is a rival and no proof."""
    done, _ = linked(
        "Mitch made 26 cakes, half as many as Miles. All go to kids, 2 cakes each. How many kids get some?",
        "26*2=<<26*2=52>>52\n26+52=<<26+52=78>>78\n78/2=<<78/2=39>>39",
        39,
    )

    assert not done.proved


def test_a_sum_told_again_is_no_dead_step():
    """A step whose addends a later sum adds up again is used."""
    question = "Al buys 8 pens, 12 books and 32 caps. How many things?"
    told, _ = linked(question, "12+8=<<12+8=20>>20\n12+8+32=<<12+8+32=52>>52", 52)
    dead, _ = linked(question, "12*8=<<12*8=96>>96\n12+8+32=<<12+8+32=52>>52", 52)

    assert (told.dead, dead.dead) == (0, 1)


def test_a_constant_that_the_line_spells_out_is_one():
    """`60 minutes/hour` is the clock's, though the question speaks of 60 minutes too."""
    done, _ = linked(
        "Al has 4 hours at a fair. The slide takes 60 minutes and the wheel 30 minutes. How many minutes are left?",
        "4 hours * 60 minutes/hour = <<4*60=240>>240 minutes\n240-60-30=<<240-60-30=150>>150 minutes",
        150,
    )

    assert done.origins[0, 1] == Named("minutes_per_hour")
    assert isinstance(done.origins[1, 1], Given)


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
def test_only_what_is_multiplied_by_itself_lowers_the_grade(question, solution, told):
    """A number times itself is hardly ever meant; once more the same is."""
    done, mentions = linked(question, solution, read_solution(solution)[0].value)

    assert (
        any("twice in one step" in reason for reason in grade(done, mentions, question, Graph([], frozenset())).reasons)
        is told
    )


@pytest.mark.parametrize(
    ("question", "line", "op"),
    [
        ("Kylie had 14 daisies and gave half to Ann. How many are left?", "14/2=<<14/2=7>>7 daisies left", "sub"),
        ("Kylie had 14 daisies and half of them are red. How many?", "14/2=<<14/2=7>>7 red daisies", "div"),
        ("Kylie has half as many daisies as Ann. Kylie has 7. How many has Ann?", "7*2=<<7*2=14>>14 daisies", "mul"),
    ],
)
def test_what_is_left_of_a_half_given_away_is_taken_off(question, line, op):
    """As `14 - 14 / 2` the trace stays right where a third is given away."""
    answer = line.split(">>")[1].split()[0]

    row = convert(Problem("x/train/0", question, Fraction(answer), read_solution(line)))

    assert read(row.trace)[0].steps[-2].word == op


@pytest.mark.parametrize(
    ("question", "solution", "told"),
    [
        (
            "Ants double each hour. There are 50 ants. How many are there after 3 hours?",
            "50*2=<<50*2=100>>100 100*2=<<100*2=200>>200 200*2=<<200*2=400>>400",
            True,
        ),
        (
            "Jo did 30 squats and each day does 5 more. How many after four days?",
            "30+5=<<30+5=35>>35 35+5=<<35+5=40>>40 40+5=<<40+5=45>>45 45+5=<<45+5=50>>50",
            True,
        ),
        ("In the first hour she got 15 coins, in the next two hours 35. How many?", "15+35+35=<<15+35+35=85>>85", True),
        (
            "A bank gives 10% a month. How much are $300 after 2 months?",
            "300*10/100=<<300*10/100=30>>30 300+30=<<300+30=330>>330 330*10/100=<<330*10/100=33>>33 330+33=<<330+33=363>>363",
            True,
        ),
        (
            "A ticket costs $80. That is halved every 10 years. How much is it in 30 years?",
            "80/2=<<80/2=40>>40 40/2=<<40/2=20>>20 20/2=<<20/2=10>>10",
            True,
        ),
        ("In the first hour she got 15 coins, in the next two hours 35. How many?", "15+2*35=<<15+2*35=85>>85", False),
        ("Jo drives 9 km to work and back. How many km?", "9+9=<<9+9=18>>18", False),
        (
            "Al has 25 figs, and Bo has 4 more. How many have the two?",
            "25+4=<<25+4=29>>29 25+29=<<25+29=54>>54",
            False,
        ),
    ],
    ids=[
        "doubled each hour",
        "five more each day",
        "added twice",
        "interest of interest",
        "halved every ten years",
        "taken twice",
        "there and back",
        "both of them",
    ],
)
def test_a_repetition_that_is_written_out_lowers_the_grade(question, solution, told):
    """What is right only for as many hours as the question happens to say is not of the best grade."""
    done, mentions = linked(question, solution, read_solution(solution)[-1].value)

    assert (
        any("repetition" in reason for reason in grade(done, mentions, question, Graph([], frozenset())).reasons)
        is told
    )


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
def test_the_next_two_are_others(question, solution, answer, owners):
    """A number that is said again with `the` is the one that was there; `the next` and `the last` behind `the first` are not."""
    done, mentions = linked(question, solution, answer)

    assert (
        len({mentions[source.index].alias for source in done.origins.values() if isinstance(source, Given)}) == owners
    )


def test_like_steps_take_a_number_from_one_place():
    """Where one step divides by the points of a basket, so does the next, though an earlier result has the same value."""
    done, _ = linked(
        "Each basket is worth 3 points. Matt scored 9 points. Shawn scored 6 points. How many baskets?",
        "Matt made 9 / 3 = <<9/3=3>>3 baskets.\nShawn made 6 / 3 points = <<6/3=2>>2 baskets.\n3 + 2 = <<3+2=5>>5 baskets",
        5,
    )

    assert done.origins[0, 1] == done.origins[1, 1] == Given(0, "plain")
    assert done.margin > STRONG


def test_a_fraction_is_not_torn_apart():
    """Numerator and denominator of a fraction come from one place."""
    done, mentions = linked(
        "Dina has 60 dolls, twice as many as Ivy. 2/3 of Ivy's dolls are old. How many?",
        "Ivy has 60/2=<<60/2=30>>30 dolls.\nIvy has 30/3*2=<<30/3*2=20>>20 old dolls.",
        20,
    )
    reads = {number: mentions[done.origins[1, number].index].quantity.text for number in (1, 2)}

    assert reads == {1: "2/3", 2: "2/3"}


def test_a_percent_is_not_taken_of_itself():
    """`40 * 40/100` takes the percent of the forty books."""
    done, mentions = linked(
        "He borrows 40 books. On Friday it is 40% higher. How many more?", "40 * 40/100 = <<40*40/100=16>>16 books", 16
    )

    assert {mentions[done.origins[0, number].index].quantity.text for number in (0, 1)} == {"40", "40%"}


@pytest.mark.parametrize(
    ("question", "solution", "letter"),
    [
        ("A third of the fish are 20 fish. How many fish are there?", "20*3=<<20*3=60>>60 fish", "A"),
        ("Three quarters were eaten and 20 are left. How many were there?", "20*4=<<20*4=80>>80", "B"),
    ],
    ids=["a third", "what three quarters leave"],
)
def test_the_whole_of_a_third_is_three_times_it(question, solution, letter):
    """The denominator alone is a factor where the numerator is one, and nowhere else."""
    done, mentions = linked(question, solution, read_solution(solution)[-1].value)

    assert grade(done, mentions, question, Graph([], frozenset())).letter == letter


@pytest.mark.parametrize(
    ("name", "question", "allowed"),
    [
        ("minutes_per_half_hour", "The half-hour show has 12 minutes of news. How long is the rest?", True),
        ("minutes_per_half_hour", "Jo brought half a tray with 12 white eggs. How long is the rest?", False),
        ("dollars_per_quarter", "Jo has 8 quarters. How much money is that?", True),
        ("dollars_per_quarter", "Jo ran for half an hour, then for a quarter of an hour. How far is that?", False),
    ],
)
def test_a_word_of_several_meanings_needs_another_beside_it(name, question, allowed):
    """No half hour without an hour, and no quarter dollar where money is not spoken of."""
    present = [stem(word) for word in re.findall("[a-z]+", question.lower())]

    assert any(constant.name == name for constant in triggered(present)) is allowed


def test_twice_wants_to_be_used():
    """Where a line multiplies by two and the text says `twice`, two other things that it counts are not meant."""
    done, mentions = linked(
        "Jo read 5 books last month and twice as many this month. How many did she read in two months?",
        "She read 5*2=<<5*2=10>>10 books this month. So she read 5+10=<<5+10=15>>15 books in two months.",
        15,
    )

    assert mentions[done.origins[0, 1].index].quantity.text == "twice"


def test_both_sides_of_an_equation_are_no_sides():
    """A constant that must stand in the question is not taken from the words of the solution."""
    done, _ = linked(
        "Jo has 20 more figs than Al. They have 60. How many has Al?",
        "60-20=<<60-20=40>>40. Dividing both sides by 2 gives 40/2=<<40/2=20>>20",
        20,
    )

    assert not any(isinstance(source, Named) for source in done.origins.values())


def test_a_ten_that_divides_is_ten_percent():
    """`40 / 10` for 10% of 40 is the percent's tenth, and no number ten; `40 - 10` is none."""
    question = "Adam earns $40. 10% of it are taxes. How much is left?"
    row = convert(Problem("x/train/0", question, Fraction(36), read_solution("40/10=<<40/10=4>>4 40-4=<<40-4=36>>36")))

    assert "percent_off" in row.trace


def test_a_percent_in_a_sum_yields_to_the_number_itself():
    """Tuesday's 50 is added, and not the 50% of another line; a score of 82% alone is compared as it is."""
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
def test_a_constant_is_the_one_whose_units_are_spoken_of(question, solution, constant):
    """Twelve are the months where months and years are spoken of, and inches of a foot where feet are."""
    stems = [*re.findall(r"\w+", question.lower()), *(["every-other"] if "every other " in question else [])]
    mentions, steps = read_mentions(question), read_solution(solution)
    done = link(mentions, steps, steps[-1].value, [stem(word) for word in stems])

    assert Named(constant) in done.origins.values()


def test_the_other_classes_are_not_every_other():
    """Without `every other` two is no constant, and neither are rounds of a game the ways of a trip."""
    for question, solution in (
        ("He takes 7 classes, and 2.5 hours of his other classes. How many?", "7/2=<<7/2=3.5>>3.5"),
        ("They played 15 rounds, and won 5 rounds. How many each?", "10/2=<<10/2=5>>5"),
    ):
        mentions, steps = read_mentions(question), read_solution(solution)
        stems = [stem(word) for word in re.findall(r"\w+", question.lower())]

        assert not any(
            "Named" in repr(source) for source in link(mentions, steps, steps[-1].value, stems).origins.values()
        )


def test_the_result_in_dollars_is_no_number_before_it():
    """`$100 x 40% = $40` reads its forty from the percent: the amount behind the equals sign is the result."""
    (step,) = read_solution("The discount is $100 x 40% = $<<100*40*.01=40>>40.")
    percent = list(leaves(step.formula))[1]

    assert percent.percent
    assert not percent.money
    assert step.money


def test_points_for_a_dollar_are_no_money():
    """A result is money where dollars are its unit, not where it is so much for each."""
    (per, money) = (read_solution(f"6/2=<<6/2=3>>3 {unit}")[0].money for unit in ("points per dollar", "dollars"))

    assert (per, money) == (False, True)


@pytest.mark.parametrize(
    ("second", "other"),
    [
        ("Bo takes her 2 dimes.", False),
        ("Bo gives her 2 more dimes.", True),
        ("She spent the following 2 dimes.", True),
    ],
)
def test_her_two_more_are_others(second, other):
    """A number that is said again with `her` is the one that was there, and not with `more` or `following`."""
    mentions = read_mentions(f"Ann has 2 dimes. {second}")

    assert [mention.alias for mention in mentions] == [0, int(other)]
    assert mentions[1].other is other


@pytest.mark.parametrize(
    ("question", "solution", "words"),
    [
        (
            "She got two of the tickets for $50 each. A man sells her two {} tickets for $240. How much is it?",
            "2*50=<<2*50=100>>100 and 100+240=<<100+240=340>>340",
            ("more", "red"),
        ),
        (
            "He wrote 25 songs on the top 10 charts and ten {} songs. How many songs?",
            "25+10=<<25+10=35>>35 songs. 35*1=<<35*1=35>>35",
            ("more", "old"),
        ),
    ],
    ids=["of the same things", "of different things"],
)
def test_what_is_said_to_be_another_wants_to_be_used(question, solution, words):
    """Two more tickets that stand for nothing lower the grade: the two of before may have been taken in their place."""
    steps = read_solution(solution)
    more, plain = (convert(Problem("p", question.format(word), steps[-1].value, steps)) for word in words)

    assert (more.metadata["grade"], plain.metadata["grade"]) == ("B", "A")
    assert more.metadata["reasons"] == [f"left over though its value is used: {more.metadata['unused'][0]['text']}"]


def test_a_dozen_is_the_size_of_its_own_number():
    """`two dozen` are a number and a size: where another dozen stands beside them, the twelve is still theirs."""
    done, mentions = linked(
        "Ann got two dozen roses and later another dozen roses. How many roses?",
        "2*12=<<2*12=24>>24 roses. 12+24=<<12+24=36>>36 roses",
        36,
    )

    assert [mentions[done.origins[0, number].index].quantity.text for number in (0, 1)] == ["two dozen", "two dozen"]
    assert mentions[done.origins[1, 0].index].quantity.text == "dozen"


def test_what_a_number_is_said_to_be_is_its_noun():
    """The men of `15 are men` are what is counted, and of `15 are red` nothing is known."""
    _, men, red = read_mentions("Of 60 guests 15 are men and 9 are red.")

    assert (men.phrase, red.phrase) == (("men",), ())


@pytest.mark.parametrize(
    ("question", "solution", "told"),
    [
        ("He makes 9 cars a month, 240 a year. How many more a month?", "(240-9*12)/12=<<(240-9*12)/12=11>>11", False),
        ("She fills 4 dogs with 3 legs. How many legs has a cow?", "4*4=<<4*4=16>>16", True),
    ],
    ids=["a year and a month again", "legs of legs"],
)
def test_a_constant_taken_and_given_back_is_no_square(question, solution, told):
    """Months of a year that multiply and divide are no twelve by twelve."""
    done, mentions = linked(question, solution, read_solution(solution)[-1].value)

    assert (
        any("twice in one step" in reason for reason in grade(done, mentions, question, Graph([], frozenset())).reasons)
        is told
    )


@pytest.mark.parametrize(
    ("question", "letter"),
    [
        ("It rained 3 days: 3 mm, 6 mm and 5 mm. How many mm?", "A"),
        ("He had 3 bags, 6 figs, 5 pens and 3 cups. How many?", "B"),
    ],
)
def test_a_number_left_over_is_contested_where_it_could_be_meant(question, letter):
    """The three days are not what rained, and three cups could be the three of the sum as well as three bags."""
    solution = "3 mm+6 mm+5 mm=<<3+6+5=14>>14 mm"
    steps = read_solution(solution)

    row = convert(Problem("x/train/0", question, Fraction(14), steps))

    assert row.metadata["grade"] == letter, row.metadata["reasons"]


def test_a_number_that_cancels_out_lowers_the_grade():
    """What fits in a jar is taken for the pickles of a jar, and then nothing of it is left in the trace."""
    question = "Pat has 4 jars. A jar can hold 12 pickles. Each jar needs 10 ounces of vinegar. How many ounces?"
    solution = "He makes 4*12=<<4*12=48>>48 pickles.\nHe needs 48/12=<<48/12=4>>4 jars.\n4*10=<<4*10=40>>40 ounces."
    row = convert(Problem("p", question, Fraction(40), read_solution(solution)))

    assert row.metadata["grade"] == "B"
    assert "cancelled out: 12" in row.metadata["reasons"]
    assert "12" in [unused["text"] for unused in row.metadata["unused"]]
    assert "value: 12" not in row.trace


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
def test_a_constant_is_the_one_that_is_spoken_of(question, solution, constant):
    """Two ways to school are no parents, and two in a couple are no days of a weekend."""
    row = convert(Problem("p", question, Fraction(solution.split(">>")[1].split()[0]), read_solution(solution)))

    assert {"constant": constant} in row.metadata["operands"][0].values()


def test_in_is_no_inch():
    """Cats in a village give no twelve inches of a foot."""
    question = "A third of the cats in the village have spots, a quarter of these are fluffy. Of 120 cats, how many are fluffy?"
    row = convert(Problem("p", question, Fraction(10), read_solution("120 / 12 = <<120/12=10>>10 cats")))

    assert "inches_per_foot" not in getattr(row, "trace", "")


def test_a_coefficient_is_a_multiple():
    """The two of `x + 2x` is `twice as many`, and no two games."""
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


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Amy is 1/3 as old as Jo, and Chris is twice as old as Amy. Together they are 132. How old is Jo?", True),
        (
            "Amy is 1/3 as old as Jo and runs twice a day. Chris is what Amy lacks of Jo. They are 132. How old is Jo?",
            False,
        ),
    ],
    ids=["twice as old", "twice a day"],
)
def test_twice_a_third_is_not_what_a_third_leaves(question, told):
    """`2/3` of it may be `1 - 1/3` only where no `twice as` could have been meant."""
    row = convert(Problem("p", question, Fraction(66), read_solution("x+(1/3)x+(2/3)x=132\n2x=132\nx=66")))

    assert any("multiple left over: twice" in reason for reason in row.metadata["reasons"]) is told


def test_a_time_told_twice_is_left_over_once():
    """Beside a strong choice one number may be left over, however often the text says it."""
    question = (
        "A salon was full at 2 pm. Each manicure costs $20.00 a client, so it made $200.00. If there are 210 fingers at 2 pm, "
        "and everyone has 10 fingers, how many people are no clients?"
    )
    solution = (
        "There are $200/$20 = <<200/20=10>>10 clients.\nThere are 210/10 = <<210/10=21>>21 people.\n"
        "21-10 = <<21-10=11>>11 are none."
    )
    row = convert(Problem("p", question, Fraction(11), read_solution(solution)))

    assert [unused["text"] for unused in row.metadata["unused"]] == ["2 pm.", "2 pm"]
    assert not any("left over" in reason for reason in row.metadata["reasons"])


@pytest.mark.parametrize(
    ("question", "again"),
    [
        ("Ann has 5 boxes. She paints the 5 boxes.", True),
        ("Ann has 5 boxes. She paints the red 5 boxes.", True),
        ("Ann has 3 older sisters. Her 3 younger sisters left.", False),
        ("Ann is 10 years older. What are their ages 10 years from now?", False),
        ("A lap is 100 meters. He is paid for every 100 meters.", False),
    ],
)
def test_a_number_is_told_again_only_of_the_same_things(question, again):
    """`the 5 boxes` are those told before; `their ages 10 years from now` and `every 100 meters` are others."""
    first, second = read_mentions(question)

    assert (second.alias == first.alias) is again


def test_a_hundred_belongs_to_percents_alone():
    """`100 - 60` where nobody speaks of percents is no number of the operation."""
    done, _ = linked("Jo has 60 figs and Bo 200. How many more?", "100-60=<<100-60=40>>40", 40)

    assert done.inferred
