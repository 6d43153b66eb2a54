"""One number whose noun is asked for, with the facts that more than one table of noun rules needs."""

import re
from dataclasses import dataclass
from functools import cached_property

from generators.text.lexicon import word_set

from .case import Case
from .counted_nouns import SHORT_UNITS, adjacent_noun, counted_noun
from .rates import rate_unit

_APIECE = re.compile(
    r"^\s*(?:(?!(?:in|for|on|at|from|during|that|and|but|which|who|of|if|then)\b)[\w-]+\s+){0,2}(?:each|apiece)\b(?! (?:contain|hold|ha[sd]|have|weigh|cost|need|take|eat|get|give|g[eo]t|gave|ate|took|made|make|use|used)s?\b)",
    re.IGNORECASE,
)
_LEFT = re.compile(r"^\s*(?:[\w-]+\s+){0,2}?(?:left|remaining|left over)\b", re.IGNORECASE)
_ATTACHED_UNIT = re.compile(r"(?:mg|kg|g|ml|cm|mm|km|oz|lbs?|ft|m)\b(?!&)")
_SUM = re.compile(r"\b(?:sum|total|difference|average|times)\b")
_OF_MORE = re.compile(r"^\s*[a-z]+ of [a-z]+ (?P<how>more|fewer|less) than\b")
_PLUS = re.compile(
    r"\b(?:plus(?: another)?|add(?:s|ed|ing)? another|then add(?:s|ed)?|(?P<less>minus|subtract(?:s|ed|ing)?)) $"
)
_PHRASE_END = re.compile(r"[,;:.]|\d")


@dataclass(frozen=True)
class NounCase(Case):
    """One number, or one form of it, whose noun is asked for."""

    form: str = ""
    """The form of the number that a step uses: 'bottom' for the denominator of a fraction."""

    @cached_property
    def unit(self) -> str:
        """The noun that the number is stated for one of: 'day' in '5 apples a day'."""
        return rate_unit(self)

    @cached_property
    def each(self) -> bool:
        """Whether 'each' or 'apiece' follows."""
        return _APIECE.match(self.tail) is not None

    @cached_property
    def left(self) -> bool:
        """Whether 'left' or 'remaining' follows."""
        return _LEFT.match(self.tail) is not None

    @cached_property
    def counted(self) -> str:
        """The noun that the number counts."""
        return counted_noun(self)

    @cached_property
    def attached_or_counted(self) -> str:
        """The unit written without a space, '500g', else the noun that the number counts."""
        attached = _ATTACHED_UNIT.match(self.tail)
        return SHORT_UNITS[attached[0]] if attached else self.counted

    @cached_property
    def nounless(self) -> bool:
        """Whether no noun follows the number."""
        return not (self.mention.phrase or adjacent_noun(self))

    @cached_property
    def bare(self) -> bool:
        """Whether no noun follows, and the number is no difference, sum, or average."""
        return self.nounless and not self.mention.is_difference and _SUM.search(self.ahead) is None

    @cached_property
    def difference(self) -> str:
        """The prefix of an amount of difference: 'extra_' for '3 more', 'fewer_' for '4 fewer', else an empty text."""
        more = _OF_MORE.match(self.tail)
        if more:
            return "extra_" if more["how"] == "more" else "fewer_"
        plus = _PLUS.search(self.text[self.clause_start : self.start])
        if plus:
            return "fewer_" if plus["less"] else "extra_"
        skip = len(self.mention.phrase)
        words = re.findall(r"[a-z]+", _PHRASE_END.split(self.tail.lower())[0])[: skip + 1]
        near = {*words[:1]} & word_set("further") | {*words[skip:]} - {*words[:1]}
        if near & word_set("upwards"):
            return "extra_"
        return "fewer_" if near & word_set("downwards") else ""
