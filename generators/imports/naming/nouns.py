"""Names the thing that a number counts or measures, with what makes it special: 'eggs_per_box', 'extra_pens', 'age'."""

import re

from generators.imports.nouns.containers import CONTAINER_RULES
from generators.imports.nouns.noun_case import NounCase
from generators.imports.nouns.percents import rate_noun
from generators.imports.nouns.ratios import ratio_of_two
from generators.imports.sums.money import sum_noun
from generators.text.rules import first
from generators.text.words import safe_slug, singular
from solver.stems import stem

_ARTICLE = re.compile(r"an?\b|half\b|one\b", re.IGNORECASE)
_SLASH = re.compile(r"^\s*(?P<noun>[a-z]+)\s?/\s?(?P<unit>[a-z]+)")
_DIMENSION = re.compile(
    r"[\s-]?(?:feet|foot|ft|inch(?:es)?|meters?|metres?|m|cm|centimeters?|mm|km|yards?|kilometers?)[\s-](?P<how>wide|long|tall|high|deep|thick)\b(?! (?:as|to)\b)",
    re.IGNORECASE,
)
_DIMENSIONS = {
    "wide": "width",
    "long": "length",
    "tall": "height",
    "high": "height",
    "deep": "depth",
    "thick": "thickness",
}
_YEARS_OLD = re.compile(r"^[\s-]*years?[\s-]+old\b", re.IGNORECASE)
_SCORED = re.compile(r"\b(?:scor(?:ed?|es|ing)|scores? (?:of|is|was))\s+(?:an? |only |of )?$", re.IGNORECASE)
_TOTAL = re.compile(
    r"\b(?:total|combined)(?: (?:amount|number|length|weight|height|age|score|distance))?(?: (?:which|that))?"
    r"(?: (?:of|is|was|are|were|to be))?\s+$",
    re.IGNORECASE,
)
_IN_ALL = re.compile(r"^\s*(?:[a-z-]+ ){1,2}(?:and [a-z]+ )?(?:in total|in all|altogether|combined)\b", re.IGNORECASE)


def noun_of(case: NounCase) -> str:
    """Return the noun of a number, or of the form of it that a step uses."""
    return first(NOUN_RULES, case) or f"{case.difference}{case.attached_or_counted}{'_left' if case.left else ''}"


def percent(case: NounCase) -> str | None:
    """Names the 20% of 'the tax is 20%' tax_rate."""
    return rate_noun(case) if case.quantity.kind == "percent" or case.form == "rate" else None


def factor(case: NounCase) -> str | None:
    """Names the 3 of '3 times as many' factor."""
    return "factor" if case.quantity.kind == "multiple" or case.mention.is_factor else None


def fraction(case: NounCase) -> str | None:
    """Names the 1/4 of '1/4 of the tabs' fraction, and its forms numerator, denominator or divisor."""
    if case.quantity.kind not in ("fraction", "half"):
        return None
    return {"top": "numerator", "bottom": "denominator", "divisor": "divisor"}.get(case.form, "fraction")


def clock(case: NounCase) -> str | None:
    """Names the 4 of '4:30' hour."""
    return (case.form or "hour") if case.quantity.kind == "clock" else None


def dozens(case: NounCase) -> str | None:
    """Names the 3 of '3 dozen eggs' dozens."""
    return "dozens" if case.form == "groups" else None


def group_size(case: NounCase) -> str | None:
    """Names the 12 of '3 dozen eggs' eggs_per_dozen."""
    if case.form != "size" and (case.quantity.kind != "group" or _ARTICLE.match(case.quantity.text)):
        return None
    return f"{case.counted}_per_{safe_slug(singular(case.quantity.text.lower().split()[-1]))}"


def slash_rate(case: NounCase) -> str | None:
    """Names the 50 of '50 miles/hour' miles_per_hour."""
    slash = _SLASH.match(case.tail)
    one = slash and singular(slash["unit"].lower()) == slash["unit"].lower()
    return f"{safe_slug(slash['noun'])}_per_{safe_slug(slash['unit'])}" if slash and one else None


def sum_of_money(case: NounCase) -> str | None:
    """Names the $7 of 'tickets cost $7 each' ticket_price."""
    money = case.quantity.kind in ("money", "cents") or (case.mention.money and not case.mention.phrase[:-1])
    return sum_noun(case) if money else None


def dimension(case: NounCase) -> str | None:
    """Names the 8 of '8 feet deep' depth_feet."""
    found = _DIMENSION.match(case.tail)
    if found is None or case.unit or case.each:
        return None
    return f"{_DIMENSIONS[found['how'].lower()]}_{case.attached_or_counted}"


def age(case: NounCase) -> str | None:
    """Names the 8 of 'Rona is 8 years old' age."""
    return "age" if _YEARS_OLD.match(case.tail) else None


def score(case: NounCase) -> str | None:
    """Names the 45 of 'Hunter scored a 45' score."""
    return f"{case.difference}score" if case.nounless and _SCORED.search(case.ahead) else None


def rate(case: NounCase) -> str | None:
    """Names the 6 of 'each box holds 6 eggs' eggs_per_box."""
    noun = case.attached_or_counted
    per = case.unit and stem(case.unit) != stem(noun)
    return f"{case.difference}{noun}_per_{safe_slug(case.unit)}" if per else None


def share(case: NounCase) -> str | None:
    """Names the 5 of 'they get 5 pens each' pens_each."""
    return f"{case.attached_or_counted}_each" if case.each else None


def total_count(case: NounCase) -> str | None:
    """Names the 20 of 'a total of 20 pens' total_pens."""
    summed = _TOTAL.search(case.text[case.clause_start : case.start]) or _IN_ALL.match(case.tail)
    return f"total_{case.attached_or_counted}" if summed and not case.left else None


NOUN_RULES = (
    percent,
    factor,
    fraction,
    clock,
    dozens,
    group_size,
    *CONTAINER_RULES,
    slash_rate,
    sum_of_money,
    dimension,
    age,
    ratio_of_two,
    score,
    rate,
    share,
    total_count,
)
