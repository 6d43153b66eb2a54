"""Names percents: 'tax_rate' of 'she pays 30% in taxes', 'discount_rate', or 'rate' alone."""

import re

from generators.text.lexicon import word_set

from .noun_case import NounCase

_REACH = 30
"""How many characters around a percent are searched for its noun."""


def rate_noun(case: NounCase) -> str:
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
    return f"{min(found)[1]}_rate" if found else "rate"
