"""Finds the owner of a number: the name that leads its clause, the name that a pronoun stands for, or a possessor."""

import re
from dataclasses import dataclass
from functools import cached_property

from generators.imports.nouns.case import Case, Question
from generators.imports.question.clauses import Subject
from generators.imports.question.mentions import Mention
from generators.text.lexicon import PRONOUNS, STOP
from generators.text.rules import first
from generators.text.words import Word, safe_slug

_CLAUSE_START = re.compile(
    r"(?:^|[.?!,;:\n]\s*|\b(?:and|but|if|when|while|then|because|since|so|that|although|where|who)\s+)$", re.IGNORECASE
)
_JOINT = re.compile(r"[A-Z]\w+(?:(?:, [A-Z]\w+)+,? and | and (?:(?:his|her) (?:[a-z]+ ){1,2})?)$")
_WHO_OR_POSSESSIVE = re.compile(r"\w+(?: [A-Z]\w+)*(?:,? (?:who|which)\b(?! (?:he|she|they)\b)|['\u2019]s \d)")
_WORD_BEHIND = re.compile(r"\w+(?: [A-Z]\w+)* [a-z]")
_AUXILIARY = frozenset(["is", "was", "has", "had", "does", "did", "can", "will", "also", "only", "gets", "got"])
_COMPARED = re.compile(r"\b(?:as|than)\s$")
_PLACE = re.compile(r"\b(?:in|from|at|near|through|into|visit(?:s|ed)?) $", re.IGNORECASE)
_PLACE_PREFIX = re.compile(r"\b(?:New|San|Santa|Saint|St\.|Los|Las|North|South|East|West|Mount|Mt\.|Fort|Port|Lake) $")
_RECEIVES = re.compile(r"\b(?:to|for|with) (?:(?:Mrs?|Ms|Dr)\. )?$")
_TITLE = re.compile(r"\b(?:Mrs?|Ms|Dr)\. $")
_TO_DO = re.compile(r"\w+(?: [A-Z]\w+)* to [a-z]")
_POSSESSIVE = re.compile(r"\w+(?: [A-Z]\w+)*['\u2019]s\b")
_ARTICLE = re.compile(r"\b(?:the|an?) $")
_SENTENCE_END = re.compile(STOP + r"(?=\s)")


class Owners:
    """The people of a question, and the numbers that they own."""

    def __init__(self, question: Question):
        self.question = question
        self.text = text = question.text
        persons = {
            name
            for start, name in question.names
            if not _PLACE.search(text, 0, start) or _POSSESSIVE.match(text, start)
        }
        places = {name for start, name in question.names if _PLACE_PREFIX.search(text, max(0, start - 7), start)}
        self.names = [(start, name) for start, name in question.names if name in persons - places]

    def owner(self, mention: Mention, noun: str) -> str:
        """Return the owner of a number, or an empty text."""
        return first(OWNER_RULES, OwnerCase(self.question, mention, self, noun)) or ""

    def nearest(self, mention: Mention) -> str:
        """Return the name nearest to a number, in its sentence if there is one, or an empty text."""
        start, (sentence_start, sentence_end) = mention.quantity.start, mention.sentence_span
        names = [(where, name) for where, name in self.names if not self.is_compared(where)]
        before = [name for where, name in names if where < start]
        inside = [name for where, name in names if sentence_start <= where < start]
        behind = [name for where, name in names if start < where < sentence_end]
        return (inside[-1:] or behind[:1] or before[-1:] or [""])[0]

    def leads(self, where: int) -> bool:
        """Return whether a name begins a clause, or a verb or 'who' follows it: not Bob in 'gives Bob 4 cards'."""
        title = _TITLE.search(self.text, 0, where)
        if _CLAUSE_START.search(self.text, 0, title.start() if title else where):
            return True
        if _WHO_OR_POSSESSIVE.match(self.text, where):
            return True
        verb = _WORD_BEHIND.match(self.text, where)
        word = self.question.word_at(verb.end() - 1) if verb else None
        return word is not None and (word.kind == "verb" or word.text in _AUXILIARY)

    def is_compared(self, where: int) -> bool:
        """Return whether a name only stands in a comparison: 'as many as Ann', but not 'than Ann, who'."""
        compared = _COMPARED.search(self.text, max(0, where - 6), where)
        return compared is not None and _WHO_OR_POSSESSIVE.match(self.text, where) is None

    def receives(self, where: int, sentence_start: int) -> bool:
        """Return whether a name only receives: Bob in 'sold 5 to Bob and 6 to Eve', but not in 'for Bob to sew 6'."""
        received = _RECEIVES.search(self.text, sentence_start, where)
        return received is not None and not _TO_DO.match(self.text, where)

    def antecedent(self, sentence_start: int, where: int) -> str:
        """Return the name that a pronoun stands for: the last before it in its sentence, else an earlier subject."""
        inside = [name for at, name in self.names if sentence_start <= at < where and not self.is_compared(at)]
        return inside[-1] if inside else self.subject_before(sentence_start)

    def subject_before(self, sentence_start: int) -> str:
        """Return the first name of the nearest earlier sentence that has one, or an empty text."""
        earlier = [
            (where, name)
            for where, name in self.names
            if where < sentence_start and not _ARTICLE.search(self.text, 0, where)
        ]
        if not earlier:
            return ""
        ends = [match.end() for match in _SENTENCE_END.finditer(self.text, 0, earlier[-1][0])]
        begin = ends[-1] if ends else 0
        return next(name for where, name in earlier if where >= begin)

    def is_of_another(self, pronoun: Word) -> bool:
        """Return whether a pronoun cannot stand for the one name of a text: "Ann's teacher gives her 2, and he"."""
        first_name = min((where for where, _ in self.names), default=0)
        pronouns = (PRONOUNS.get(word.text) for word in self.question.words if word.start > first_name)
        gender = next((kind for kind in pronouns if kind in ("m", "f")), "")
        return len({name for _, name in self.names}) == 1 and PRONOUNS[pronoun.text] != gender


@dataclass(frozen=True)
class OwnerCase(Case):
    """One number whose owner is asked for."""

    owners: Owners
    noun: str
    """The noun of the number in its name."""

    @cached_property
    def names(self) -> list[tuple[int, str]]:
        """The names in front of the number in its sentence, with their starts."""
        return [(where, name) for where, name in self.owners.names if self.sentence_start <= where < self.start]

    @cached_property
    def likely(self) -> list[str]:
        """Those names that neither receive nor stand in a comparison."""
        owners = self.owners
        return [
            name
            for where, name in self.names
            if not (owners.is_compared(where) or owners.receives(where, self.sentence_start))
        ]


def possessor(case: OwnerCase) -> str | None:
    """Gives the 5 of "Ann's brother has 5 cards" to Ann, and the 3 of 'the dog eats 3 bones' to nobody."""
    subject = case.subject
    if subject is None or not (subject.kind == "noun" or subject.head.text in ("they", "we")):
        return None
    return _possessor(case, subject)


def leader(case: OwnerCase) -> str | None:
    """Gives the 7 of 'Ingrid gives Collin 7 bags' to Ingrid, and the 5 of 'Ann and Bob have 5' to nobody."""
    leading = [(where, name) for where, name in case.names if case.owners.leads(where)]
    if not leading:
        return None
    return "" if _JOINT.search(case.text, case.sentence_start, leading[-1][0]) else leading[-1][1]


def last_likely_name(case: OwnerCase) -> str | None:
    """Gives the 2 of "From Anthony's house it is 2 miles" to Anthony."""
    return case.likely[-1] if case.likely else None


def antecedent_of_any_pronoun(case: OwnerCase) -> str | None:
    """Gives the 120 of 'Joy reads. How long will it take her to read 120 pages?' to Joy."""
    pronoun = any(PRONOUNS.get(word.text) in ("m", "f") for word in case.ahead_words)
    return case.owners.subject_before(case.sentence_start) if pronoun else None


OWNER_RULES = (
    possessor,
    leader,
    last_likely_name,
    antecedent_of_any_pronoun,
)


def owned_thing(case: Case) -> str:
    """Return the owned subject of a number, or an empty text: 'brother' in "Ann's brother has 4"."""
    return safe_slug(case.subject.head.text) if case.subject and case.subject.whose else ""


def _possessor(case: OwnerCase, subject: Subject) -> str:
    """Return the possessor of a subject, or an empty text."""
    start = subject.start
    if not subject.whose or subject.first == "their" or _JOINT.search(case.text, case.sentence_start, start):
        return ""
    named = [name for where, name in case.owners.names if where <= start < where + len(name) + 1]
    if named:
        return named[-1]
    return case.owners.antecedent(case.sentence_start, start) if subject.first in PRONOUNS else ""
