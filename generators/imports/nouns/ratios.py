"""Names the sides of ratios: 'the ratio of boys to girls is 5:8', '3:5:7'."""

import re

from generators.text.words import safe_slug

from .money_words import says_nothing
from .noun_case import NounCase

_RATIO_OF = re.compile(
    r"\bratio of (?:the |his |her |their )?(?:number of |amount of )?(?P<left>[A-Za-z ]+?) to (?:the |his |her |their )?(?:number of |amount of )?(?P<right>[A-Za-z]+(?: [a-z]+)?)"
)
_RATIO = re.compile(r"\bratio\b", re.IGNORECASE)
_COLON = re.compile(r"\s?(?::|to|is to)\s?")
_COLON_BEHIND = re.compile(_COLON.pattern + r"(?=\d)")


def ratio_of_two(case: NounCase) -> str | None:
    """Names the 5 of 'the ratio of boys to girls is 5:8' boys_ratio, and first_ratio without the nouns."""
    left = _is_left(case)
    if left is None:
        return None
    of = _RATIO_OF.search(case.text, case.sentence_start, case.sentence_end)
    if of is None:
        return "first_ratio" if left else "second_ratio"
    side = of["left" if left else "right"].lower().split()
    heads = (word for word in case.question.words if word.noun and word.text in side and not says_nothing(word))
    return next((f"{safe_slug(head.text)}_ratio" for head in heads), None)


def _is_left(case: NounCase) -> bool | None:
    """Return whether a number is the left side of a ratio; None if it is neither side, or both."""
    phrase = case.mention.phrase[:1]
    if phrase not in ((), ("to",)) or not _RATIO.search(case.text, case.sentence_start, case.start):
        return None
    left = _COLON_BEHIND.match(case.text, case.end) is not None
    last = case.earlier[-1] if case.earlier else None
    right = last is not None and _COLON.fullmatch(case.text, last.quantity.end, case.start) is not None
    return left if left != right else None
