"""Who or what does what a number tells: the subject of its clause, found from the verb in front of the number."""

import re
from dataclasses import dataclass

from generators.text.lexicon import PRONOUNS, word_set
from generators.text.words import Word

from .mentions import Mention

_NEARLY = re.compile(
    r"(?:\s+(?:be|cost|only|just|about|around|exactly|at least|at most|over|up to|approximately|now|currently|then|equal to|a total of))*\s+(?:US)?\$?"
)
_FEW = 3
"""How many words may stand between a verb and the number that it is said of for each."""
_STOPS = frozenset(",;:.()?!\n")


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a clause, and its verb."""

    kind: str
    """name, pronoun, noun or there"""
    head: Word
    """Its noun: the `cost` of `the cost of supplies`."""
    verb: Word
    of: Word | None = None
    """The noun that is tied to it by `of` or `for`: the `supplies`."""
    first: str = ""
    """The word that its phrase begins with: a determiner, or whose it is."""
    start: int = 0
    """Where that begins."""
    whose: bool = False
    """Whether the phrase begins with whose it is."""
    modifiers: tuple[Word, ...] = ()
    """The words between."""


class Clauses:
    """The subjects of the clauses of a text."""

    def __init__(self, text: str, words: list[Word]):
        self.text = text
        self.words = words
        self._known: dict[int, Subject | None] = {}

    def subject(self, mention: Mention) -> Subject | None:
        """Return who or what the last verb in front of a number speaks of, in the number's sentence."""
        place = mention.quantity.start
        if place not in self._known:
            inside = [k for k, word in enumerate(self.words) if mention.sentence_span[0] <= word.start < place]
            verbs = (at for at in reversed(inside) if self._finite(at, place))
            found = (self._of_verb(at, inside[0]) for at in verbs)
            self._known[place] = next((one for one in found if one), None)
        return self._known[place]

    def equated(self, mention: Mention) -> Subject | None:
        """Return what a number is said to be, or to cost: the fee of `the fee is $5`."""
        subject = self.subject(mention)
        thing = subject is not None and (
            subject.kind == "noun" or (subject.kind == "name" and subject.first in word_set("determiners"))
        )
        if subject is None or not thing or subject.verb.text not in word_set("equating"):
            return None
        behind = _NEARLY.fullmatch(self.text, subject.verb.end, mention.quantity.start)
        return subject if behind else None

    def each(self, mention: Mention) -> str:
        """Return what a number is said of each of: the child of `each child drew two beans`, the box of `boxes each hold 5`."""
        subject = self.subject(mention)
        if subject is None or not subject.head.noun:
            return ""
        between = self.text[subject.verb.end : mention.quantity.start].replace(" up to", "").split()
        if len(between) > _FEW or not word_set("ties").isdisjoint(between):
            return ""
        every = subject.first in ("each", "every") or " each " in self.text[subject.head.end : subject.verb.end]
        return subject.head.text if every else ""

    def _finite(self, at: int, place: int) -> bool:
        """Return whether a word is a verb with a subject: neither infinitive nor participle."""
        word = self.words[at]
        if word.text in word_set("auxiliaries"):
            return True
        before = self.words[at - 1] if at else word
        if before.text in word_set("before_infinitives") or word.text.endswith("ing"):
            return False
        if word.kind == "verb":
            return not (word.text.endswith("ed") and self.text.startswith(" by ", word.end))
        led = before.kind in ("noun", "name") or before.text in word_set("relatives")
        return word.text in word_set("verbs_before_numbers") and led and not self._apart(word.end, place)

    def _of_verb(self, at: int, first: int) -> Subject | None:
        """Return what stands in front of a verb as its subject; nothing where it shares that of the verb before."""
        words, verb = self.words, self.words[at]
        k = at - 1
        while k >= first and not self._stop(k) and _between(words[k]):
            k -= 1
        if k < first:
            return None
        relative = words[k].text in word_set("relatives") and k > first
        if relative:
            k -= 1
        elif self._stop(k):
            return None
        word = words[k]
        if word.text == "there":
            return Subject("there", word, verb)
        if word.text in PRONOUNS and word.text in ("he", "she", "they", "i", "we", "it"):
            return Subject("pronoun", word, verb)
        if word.kind in ("noun", "name", "adjective") or word.text in word_set("ones"):
            return self._phrase(k, first, verb, relative=relative)
        return None

    def _phrase(self, end: int, first: int, verb: Word, *, relative: bool) -> Subject | None:
        """Return the noun phrase that ends at a word, from the noun that the others are tied to."""
        words = self.words
        begin, of = self._begin(end, first), None
        while begin > first + 1 and not self._stop(begin - 1) and words[begin - 1].text in word_set("ties"):
            far = begin - 2
            if not (words[far].kind in ("noun", "name") or words[far].text in word_set("ones")) or self._stop(far):
                break
            if words[begin - 1].text in ("of", "for") and not (of and words[end].text in word_set("kinds")):
                of = words[end]
            end, begin = far, self._begin(far, first)
        # The person of `each person eating pizza`.
        doing = next((k for k in range(begin + 1, end) if words[k].text.endswith("ing") and words[k].kind == "verb"), 0)
        if doing and words[doing - 1].kind == "noun":
            end = doing - 1
        head, ahead = words[end], words[begin - 1] if begin > first and not self._stop(begin - 1) else None
        part = (
            ahead is not None
            and ahead.text == "of"
            and begin > first + 1
            and words[begin - 2].text in word_set("parts")
        )
        if ahead and not (relative or part) and ahead.text in word_set("ties") and begin > first + 1:
            return None  # the game of `the points scored in the game were 80`
        participle = head.kind != "name" and (verb.text.endswith("ed") or verb.text in word_set("participles"))
        if participle and ahead and not part and (ahead.text in word_set("ties") or _takes_object(ahead)):
            return None
        owned = words[begin].text in word_set("whose") or self._possessive(words[begin])
        lead = words[begin - 2].text if part else words[begin].text if begin < end else ""
        return Subject(
            "name" if head.kind == "name" else "noun",
            head,
            verb,
            of,
            lead,
            words[begin].start,
            owned and begin < end and head.kind != "name",
            tuple(words[begin + 1 : end]),
        )

    def _begin(self, end: int, first: int) -> int:
        """Return where the noun phrase begins that ends at a word."""
        k = end
        while k > first and not self._stop(k - 1):
            before = self.words[k - 1]
            if before.text in word_set("determiners") or before.text in word_set("whose") or self._possessive(before):
                return k - 1
            title = before.kind == "name" and self.words[k].kind == "name"
            said = before.kind == "verb" and before.text.endswith(("ing", "ed"))
            if before.text in word_set("auxiliaries") or not (
                before.kind in ("noun", "adjective", "") or title or said
            ):
                break
            k -= 1
        return k

    def _stop(self, k: int) -> bool:
        """Return whether a stop or a comma stands behind a word."""
        behind = self.words[k + 1].start if k + 1 < len(self.words) else len(self.text)
        return self._apart(self.words[k].end, behind)

    def _apart(self, start: int, end: int) -> bool:
        return not _STOPS.isdisjoint(self.text[start:end])

    def _possessive(self, word: Word) -> bool:
        return word.kind in ("name", "noun") and word.end > word.start + len(word.text)


def _between(word: Word) -> bool:
    """Return whether a word can stand between a subject and its verb."""
    return word.text in word_set("adverbs") or word.text in word_set("auxiliaries") or word.text.endswith("ly")


def _takes_object(word: Word) -> bool:
    """Return whether the noun behind a word is its object, and does nothing itself: `has 3 books called`."""
    return word.kind == "verb" and word.text not in word_set("saying")
