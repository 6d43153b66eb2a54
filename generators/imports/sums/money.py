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
    price_of_each,
    price_of_nearest,
    price_of_two,
    price_per_unit,
    priced_item,
    sold_for,
    things_at_one_price,
)
from .sum_case import SumCase

_PAYMENT = re.compile(
    r"\b(?:cashier|clerk|in change|change (?:did|does|will|should|would|is)|delivery (?:man|guy|driver|boy))\b"
)
_TOTAL = re.compile(r"\b(?:total|sum)(?:(?: (?!and\b)[a-z']+){0,5} (?:of|is|was|to|are|were|be))?\s+$")
_SUM_OF = re.compile(r"\b(?P<thing>[a-z]+) of (?:only |about |just |around |up to |at least )?(?:US)?$")
_IN_COINS = re.compile(r"^ (?:worth of |in )(?:loose |spare |small )?(?P<what>coins|change|cash)\b")
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


def money_left(case: SumCase) -> str | None:
    """Names the $30 of 'he has $30 left' money_left."""
    return "money_left" if case.left else None


CHANGE_RULES = (things_at_one_price, money_left)
"""Name a sum that no difference, such as 'extra', is added to."""


def coins(case: SumCase) -> str | None:
    """Names the $3 of '$3 in loose coins' coins."""
    found = _IN_COINS.match(case.tail)
    return safe_slug(found["what"]) if found else None


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
    price_of_each,
    price_of_two,
    sold_for,
    total,
    sum_per_time,
    price_per_unit,
    sum_of,
    equal_sum,
    price_of_nearest,
    sum_for_each,
    meaning,
)
"""Name any other sum of money."""
