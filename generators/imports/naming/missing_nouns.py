"""The noun of a number that none follows: `three of them`, `5 on Monday and 4 on Friday`, `63 photos and three more`."""

import re
from collections.abc import Callable
from itertools import pairwise

from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import Mention
from generators.text.lexicon import function_words, stem_set, word_set
from generators.text.words import Word, plural, safe_slug
from solver.stems import stem

from .money import says_nothing

_OF_THE = re.compile(
    r"^\s*of\s+(?:the|his|her|their|its|these|those)\s+(?:remaining |other |first |last )?(?P<noun>[a-z]+)",
    re.IGNORECASE,
)
_THE_TWO = re.compile(r"\b(?:the|these|those)(?: (?:other|first|last|next))? $", re.IGNORECASE)
_AND_LAST = re.compile(r",? (?:and|or|to|by|x) (?:the )?(?:last |next |other )?(?=\S)")
_LISTED = re.compile(r", (?:and |or )?| (?:and|or) ")
_DOES = re.compile(
    r"^ (?:of them )?(?:have|has|had|are|were|is|was|do|did|can|will|like|prefer|play|want|own|ha[sd]n't)\b"
)
_ENDS = re.compile(r"\s*[.?!,]")
_PAID = re.compile(r"\b(?:paid|costs?|worth) $")
_OF_THEM = re.compile(r"^\s*of\s+(?:them\b|(?:these|those|which|whom)\b(?!\s+[a-z]+s\b))", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:between|among|amongst|the|all)\s+$", re.IGNORECASE)
_JOINED = re.compile(r"(?:,|\band|\bor|\bthen|\bbut)\s+(?:[\w']+\s+){0,2}\$?$", re.IGNORECASE)
_THEM = re.compile(r"^\s*of\s+(?:them|us)\b", re.IGNORECASE)
_OF_EACH = re.compile(r"^\s*of\s+each\b(?!\s+[a-z]+s?\b)", re.IGNORECASE)
_PLURAL = re.compile(r"\b[a-z]{2,}(?<!s)s\b(?<!\bas)(?<!\bthis)(?<!\bhis)(?<!\bwas)(?<!\bis)(?<!\bhas)(?<!\bdoes)")
_MEASURED = re.compile(r"\b(?P<noun>[a-z]+) of (?:about |around |only )?$")


class Elided:
    """What the numbers of one text count where they do not say it."""

    def __init__(self, text: str, mentions: list[Mention], words: list[Word], clauses: Clauses):
        self.text = text
        self.mentions = mentions
        self.words = words
        self.clauses = clauses

    def noun(self, mention: Mention, tail: str) -> str:
        """Return the noun of a number that none follows: shared with a number before it, else the nearest."""
        place = self.mentions.index(mention)
        ahead = self.text[: mention.quantity.start]
        named = mention.quantity.kind == "word" and sum(word.kind == "name" for word in self.words) > 1
        they = named and _THE_TWO.search(ahead) and _ENDS.match(tail)  # the average of the three
        if they or (_THEM.match(tail) and _TOGETHER.search(ahead)) or _OF_EACH.match(tail):
            return "items" if _OF_EACH.match(tail) else "people"
        of = _OF_THE.match(tail)
        if of and of["noun"] not in function_words() | word_set("vague"):
            return safe_slug(of["noun"])
        if _OF_THEM.match(tail):
            nearest = self._before_them(place) or self._nearest(mention)
            return nearest if plural(nearest) == nearest else "items"
        shared = self._shared(mention, tail, place)
        if shared:
            return shared
        if _PAID.search(ahead):
            return "price"
        told = _PLURAL.search(self.text, mention.quantity.end, mention.clause_span[1])
        again = (mention.is_difference and not told) or (mention.quantity.kind == "word" and _THE_TWO.search(ahead))
        return (self._before_them(place) if again else "") or self._nearest(mention, self._before_them(place))

    def _shared(self, mention: Mention, tail: str, place: int) -> str:
        """Return the noun that a number shares with the one before or behind: the rows of `the first 2 and last 2 rows`."""
        both = _AND_LAST.match(self.text, mention.quantity.end)
        follows = self.mentions[place + 1 : place + 2] if both else []
        if both and follows and follows[0].quantity.start == both.end() and follows[0].phrase:
            return safe_slug(follows[0].phrase[-1])
        listed = self._listed(place)
        if listed:
            return listed
        earlier = [other for other in self.mentions[:place] if other.quantity.text.lower() != "one"]
        last = earlier[-1] if earlier and earlier[-1].sentence == mention.sentence else None
        if last is None:
            return ""
        subject = self.clauses.subject(last) if _DOES.match(tail) else None
        if subject and subject.kind == "noun" and not subject.whose and plural(subject.head.text) == subject.head.text:
            return safe_slug(subject.head.text)  # the 5 of `half the tables have 2 chairs, 5 have 3`
        plain = last.quantity.kind in ("plain", "word") and last.phrase and not last.is_factor and not last.money
        return safe_slug(last.phrase[-1]) if plain and _JOINED.search(self.text[: mention.quantity.start]) else ""

    def _listed(self, place: int) -> str:
        """Return the noun at the end of a list that a number stands in: the students of `9, 10, and 11 students`."""
        for mention, behind in pairwise(self.mentions[place:]):
            if not _LISTED.fullmatch(self.text, mention.quantity.end, behind.quantity.start):
                return ""
            if behind.phrase:
                return safe_slug(behind.phrase[-1])
        return ""

    def _before_them(self, place: int) -> str:
        """Return what the nearest number before counts: the photos of `63 photos and three of them`."""
        counted = [
            other.phrase[-1].lower()
            for other in self.mentions[:place]
            if other.phrase and not (other.money or other.quantity.kind == "ordinal" or _one_hour(other))
        ]
        never = word_set("vague") | word_set("calendar")
        return safe_slug(plural(counted[-1])) if counted and counted[-1] not in never else ""

    def _nearest(self, mention: Mention, counted: str = "") -> str:
        """Return a noun for a number that none follows: of its sentence before it, of the text before, or behind it.

        What was counted before is more likely meant than a noun in the singular.
        """
        before, behind = (
            [word for word in self.words if mention.sentence_span[0] <= word.start < mention.quantity.start][::-1],
            [word for word in self.words if mention.quantity.end <= word.start < mention.sentence_span[1]],
        )
        earlier = [word for word in self.words if word.start < mention.sentence_span[0]][::-1]
        times = stem_set("units_of_time")
        measured = _MEASURED.search(self.text[mention.sentence_span[0] : mention.quantity.start])
        if (
            measured
            and any(
                word.noun and word.start == mention.sentence_span[0] + measured.start("noun") for word in self.words
            )
            and measured["noun"] not in word_set("vague")
        ):
            return safe_slug(measured["noun"])

        def many(word: Word) -> bool:
            return word.text.endswith("s") and stem(word.text) not in times

        def any_(_: Word) -> bool:
            return True

        if mention.is_difference:
            behind, before = before, behind
        places: list[tuple[list[Word], Callable[[Word], bool]]] = [
            (before[:12], many),
            (before[:10], any_),
            (earlier[:30], many),
            (behind[:8], any_),
            (earlier, any_),
        ]
        for words, wanted in places:
            for word in words:
                if word.noun and wanted(word) and not says_nothing(word):
                    return safe_slug(word.text)
            if counted and not mention.is_difference:
                return counted
        return "count"


def _one_hour(mention: Mention) -> bool:
    """Return whether a number only says in how long: the one of `as many as they can in one minute`."""
    return mention.quantity.value == 1 and stem(mention.phrase[-1]) in stem_set("units_of_time")
