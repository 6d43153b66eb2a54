"""Names state the noun and the owner of a number in words of the question, and have no digits."""

import json
import re
from pathlib import Path

import pytest
from question_names import names

from generators.imports.convert import convert
from generators.imports.sources import gsm8k
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
        (
            "Each matchbook contains 24 matches. In each spoonful, there are 4 clusters.",
            ["matches_per_matchbook", "clusters_per_spoonful"],
        ),
        ("If each dancer has 5 braids and each braid takes 30 seconds.", ["braids_per_dancer", "seconds_per_braid"]),
        ("Each truck uses 3 tanks with a capacity that is 150 liters.", ["tanks_per_truck", "liters"]),
        ("There are groups with 9, 10, and 11 students.", ["groups_students", "first_students", "second_students"]),
        ("Amy bought 6 cans for every 5 cans Bob bought.", ["amy.cans", "bob.cans"]),
        ("Bob will not spend more than $70, and orders that are over $90 are sent.", ["bob.limit", "threshold"]),
        (
            "There are 3 rows of 8 chairs, and 3 families of 4 people shared a flat.",
            ["rows", "chairs_per_row", "families", "people_per_family"],
        ),
        ("After the celebration Ann saw 20 to 30 guests.", ["ann.celebration_guests", "ann.guests"]),
        ("Ann eats 5 baked potatoes a day.", ["potatoes_per_day"]),
        ("Ann packs the red boxes of 12 pens.", ["pens_per_box"]),
        ("Bo has a 20-story house.", ["bo.stories"]),
        ("They have 300 gifts. 60 of these were basketball hoops.", ["gifts", "hoops"]),
        ("There are 2 pennies in each of the 12 slots of a bank.", ["pennies_per_slot", "slots"]),
        ("He used 5 eggs to make one cake and has a bag of 10 figs.", ["eggs_per_cake", "cake", "figs_per_bag"]),
        ("She works 8-hour shifts with 15-minute recess breaks.", ["hours_per_shift", "minutes_per_break"]),
        ("He read a 500-page book in one day and 30 pages in one hour.", ["pages", "day", "pages_per_hour", "hour"]),
        ("How many 150 ml servings can she make?", ["milliliters_per_serving"]),
        ("He bought 14 bars, each of which had 10 grams.", ["bars", "grams_per_bar"]),
        ("It was $1800 a year ago.", ["money"]),
        (
            "He spent 9 hours flying by night and 121 hours flying cross-country.",
            ["night_hours", "cross_country_hours"],
        ),
        ("Ann sold 25 kg to Mrs. Lee and 78 kg to Mr. Poe.", ["ann.first_kilograms", "ann.second_kilograms"]),
        ("New York has 50 shops.", ["shops"]),
        ("Bo gave the cashier $50. How much change did he get?", ["bo.payment"]),
        ("He got an 80, a 75 and a 90 on his tests.", ["first_score", "second_score", "tests_score"]),
        ("She has 40 flowers, of which 10 were tulips.", ["flowers", "tulips"]),
        ("They share 90 figs in the ratio 4:5.", ["figs", "first_ratio", "second_ratio"]),
        (
            "Jo's goal is to make $50, and she bought 5 hats and 4 caps for $90.",
            ["jo.goal", "jo.hats", "jo.caps", "total_price"],
        ),
        ("A pound costs $2. How many pounds can Kim buy with $12?", ["price_per_pound", "kim.money"]),
        ("She deposits a $50 birthday check.", ["check"]),
        (
            "She sells 3 boxes of mints for $4 each and fuel costs $3 per gallon.",
            ["boxes", "box_price", "price_per_gallon"],
        ),
        ("The cost of supplies to make it was $54, and a jelly bean $2.", ["supply_price", "bean_price"]),
        (
            "Tile costs $2 per square foot and calls cost 5 cents a minute.",
            ["price_per_square_foot", "cost_per_minute"],
        ),
        ("Ann buys 3 12-packs of soda.", ["ann.packs", "sodas_per_pack"]),
        ("Ann adds 28 oz of ice.", ["ann.ounces"]),
        ("Ann's cow weighs 400 pounds.", ["ann.cow_pounds"]),
        ("Jim eats 3 bags and Ingrid gives Collin 7 bags.", ["jim.bags", "ingrid.bags"]),
        ("Sam and Bob have a total of 20 pens.", ["total_pens"]),
        ("Sam and his friend Bob saved 20 coins when Ann turned 18.", ["coins", "ann.age"]),
        ("Unfortunately 3 of the fish were small.", ["fish"]),
        ("She puts all these eggs in boxes of 6.", ["eggs_per_box"]),
        ("The cakes come in packs of 5 or in bags of 6.", ["cakes_per_pack", "cakes_per_bag"]),
        ("Dennis got 2 $10 bills and $3 in loose coins.", ["dennis.bills", "dennis.bill", "dennis.coins"]),
        ("Jenny pays with 2 twenty dollar bills and got $14 in change.", ["jenny.bills", "jenny.bill", "jenny.change"]),
        ("Cory bought a patio table and 4 chairs for $135.", ["cory.chairs", "total_price"]),
        ("From California the flight started with 124 passengers.", ["passengers"]),
        ("From Anthony's house it is 2 miles.", ["anthony.miles"]),
        ("Sally has 3 hats.", ["sally.hats"]),
        ("John's father is 40 years old and Ann is 9.", ["john.father_age", "ann.age"]),
        ("Al scored more than his dad, who scored 7 points.", ["al.dad_points"]),
        ("They pack 500 fewer apples per day.", ["fewer_apples_per_day"]),
        ("There are 30 people and 8 of them left.", ["people", "people_left"]),
        ("Use 2 packs of a neighbor's and 3 packs of oats.", ["packs", "oats_packs"]),
        ("A herd has 20 elephants and 35 hippos, and 5 baby hippos.", ["elephants", "hippos", "baby_hippos"]),
        ("It takes 10 minutes to pit 20 cherries and 9 cherries.", ["minutes", "first_cherries", "second_cherries"]),
        (
            "She puts them in crates that can hold 9 items, and 1 set has 13 cards.",
            ["items_per_crate", "set", "cards_per_set"],
        ),
        ("She bought 90 green buttons, 10 more yellow buttons.", ["buttons", "extra_buttons"]),
        ("Jo's older sister has big shoes. Jo's shoe size is 7.", ["jo.shoe_size"]),
        ("He was born in 1976.", ["year"]),
        ("He cuts 6 even columns and 3 even rows.", ["columns", "rows"]),
        ("A crowd has 24 people named Barry, 20 people named Kevin.", ["barry.people", "kevin.people"]),
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
        ("Emma's sister is 9 years older. Emma is 7.", ["emma.sister_extra_years", "emma.age"]),
        ("Hunter scored a 45 on his test.", ["hunter.score"]),
        ("Ann has 4 packs of pens and buys 2 more.", ["ann.packs", "ann.extra_packs"]),
        ("Bo made 48 rolls. After a batch came out, Ann sold 37.", ["bo.rolls", "ann.rolls"]),
        ("Bo caught 8 fish. At noon Ann threw 3 back.", ["bo.fish", "ann.fish"]),
        ("Ann splits the farm in 3 equally-sized groups.", ["ann.groups"]),
        ("Ann buys 4 of each.", ["ann.items"]),
        ("Ann drove 2 miles to a park. Packets come 30 to a box.", ["ann.miles", "packets_per_box"]),
        ("Ann has $60 to spend and a ring worth $90.", ["ann.money", "worth"]),
        ("On Black Friday a shop sold 327 books 3 days ago.", ["books", "days"]),
        ("She pays 30% in taxes on her profit.", ["tax_rate"]),
        ("He buys 20 pound bags and she gave him $50 for a coat.", ["pounds_per_bag", "gift"]),
        ("Toby has 63 photos and deletes three of them.", ["toby.first_photos", "toby.second_photos"]),
        ("The visit cost $300 and the cast cost $200.", ["visit_price", "cast_price"]),
        ("One fourth of the homes are white.", ["fraction"]),
        ("Ann has a yard. The dog eats 3 bones and she gave Bob 4 pens.", ["bones", "ann.pens"]),
        ("Ann's team won. They scored 5 goals.", ["goals"]),
        ("The old laptop is $500 and his weekly allowance was $5.", ["laptop_price", "allowance"]),
        ("The price of Poutine is $8. The total sales were $55.", ["poutine_price", "total_sales"]),
        ("He gets a bonus of $50 and withdrew $20.", ["bonus", "withdrawal"]),
        ("A table takes 15 planks and sells for $300.", ["planks", "table_price"]),
        ("Ann bought $40 worth of food.", ["ann.food_worth"]),
        ("Ann's lucky number is 7 and the number of koi is 8.", ["ann.number", "koi"]),
        ("The ratio of boys to girls is 5:8.", ["boys_ratio", "girls_ratio"]),
        ("A pool is 20 feet long and 8 feet deep.", ["length_feet", "depth_feet"]),
        ("Each child drew two beans. A piece lasts 7 minutes in a row.", ["beans_per_child", "minutes"]),
        ("It takes 3 hours to dig an adult grave, 3 feet in a yard.", ["hours_per_grave", "feet_per_yard"]),
        ("Half the tables have 2 chairs and 5 have 3 chairs.", ["divisor", "tables_chairs", "tables", "chairs"]),
        ("She colors the first 2 and last 2 rows.", ["rows", "first_rows", "last_rows"]),
        ("He closed 1/4 of the tabs and 2/5 of the remaining tabs.", ["fraction", "remaining_fraction"]),
        ("He sells 3 loaves for $4 each.", ["loaves", "loaf_price"]),
        (
            "Ann has 9 apples and 6 bags of pears more than Bob, minus 4 plums.",
            ["ann.apples", "ann.extra_bags", "ann.fewer_plums"],
        ),
        ("When he is 18 he lifts 100 pounds.", ["age", "pounds"]),
        ("Ann and Bo bake 9 pies. What is the average of the three?", ["pies", "people"]),
        ("Ann, Bo, and Cy caught 36 fish and Cy caught 8.", ["fish", "cy.fish"]),
        ("She sells three 8-inch portraits.", ["portraits", "inches_per_portrait"]),
        ("She shares her money in the ratio of 4:11.", ["first_ratio"]),
        ("He buys 3 dollars worth of candy.", ["candy_worth"]),
        ("He bought 200 units for just $3000.", ["units", "units_price"]),
        ("Bret spends 2 hours reading a book.", ["bret.hours"]),
        ("A rug is 6 by 7 inches.", ["first_inches", "second_inches"]),
        ("1/3rd of the pens are red.", ["fraction"]),
        ("Ann ate 7 m&m's and a box weighs 5 kg", ["ann.candies", "kilograms_per_box"]),
        (
            "It goes 9 miles in 3 hours, then 8 miles in 5 hours.",
            ["first_miles", "first_hours", "second_miles", "second_hours"],
        ),
        ("The 3 boys ate 5 figs and the 4 girls ate 7 figs.", ["boys", "boys_figs", "girls", "girls_figs"]),
        ("Of 3 cats he sold 10%, then 30% of the remaining.", ["cats", "cats_rate", "rate"]),
        ("Her phone budget is 10% of her food budget. Then 7% of the guests left.", ["phone_rate", "rate"]),
        ("Six bottles cost $12, and a cap costs $1.", ["bottles", "bottles_price", "cap_price"]),
        ("A set of 7 spoons costs $21.", ["spoons", "set_price"]),
        ("The cost of an orange and a pear is $9, and the pear costs $4.", ["total_price", "pear_price"]),
        ("A shop raised the price by $5 and cut it by $3.", ["increase", "decrease"]),
        ("A pop costs 90 cents to make.", ["cost"]),
        ("He pays $50 for rent, $20 on books, $10 for tax.", ["rent", "book_price", "tax"]),
        ("They share it in the ratio 3:5:7.", ["first_ratio", "second_ratio", "third_ratio"]),
        ("On Monday Ann reads 9 pages, and 30 pages from Monday to Friday.", ["ann.monday_pages", "ann.pages"]),
        ("Ann saved $5, Bob is saving $6.", ["ann.savings", "bob.savings"]),
        ("Gerald brings his 7 bars. His teacher says that she brings 5 bars.", ["gerald.bars", "bars"]),
        (
            "Five hives that each produce 20 liters, and bags of nuts that each weigh 3 pounds.",
            ["hives", "liters_per_hive", "pounds_per_bag"],
        ),
        ("Tony has two fish, and one of them dies.", ["tony.first_fish", "tony.second_fish"]),
        ("Ann was born when Bob turned 3, and Jo is 24 years now.", ["bob.age", "jo.age"]),
        ("On Friday night Al sleeps 7 hours, on Monday night 8 hours.", ["al.friday_hours", "al.monday_hours"]),
        ("How old will Ann's father be when she is 25?", ["ann.age"]),
        ("Bo made 12 pies in one minute, Ann 4 fewer than Bo.", ["pies_per_minute", "bo.minute", "ann.fewer_pies"]),
        (
            "They pay it back with an increase of 10%. Then the shop cuts it by 7% before he increases it.",
            ["increase_rate", "rate"],
        ),
        (
            "He sold 9 bags, then the remaining 5 bags, and adds another 3 bags.",
            ["bags", "remaining_bags", "extra_bags"],
        ),
        ("15 people board the bus, and 3 goldfish are in 2 bowls.", ["people", "goldfish", "bowls"]),
        (
            "The big bottles of juice hold 30 ounces and cost $27 each. The small bottles of juice hold 6 ounces and cost $6 each.",
            ["big_ounces", "big_bottle_price", "small_ounces", "small_bottle_price"],
        ),
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

    row = convert(gsm8k.read_problem("gsm8k/train/0", {"question": question, "answer": solution}))

    given = [str(step.var) for part in read(row.trace) for step in part.steps if isinstance(step, Init) and step.value]
    assert len(row.experts) > 1
    assert len(given) == len({*given}) == 4


def test_names_of_real_problems_are_words():
    """Names of the extract have no digits and no words that YAML reads as values, and differ within a trace."""
    for number, line in enumerate(PROBLEMS.read_text(encoding="utf-8").splitlines()):
        row = convert(gsm8k.read_problem(f"gsm8k/train/{number}", json.loads(line)))
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
