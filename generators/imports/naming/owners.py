"""Whose a number is: the name that leads its clause, a pronoun's, or the thing of somebody's that is measured."""

import re
from functools import cache

from generators.imports.question.clauses import Clauses, Subject
from generators.imports.question.mentions import Mention
from generators.text.lexicon import PRONOUNS, STOP, word_set
from generators.text.words import Word, safe_slug

_LEADS = re.compile(
    r"(?:^|[.?!,;:\n]\s*|\b(?:and|but|if|when|while|then|because|since|so|that|although|where|who)\s+)$", re.IGNORECASE
)
_JOINT = re.compile(r"[A-Z]\w+(?:(?:, [A-Z]\w+)+,? and | and (?:(?:his|her) (?:[a-z]+ ){1,2})?)$")
"""In front of a name that owns together with another: `Sam and his friend` Bob."""
_TAKEN_UP = re.compile(r"\w+(?: [A-Z]\w+)*(?:,? (?:who|which)\b(?! (?:he|she|they)\b)|['\u2019]s \d)")
_DOES = re.compile(r"\w+(?: [A-Z]\w+)* [a-z]")
_AUXILIARY = frozenset(["is", "was", "has", "had", "does", "did", "can", "will", "also", "only", "gets", "got"])
_COMPARED = re.compile(r"\b(?:as|than)\s$")
_PLACE = re.compile(r"\b(?:in|from|at|near|through|into|visit(?:s|ed)?) $", re.IGNORECASE)
"""In front of a name that is nobody's, where it never stands without it: `from California`."""
_OF_PLACE = re.compile(r"\b(?:New|San|Santa|Saint|St\.|Los|Las|North|South|East|West|Mount|Mt\.|Fort|Port|Lake) $")
"""In front of the second word of a place: the York of New York."""
_TAKES = re.compile(r"\b(?:to|for|with) (?:(?:Mrs?|Ms|Dr)\. )?$")
"""In front of who gets something: not the owner of the next number."""
_TITLE = re.compile(r"\b(?:Mrs?|Ms|Dr)\. $")
_TO_DO = re.compile(r"\w+(?: [A-Z]\w+)* to [a-z]")
_WHOSE = re.compile(r"\w+(?: [A-Z]\w+)*['\u2019]s\b")
_ARTICLE = re.compile(r"\b(?:the|an?) $")
_NAMED = re.compile(r" [a-z]+ (?:named|called) (?=[A-Z])")
_WHO_DID = re.compile(
    r"(?: (?!(?:and|or|but|when|if|than|as|while|that|for|to|so|because|which|who|from|of|like|before|after|is|was|are|were)\b)[a-z]+){1,2}"
    r" (?=[A-Z]\w+ (?:had|bought|ate|sold|made|got|gave|won|read|did|[a-z]+ed|[a-z]+s)\b)"
)
"""Between a number and who did it: `for every 5 cans Mark bought`."""
_TURNED = re.compile(r"\bwhen (?P<who>[A-Z]\w+) (?:turned|turns|is|was) $")
"""In front of an age: not Ann's, who was born `when Bob turned` 3."""
_SENTENCE_END = re.compile(STOP + r"(?=\s)")


@cache
def _kin() -> str:
    return "|".join(sorted(word_set("kin")))


@cache
def someone_is() -> re.Pattern[str]:
    """Return what finds that somebody is so much: `Ann is`, `her mother was`."""
    return re.compile(
        rf"\b(?:[A-Z]\w+|[Hh]e|[Ss]he|I|who|age|{_kin()})\s+(?:is|was|am|will be)\s+"
        r"(?:now |currently |only |already |just )?$"
    )


class Owners:
    """The names of a text, and what they own."""

    def __init__(self, text: str, names: list[tuple[int, str]], words: list[Word], clauses: Clauses):
        self.text = text
        persons = {name for where, name in names if not _PLACE.search(text, 0, where) or _WHOSE.match(text, where)}
        places = {name for where, name in names if _OF_PLACE.search(text, max(0, where - 7), where)}
        self.names = [(where, name) for where, name in names if name in persons - places]
        self.words = words
        self.clauses = clauses

    def owner(self, mention: Mention, noun: str) -> str:
        """Return whose the number is: the name of `24 people named Barry`, else who does what the clause tells."""
        behind = _NAMED.match(self.text, mention.quantity.end)
        behind = behind or _WHO_DID.match(self.text, mention.quantity.end)
        named = next((name for where, name in self.names if behind and where == behind.end()), "")
        if noun == "age":
            turned = _TURNED.search(self.text, mention.sentence_span[0], mention.quantity.start)
            named = next((name for where, name in self.names if turned and where == turned.start("who")), named)
        return named or self._doer(mention, noun)

    def _doer(self, mention: Mention, noun: str) -> str:
        """Return the last name before a number that leads a clause, else the last, else a pronoun's."""
        start, place = mention.sentence_span[0], mention.quantity.start
        known = [
            name
            for where, name in self.names
            if start <= where < place and not (self._compared(where) or self._takes(where, start))
        ]
        if noun.startswith("total_") and len({*known}) > 1:
            return ""
        subject = self.clauses.subject(mention)
        if subject and (subject.kind == "noun" or subject.head.text in ("they", "we")):
            return self._possessor(subject, start)
        leading = [(where, name) for where, name in self.names if start <= where < place and self._leads(where)]
        if leading:
            return "" if _JOINT.search(self.text, start, leading[-1][0]) else leading[-1][1]
        if subject and subject.head.text in ("he", "she"):  # not the Bob of `She gave Bob 2 and kept 3`
            return "" if self._another(subject.head) else self._meant(start, subject.head.start)
        if known:
            return known[-1]
        pronoun = any(PRONOUNS.get(word.text) in ("m", "f") for word in self.words if start <= word.start < place)
        return self._subject_before(start) if pronoun else ""

    def _takes(self, where: int, start: int) -> bool:
        """Return whether a name only gets something: the Bob of `sold 5 to Bob and 6 to Eve`, and not `for Bob to sew 6`."""
        return _TAKES.search(self.text, start, where) is not None and not _TO_DO.match(self.text, where)

    def _another(self, pronoun: Word) -> bool:
        """Return whether a pronoun does not mean the one name of a text: `Ann's teacher gives her 2, and he`."""
        first = min((where for where, _ in self.names), default=0)
        known = (PRONOUNS.get(word.text) for word in self.words if word.start > first)
        gender = next((kind for kind in known if kind in ("m", "f")), "")
        return len({name for _, name in self.names}) == 1 and PRONOUNS[pronoun.text] != gender

    def thing(self, mention: Mention) -> str:
        """Return what of somebody's a number is said of: the brother of `Ann's brother has 4`, the cow of `her cow weighs`."""
        subject = self.clauses.subject(mention)
        return safe_slug(subject.head.text) if subject and subject.whose else ""

    def _possessor(self, subject: Subject, start: int) -> str:
        """Return whose a subject is that is no person: none of the dog in `Ann left and the dog eats 3 bones`."""
        if not subject.whose or subject.first == "their" or _JOINT.search(self.text, start, subject.start):
            return ""
        named = [name for where, name in self.names if where <= subject.start < where + len(name) + 1]
        if named:
            return named[-1]
        return self._meant(start, subject.start) if subject.first in PRONOUNS else ""

    def _meant(self, start: int, place: int) -> str:
        """Return whom a pronoun means: the last name before it in its sentence, else the subject of an earlier one."""
        inside = [name for where, name in self.names if start <= where < place and not self._compared(where)]
        return inside[-1] if inside else self._subject_before(start)

    def subject(self, mention: Mention) -> str:
        """Return the name that a number stands nearest to, in its sentence if there is one."""
        place = mention.quantity.start
        names = [(where, name) for where, name in self.names if not self._compared(where)]
        before = [name for where, name in names if where < place]
        inside = [name for where, name in names if mention.sentence_span[0] <= where < place]
        behind = [name for where, name in names if place < where < mention.sentence_span[1]]
        return (inside[-1:] or behind[:1] or before[-1:] or [""])[0]

    def _leads(self, where: int) -> bool:
        """Return whether a name begins a clause, a verb follows it or `who`: not the Bob of `gives Bob 4 cards`."""
        title = _TITLE.search(self.text, 0, where)
        if _LEADS.search(self.text, 0, title.start() if title else where) or _TAKEN_UP.match(self.text, where):
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
