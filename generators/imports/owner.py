"""Whose a number is: the name that leads its clause, a pronoun's, or the thing of somebody's that is measured."""

import re
from functools import cache

from .lexicon import PRONOUNS, word_set
from .mentions import Mention
from .word import Word, slug

_LEADS = re.compile(
    r"(?:^|[.?!,;:\n]\s*|\b(?:and|but|if|when|while|then|because|since|so|that|although|where|who)\s+)$", re.IGNORECASE
)
_JOINT = re.compile(r"[A-Z]\w+(?: and (?:(?:his|her) (?:[a-z]+ ){1,2})?)$")
"""In front of a name that owns together with another: `Sam and his friend` Bob."""
_TAKEN_UP = re.compile(r"\w+(?: [A-Z]\w+)*(?:,? (?:who|which)\b|['\u2019]s \d)")
_DOES = re.compile(r"\w+(?: [A-Z]\w+)* [a-z]")
_SAYS_SIZE = frozenset(["is", "was", "has", "are", "were", "weighs"])
_AUXILIARY = frozenset(["is", "was", "has", "had", "does", "did", "can", "will", "also", "only", "gets", "got"])
_COMPARED = re.compile(r"\b(?:as|than)\s$")
_ARTICLE = re.compile(r"\b(?:the|an?) $")
_NAMED = re.compile(r" [a-z]+ (?:named|called) (?=[A-Z])")
_AND = re.compile(r"(?:[A-Z]\w+|\b(?:[Hh]e|[Ss]he|[Tt]hey|I)) and $")
_SENTENCE_END = re.compile(r"[.?!](?=\s)")


@cache
def _kin() -> str:
    return "|".join(sorted(word_set("kin")))


@cache
def _whose_kin() -> re.Pattern[str]:
    """Return what finds `Ann's brother` and `her little brother`, where something is said of him."""
    whose = r"\b(?:[A-Z]\w+['\u2019]s|[Hh]is|[Hh]er|[Tt]heir|[Mm]y)"
    return re.compile(rf"{whose}\s+(?:[a-z]+\s+)?(?P<kin>{_kin()})\b(?=\s+[a-z]|(?P<who>, who\b))")


@cache
def someone_is() -> re.Pattern[str]:
    """Return what finds that somebody is so much: `Ann is`, `her mother was`."""
    return re.compile(
        rf"\b(?:[A-Z]\w+|[Hh]e|[Ss]he|I|who|age|{_kin()})\s+(?:is|was|am|will be)\s+"
        r"(?:now |currently |only |already |just )?$"
    )


class Owners:
    """The names of a text, and what they own."""

    def __init__(self, text: str, names: list[tuple[int, str]], words: list[Word]):
        self.text = text
        self.names = names
        self.words = words

    def owner(self, mention: Mention, noun: str) -> str:
        """Return whose the number is: the last name before it that leads a clause, else the last, else a pronoun's."""
        start, place = mention.span[0], mention.quantity.start
        behind = _NAMED.match(self.text, mention.quantity.end)
        if behind:
            return next((name for where, name in self.names if where == behind.end()), "")
        known = [name for where, name in self.names if start <= where < place and not self._compared(where)]
        if noun.startswith("total_") and len({*known}) > 1:
            return ""
        leading = [(where, name) for where, name in self.names if start <= where < place and self._leads(where)]
        if leading and _JOINT.search(self.text, start, leading[-1][0]):
            return ""
        if known:
            return leading[-1][1] if leading else known[-1]
        pronoun = any(PRONOUNS.get(word.text) in ("m", "f") for word in self.words if start <= word.start < place)
        return self._subject_before(start) if pronoun else ""

    def measured(self, mention: Mention) -> str:
        """Return what is measured where it is somebody's: the cow of `Ann's cow weighs 400 pounds`, `her father is 40`."""
        start, end = mention.part[0], mention.quantity.start
        words = [word for word in self.words if start <= word.start < end]
        for place, (before, noun, verb) in enumerate(zip(words, words[1:], words[2:], strict=False)):
            if place and words[place - 1].kind == "other":  # the house of `the room in Ann's house is 40 feet wide`
                continue
            whose = self.text[before.start : before.end].lower()
            owned = whose.endswith(("'s", "\u2019s")) or whose in ("her", "his", "their", "my")
            if owned and noun.noun and (verb.kind in ("verb", "") or verb.text in _SAYS_SIZE):
                return slug(noun.text)
        return ""

    def kin(self, mention: Mention) -> str:
        """Return who of somebody's does what its clause tells: the brother of `Ann's brother has 4 cards`."""
        found = list(_whose_kin().finditer(self.text, mention.span[0], mention.quantity.start))
        start = found[-1].start() if found else 0
        if not found or _AND.search(self.text, 0, start):
            return ""
        if not (found[-1]["who"] or _LEADS.search(self.text, 0, start)):
            return ""
        later = any(start < where < mention.quantity.start and self._leads(where) for where, _ in self.names)
        return "" if later else slug(found[-1]["kin"])

    def subject(self, mention: Mention) -> str:
        """Return the name that a number stands nearest to, in its sentence if there is one."""
        place = mention.quantity.start
        names = [(where, name) for where, name in self.names if not self._compared(where)]
        before = [name for where, name in names if where < place]
        inside = [name for where, name in names if mention.span[0] <= where < place]
        behind = [name for where, name in names if place < where < mention.span[1]]
        return (inside[-1:] or behind[:1] or before[-1:] or [""])[0]

    def _leads(self, where: int) -> bool:
        """Return whether a name begins a clause, a verb follows it or `who`: not the Bob of `gives Bob 4 cards`."""
        if _LEADS.search(self.text, 0, where) or _TAKEN_UP.match(self.text, where):
            return True
        does = _DOES.match(self.text, where)
        behind = next((word for word in self.words if does and word.start == does.end() - 1), None)
        return behind is not None and (behind.kind == "verb" or behind.text in _AUXILIARY)

    def _compared(self, where: int) -> bool:
        """Return whether a name is only what another is compared with: `as many as Ann`, and not `than Ann, who`."""
        compared = _COMPARED.search(self.text, max(0, where - 6), where)
        return compared is not None and _TAKEN_UP.match(self.text, where) is None

    def _subject_before(self, start: int) -> str:
        """Return the first name of the nearest earlier sentence that has one: a pronoun mostly takes up its subject."""
        earlier = [
            (where, name) for where, name in self.names if where < start and not _ARTICLE.search(self.text, 0, where)
        ]
        if not earlier:
            return ""
        breaks = [match.end() for match in _SENTENCE_END.finditer(self.text, 0, earlier[-1][0])]
        begin = breaks[-1] if breaks else 0
        return next(name for where, name in earlier if where >= begin)
