"""Names sums of money that are prices: of an item, of things counted before, of a subject, of the nearest noun."""

import re

from generators.imports.nouns.money_words import can_be_priced, price_of
from generators.text.lexicon import stem_set, word_set
from generators.text.words import safe_slug
from solver.stems import stem

from .purchases import things_for_each, things_together
from .sum_case import SumCase

IN_ALL = re.compile(r"^\s*(?:in total|total|altogether|in all)\b")
_AT = re.compile(r"(?P<thing>[a-z]+)\s+(?:was\s+|is\s+|are\s+)?(?:for|at)\s+(?:only\s+|just\s+|about\s+)?$")
_MANY_FOR = re.compile(r"\d\s+(?:(?!each|and|or\b)[a-z]+\s+){1,3}for (?:only |just )?(?:US)?$")
_BOUGHT_TOGETHER = re.compile(
    r"\b(?:bought|buys?|purchased|gets?|got) (?:[a-z]+ ){0,4}[a-z]+ and (?!sells?\b|then\b|pays?\b)(?:\d+ |an? |some )?(?:[a-z]+ ){1,2}for (?:a total of )?$"
    r"|\b(?:bought|buys?|purchased) \d+ [^.;,$\d]+ and \d+ [^.;,$\d]+ for (?:a total of )?(?:US)?$"
)
_COST_OF_BOTH = re.compile(
    r"\b(?:cost|price) (?:of|for) (?:an? |the |one )?(?:[a-z]+ ){1,2}and (?:an? |the |one )?(?:[a-z]+ ){1,2}(?:is|was) (?:only |about )?$"
)
_FOR = re.compile(r"^\s*(?:for|on|worth of)\b")


def things_at_one_price(case: SumCase) -> str | None:
    """Names the $12 of 'six bottles cost $12' bottles_price."""
    things = things_together(case)
    return f"{things}_price" if things else None


def priced_item(case: SumCase) -> str | None:
    """Names the $5 of '$5 tickets' ticket_price."""
    return None if case.plain else price_of(case.item)


def price_of_each(case: SumCase) -> str | None:
    """Names the $4 of '3 boxes of mints for $4 each' box_price."""
    things = things_for_each(case)
    return price_of(things) if things and things not in word_set("vague") else None


def price_of_two(case: SumCase) -> str | None:
    """Names the $135 of 'bought a table and 4 chairs for $135' total_price."""
    together = case.whole and (_BOUGHT_TOGETHER.search(case.ahead) or _COST_OF_BOTH.search(case.ahead))
    return "total_price" if together else None


def sold_for(case: SumCase) -> str | None:
    """Names the $4 of 'a pen for $4' pen_price and the $3000 of '200 units for $3000' units_price."""
    found = None if case.per_time else _AT.search(case.ahead)
    if found is None or found["thing"] in word_set("vague") or IN_ALL.match(case.tail):
        return None
    thing = found["thing"]
    if not any(can_be_priced(word) and word.text == thing for word in case.ahead_words[-3:]):
        return None
    together = case.whole and thing.endswith("s") and _MANY_FOR.search(case.ahead)
    return f"{safe_slug(thing)}_price" if together else price_of(thing)


def price_per_unit(case: SumCase) -> str | None:
    """Names the $3 of 'fuel costs $3 per gallon' price_per_gallon and the $2 of '$2 per pen' pen_price."""
    unit = case.unit
    if not unit or (unit != "pair" and unit in word_set("vague")):
        return None
    measured = stem(unit) in stem_set("measures") or unit.startswith("square_")
    if case.meaning == "price" and not measured:
        return price_of(unit)
    return f"{case.meaning or 'money'}_per_{safe_slug(unit)}"


def price_of_nearest(case: SumCase) -> str | None:
    """Names the $12 of 'he paid $12 for a pizza' pizza_price."""
    bought = _FOR.match(case.tail) is not None
    if case.meaning != "price" and not (case.meaning == "payment" and bought) and not (case.each and not case.meaning):
        return None
    behind = case.behind_words[: min(6, case.clause_size)] if bought else []
    candidates = [*behind, *reversed(case.ahead_words)]
    thing = next((word.text for word in candidates if can_be_priced(word)), "")
    return price_of(thing) if thing and thing not in word_set("vague") else None
