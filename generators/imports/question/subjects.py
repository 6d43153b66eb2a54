"""Finds the subject of a verb: the words in front of it, up to the head of their noun phrase."""

from dataclasses import dataclass
from typing import NamedTuple

from generators.text.lexicon import word_set
from generators.text.rules import first
from generators.text.words import Word

from .word_rows import WordRow

_PRONOUNS = ("he", "she", "they", "i", "we", "it")


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a clause, and its verb."""

    kind: str
    """name, pronoun, noun or there"""
    head: Word
    """Its head: the `cost` of `the cost of supplies`."""
    verb: Word
    of: Word | None = None
    """The noun that `of` or `for` ties to the head: the `supplies`."""
    first: str = ""
    """The first word of its phrase: a determiner or a possessive."""
    start: int = 0
    """Where its phrase begins in the text."""
    whose: bool = False
    """Whether its phrase begins with a possessive."""
    modifiers: tuple[Word, ...] = ()
    """The words between the first word and the head."""


class Before(NamedTuple):
    """The word in front of a verb, behind adverbs and auxiliaries, that may end its subject."""

    row: WordRow
    place: int
    sentence: int
    """The place of the first word of the sentence."""
    verb: Word
    relative: bool
    """Whether `that`, `which` or `who` stands between the two."""

    @property
    def word(self) -> Word:
        """The word itself."""
        return self.row.words[self.place]


def subject_of(row: WordRow, verb: int, sentence: int) -> Subject | None:
    """Return the subject right in front of a verb, or None where the verb shares that of the verb before."""
    place = verb - 1
    while place >= sentence and not row.stop_behind(place) and _may_part(row.words[place]):
        place -= 1
    if place < sentence:
        return None
    relative = row.words[place].text in word_set("relatives") and place > sentence
    if not relative and row.stop_behind(place):
        return None
    return first(SUBJECT_RULES, Before(row, place - relative, sentence, row.words[verb], relative))


def there(before: Before) -> Subject | None:
    """Recognises the `there` of `there are 26 hats`."""
    return Subject("there", before.word, before.verb) if before.word.text == "there" else None


def pronoun(before: Before) -> Subject | None:
    """Recognises the `she` of `she has 3 pens`."""
    return Subject("pronoun", before.word, before.verb) if before.word.text in _PRONOUNS else None


def noun_phrase(before: Before) -> Subject | None:
    """Recognises a noun phrase that is no object: `the price of the pens is $3`."""
    if before.word.kind not in ("noun", "name", "adjective") and before.word.text not in word_set("ones"):
        return None
    return _phrase(before).subject


SUBJECT_RULES = (there, pronoun, noun_phrase)


class Phrase(NamedTuple):
    """A noun phrase in front of a verb, with the nouns tied to its head left out."""

    before: Before
    begin: int
    end: int
    """The place of its head."""
    of: Word | None
    ahead: Word | None
    """The word in front of it, if no stop parts them."""
    quantifier: str
    """The quantifier that `of` ties to it: the `each` of `each of the boys`."""

    @property
    def head(self) -> Word:
        """Its head."""
        return self.before.row.words[self.end]

    @property
    def subject(self) -> Subject:
        """The subject that it is."""
        row, words = self.before.row, self.before.row.words
        name = self.head.kind == "name"
        return Subject(
            "name" if name else "noun",
            self.head,
            self.before.verb,
            self.of,
            self.quantifier or (words[self.begin].text if self.begin < self.end else ""),
            words[self.begin].start,
            row.is_possessive(self.begin) and self.begin < self.end and not name,
            tuple(words[self.begin + 1 : self.end]),
        )


def _phrase(before: Before) -> Phrase:
    """Return the noun phrase that ends at a word, from the head that the other nouns are tied to."""
    row, words, sentence = before.row, before.row.words, before.sentence
    end, of = before.place, None
    begin = row.phrase_start(end, sentence)
    while begin > sentence + 1 and _is_tie(row, begin - 1):
        if words[begin - 1].text in ("of", "for") and not (of and words[end].text in word_set("kinds")):
            of = words[end]
        end = begin - 2
        begin = row.phrase_start(end, sentence)
    ahead = words[begin - 1] if begin > sentence and not row.stop_behind(begin - 1) else None
    quantifier = words[begin - 2].text if ahead and ahead.text == "of" and begin > sentence + 1 else ""
    quantifier = quantifier if quantifier in word_set("parts") else ""
    return Phrase(before, begin, _before_participle(words, begin, end), of, ahead, quantifier)


def _is_tie(row: WordRow, place: int) -> bool:
    """Return whether a word ties the noun behind it to the one in front: the `of` of `the price of pens`."""
    if row.stop_behind(place) or row.words[place].text not in word_set("ties") or row.stop_behind(place - 1):
        return False
    tied_to = row.words[place - 1]
    return tied_to.kind in ("noun", "name") or tied_to.text in word_set("ones")


def _before_participle(words: list[Word], begin: int, end: int) -> int:
    """Return the place of the head in front of a participle, `each person eating pizza`, or the end of the phrase."""
    for place in range(begin + 1, end):
        if words[place].kind == "verb" and words[place].text.endswith("ing"):
            return place - 1 if words[place - 1].kind == "noun" else end
    return end


def _may_part(word: Word) -> bool:
    """Return whether a word can stand between a subject and its verb."""
    return word.text in word_set("adverbs") or word.text in word_set("auxiliaries") or word.text.endswith("ly")
