"""Names percents: 'tax_rate' of 'she pays 30% in taxes', 'discount_rate', or 'rate' alone."""

import re

from generators.text.lexicon import word_set
from generators.text.rules import first
from generators.text.words import singular

from .noun_case import NounCase

_NOUN_BEHIND = re.compile(
    r"\s+(?:(?:in|as|for|of|of it in|sales|income|annual|monthly)\s+)?(?:an? |the )?(?P<rate>[a-z]+)\b", re.IGNORECASE
)
_REACH = 30
"""How many characters around a percent are searched for its noun."""


def rate_noun(case: NounCase) -> str:
    """Return the noun of a percent."""
    return first(PERCENT_RULES, case) or "rate"


def rate_behind(case: NounCase) -> str | None:
    """Names the 30% of 'pays 30% in taxes on her profit' tax_rate."""
    found = _NOUN_BEHIND.match(case.text, case.end)
    noun = singular(found["rate"].lower()) if found else ""
    return f"{noun}_rate" if noun in word_set("rates") else None


def rate_near(case: NounCase) -> str | None:
    """Names the 20% of 'the tax is 20%' tax_rate."""
    start = max(case.sentence_start, case.start - _REACH)
    near = case.text[start : min(case.sentence_end, case.end + _REACH)].lower()
    found = [
        (abs(match.start() - _REACH), noun)
        for noun in sorted(word_set("rates"))
        for match in re.finditer(rf"\b{noun}(?:e?s)?\b", near)
        if match.start() < case.start - start
        or noun not in ("increase", "decrease", "raise")  # "by 30%, before she increases it"
    ]
    return f"{min(found)[1]}_rate" if found else None


PERCENT_RULES = (rate_behind, rate_near)
