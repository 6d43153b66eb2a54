"""Every named rule of naming decides the names of a question that no other rule names so."""

import importlib
import pkgutil

import pytest
from question_names import names
from rules import rule_names, without

from generators.imports import naming, nouns, sums

MODULES = [
    importlib.import_module(f"{package.__name__}.{module.name}")
    for package in (nouns, sums, naming)
    for module in pkgutil.iter_modules(package.__path__)
]
NAMED = {
    # nouns
    "age": ("Rona is 8 years old.", ["rona.age"]),
    # containers
    "contents": ("Ann packs the red boxes of 12 pens.", ["pens_per_box"]),
    "size": ("She works 8-hour shifts.", ["hours_per_shift"]),
    # counted_nouns
    "compound_noun": ("Ann buys 3 pink hard hats.", ["ann.hats"]),
    "hyphened_noun": ("Ann splits the farm in 3 equally-sized groups.", ["ann.groups"]),
    "hyphened_unit": ("Ann saw a 2-hour long movie.", ["ann.hours"]),
    "phrase_head": ("She sells three 8-inch portraits.", ["portraits", "inches_per_portrait"]),
    "pieces_of_whole": ("Ann solves a 500 piece puzzle.", ["ann.pieces"]),
    "short_unit": ("Ann adds 28 oz of ice.", ["ann.ounces"]),
    "unlisted_noun": ("Ann needs 6 drops.", ["ann.drops"]),
    # missing_nouns
    "counted_noun_before": ("Bo caught 8 fish. At noon Ann threw 3 back.", ["bo.fish", "ann.fish"]),
    "measure_of": ("A train of 5 wagons runs at a speed of 75.", ["wagons", "speed"]),
    "nearest_plural": ("The rolls came out of the oven, and then Ann sold 37.", ["ann.rolls"]),
    "nearest_singular": ("The cafe is open. At noon Ann had 3.", ["ann.noon"]),
    "noun_of_last": ("At the stop 15 people board the bus and 3 get off.", ["board_people", "people"]),
    "noun_of_list": (
        "There are groups with 9, 10, and 11 students.",
        ["groups_students", "first_students", "second_students"],
    ),
    "noun_of_other_side": ("She colors the first 2 and last 2 rows.", ["rows", "first_rows", "last_rows"]),
    "plural_of_earlier_sentence": ("Snakes live here in a cage. It holds 4.", ["snakes"]),
    "some_of_the": ("In a tank 26 of the blowfish stay.", ["blowfish"]),
    # money
    "coins": ("Dennis got 2 $10 bills and $3 in loose coins.", ["dennis.bills", "dennis.bill", "dennis.coins"]),
    "equal_sum": ("A set of 7 spoons costs $21.", ["spoons", "set_price"]),
    "meaning": ("Ann made $600 mowing yards.", ["ann.pay"]),
    "money_left": ("He paid $12 for a pizza and has $30 left.", ["pizza_price", "money_left"]),
    "sum_for_each": ("Ann bought 80 of them for $12 each.", ["ann.count", "price_each"]),
    "sum_of": ("She has a credit of $100.", ["credit"]),
    "sum_per_time": (
        "Tile costs $2 per square foot and calls cost 5 cents a minute.",
        ["price_per_square_foot", "cost_per_minute"],
    ),
    "total": ("Ann bought shirts for $62 total.", ["total_price"]),
    # names
    "nearer_word": ("There are 5 red balls and 3 blue balls.", ["red_balls", "blue_balls"]),
    "own_day": ("On Friday night Al sleeps 7 hours, on Monday night 8 hours.", ["al.friday_hours", "al.monday_hours"]),
    "own_nearest_name": ("Half of it was earned by Lisa. Tommy earned half of it.", ["lisa.divisor", "tommy.divisor"]),
    # nouns
    "clock": ("She works up to 11:00 a.m.", ["hour"]),
    "dimension": ("A pool is 20 feet long and 8 feet deep.", ["length_feet", "depth_feet"]),
    "dozens": ("Ann buys 3 dozen eggs.", ["ann.dozens", "eggs_per_dozen"]),
    "factor": ("Ann has 3 times as many cats as Bo.", ["factor"]),
    "fraction": ("1/3rd of the pens are red.", ["fraction"]),
    "group_size": ("Ann buys 3 dozen eggs.", ["ann.dozens", "eggs_per_dozen"]),
    "percent": ("The tax is 30%.", ["tax_rate"]),
    "rate": ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
    "score": ("Hunter scored a 45 in the game.", ["hunter.score"]),
    "share": ("There are 5 starfish with 6 arms each.", ["starfish", "arms_each"]),
    "slash_rate": ("Each box holds 6 eggs and he drives 50 miles/hour.", ["eggs_per_box", "miles_per_hour"]),
    "sum_of_money": ("It was $1800 a year ago.", ["money"]),
    "total_count": ("Sam and Bob have a total of 20 pens.", ["total_pens"]),
    # owners
    "antecedent_of_any_pronoun": ("Joy likes to read. How long will it take her to read 120 pages?", ["joy.pages"]),
    "last_likely_name": ("From Anthony's house it is 2 miles.", ["anthony.miles"]),
    "leader": ("Jim eats 3 bags and Ingrid gives Collin 7 bags.", ["jim.bags", "ingrid.bags"]),
    "possessor": ("Ann and her brother have 5 cards.", ["cards"]),
    # percents
    # prices
    "price_of_each": (
        "She sells 3 boxes of mints for $4 each and fuel costs $3 per gallon.",
        ["boxes", "box_price", "price_per_gallon"],
    ),
    "price_of_nearest": ("Tickets cost $7 each and the tax is 20%.", ["ticket_price", "tax_rate"]),
    "price_of_two": ("Cory bought a patio table and 4 chairs for $135.", ["cory.chairs", "total_price"]),
    "price_per_unit": ("A pound costs $2.", ["price_per_pound"]),
    "priced_item": ("She buys $5 tickets.", ["ticket_price"]),
    "sold_for": ("He creates a movie for $2000.", ["movie_price"]),
    "things_at_one_price": ("Six bottles cost $12, and a cap costs $1.", ["bottles", "bottles_price", "cap_price"]),
    # rates
    "each_as_subject": ("A box weighs 5 kg.", ["kilograms_per_box"]),
    "each_in_clause": ("Each child drew two beans. A piece lasts 7 minutes in a row.", ["beans_per_child", "minutes"]),
    "each_in_reach": ("They cut each whole pie into 10 slices.", ["slices_per_pie"]),
    "per_phrase": ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
    "product_of_many": (
        "He used 5 eggs to make one cake and has a bag of 10 figs.",
        ["eggs_per_cake", "cake", "figs_per_bag"],
    ),
    # ratios
    "ratio_of_two": ("The ratio of boys to girls is 5:8.", ["boys_ratio", "girls_ratio"]),
    # clues
    "hyphened_modifier": (
        "A packet has 30 fig-flavored sweets and 40 date-flavored sweets.",
        ["fig_sweets", "date_sweets"],
    ),
    "later_clause": (
        "On Monday, she runs 4 miles; Tuesday, 3 miles; and on Thursday, 5 miles.",
        ["monday_miles", "tuesday_miles", "thursday_miles"],
    ),
    "modifiers": ("Mary has 8 blue crayons of different shades and 3 crayons.", ["mary.blue_crayons", "mary.crayons"]),
    "noun_behind_of": ("Use 2 packs of a neighbor's and 3 packs of oats.", ["packs", "oats_packs"]),
    "other_clause": (
        "There are groups with 9, 10, and 11 students.",
        ["groups_students", "first_students", "second_students"],
    ),
    "place_of_another": (
        "The first three days he sold 5 cars. Then he sold 3 cars the next 4 days.",
        ["days", "first_days", "first_cars", "second_cars", "next_days"],
    ),
    "remaining_behind": (
        "He closed 1/4 of the tabs and 2/5 of the remaining tabs.",
        ["fraction", "remaining_fraction"],
    ),
    "counted_by_another": (
        "Ann reads 8 pages in 2 hours and 9 lines in 3 hours.",
        ["ann.pages", "ann.first_hours", "ann.lines", "ann.second_hours"],
    ),
}
"""A question for each rule, by the module that the rule stands in."""


def test_every_rule_has_a_question():
    """A rule without a question here, or a question without its rule, fails."""
    assert set(NAMED) == set().union(*map(rule_names, MODULES))


@pytest.mark.parametrize(("rule", "question", "expected"), [(rule, *case) for rule, case in NAMED.items()])
def test_a_rule_names_what_no_other_does(monkeypatch, rule, question, expected):
    """With the rule the numbers have these names; without it, others."""
    assert names(question) == expected

    for module in MODULES:
        if rule in rule_names(module):
            without(monkeypatch, module, rule)

    assert names(question) != expected
