"""A question as naming reads it, and one number of it with the facts that the rules share."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from generators.imports.question.clauses import Clauses, Subject
from generators.imports.question.mentions import Mention
from generators.text.lexicon import word_set
from generators.text.proper_names import proper_names
from generators.text.words import Word, read_words, safe_slug
from solver.quantities import Quantity


class Question:
    """A question with its numbers, words, clauses and proper names."""

    def __init__(self, text: str, mentions: list[Mention]):
        self.text = text
        self.mentions = mentions
        self.words = list(read_words(text))
        self.clauses = Clauses(text, self.words)
        counted = {mention.quantity.end + 1 for mention in mentions if mention.phrase}
        whole = whole_names(text)
        products = {name for start, name in whole if start in counted}  # "Snickers" in "3 Snickers bars"
        self.names = [(start, name) for start, name in whole if name not in products]
        self._starts = [word.start for word in self.words]
        self._places = {start: place for place, start in enumerate(self._starts)}

    def words_between(self, start: int, end: int) -> list[Word]:
        """Return the words that begin in a span of the text."""
        return self.words[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def word_at(self, start: int) -> Word | None:
        """Return the word that begins at a character, if one does."""
        place = self._places.get(start)
        return None if place is None else self.words[place]

    def word_after(self, word: Word) -> Word | None:
        """Return the word that follows after a single space, if one does."""
        place = self._places[word.start] + 1
        adjacent = place < len(self.words) and self.text[word.end : self.words[place].start] == " "
        return self.words[place] if adjacent else None


def whole_names(text: str) -> list[tuple[int, str]]:
    """Return the proper names of a text with their starts; two adjacent names are one: 'Moonglow Orchard'."""
    found: list[tuple[int, int, str]] = []
    for start, end, name in proper_names(text):
        if found and found[-1][1] + 1 == start and text[start - 1] == " " and "_" not in found[-1][2]:
            first, _, other = found.pop()
            found.append((first, end, f"{other}_{safe_slug(name)}"))
        else:
            found.append((start, end, safe_slug(name)))
    return [(start, name) for start, _, name in found]


@dataclass(frozen=True)
class Case:
    """One number of a question with the words around it."""

    question: Question
    mention: Mention

    @property
    def text(self) -> str:
        """The text of the question."""
        return self.question.text

    @property
    def quantity(self) -> Quantity:
        """The number as it was read."""
        return self.mention.quantity

    @property
    def start(self) -> int:
        """The character at which the number begins."""
        return self.mention.quantity.start

    @property
    def end(self) -> int:
        """The character behind the number."""
        return self.mention.quantity.end

    @property
    def sentence_start(self) -> int:
        """The character at which the sentence of the number begins."""
        return self.mention.sentence_span[0]

    @property
    def sentence_end(self) -> int:
        """The character behind the sentence of the number."""
        return self.mention.sentence_span[1]

    @property
    def clause_start(self) -> int:
        """The character at which the clause of the number begins."""
        return self.mention.clause_span[0]

    @property
    def clause_end(self) -> int:
        """The character behind the clause of the number."""
        return self.mention.clause_span[1]

    @cached_property
    def place(self) -> int:
        """The position of the number among the numbers of the question."""
        return self.question.mentions.index(self.mention)

    @cached_property
    def earlier(self) -> list[Mention]:
        """The numbers in front of this one, in the order of the text."""
        return self.question.mentions[: self.place]

    @cached_property
    def tail(self) -> str:
        """The rest of the sentence behind the number."""
        return self.text[self.end : self.sentence_end]

    @cached_property
    def ahead(self) -> str:
        """The sentence up to the number."""
        return self.text[self.sentence_start : self.start]

    @cached_property
    def behind_words(self) -> list[Word]:
        """The words of the sentence behind the number."""
        return self.question.words_between(self.end, self.sentence_end)

    @cached_property
    def ahead_words(self) -> list[Word]:
        """The words of the sentence in front of the number."""
        return self.question.words_between(self.sentence_start, self.start)

    @cached_property
    def subject(self) -> Subject | None:
        """The subject of the verb in front of the number."""
        return self.question.clauses.subject(self.mention)

    @cached_property
    def equated(self) -> Subject | None:
        """The subject that the number is equal to: 'the fee' in 'the fee is $5'."""
        return self.question.clauses.equated(self.mention)

    @cached_property
    def phrase(self) -> list[str]:
        """The slugs of the noun phrase behind the number that can stand in a name."""
        slugs = [safe_slug(word) for word in self.mention.phrase]
        if not self.tail.lstrip().startswith(self.mention.phrase[:1]):
            names = {name for _, name in self.question.names}
            slugs = [slug for slug in slugs if slug not in names]
        never = word_set("vague") | word_set("upwards") | word_set("downwards")
        return [slug for slug in slugs if slug not in never and (slug[1:] or slug in "gml")]
