"""The words of a question in a row, with the stops between them and the beginnings of their noun phrases."""

from generators.text.lexicon import word_set
from generators.text.words import Word

_STOPS = frozenset(",;:.()?!\n")


class WordRow:
    """The words of a text, addressed by their places."""

    def __init__(self, text: str, words: list[Word]):
        self.text = text
        self.words = words

    def has_stop(self, start: int, end: int) -> bool:
        """Return whether a comma or another stop stands in a span of the text."""
        return not _STOPS.isdisjoint(self.text[start:end])

    def stop_behind(self, place: int) -> bool:
        """Return whether a comma or another stop follows a word."""
        behind = self.words[place + 1].start if place + 1 < len(self.words) else len(self.text)
        return self.has_stop(self.words[place].end, behind)

    def is_possessive(self, place: int) -> bool:
        """Return whether a word says whose the next one is: `her`, `Ann's`."""
        word = self.words[place]
        return word.text in word_set("whose") or (
            word.kind in ("name", "noun") and word.end - word.start > len(word.text)
        )

    def phrase_start(self, end: int, first: int) -> int:
        """Return the place at which the noun phrase begins that ends at a word, at `first` or behind it."""
        place = end
        while place > first and not self.stop_behind(place - 1):
            if self.words[place - 1].text in word_set("determiners") or self.is_possessive(place - 1):
                return place - 1
            if not self._is_modifier(place - 1):
                break
            place -= 1
        return place

    def _is_modifier(self, place: int) -> bool:
        """Return whether a word may stand in front of a noun within its phrase."""
        word, behind = self.words[place], self.words[place + 1]
        if word.text in word_set("auxiliaries"):
            return False
        if word.kind == "name":
            return behind.kind == "name"
        return word.kind in ("noun", "adjective", "") or (word.kind == "verb" and word.text.endswith(("ing", "ed")))
