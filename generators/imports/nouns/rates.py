"""Finds the unit of a rate: 'box' in 'each box holds 5', 'day' in '5 apples a day'."""

import re

from generators.text.lexicon import stem_set, word_set
from generators.text.rules import first
from generators.text.words import Word, safe_slug, singular
from solver.stems import stem

from .case import Case
from .money_words import MEANING, says_nothing

_PER = re.compile(
    r"^\s*(?:(?!(?:and|or|for|in|at|with|on|from|by|into|as|than|until|before|after|toward|towards|past|behind|around|through|outside|onto|under|over|along|near|off|is|are|was|were|has|have|that|which|while|meanwhile|plus|then|but|so|if|when|once|twice|thrice)\b)"
    r"[\w-]+\s+){0,3}?(?P<by>per|(?<!\bof )(?<!\bto )an?|each|every|(?:in|for|on|at|from|during) (?:each|every)|in (?:an?|one)|/)\s*(?<=[\s/])(?P<noun>[a-z]+)(?!['\u2019])\b(?! (?:ago|later|earlier)\b)",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"\b[a-z]+(?:ing|ed)\s+$")
_EACH_SUBJECT = re.compile(
    r"(?:\beach|\bevery|\bone|\b1|\bper|\ban?(?=\s+(?:\w+\s+){1,2}?(?:contain|hold|cost|weigh|come|sell|yield|need|require|is worth)))"
    r"\s+(?:\w+\s+)?(?P<noun>[a-z]+)\s+(?:of\s+(?:\w+\s+){1,2}?)?(?:has|have|had|contains?|contained|holds?|held|costs?|cost|weighs?|takes?|took|needs?|is|are|was|comes with|yields?|produces?|sells? for|requires?|uses?|is equal to|equals|can \w+)\s+"
    r"(?!to\b)(?:\w+\s+){0,2}\$?\s?$",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"\b(?:each|every) (?!(?:and|or|of|other)\b)(?:[a-z]+ )?(?P<noun>[a-z]+)\b[^\d$,;]{0,40}$", re.IGNORECASE
)
_TO_MAKE_ONE = re.compile(
    r"^\s*(?:[\w-]+\s+){1,2}to [a-z]+ (?:one|1|an?|each) (?:[a-z-]+ )??(?P<noun>[a-z]+)\b(?![-'\u2019]| (?:of|in|from)\b)",
    re.IGNORECASE,
)
_LIST = re.compile(r"\b(?:and|or|plus)\b|[,;]")
_ANOTHER = re.compile(r"\b(?:second|other|another|next|third|last)\b")
INFLECTED = re.compile(r"[^su]s$")
"""Ends a plural noun, or a verb in the third person."""
_SQUARE = re.compile(r"square [a-z]+", re.IGNORECASE)
_END = re.compile(r"[.?,;]| and\b")


def rate_unit(case: Case) -> str:
    """Return the noun that a number is stated for one of, or an empty text."""
    return first(RATE_RULES, case) or ""


def per_phrase(case: Case) -> str | None:
    """Finds 'day' in '5 apples a day' and 'square_foot' in '$2 per square foot'."""
    by = _PER.match(case.tail)
    if by is None:
        return None
    preposition, start = by["by"].lower(), case.end + by.start("noun")
    if preposition in ("a", "an") and _PARTICIPLE.search(case.tail, 0, by.start("by")):
        return None  # "two hours reading a book", "4 people shared a flat"
    if preposition == "in one" and case.tail.startswith("-"):
        return None  # "20% of a 500-page book in one hour"
    unit = stem(by["noun"])
    inside = preposition in ("in a", "in an", "in one")
    if inside and unit not in stem_set("units_of_time") | stem_set("measures"):
        return None  # "3 feet in a hole"
    noun = _noun_at(case, start, at_end=preposition != "each")
    if unit in MEANING or noun is None:
        return None
    square = _SQUARE.match(case.tail, by.start("noun"))
    return safe_slug(square[0]) if square else _compound_head(case, noun)


def product_of_many(case: Case) -> str | None:
    """Finds 'cake' in '5 eggs to make one cake'."""
    return _one_of(case, _TO_MAKE_ONE)


def each_as_subject(case: Case) -> str | None:
    """Finds 'box' in 'each box holds 5'."""
    return _noun_after_each(case, _EACH_SUBJECT, known=False)


def each_in_reach(case: Case) -> str | None:
    """Finds 'pie' in 'they cut each whole pie into 10 slices'."""
    return _noun_after_each(case, _FOR_EACH, known=True)


def each_in_clause(case: Case) -> str | None:
    """Finds 'child' in 'each child drew two beans'."""
    each = case.question.clauses.each(case.mention)
    return singular(each) if each and each not in word_set("vague") else None


RATE_RULES = (
    per_phrase,
    product_of_many,
    each_as_subject,
    each_in_reach,
    each_in_clause,
)


def _one_of(case: Case, pattern: re.Pattern[str]) -> str | None:
    """Return the singular of the noun that a pattern finds behind a number."""
    one = pattern.match(case.tail)
    noun = _noun_at(case, case.end + one.start("noun")) if one else None
    return singular(_compound_head(case, noun)) if noun else None


def _noun_after_each(case: Case, pattern: re.Pattern[str], *, known: bool) -> str | None:
    """Return the noun after 'each'; `known` asks for one of the list, where other words can stand there too."""
    each = pattern.search(case.ahead)
    if each is None:
        return None
    start = case.sentence_start + each.start("noun")
    # In "each member consumes" and "each pen cost" the noun is one word ahead: after "each" nouns are singular.
    if INFLECTED.search(each["noun"]) or stem(each["noun"]) in MEANING:
        start = next((word.start for word in reversed(case.question.words) if word.start < start), start)
    noun = case.question.word_at(start)
    if noun is None or says_nothing(noun) or INFLECTED.search(noun.text) or _of_another(case, each, start):
        return None
    return noun.text if noun.noun or (not known and _unlisted_noun(case, noun)) else None


def _unlisted_noun(case: Case, word: Word) -> bool:
    """Return whether a word that the lists do not have as a noun is one after 'each': 'each braid takes 30'."""
    return word.kind == "" or (word.kind == "verb" and case.text.endswith("each ", 0, word.start))


def _of_another(case: Case, each: re.Match[str], noun: int) -> bool:
    """Return whether 'each' belongs to a number in between, or 'one' begins a list: 'One jar had 80. Her second jar'."""
    between = [one.quantity.end for one in case.question.mentions if noun < one.quantity.start < case.start]
    if between and not _LIST.search(case.text, between[-1], case.start):
        return True
    one = each[0].lower().startswith(("one ", "1 "))
    return one and _ANOTHER.search(case.text, case.end) is not None


def _compound_head(case: Case, word: Word) -> str:
    """Return the head of the compound that a noun begins: 'grave' of 'an adult grave'."""
    after = case.question.word_after(word)
    if after is None or not after.noun or INFLECTED.search(after.text):
        return word.text
    return word.text if stem(word.text) in stem_set("units_of_time") else after.text


def _noun_at(case: Case, start: int, *, at_end: bool = False) -> Word | None:
    """Return the noun that begins at a character; with `at_end` also a listed verb that ends a clause: '$2 a word.'."""
    word = case.question.word_at(start)
    if word is None:
        return None
    last = at_end and word.kind == "verb" and _END.match(case.text, word.end) is not None
    return word if word.noun or last or stem(word.text) in stem_set("units_of_time") else None
