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
    # ages
    "age_alone": ("Emma's sister is 9 years older. Emma is 7.", ["emma.sister_extra_years", "emma.age"]),
    "age_in_clause": ("When he is 18 he lifts 100 pounds.", ["age", "pounds"]),
    "age_in_years": ("Ann was born when Bob turned 3, and Jo is 24 years now.", ["bob.age", "jo.age"]),
    "age_turned": ("If Robert will turn 30 soon, how old is he?", ["robert.age"]),
    "years_old": ("John's father is 40 years old and Ann is 9.", ["john.father_age", "ann.age"]),
    # containers
    "contents": ("Ann packs the red boxes of 12 pens.", ["pens_per_box"]),
    "filling": ("She puts all these eggs in boxes of 6.", ["eggs_per_box"]),
    "pack": ("Ann buys 3 12-packs of soda.", ["ann.packs", "sodas_per_pack"]),
    "size": ("She works 8-hour shifts.", ["hours_per_shift"]),
    # counted_nouns
    "compound_noun": ("Ann buys 3 pink hard hats.", ["ann.hats"]),
    "filled_container": ("He buys 20 pound bags and she gave him $50 for a coat.", ["pounds_per_bag", "gift"]),
    "hyphened_noun": ("Ann splits the farm in 3 equally-sized groups.", ["ann.groups"]),
    "hyphened_unit": ("Ann saw a 2-hour long movie.", ["ann.hours"]),
    "m_and_ms": ("Ann ate 7 m&m's and a box weighs 5 kg", ["ann.candies", "kilograms_per_box"]),
    "measured_thing": ("He cooks two 16 pounds turkeys.", ["turkeys", "pounds"]),
    "phrase_head": ("She sells three 8-inch portraits.", ["portraits", "inches_per_portrait"]),
    "pieces_of_whole": ("Ann solves a 500 piece puzzle.", ["ann.pieces"]),
    "predicate": ("They have 300 gifts. 60 of these were basketball hoops.", ["gifts", "hoops"]),
    "short_unit": ("Ann adds 28 oz of ice.", ["ann.ounces"]),
    "unlisted_noun": ("Ann needs 6 drops.", ["ann.drops"]),
    # equals
    "equal_count": ("Ann's lucky number is 7 and the number of koi is 8.", ["ann.number", "koi"]),
    "equal_money": ("Tea costs $3 and her rent is 8.", ["tea_price", "rent"]),
    "equal_noun": ("Jo's older sister has big shoes. Jo's shoe size is 7.", ["jo.shoe_size"]),
    # missing_nouns
    "counted_again": ("Jack's basket has 12 apples, but has space for 4 more.", ["apples", "extra_apples"]),
    "counted_noun_before": ("Bo caught 8 fish. At noon Ann threw 3 back.", ["bo.fish", "ann.fish"]),
    "measure_of": ("A train of 5 wagons runs at a speed of 75.", ["wagons", "speed"]),
    "named_people": ("Ann and Bo bake 9 pies. What is the average of the three?", ["pies", "people"]),
    "nearest_plural": ("The rolls came out of the oven, and then Ann sold 37.", ["ann.rolls"]),
    "nearest_singular": ("The cafe is open. At noon Ann had 3.", ["ann.noon"]),
    "noun_of_earlier_sentence": ("Mom went to the market. She left with 55.", ["market"]),
    "noun_of_last": ("At the stop 15 people board the bus and 3 get off.", ["board_people", "people"]),
    "noun_of_list": (
        "There are groups with 9, 10, and 11 students.",
        ["groups_students", "first_students", "second_students"],
    ),
    "noun_of_next": ("After the celebration Ann saw 20 to 30 guests.", ["ann.celebration_guests", "ann.guests"]),
    "noun_of_other_side": ("She colors the first 2 and last 2 rows.", ["rows", "first_rows", "last_rows"]),
    "people_together": (
        "Ann is 60 inches tall. What is the height of the three of them?",
        ["ann.height_inches", "people"],
    ),
    "plural_of_earlier_sentence": ("Snakes live here in a cage. It holds 4.", ["snakes"]),
    "same_subject": (
        "Half the tables have 2 chairs and 5 have 3 chairs.",
        ["divisor", "tables_chairs", "tables", "chairs"],
    ),
    "some_of_each": ("Ann buys 4 of each.", ["ann.items"]),
    "some_of_the": ("In a tank 26 of the blowfish stay.", ["blowfish"]),
    "some_of_them": ("A shop has a part. Clark buys 7 of them.", ["clark.items"]),
    "sum_paid": ("Ann paid 5 at the market.", ["price"]),
    # money
    "change": ("A shop raised the price by $5 and cut it by $3.", ["increase", "decrease"]),
    "coins": ("Dennis got 2 $10 bills and $3 in loose coins.", ["dennis.bills", "dennis.bill", "dennis.coins"]),
    "cost_of_making": ("A pop costs 90 cents to make.", ["cost"]),
    "equal_sum": ("A set of 7 spoons costs $21.", ["spoons", "set_price"]),
    "gift": ("She gave him $50 an hour.", ["gift"]),
    "goal": (
        "Jo's goal is to make $50, and she bought 5 hats and 4 caps for $90.",
        ["jo.goal", "jo.hats", "jo.caps", "total_price"],
    ),
    "limit": ("Bob will not spend more than $70, and orders that are over $90 are sent.", ["bob.limit", "threshold"]),
    "meaning": ("Ann made $600 mowing yards.", ["ann.pay"]),
    "money_held": ("Ann has $60 to spend and a ring worth $90.", ["ann.money", "worth"]),
    "money_left": ("He paid $12 for a pizza and has $30 left.", ["pizza_price", "money_left"]),
    "money_to_spend": ("A pound costs $2. How many pounds can Kim buy with $12?", ["price_per_pound", "kim.money"]),
    "sum_for_each": ("Ann bought 80 of them for $12 each.", ["ann.items", "price_each"]),
    "sum_of": ("She has a credit of $100.", ["credit"]),
    "sum_per_time": (
        "Tile costs $2 per square foot and calls cost 5 cents a minute.",
        ["price_per_square_foot", "cost_per_minute"],
    ),
    "threshold": (
        "Bob will not spend more than $70, and orders that are over $90 are sent.",
        ["bob.limit", "threshold"],
    ),
    "total": ("Ann bought shirts for $62 total.", ["total_price"]),
    "worth": ("Ann bought $40 worth of food.", ["ann.food_worth"]),
    # names
    "nearer_word": ("There are 5 red balls and 3 blue balls.", ["red_balls", "blue_balls"]),
    "own_day": ("On Friday night Al sleeps 7 hours, on Monday night 8 hours.", ["al.friday_hours", "al.monday_hours"]),
    "own_factor_target": (
        "Ann has two times the number of cats and Bo three times the number of dogs.",
        ["cats_factor", "dogs_factor"],
    ),
    "own_nearest_name": ("Half of it was earned by Lisa. Tommy earned half of it.", ["lisa.divisor", "tommy.divisor"]),
    "shared_ordinal": (
        "The second bell is twice the size of the first bell, and the third bell is twice the size of the second bell.",
        ["first_bell", "first_factor", "size_second_bell", "second_bell", "second_factor", "third_bell"],
    ),
    # nouns
    "bill": (
        "Jenny pays with 2 twenty dollar bills and got $14 in change.",
        ["jenny.bills", "jenny.bill", "jenny.change"],
    ),
    "calendar_year": ("He was born in 1976.", ["year"]),
    "clock": ("She works up to 11:00 a.m.", ["hour"]),
    "dimension": ("A pool is 20 feet long and 8 feet deep.", ["length_feet", "depth_feet"]),
    "dozens": ("Ann buys 3 dozen eggs.", ["ann.dozens", "eggs_per_dozen"]),
    "equal": ("Ann's lucky number is 7 and the number of koi is 8.", ["ann.number", "koi"]),
    "factor": ("Ann has 3 times as many cats as Bo.", ["factor"]),
    "fraction": ("1/3rd of the pens are red.", ["fraction"]),
    "graded_score": ("He got an 80 on his tests.", ["score"]),
    "group_size": ("Ann buys 3 dozen eggs.", ["ann.dozens", "eggs_per_dozen"]),
    "more_money": (
        "Greg spent $300. He spent 9 more than twice as much on shoes.",
        ["greg.spending", "greg.extra_spending", "factor"],
    ),
    "percent": ("She pays 30% in taxes on her profit.", ["tax_rate"]),
    "rate": ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
    "score": ("Hunter scored a 45 in the game.", ["hunter.score"]),
    "share": ("There are 5 starfish with 6 arms each.", ["starfish", "arms_each"]),
    "slash_rate": ("Each box holds 6 eggs and he drives 50 miles/hour.", ["eggs_per_box", "miles_per_hour"]),
    "sum_of_money": ("It was $1800 a year ago.", ["money"]),
    "total_count": ("Sam and Bob have a total of 20 pens.", ["total_pens"]),
    # owners
    "antecedent_of_any_pronoun": ("Joy likes to read. How long will it take her to read 120 pages?", ["joy.pages"]),
    "antecedent_of_subject": ("Ann has a yard. The dog eats 3 bones and she gave Bob 4 pens.", ["bones", "ann.pens"]),
    "doer_behind": ("Amy bought 6 cans for every 5 cans Bob bought.", ["amy.cans", "bob.cans"]),
    "last_likely_name": ("From Anthony's house it is 2 miles.", ["anthony.miles"]),
    "leader": ("Jim eats 3 bags and Ingrid gives Collin 7 bags.", ["jim.bags", "ingrid.bags"]),
    "namesake": ("A crowd has 24 people named Barry, 20 people named Kevin.", ["barry.people", "kevin.people"]),
    "nobody_of_total": (
        "Harvey runs 8 miles more than Sam, who runs a total of 12 miles.",
        ["harvey.extra_miles", "total_miles"],
    ),
    "possessor": ("Ann and her brother have 5 cards.", ["cards"]),
    # percents
    "rate_behind": ("She pays 30% in taxes on her profit.", ["tax_rate"]),
    "rate_near": ("The discount was 10%.", ["discount_rate"]),
    # prices
    "cost_of_thing": (
        "The cost of a ticket is $6 for adults and $4 for children.",
        ["adults_ticket_price", "children_ticket_price"],
    ),
    "price_of_each": (
        "She sells 3 boxes of mints for $4 each and fuel costs $3 per gallon.",
        ["boxes", "box_price", "price_per_gallon"],
    ),
    "price_of_nearest": ("Tickets cost $7 each and the tax is 20%.", ["ticket_price", "tax_rate"]),
    "price_of_one": ("The cost of supplies to make it was $54, and a jelly bean $2.", ["supply_price", "bean_price"]),
    "price_of_subject": ("A table takes 15 planks and sells for $300.", ["planks", "table_price"]),
    "price_of_two": ("Cory bought a patio table and 4 chairs for $135.", ["cory.chairs", "total_price"]),
    "price_per_unit": ("A pound costs $2. How many pounds can Kim buy with $12?", ["price_per_pound", "kim.money"]),
    "priced_item": ("She buys $5 tickets.", ["ticket_price"]),
    "sold_for": ("He creates a movie for $2000.", ["movie_price"]),
    "thing_that_costs": ("The visit cost $300 and the cast cost $200.", ["visit_price", "cast_price"]),
    "things_at_one_price": ("Six bottles cost $12, and a cap costs $1.", ["bottles", "bottles_price", "cap_price"]),
    # rates
    "containers_that_hold": (
        "She puts them in crates that can hold 9 items, and 1 set has 13 cards.",
        ["items_per_crate", "set", "cards_per_set"],
    ),
    "each_as_opening": (
        "If each boat is 3 feet across and has at least 2 feet between them.",
        ["feet_per_boat", "least_feet_per_boat"],
    ),
    "each_as_subject": ("Ann ate 7 m&m's and a box weighs 5 kg", ["ann.candies", "kilograms_per_box"]),
    "each_in_clause": ("Each child drew two beans. A piece lasts 7 minutes in a row.", ["beans_per_child", "minutes"]),
    "each_in_reach": ("They cut each whole pie into 10 slices.", ["slices_per_pie"]),
    "each_of_several": ("There are 2 pennies in each of the 12 slots of a bank.", ["pennies_per_slot", "slots"]),
    "each_of_which": ("He bought 14 bars, each of which had 10 grams.", ["bars", "grams_per_bar"]),
    "each_with_preposition": (
        "Each matchbook contains 24 matches. In each spoonful, there are 4 clusters.",
        ["matches_per_matchbook", "clusters_per_spoonful"],
    ),
    "per_phrase": ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
    "product_of_many": (
        "He used 5 eggs to make one cake and has a bag of 10 figs.",
        ["eggs_per_cake", "cake", "figs_per_bag"],
    ),
    "things_that_each": (
        "Five hives that each produce 20 liters, and bags of nuts that each weigh 3 pounds.",
        ["hives", "liters_per_hive", "pounds_per_bag"],
    ),
    "to_a_container": ("Ann drove 2 miles to a park. Packets come 30 to a box.", ["ann.miles", "packets_per_box"]),
    # ratios
    "ratio_as_clock": ("She shares her money in the ratio of 4:11.", ["first_ratio"]),
    "ratio_chain": ("They share it in the ratio 3:5:7.", ["first_ratio", "second_ratio", "third_ratio"]),
    "ratio_of_two": ("The ratio of boys to girls is 5:8.", ["boys_ratio", "girls_ratio"]),
    # clues
    "counted_by_another": (
        "Ann reads 8 pages in 2 hours and 9 lines in 3 hours.",
        ["ann.pages", "ann.first_hours", "ann.lines", "ann.second_hours"],
    ),
    "distant_adjective": (
        "If the first park has 60 houses and the second park has 75 houses.",
        ["first_park", "first_houses", "second_park", "second_houses"],
    ),
    "equated_percent": (
        "Her phone budget is 10% of her food budget. Then 7% of the guests left.",
        ["phone_rate", "rate"],
    ),
    "hyphened_modifier": (
        "A packet has 30 fig-flavored sweets and 40 date-flavored sweets.",
        ["fig_sweets", "date_sweets"],
    ),
    "later_clause": (
        "On Monday, she runs 4 miles; Tuesday, 3 miles; and on Thursday, 5 miles.",
        ["monday_miles", "tuesday_miles", "thursday_miles"],
    ),
    "modifiers": ("Mary has 8 blue crayons of different shades and 3 crayons.", ["mary.blue_crayons", "mary.crayons"]),
    "multiplied_noun": (
        "It took two times more time to finish history. Geography took three times more than history.",
        ["factor", "geography_factor"],
    ),
    "noun_behind_of": ("Use 2 packs of a neighbor's and 3 packs of oats.", ["packs", "oats_packs"]),
    "number_itself": (
        "Over three hundred years it ate. It ran in the first hundred years.",
        ["first_years", "second_years"],
    ),
    "other_clause": (
        "There are groups with 9, 10, and 11 students.",
        ["groups_students", "first_students", "second_students"],
    ),
    "place_of_another": (
        "The first three days he sold 5 cars. Then he sold 3 cars the next 4 days.",
        ["days", "first_days", "first_cars", "second_cars", "next_days"],
    ),
    "remaining_ahead": (
        "He sold 9 bags, then the remaining 5 bags, and adds another 3 bags.",
        ["bags", "remaining_bags", "extra_bags"],
    ),
    "remaining_behind": (
        "He closed 1/4 of the tabs and 2/5 of the remaining tabs.",
        ["fraction", "remaining_fraction"],
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
