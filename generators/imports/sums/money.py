"""Names sums of money: a price of something, a wage, a gift, a debt, by the words around them."""

import re

from generators.imports.nouns.money_words import MEANING, sum_equal_to
from generators.imports.nouns.noun_case import NounCase
from generators.text.lexicon import word_set
from generators.text.rules import first
from generators.text.words import safe_slug
from solver.stems import stem

from .prices import (
    IN_ALL,
    cost_of_thing,
    price_of_each,
    price_of_nearest,
    price_of_one,
    price_of_subject,
    price_of_two,
    price_per_unit,
    priced_item,
    sold_for,
    thing_that_costs,
    things_at_one_price,
)
from .sum_case import SumCase

_CHANGED = re.compile(
    r"\b(?:(?P<up>increas\w*|rais\w*|r[io]ses?|grows?|grew|go(?:es)? up|went up)|decreas\w*|reduc\w*|lower\w*|drop\w*|cut\w*|f[ae]lls?|go(?:es)? down|went down)"
    r"\b[^.;,$\d]*\bby (?:an additional |another |only |about )?(?:US)?$"
)
_PAYMENT = re.compile(
    r"\b(?:cashier|clerk|in change|change (?:did|does|will|should|would|is)|delivery (?:man|guy|driver|boy))\b"
)
_GIVEN = re.compile(r"\b(?:give|gave) (?:him|her|me|us|[A-Z][a-z]+) $")
_HAS = re.compile(r"\b(?:has|had|have) (?:only |just |about |another )?$")
_TOTAL = re.compile(r"\b(?:total|sum)(?:(?: (?!and\b)[a-z']+){0,5} (?:of|is|was|to|are|were|be))?\s+$")
_SUM_OF = re.compile(r"\b(?P<thing>[a-z]+) of (?:only |about |just |around |up to |at least )?(?:US)?$")
_TO_MAKE = re.compile(r"^ to (?:make|produce|build|manufacture|bake|print|grow|raise|run|operate|maintain)\b")
_WORTH = re.compile(r"^\s*(?:dollars?\s+)?worth of (?:the |his |her |their |[a-z]+ (?=[a-z]+s\b))?(?P<noun>[a-z]+)")
_IN_COINS = re.compile(r"^ (?:worth of |in )(?:loose |spare |small )?(?P<what>coins|change|cash)\b")
_GOAL = re.compile(r"\b(?:goal|target) (?:is|was) to \w+ (?:up |at least )?(?:US)?$")
_SPEND_UP_TO = re.compile(r"\b(?:spend|pay) (?:no )?more than (?:US)?$")
_ABOVE = re.compile(r"\b(?:(?:is|are|was|were) (?:over|above)|exceed\w*) (?:US)?$")
_BUY_WITH = re.compile(r"\b(?:buy|buys|bought|purchase|afford|get)\b[^.;,$]* with (?:only |just |his |her )?(?:US)?$")
_OVER_TIME = {"price": "cost", "gift": "pay"}
"""The name of a sum for each unit of time, where it differs."""


def sum_noun(case: NounCase) -> str:
    """Return the noun of a sum of money."""
    one = SumCase(case.question, case.mention, case.form)
    known = first(CHANGE_RULES, one)
    if known is not None:
        return known
    noun = first(SUM_RULES, one) or "money"
    if noun == "gift" and _PAYMENT.search(one.text):
        noun = "payment"
    return f"{one.difference if one.plain else ''}{noun}"


def change(case: SumCase) -> str | None:
    """Names the $5 of 'raised the price by $5' increase and the $3 of 'cut it by $3' decrease."""
    found = _CHANGED.search(case.ahead) if case.plain and not case.unit else None
    return ("increase" if found["up"] else "decrease") if found else None


def money_left(case: SumCase) -> str | None:
    """Names the $30 of 'he has $30 left' money_left."""
    return "money_left" if case.left else None


CHANGE_RULES = (things_at_one_price, change, money_left)
"""Name a sum that no difference, such as 'extra', is added to."""


def coins(case: SumCase) -> str | None:
    """Names the $3 of '$3 in loose coins' coins."""
    found = _IN_COINS.match(case.tail)
    return safe_slug(found["what"]) if found else None


def worth(case: SumCase) -> str | None:
    """Names the $40 of '$40 worth of food' food_worth."""
    found = _WORTH.match(case.tail)
    return f"{safe_slug(found['noun'])}_worth{f'_per_{safe_slug(case.unit)}' if case.unit else ''}" if found else None


def cost_of_making(case: SumCase) -> str | None:
    """Names the 90 cents of 'a pop costs 90 cents to make' cost."""
    return "cost" if _TO_MAKE.match(case.tail) else None


def gift(case: SumCase) -> str | None:
    """Names the $50 of 'she gave him $50' gift."""
    return "gift" if _GIVEN.search(case.ahead) else None


def money_held(case: SumCase) -> str | None:
    """Names the $60 of 'Ann has $60' money."""
    return "money" if case.whole and _HAS.search(case.ahead) else None


def goal(case: SumCase) -> str | None:
    """Names the $50 of 'her goal is to make $50' goal."""
    return "goal" if _GOAL.search(case.ahead) else None


def limit(case: SumCase) -> str | None:
    """Names the $70 of 'will not spend more than $70' limit."""
    return "limit" if case.whole and not case.item and _SPEND_UP_TO.search(case.ahead) else None


def threshold(case: SumCase) -> str | None:
    """Names the $90 of 'orders that are over $90' threshold."""
    return "threshold" if case.whole and not case.item and _ABOVE.search(case.ahead) else None


def money_to_spend(case: SumCase) -> str | None:
    """Names the $12 of 'how many can Kim buy with $12' money."""
    return "money" if case.whole and not case.item and _BUY_WITH.search(case.ahead) else None


def total(case: SumCase) -> str | None:
    """Names the $62 of 'bought shirts for $62 total' total_price."""
    combined = case.equated and any(word.text == "total" for word in case.equated.modifiers)
    if not (combined or _TOTAL.search(case.ahead) or IN_ALL.match(case.tail)):
        return None
    known = sum_equal_to(case.equated) if case.equated and case.whole else ""
    return known or f"total_{case.meaning or 'money'}"


def sum_per_time(case: SumCase) -> str | None:
    """Names the $15 of '$15 an hour' pay_per_hour where somebody works."""
    if not case.per_time:
        return None
    return f"{_OVER_TIME.get(case.meaning, case.meaning or 'money')}_per_{safe_slug(case.unit)}"


def sum_of(case: SumCase) -> str | None:
    """Names the $100 of 'she has a credit of $100' credit."""
    of = _SUM_OF.search(case.ahead)
    noun = of["thing"] if of else ""
    if noun in word_set("vague") or not any(word.noun and word.text == noun for word in case.ahead_words[-5:]):
        return None
    meaning = MEANING.get(stem(noun), "price")
    if meaning != "price":
        return f"{meaning}{'_each' if case.each else ''}"
    return noun if noun in word_set("sums") else None


def equal_sum(case: SumCase) -> str | None:
    """Names the $5 of 'his weekly allowance was $5' allowance."""
    return (sum_equal_to(case.equated) or None) if case.equated and not case.each else None


def sum_for_each(case: SumCase) -> str | None:
    """Names the $7 of 'they get $7 each' price_each."""
    return f"{case.meaning or 'price'}_each" if case.each else None


def meaning(case: SumCase) -> str | None:
    """Names the $5 of 'Ann saved $5' savings."""
    return case.meaning or None


SUM_RULES = (
    priced_item,
    coins,
    worth,
    cost_of_making,
    gift,
    money_held,
    price_of_each,
    goal,
    limit,
    threshold,
    money_to_spend,
    price_of_two,
    sold_for,
    total,
    sum_per_time,
    price_of_subject,
    price_per_unit,
    sum_of,
    equal_sum,
    thing_that_costs,
    cost_of_thing,
    price_of_one,
    price_of_nearest,
    sum_for_each,
    meaning,
)
"""Name any other sum of money."""
