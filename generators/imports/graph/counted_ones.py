"""Tells whether a one is a quantity or part of a rate, a label or an idiom.

`2 cats and 1 dog` counts a dog; `per 1 cup`, `one pen costs $2`, `Period 1` and `one day` count nothing. Solutions
leave out a factor of one. A counted one that is left out makes a trace that holds for this number alone.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from generators.imports.question.mentions import Mention
from generators.text.rules import first

_MONTH = r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December)"
_PREPOSITION = re.compile(
    r"\b(?:per|every|each|in|for|of|than|from|during|after|within|over|at|to|about|least|only|other|another|any|this|that|just"
    r"|the|on|by|if|when|takes?|assuming)\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\bhow (?:much|many)\b[^.?!,]*\b(?:do|does|did|would|will|is|are)\s+$", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:semester|period|book|section|team|group|level|chapter|part|phase|option|store|room|route|trip|year|day|week)\s+$",
    re.IGNORECASE,
)
_MONTH_BEFORE = re.compile(rf"\b{_MONTH}\s+$", re.IGNORECASE)
_MONTH_BEHIND = re.compile(rf"\s+{_MONTH}\b")
_RATE_BEHIND = re.compile(r"(?:\s+[a-z-]+){1,2}\s+(?:per|every|for (?:every|each))\b")
_IDIOM_BEHIND = re.compile(r"\s+(?:of|or|at|to|time)\b")
_MAKES = re.compile(r"\bto [a-z]+ $|(?:^|[.?!]\s+)[A-Z][a-z]+ing $", re.IGNORECASE)
_CLAUSE_BEGINS = re.compile(r"(?:^|[.?!,;]\s+|\(|\b(?:and|while|but)\s+)$", re.IGNORECASE)
_VERB_BEHIND = re.compile(
    r"(?:\s+[\w'\u2019-]+){1,4}?\s+(?:is|are|was|costs?|weighs?|has|have|had|needs?|requires?|can|produces?|makes?|takes?|holds?"
    r"|contains?|equals?|will|would|sells?|eats?|uses?|lasts?|feeds?|serves?|gives?|does|comes|charges|pays|earns)\b"
)
_HOW_MUCH = re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE)
_LISTED = re.compile(r"(?:\band|\bor|\bplus|,)\s+$", re.IGNORECASE)
_LIST_GOES_ON = re.compile(
    r"(?:\s+[\w-]+){1,4}\s*(?:,|\band|\bor)\s+(?:\w+\s+)?(?:\d|two|three|four|five|six|seven|eight|nine|ten|an?\s)"
)


def is_counted(mention: Mention, mentions: list[Mention], text: str) -> bool:
    """Return whether a one is counted like any other number."""
    quantity = mention.quantity
    if quantity.value != 1 or quantity.kind not in ("plain", "word") or not mention.phrase:
        return False
    return first(ONE_RULES, One(mention, mentions, text)) or False


@dataclass(frozen=True)
class One:
    """A one of the question with a noun behind it."""

    mention: Mention
    mentions: list[Mention]
    text: str

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.mention.quantity.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.mention.quantity.end

    def follows(self, pattern: re.Pattern[str]) -> bool:
        """Return whether the text in front of it ends in a pattern."""
        return pattern.search(self.text, 0, self.start) is not None

    def precedes(self, pattern: re.Pattern[str]) -> bool:
        """Return whether the text behind it begins with a pattern."""
        return pattern.match(self.text, self.end) is not None

    @cached_property
    def listed(self) -> bool:
        """Whether it stands in a list: `2 tables and one chair`."""
        return self.follows(_LISTED) or self.precedes(_LIST_GOES_ON)


def preposition(one: One) -> bool | None:
    """Does not count the one of `every 1 cup`, `only one pen` or `takes one hour`."""
    return False if one.follows(_PREPOSITION) else None


def asked_unit(one: One) -> bool | None:
    """Does not count the one of `how much does 1 pen cost`: the question asks for a unit price."""
    return False if one.follows(_ASKED) else None


def label(one: One) -> bool | None:
    """Does not count the one of `Period 1 has 30 students`."""
    return False if one.follows(_LABEL) else None


def date(one: One) -> bool | None:
    """Does not count the one of `May 1` or `1 July`."""
    return False if one.follows(_MONTH_BEFORE) or one.precedes(_MONTH_BEHIND) else None


def rate(one: One) -> bool | None:
    """Does not count the one of `1 egg per day`."""
    return False if one.precedes(_RATE_BEHIND) else None


def idiom(one: One) -> bool | None:
    """Does not count the one of `one of them`, `one or more` and `one time`."""
    return False if one.precedes(_IDIOM_BEHIND) else None


def rate_subject(one: One) -> bool | None:
    """Does not count the subject of a rate, `One pen costs $2`; in `how much do 2 pens and 1 book cost` one counts."""
    asked = _HOW_MUCH.search(one.text, one.mention.sentence_span[0], one.start)
    return False if not asked and one.follows(_CLAUSE_BEGINS) and one.precedes(_VERB_BEHIND) else None


def made(one: One) -> bool | None:
    """Does not count the product of a rate: `5 hours to build 1 chair`, `Building one house takes 7 planks`."""
    return False if one.follows(_MAKES) and not one.listed else None


def digit(one: One) -> bool | None:
    """Counts a one that is written as a digit: `1 pen`."""
    return True if one.mention.quantity.kind == "plain" else None


def measured(one: One) -> bool | None:
    """Counts the one in front of a measure: `one 12-hour shift`, `one fifty-dollar bill`."""
    found = any(
        other.quantity.start > one.end
        and other.quantity.kind in ("plain", "word", "money")
        and not one.text[one.end : other.quantity.start].strip(" -")
        for other in one.mentions
    )
    return True if found else None


def listed_word(one: One) -> bool | None:
    """Counts the word `one` in a list that has another count: `two tables and one chair`."""
    others = any(
        other is not one.mention
        and other.sentence == one.mention.sentence
        and other.phrase
        and other.quantity.kind in ("plain", "word")
        for other in one.mentions
    )
    return True if others and one.listed else None


ONE_RULES = (
    preposition,
    asked_unit,
    label,
    date,
    rate,
    idiom,
    rate_subject,
    made,
    digit,
    measured,
    listed_word,
)
