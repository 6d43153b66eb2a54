"""What a number is said of one of, or for one of: the box of `each box holds 5`, the day of `5 apples a day`.

Words come from the lists beside this file, so the same text always gives the same nouns.
"""

import re

from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set, word_set
from generators.text.words import Word, safe_slug, singular
from solver.stems import stem

from .money import MEANING, says_nothing

_BY = re.compile(
    r"^\s*(?:(?!(?:and|or|for|in|at|with|on|from|by|into|as|than|until|before|after|toward|towards|past|behind|around|through|outside|onto|under|over|along|near|off|is|are|was|were|has|have|that|which|while|meanwhile|plus|then|but|so|if|when|once|twice|thrice)\b)"
    r"[\w-]+\s+){0,3}?(?P<by>per|(?<!\bof )(?<!\bto )an?|each|every|(?:in|for|on|at|from|during) (?:each|every)|in (?:an?|one)|/)\s*(?<=[\s/])(?P<noun>[a-z]+)(?!['\u2019])\b(?! (?:ago|later|earlier)\b)",
    re.IGNORECASE,
)
_DOING = re.compile(r"\b[a-z]+(?:ing|ed)\s+$")
_TO_A = re.compile(r"^\s*(?P<by>to an?)\s+(?P<noun>[a-z]+)\b", re.IGNORECASE)
"""The packets that come `30 to a box`."""
_EACH = re.compile(
    r"(?:\beach|\bevery|\bone|\b1|\bper|\ban?(?=\s+(?:\w+\s+){1,2}?(?:contain|hold|cost|weigh|come|sell|yield|need|require|is worth)))"
    r"\s+(?:\w+\s+)?(?P<noun>[a-z]+)\s+(?:of\s+(?:\w+\s+){1,2}?)?(?:has|have|had|contains?|contained|holds?|held|costs?|cost|weighs?|takes?|took|needs?|is|are|was|comes with|yields?|produces?|sells? for|requires?|uses?|is equal to|equals|can \w+)\s+"
    r"(?!to\b)(?:\w+\s+){0,2}\$?\s?$",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"\b(?P<noun>[a-z]+s) (?:that|which) (?:can |each |could )?(?:hold|contain|fit|carry)s? $", re.IGNORECASE
)
_THAT_EACH = re.compile(
    r"\b(?P<noun>[a-z]+s)(?: of (?:[a-z]+ )?[a-z]+)? (?:that|which|who) each (?:can )?[a-z]+ (?:[a-z]+ )?$",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"\b(?:each|every) (?!(?:and|or|of|other)\b)(?:[a-z]+ )?(?P<noun>[a-z]+)\b[^\d$,;]{0,40}$", re.IGNORECASE
)
_TO_MAKE_ONE = re.compile(
    r"^\s*(?:[\w-]+\s+){1,2}to [a-z]+ (?:one|1|an?|each) (?:[a-z-]+ )??(?P<noun>[a-z]+)\b(?![-'\u2019]| (?:of|in|from)\b)",
    re.IGNORECASE,
)
"""Behind how much one thing takes: `5 eggs to make one cake`."""
_IN_EACH_OF = re.compile(
    r"^\s*(?:[\w-]+\s+){1,2}(?:in|for|on|at|from|to) each of (?:the|his|her|their|these|those) (?:[\w-]+ )?(?P<noun>[a-z]+s)\b"
)
_LISTS = re.compile(r"\b(?:and|or|plus)\b|[,;]")
_SECOND = re.compile(r"\b(?:second|other|another|next|third|last)\b")
_IN_EACH = re.compile(
    r"\b(?:in each|for each|(?:fill|load|pack|stuff|set)\w* each) (?:[a-z]+ )?(?P<noun>[a-z]+)"
    r"(?:,? (?:there|he|she|they|it|(?-i:[A-Z][a-z]+)) [a-z]+| with| by)? (?:about |only )?(?:US)?\$?$",
    re.IGNORECASE,
)
"""In front of how much one holds: `In each spoonful, there are`, `fills each box with`."""
_EACH_OF_WHICH = re.compile(
    r"\b(?P<noun>[a-z]+s),? each of (?:which|them) (?:[a-z]+ )?(?:ha[sd]|have|contain\w*|h[eo]lds?|weigh\w*|costs?) \$?$"
)
_EACH_FIRST = re.compile(r"^\W*(?:if )?each (?:[a-z]+ )?(?P<noun>[a-z]+) (?:(?!\beach\b)[^,;]){0,60}$", re.IGNORECASE)
INFLECTED = re.compile(r"[^su]s$")
_SQUARE = re.compile(r"square [a-z]+", re.IGNORECASE)
_ENDS = re.compile(r"[.?,;]| and\b")


class Per:
    """The nouns of one text that its numbers are for one of."""

    def __init__(self, text: str, mentions: list[Mention], words: list[Word], clauses: Clauses):
        self.text = text
        self.mentions = mentions
        self.words = words
        self.clauses = clauses

    def noun(self, mention: Mention, tail: str) -> str:
        """Return the noun that a number is for one of: `5 apples a day`, `each box holds 5`."""
        told = self._behind(mention, tail) or self._ahead(mention)
        if told:
            return told
        each = self.clauses.each(mention)
        return "" if each in word_set("vague") else singular(each)

    def _behind(self, mention: Mention, tail: str) -> str:
        """Return it where it is told behind the number: `5 apples a day`, `5 eggs to make one cake`."""
        end = mention.quantity.end
        by = _BY.match(tail) or _TO_A.match(tail)
        kind = by["by"].lower() if by else ""
        doing = (
            by and kind in ("a", "an") and _DOING.search(tail, 0, by.start("by"))
        )  # two hours reading a book, 4 people shared a flat
        compound = kind == "in one" and tail.startswith("-")  # 20% of a `500-page book in one hour`
        if by and not (doing or compound) and self._is_noun(end + by.start("noun"), at_end=kind != "each"):
            units = stem_set("units_of_time") | stem_set("measures")
            inside = kind in ("in a", "in an", "in one")
            if (not inside or stem(by["noun"]) in units) and stem(by["noun"]) not in MEANING:
                square = _SQUARE.match(tail, by.start("noun"))
                return safe_slug(square[0]) if square else self._compound(end + by.start("noun"))
        one = _TO_MAKE_ONE.match(tail) or _IN_EACH_OF.match(tail)
        if one and self._is_noun(end + one.start("noun")):
            return singular(self._compound(end + one.start("noun")))
        return ""

    def _ahead(self, mention: Mention) -> str:
        """Return it where it is told in front of the number: `each box holds 5`, `In each spoonful, there are 4`."""
        head = self.text[mention.sentence_span[0] : mention.quantity.start]
        holds = _HOLDS.search(head) or _THAT_EACH.search(head) or _EACH_OF_WHICH.search(head)
        if holds and self._is_noun(mention.sentence_span[0] + holds.start("noun")):
            return singular(holds["noun"].lower())
        for pattern in (_EACH, _IN_EACH, _FOR_EACH, _EACH_FIRST):
            each = pattern.search(head)
            noun = self._of_each(mention, each, surely=pattern in (_EACH, _IN_EACH)) if each else None
            if noun:
                return noun.text
        return ""

    def _of_each(self, mention: Mention, each: re.Match[str], *, surely: bool) -> Word | None:
        """Return the noun behind an `each`; `surely` where only a noun can stand there, so that no list need have it."""
        start = mention.sentence_span[0] + each.start("noun")
        # In `each member consumes` and `each pen cost` it is the word before: behind `each` nouns are singular.
        if INFLECTED.search(each["noun"]) or stem(each["noun"]) in MEANING:
            start = next((word.start for word in reversed(self.words) if word.start < start), start)
        noun = next((word for word in self.words if word.start == start), None)
        if noun is None or says_nothing(noun) or INFLECTED.search(noun.text) or self._of_another(mention, each, start):
            return None
        verb = noun.kind == "verb" and self.text.endswith("each ", 0, start)  # the braid of `each braid takes 30`
        return noun if noun.noun or (surely and (noun.kind == "" or verb)) else None

    def _of_another(self, mention: Mention, each: re.Match[str], noun: int) -> bool:
        """Return whether `each` is said of what stands between, or `one` is one of several: `One jar had 80. Her second jar`."""
        between = [one.quantity.end for one in self.mentions if noun < one.quantity.start < mention.quantity.start]
        if between and not _LISTS.search(self.text, between[-1], mention.quantity.start):
            return True
        one = each[0].lower().startswith(("one ", "1 "))
        return one and _SECOND.search(self.text, mention.quantity.end) is not None

    def _compound(self, start: int) -> str:
        """Return the noun that begins at a place, or the one it only belongs to: the grave of `an adult grave`."""
        place = next(k for k, word in enumerate(self.words) if word.start == start)
        word, behind = self.words[place], self.words[place + 1 : place + 2]
        told = behind and behind[0].noun and self.text[word.end : behind[0].start] == " "
        if told and not INFLECTED.search(behind[0].text) and stem(word.text) not in stem_set("units_of_time"):
            return behind[0].text
        return word.text

    def _is_noun(self, start: int, *, at_end: bool = False) -> bool:
        """Return whether a noun begins at a place, a verb of the lists too `at_end` of a clause: `$2 a word.`"""
        times = stem_set("units_of_time")
        word = next((word for word in self.words if word.start == start), None)
        if word is None:
            return False
        last = at_end and word.kind == "verb" and _ENDS.match(self.text, word.end) is not None
        return word.noun or last or stem(word.text) in times
