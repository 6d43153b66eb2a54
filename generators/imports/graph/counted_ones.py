"""Which ones of a question are counted: of `2 cats and 1 dog`, and not of `one day`, `per 1 cup` or `one pen costs $2`.

A solution leaves out a factor of one. Where such a one is left over the trace is right for that number alone.
"""

import re

from generators.imports.question.mentions import Mention

_MONTH = r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December)"

_BASIS = re.compile(
    r"\b(?:per|every|each|in|for|of|than|from|during|after|within|over|at|to|about|least|only|other|another|any|this|that|just"
    r"|the|on|by|if|when|takes?|assuming)\s+(?:\w+ly\s+)?$"
    r"|\bhow (?:much|many)\b[^.?!,]*\b(?:do|does|did|would|will|is|are)\s+$"
    r"|\b(?:semester|period|book|section|team|group|level|chapter|part|phase|option|store|room|route|trip|year|day|week"
    rf"|{_MONTH})\s+$",
    re.IGNORECASE,
)
"""In front of a one that something is said of, or that is a label or a date: `every 1 cup`, `the one`, `Period 1`, `May 1`."""
_MAKES = re.compile(r"\bto [a-z]+ $|(?:^|[.?!]\s+)[A-Z][a-z]+ing $", re.IGNORECASE)
"""In front of the one of a rate: `5 hours to build 1 chair`, `Building one house takes`."""
_BEGINS = re.compile(r"(?:^|[.?!,;]\s+|\(|\b(?:and|while|but)\s+)$", re.IGNORECASE)
_SAID_OF = re.compile(
    r"(?:\s+[\w'\u2019-]+){1,4}?\s+(?:is|are|was|costs?|weighs?|has|have|had|needs?|requires?|can|produces?|makes?|takes?|holds?"
    r"|contains?|equals?|will|would|sells?|eats?|uses?|lasts?|feeds?|serves?|gives?|does|comes|charges|pays|earns)\b"
)
"""Behind a one that begins a clause: what is said of one of them is a rate."""
_HOW_MUCH = re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE)
_NO_COUNT = re.compile(
    r"(?:\s+[a-z-]+){1,2}\s+(?:per|every|for (?:every|each))\b|\s+(?:of|or|at|to|time|" + _MONTH + r")\b"
)
"""Behind one that is no count, or the one of a rate: `1 egg per day`."""
_LISTED = re.compile(r"(?:\band|\bor|\bplus|,)\s+$", re.IGNORECASE)
_LIST_GOES_ON = re.compile(
    r"(?:\s+[\w-]+){1,4}\s*(?:,|\band|\bor)\s+(?:\w+\s+)?(?:\d|two|three|four|five|six|seven|eight|nine|ten|an?\s)"
)


def is_counted(mention: Mention, mentions: list[Mention], text: str) -> bool:
    """Return whether a one is counted like any other number: written as a digit, or as a word among other counts."""
    quantity = mention.quantity
    if quantity.value != 1 or quantity.kind not in ("plain", "word") or not mention.phrase:
        return False
    if _BASIS.search(text, 0, quantity.start) or _NO_COUNT.match(text, quantity.end):
        return False
    asked = _HOW_MUCH.search(text, mention.sentence_span[0], quantity.start)  # `How much do 2 pens and 1 book cost?`
    if not asked and _BEGINS.search(text, 0, quantity.start) and _SAID_OF.match(text, quantity.end):
        return False
    listed = _LISTED.search(text, 0, quantity.start) or _LIST_GOES_ON.match(text, quantity.end)
    if _MAKES.search(text, 0, quantity.start) and not listed:
        return False
    measured = any(  # `one 12-hour shift`, `one fifty-dollar bill`
        other.quantity.start > quantity.end
        and other.quantity.kind in ("plain", "word", "money")
        and not text[quantity.end : other.quantity.start].strip(" -")
        for other in mentions
    )
    if quantity.kind == "plain" or measured:
        return True
    others = any(
        other is not mention
        and other.sentence == mention.sentence
        and other.phrase
        and other.quantity.kind in ("plain", "word")
        for other in mentions
    )
    return others and listed is not None
