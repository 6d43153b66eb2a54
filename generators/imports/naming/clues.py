"""Finds the words that tell two numbers of one noun apart, nearest first: 'red' and 'blue' of red and blue balls."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from generators.imports.nouns.case import Case, Question
from generators.imports.nouns.money_words import says_nothing
from generators.imports.question.mentions import Mention
from generators.text.lexicon import function_words, stem_set, word_set
from generators.text.words import Word
from solver.quantities import MULTIPLES, PARTS, WORDS
from solver.stems import stem

Clue = tuple[str, int]
"""A word and its distance from a number."""

_VERB_AHEAD = re.compile(r"(?:\bto|n['\u2019]t|\bnot|\bwill|\bcan|\bwould|\bcould|\bshould|\bdid|\bmust) $")
_OF = re.compile(r"^[\s-]*(?:[\w-]+\s+){1,2}?of\s+(?:the\s+|his\s+|her\s+|their\s+)?(?P<noun>[a-z]+)", re.IGNORECASE)
_AS_MANY = re.compile(
    r"^\s*(?:times\s+)?(?:as\s+|the\s+)?(?:many|much|more|number of)\s+(?P<rest>[^.?!,;]*)", re.IGNORECASE
)
_OF_REMAINING = re.compile(r"\s*of\s+(?:the|his|her|their|its|those|these)\s+(?:remaining|rest|remainder)\b")
_TIME_BEHIND = re.compile(r" (?:night|morning|evening|week|month|year|season|summer|winter)\b")
_THAN = re.compile(r"\bthan\b")
_TO_DAY = re.compile(r" (?:to|through|until|till) (?=[A-Z])")
_FROM_DAY = re.compile(r"\b[A-Z][a-z]+ (?:to|through|until|till) $")
_WITHIN = re.compile(
    r"\b(?:in|into|for|at|over|within|after|every|per|than) (?:about |only |just |another |the (?:next |last |first )?)?\$?$"
)
_BEFORE = 12
"""The extra distance of a word in front of its number."""
OUTSIDE = 60
"""The extra distance of a word in another clause."""
_ORDER = 8
"""How much nearer an ordinal counts than the noun behind it: 'third' in 'third place'."""
_HYPHENED = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_MOST_PARTS = 3
"""The most words of a hyphened compound that stays whole in a name."""


class Clues:
    """The words of a question that can tell its numbers apart."""

    def __init__(self, question: Question):
        self.question = question
        self.numbers = [mention for mention in question.mentions if mention.quantity.kind != "ordinal"]
        self._known: dict[int, list[Clue]] = {}

    @cached_property
    def starts(self) -> set[int]:
        """The characters at which numbers begin."""
        return {one.quantity.start for one in self.numbers}

    @cached_property
    def words(self) -> list[Word]:
        """The words that can tell any of the numbers apart."""
        known = (word for word in self.question.words if is_clue(word))
        return [word for word in known if not _is_excluded(word, self.question, self.numbers)]

    @cached_property
    def counting(self) -> dict[int, Mention]:
        """The numbers by the starts of the nouns that they count."""
        text = self.question.text
        return {
            text.find(one.phrase[-1], one.quantity.end, one.sentence_span[1]): one for one in self.numbers if one.phrase
        }

    def of(self, mention: Mention) -> list[Clue]:
        """Return the words that can tell a number apart, with their distances: first of its noun, then nearby."""
        start = mention.quantity.start
        if start not in self._known:
            case = Case(self.question, mention)
            found = [clue for source in OWN_SOURCES for clue in source(case)]
            self._known[start] = found + sorted(self._nearby(case), key=lambda clue: clue[1])
        return self._known[start]

    def _nearby(self, case: Case) -> Iterator[Clue]:
        """Yield the words of the sentence, and of the subject however far, with their distances."""
        for word in self.words:
            if not case.sentence_start <= word.start < case.sentence_end:
                continue
            distance = _distance(word, case)
            if not any(reject(word, distance, case, self) for reject in REJECTIONS):
                yield _whole(word, case.text), distance
        for word in self._subject_words(case):
            yield _whole(word, case.text), min(_distance(word, case), OUTSIDE - 1)

    def _subject_words(self, case: Case) -> list[Word]:
        """Return the words of the subject of a number's clause, however far: 'giraffe' in 'a giraffe statue'."""
        subject = case.subject
        if subject is None or subject.kind != "noun" or counted_by_another(subject.head, 0, case, self):
            return []
        auxiliaries = word_set("auxiliaries")
        if any(word.text in auxiliaries for word in case.behind_words[: len(case.mention.phrase) + 1]):
            return []  # the number is a subject itself: "half the birds were sold and 3 puppies were adopted"
        return [word for word in self.words if subject.start <= word.start <= subject.head.start]


def is_clue(word: Word) -> bool:
    """Return whether a word can tell two numbers of one noun apart."""
    if _is_ordering(word):
        return True
    if word.kind not in ("noun", "adjective") or len(word.text) <= 2:
        return False
    if word.text in _never() or stem(word.text) in stem_set("units_of_time"):
        return False
    return word.text.removesuffix("s") not in PARTS and not says_nothing(word)


@cache
def _never() -> frozenset[str]:
    """Return the words that tell nothing apart: function words, measures and numerals."""
    return function_words() | word_set("measures") | WORDS.keys() | MULTIPLES.keys()


def factor_target(case: Case) -> str:
    """Return the noun that a factor multiplies, or an empty text: 'cats' in 'twice as many cats'."""
    many = _AS_MANY.match(case.tail)
    if many is None:
        return ""
    start, end = (case.end + at for at in many.span("rest"))
    for word in case.behind_words:
        if start <= word.start < end and is_clue(word) and not word.text.endswith("ed"):
            return word.text
    return ""


def modifiers(case: Case) -> Iterator[Clue]:
    """Yield 'red' of '5 red balls'."""
    modifying = {word.lower() for word in case.mention.phrase[:-1]}
    for word in case.behind_words[:6]:
        if word.text in modifying and is_clue(word):
            yield word.text, 0


def hyphened_modifier(case: Case) -> Iterator[Clue]:
    """Yield 'fig' of '30 fig-flavored sweets'."""
    for word in case.behind_words[:1]:
        if case.text.startswith("-", word.end) and case.text[case.end : word.start] == " ":
            yield _whole(word, case.text), 0


def remaining_behind(case: Case) -> Iterator[Clue]:
    """Yield 'remaining' of '2/5 of the remaining tabs'; a percent is taken of the rest, and is not the rest."""
    if case.quantity.kind != "percent" and _OF_REMAINING.match(case.tail):
        yield "remaining", 1


def noun_behind_of(case: Case) -> Iterator[Clue]:
    """Yield 'oats' of '3 packs of oats'."""
    of = _OF.match(case.tail)
    if of and of["noun"].lower() not in function_words():
        yield of["noun"].lower(), 1


OWN_SOURCES = (
    modifiers,
    hyphened_modifier,
    remaining_behind,
    noun_behind_of,
)
"""Yield the words that belong to the noun of a number itself."""


def place_of_another(word: Word, _distance: int, case: Case, clues: Clues) -> bool:
    """Reject 'first' of 'the first three tests' for every number but the three."""
    return word.text in word_set("order") and word.end + 1 != case.start and word.end + 1 in clues.starts


def later_clause(word: Word, _distance: int, case: Case, _clues: Clues) -> bool:
    """Reject a word of a clause behind that of the number."""
    return word.start >= case.clause_end


def other_clause(word: Word, distance: int, _case: Case, _clues: Clues) -> bool:
    """Reject a word of another clause, unless it is a day or an ordinal, which holds for a whole sentence."""
    return distance >= OUTSIDE and not _is_ordering(word)


def counted_by_another(word: Word, _distance: int, case: Case, clues: Clues) -> bool:
    """Reject a noun that another number counts, unless it owns this one: not 'pages' for the 2 of '8 pages in 2 hours'."""
    if clues.counting.get(word.start, case.mention) is case.mention:
        return False
    if word.start > case.end:
        return " each" not in case.text[case.end : word.start]
    return _WITHIN.search(case.text, word.end, case.start) is not None


REJECTIONS = (place_of_another, later_clause, other_clause, counted_by_another)
"""Reject nearby words that do not tell a number apart."""


def nearest_distances(clues: Iterable[Clue]) -> dict[str, int]:
    """Return the smallest distance of every word."""
    near: dict[str, int] = {}
    for word, distance in clues:
        near[word] = min(distance, near.get(word, distance))
    return near


def _is_ordering(word: Word) -> bool:
    """Return whether a word is a day, a month or an ordinal."""
    return word.text in word_set("calendar") or word.text in word_set("order")


def _is_excluded(word: Word, question: Question, numbers: list[Mention]) -> bool:
    """Return whether a word is part of a number or a range of days, an infinitive, or the 'last' of 'last night'."""
    text, start = question.text, word.start
    if any(one.quantity.start <= start < one.quantity.end for one in numbers):
        return True
    if word.text in word_set("calendar") and (_TO_DAY.match(text, word.end) or _FROM_DAY.search(text, 0, start)):
        return True
    if word.text in ("last", "next") and _TIME_BEHIND.match(text, word.end):
        return True
    return _VERB_AHEAD.search(text, max(0, start - 8), start) is not None


def _whole(word: Word, text: str) -> str:
    """Return a word, or the hyphened compound that it is part of: 'cross-country' for 'country'."""
    if "-" not in text[max(0, word.start - 1) : word.start] + text[word.end : word.end + 1]:
        return word.text
    compound = next(one for one in _HYPHENED.finditer(text) if one.start() <= word.start < one.end())
    parts = compound[0].lower().split("-")
    known = any(part in WORDS or stem(part) in stem_set("units_of_time") | stem_set("measures") for part in parts)
    participle = parts[-1].endswith("ed")  # "chocolate-covered" is told apart by chocolate
    return word.text if known or participle or len(parts) > _MOST_PARTS else "_".join(parts)


def _distance(word: Word, case: Case) -> int:
    """Return the distance of a word from a number, in characters, larger in front and in other clauses."""
    order = _ORDER if word.text in word_set("order") else 0
    gap = word.start - case.end if word.start >= case.end else case.start - word.end + _BEFORE
    compared = word.start > case.end and _THAN.search(case.text, case.end, word.start)
    inside = case.clause_start <= word.start < case.clause_end and not compared
    return gap - order + (0 if inside else OUTSIDE)
