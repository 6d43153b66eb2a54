"""Names state the noun and the owner of a number in words of the question, and have no digits."""

import json
import re
from pathlib import Path

import pytest
from question_names import names

from generators.imports.convert import convert
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import source
from generators.text.proper_names import proper_names
from solver.ops import Init
from solver.text import read

PROBLEMS = Path(__file__).parent / "problems" / "gsm8k.jsonl"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Kyla has 5 towels and Ben has 7 towels.", ["kyla.towels", "ben.towels"]),
        ("There are 5 red balls and 3 blue balls.", ["red_balls", "blue_balls"]),
        ("Ann has 3 more pens than Bob, who has 4 fewer pens than Al.", ["ann.extra_pens", "bob.fewer_pens"]),
        ("Rona is 8 years old and in 5 years she moves.", ["rona.age", "rona.years"]),
        ("He paid $12 for a pizza and has $30 left.", ["pizza_price", "money_left"]),
        ("Tickets cost $7 each and the tax is 20%.", ["ticket_price", "tax_rate"]),
        ("Each box holds 6 eggs and he drives 50 miles/hour.", ["eggs_per_box", "miles_per_hour"]),
        ("She works 3 hours a day for $15 an hour.", ["hours_per_day", "pay_per_hour"]),
        ("A 20-meter rope and a ten-bedroom house.", ["rope_meters", "bedrooms"]),
        ("Ann has twice as many cats as Bob and half as many dogs.", ["factor", "divisor"]),
        ("Each member consumes 3 slices and each box of tea holds 9 bags.", ["slices_per_member", "bags_per_box"]),
        ("If each dancer has 5 braids and each braid takes 30 seconds.", ["braids_per_dancer", "seconds_per_braid"]),
        ("Each truck uses 3 tanks with a capacity that is 150 liters.", ["tanks_per_truck", "liters"]),
        ("There are groups with 9, 10, and 11 students.", ["groups_students", "first_students", "second_students"]),
        (
            "There are 3 rows of 8 chairs, and 3 families of 4 people shared a flat.",
            ["rows", "chairs_per_row", "families", "people_per_family"],
        ),
        ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
        ("Ann packs the red boxes of 12 pens.", ["pens_per_box"]),
        ("Bo has a 20-story house.", ["bo.stories"]),
        ("He used 5 eggs to make one cake and has a bag of 10 figs.", ["eggs_per_cake", "cake", "figs_per_bag"]),
        ("She works 8-hour shifts with 15-minute recess breaks.", ["hours_per_shift", "minutes_per_break"]),
        ("He read a 500-page book in one day and 30 pages in one hour.", ["pages", "day", "pages_per_hour", "hour"]),
        ("How many 150 ml servings can she make?", ["milliliters_per_serving"]),
        ("It was $1800 a year ago.", ["money"]),
        (
            "He spent 9 hours flying by night and 121 hours flying cross-country.",
            ["night_hours", "cross_country_hours"],
        ),
        ("Ann sold 25 kg to Mrs. Lee and 78 kg to Mr. Poe.", ["ann.first_kilograms", "ann.second_kilograms"]),
        ("New York has 50 shops.", ["shops"]),
        ("Bo gave the cashier $50. How much change did he get?", ["bo.payment"]),
        ("She has 40 flowers, of which 10 were tulips.", ["flowers", "tulips"]),
        ("They share 90 figs in the ratio 4:5.", ["figs", "first_ratio", "second_ratio"]),
        ("She deposits a $50 birthday check.", ["check"]),
        (
            "She sells 3 boxes of mints for $4 each and fuel costs $3 per gallon.",
            ["boxes", "box_price", "price_per_gallon"],
        ),
        (
            "Tile costs $2 per square foot and calls cost 5 cents a minute.",
            ["price_per_square_foot", "cost_per_minute"],
        ),
        ("Ann adds 28 oz of ice.", ["ann.ounces"]),
        ("Ann's cow weighs 400 pounds.", ["ann.cow_pounds"]),
        ("Jim eats 3 bags and Ingrid gives Collin 7 bags.", ["jim.bags", "ingrid.bags"]),
        ("Sam and Bob have a total of 20 pens.", ["total_pens"]),
        ("Unfortunately 3 of the fish were small.", ["fish"]),
        ("Dennis got 2 $10 bills and $3 in loose coins.", ["dennis.bills", "dennis.bill", "dennis.coins"]),
        ("Cory bought a patio table and 4 chairs for $135.", ["cory.chairs", "total_price"]),
        ("From California the flight started with 124 passengers.", ["passengers"]),
        ("From Anthony's house it is 2 miles.", ["anthony.miles"]),
        ("Sally has 3 hats.", ["sally.hats"]),
        ("Al scored more than his dad, who scored 7 points.", ["al.dad_points"]),
        ("They pack 500 fewer apples per day.", ["fewer_apples_per_day"]),
        ("There are 30 people and 8 of them left.", ["people", "people_left"]),
        ("Use 2 packs of a neighbor's and 3 packs of oats.", ["packs", "oats_packs"]),
        ("A herd has 20 elephants and 35 hippos, and 5 baby hippos.", ["elephants", "hippos", "baby_hippos"]),
        ("It takes 10 minutes to pit 20 cherries and 9 cherries.", ["minutes", "first_cherries", "second_cherries"]),
        ("She bought 90 green buttons, 10 more yellow buttons.", ["buttons", "extra_buttons"]),
        ("He cuts 6 even columns and 3 even rows.", ["columns", "rows"]),
        ("In a tank 26 of the blowfish stay.", ["blowfish"]),
        ("Ann had a 500g bag of flour.", ["ann.grams"]),
        ("Ann made $600 mowing yards.", ["ann.pay"]),
        ("Ann bought shirts for $62 total.", ["total_price"]),
        (
            "Ann waits. She spent 10 minutes on the Mac version. Later she slept for 6 minutes.",
            ["ann.version_minutes", "ann.minutes"],
        ),
        ("Ann's brother has 5 cards and Bob has 3.", ["ann.brother_cards", "bob.cards"]),
        ("Ann and her brother have 5 cards.", ["cards"]),
        ("Hunter scored a 45 on his test.", ["hunter.score"]),
        ("Ann has 4 packs of pens and buys 2 more.", ["ann.packs", "ann.extra_packs"]),
        ("Bo made 48 rolls. After a batch came out, Ann sold 37.", ["bo.rolls", "ann.rolls"]),
        ("Bo caught 8 fish. At noon Ann threw 3 back.", ["bo.fish", "ann.fish"]),
        ("Ann splits the farm in 3 equally-sized groups.", ["ann.groups"]),
        ("On Black Friday a shop sold 327 books 3 days ago.", ["books", "days"]),
        ("Toby has 63 photos and deletes three of them.", ["toby.first_photos", "toby.second_photos"]),
        ("One fourth of the homes are white.", ["fraction"]),
        ("Ann's team won. They scored 5 goals.", ["goals"]),
        ("The old laptop is $500 and his weekly allowance was $5.", ["laptop_price", "allowance"]),
        ("The price of Poutine is $8. The total sales were $55.", ["poutine_price", "total_sales"]),
        ("He gets a bonus of $50 and withdrew $20.", ["bonus", "withdrawal"]),
        ("The ratio of boys to girls is 5:8.", ["boys_ratio", "girls_ratio"]),
        ("A pool is 20 feet long and 8 feet deep.", ["length_feet", "depth_feet"]),
        ("Each child drew two beans. A piece lasts 7 minutes in a row.", ["beans_per_child", "minutes"]),
        ("It takes 3 hours to dig an adult grave, 3 feet in a yard.", ["hours_per_grave", "feet_per_yard"]),
        ("She colors the first 2 and last 2 rows.", ["rows", "first_rows", "last_rows"]),
        ("He closed 1/4 of the tabs and 2/5 of the remaining tabs.", ["fraction", "remaining_fraction"]),
        ("He sells 3 loaves for $4 each.", ["loaves", "loaf_price"]),
        (
            "Ann has 9 apples and 6 bags of pears more than Bob, minus 4 plums.",
            ["ann.apples", "ann.extra_bags", "ann.fewer_plums"],
        ),
        ("Ann, Bo, and Cy caught 36 fish and Cy caught 8.", ["fish", "cy.fish"]),
        ("She sells three 8-inch portraits.", ["portraits", "inches_per_portrait"]),
        ("He bought 200 units for just $3000.", ["units", "units_price"]),
        ("Bret spends 2 hours reading a book.", ["bret.hours"]),
        ("A rug is 6 by 7 inches.", ["first_inches", "second_inches"]),
        ("1/3rd of the pens are red.", ["fraction"]),
        (
            "It goes 9 miles in 3 hours, then 8 miles in 5 hours.",
            ["first_miles", "first_hours", "second_miles", "second_hours"],
        ),
        ("The 3 boys ate 5 figs and the 4 girls ate 7 figs.", ["boys", "boys_figs", "girls", "girls_figs"]),
        ("Of 3 cats he sold 10%, then 30% of the remaining.", ["cats", "cats_rate", "rate"]),
        ("Six bottles cost $12, and a cap costs $1.", ["bottles", "bottles_price", "cap_price"]),
        ("A set of 7 spoons costs $21.", ["spoons", "set_price"]),
        ("The cost of an orange and a pear is $9, and the pear costs $4.", ["total_price", "pear_price"]),
        ("He pays $50 for rent, $20 on books, $10 for tax.", ["rent", "book_price", "tax"]),
        ("On Monday Ann reads 9 pages, and 30 pages from Monday to Friday.", ["ann.monday_pages", "ann.pages"]),
        ("Ann saved $5, Bob is saving $6.", ["ann.savings", "bob.savings"]),
        ("Tony has two fish, and one of them dies.", ["tony.first_fish", "tony.second_fish"]),
        ("On Friday night Al sleeps 7 hours, on Monday night 8 hours.", ["al.friday_hours", "al.monday_hours"]),
        ("Bo made 12 pies in one minute, Ann 4 fewer than Bo.", ["pies_per_minute", "bo.minute", "ann.fewer_pies"]),
        (
            "They pay it back with an increase of 10%. Then the shop cuts it by 7% before he increases it.",
            ["increase_rate", "rate"],
        ),
        ("15 people board the bus, and 3 goldfish are in 2 bowls.", ["people", "goldfish", "bowls"]),
        (
            "Half the birds were sold and 3 puppies were adopted. The 9 puppies played.",
            ["divisor", "first_puppies", "second_puppies"],
        ),
        ("A packet has 30 fig-flavored sweets and 40 date-flavored sweets.", ["fig_sweets", "date_sweets"]),
    ],
)
def test_names_say_what_is_counted(question, expected):
    """Owners, nouns, differences, ages, prices and rates are named by the words near the number."""
    assert names(question) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann saw Bob. However, Carl slept.", ["Ann", "Bob", "Carl"]),
        ("On Monday French students met Zoë's uncle.", ["Zoë"]),
        ("Cookies are good. He eats them in May.", []),
        ("Mrs. White has 3 cats.", ["White"]),
    ],
)
def test_only_proper_names_are_owners(text, expected):
    """Days, nationalities and the first words of sentences are no names."""
    assert [name for _, _, name in proper_names(text)] == expected


def test_no_two_numbers_of_a_composition_have_one_name():
    """The parts of a composition are named together, so that two rates differ."""
    solution = "40*10/100=<<40*10/100=4>>4\n60*20/100=<<60*20/100=12>>12\n4+12=<<4+12=16>>16\n#### 16"
    question = "Of 40 cats 10% are grey, and of 60 dogs 20% are brown. How many are grey or brown?"

    row = convert(read_problem(source("gsm8k"), "gsm8k/train/0", {"question": question, "answer": solution}))

    given = [str(step.var) for part in read(row.trace) for step in part.steps if isinstance(step, Init) and step.value]
    assert len(row.experts) > 1
    assert len(given) == len({*given}) == 4


def test_names_of_real_problems_are_words():
    """Names of the extract have no digits and no words that YAML reads as values, and differ within a trace."""
    for number, line in enumerate(PROBLEMS.read_text(encoding="utf-8").splitlines()):
        row = convert(read_problem(source("gsm8k"), f"gsm8k/train/{number}", json.loads(line)))
        for part in read(row.trace):
            given = [str(step.var) for step in part.steps if isinstance(step, Init) and step.value is not None]
            assert len(given) == len(set(given))
            for name in given:
                assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)?", name), name
                assert not {"no", "off", "on", "yes"} & set(re.split(r"[._]", name)), name


def test_any_beginning_of_a_question_is_named():
    """Every prefix of a question has names for its numbers."""
    for line in PROBLEMS.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)["question"]
        for end in range(1, len(question), 9):
            assert all(names(question[:end]))
