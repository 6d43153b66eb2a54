"""Vocabularies: lists of words that slots draw from, in the forms that questions and names need."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import pyarrow as pa

from generators.text.slugs import slug
from solver import arrow
from solver.document import Node, check_plain
from solver.number import read_number
from solver.refusal import InputError, did_you_mean

from .filters import PRONOUNS, Form, Word, agreeing, changed, count_of

MAX_WORD = 39
"""The most letters of a slug, so that `$owner.$item` is a valid name."""
KEYS = {"pronouns": "{person: {she: [words]}}", "prices": "{wares: 6..25}"}
"""The keys of a vocabulary file that are no vocabularies but tell more of one, and how to write them."""


class Vocabulary:
    """A named list of words, with their slugs and columns of their forms."""

    def __init__(self, name: str, words: Iterable[Word], prices: tuple[Fraction, Fraction] | None = None):
        self.name = name
        self.prices = prices
        """The least and the greatest price of its things, in dollars, if they are for sale."""
        self.words = tuple(words)
        self.slugs = tuple(slug(word) for word in self.words)
        self.slug_set = frozenset(self.slugs)
        self.persons = any(word.pronoun != "they" for word in self.words)
        """Whether the vocabulary gives pronouns; its other words get they."""
        self._columns: dict[Form, pa.Array] = {}
        self._distinct: dict[Form, bool] = {}

    def column(self, form: Form) -> pa.Array:
        """Return all words in a form; if it agrees with a count, those for a count of 1 follow those for other counts."""
        if form not in self._columns:
            forms = (agreeing(form, single=False), agreeing(form, single=True)) if count_of(form) else (form,)
            self._columns[form] = arrow.texts(changed(word, form) for form in forms for word in self.words)
        return self._columns[form]

    def distinct(self, form: Form) -> bool:
        """Return whether different words are written differently in a form, given the count that it agrees with."""
        if form not in self._distinct:
            texts, size = self.column(form), len(self.words)
            parts = (texts[start : start + size] for start in range(0, len(texts), size))
            self._distinct[form] = all(len(part.unique()) == size for part in parts)
        return self._distinct[form]


Vocabularies = Mapping[str, Vocabulary]


def read_vocabularies(node: Node, faults: list[Exception] | None = None) -> dict[str, Vocabulary]:
    """Parse a vocabulary file; raise InputError at words that are invalid or ambiguous.

    With a list of `faults`, errors are added to it, and a bad vocabulary has no words.
    """
    if not isinstance(node, dict):
        raise InputError("not a mapping of vocabularies; write name: [words] or name: {singular: plural}")
    lists = {name: entries for name, entries in node.items() if name not in KEYS}
    told: dict[str, dict[str, Node]] = {}
    for key, form in KEYS.items():
        by_name = node.get(key, {})
        check_plain(by_name, (key,))
        if not isinstance(by_name, dict):
            raise InputError(f"{key} is not a mapping; write {key}: {form}").at(key)
        for name in by_name:
            if name not in lists:
                hint = did_you_mean(name, lists)
                raise InputError(f"{key}: no vocabulary {name} in this file; {hint}").at(key, name)
        told[key] = by_name
    pronouns, prices = told.values()
    read = {}
    for name, entries in lists.items():
        try:
            told_prices = _prices(name, prices.get(name))
            read[name] = _vocabulary(name, entries, _pronouns(name, pronouns.get(name, {})), told_prices)
        except InputError as error:
            if faults is None:
                raise
            faults.append(error)
            read[name] = Vocabulary(name, ())
    return read


def _prices(name: str, node: Node | None) -> tuple[Fraction, Fraction] | None:
    """Return the least and the greatest price of a vocabulary's things by its entry `2..5`."""
    if node is None:
        return None
    low, dots, high = node.partition("..") if isinstance(node, str) else ("", "", "")
    if not dots:
        raise InputError(f"prices: {name} is not low..high, in dollars").at("prices", name)
    try:
        return read_number(low), read_number(high)
    except ValueError as error:
        raise InputError(f"prices: {name}: {error}").at("prices", name) from None


def _pronouns(name: str, node: Node) -> dict[str, str]:
    """Return the pronoun of each word that has one by the entries {she: [words], he: [words]} of a vocabulary."""
    found: dict[str, str] = {}
    for pronoun, words in node.items() if isinstance(node, dict) else [("", node)]:
        if pronoun not in PRONOUNS or not isinstance(words, list):
            fault = f"pronouns: {name} is not a mapping of {', '.join(PRONOUNS)} to lists of its words"
            raise InputError(fault).at("pronouns", name)
        for word in words:
            if not isinstance(word, str) or word in found:
                fault = f"pronouns: {name} has {word!r} twice; give each word one pronoun"
                raise InputError(fault).at("pronouns", name, pronoun)
            found[word] = pronoun
    return found


def _vocabulary(
    name: str, entries: Node, pronouns: Mapping[str, str], prices: tuple[Fraction, Fraction] | None
) -> Vocabulary:
    check_plain(entries, (name,))
    words = _words(name, entries)
    for word in sorted(pronouns.keys() - set(words)):
        raise InputError(f"pronouns: {name} has no word {word}; {did_you_mean(word, words)}").at(
            "pronouns", name, pronouns[word]
        )
    vocabulary = Vocabulary(name, (Word(word, word.singular, pronouns.get(word, "they")) for word in words), prices)
    places: Sequence[str | int] = list(entries) if isinstance(entries, dict) else range(len(vocabulary.words))
    for form in (vocabulary.words, vocabulary.slugs, tuple(word.singular for word in vocabulary.words)):
        text, times = Counter(form).most_common(1)[0]
        if times > 1:
            last = max(number for number, other in enumerate(form) if other == text)
            raise InputError(f"vocabulary {name} has {text!r} twice; words, singulars and slugs must differ").at(
                name, places[last]
            )
    for place, word, slugged in zip(places, vocabulary.words, vocabulary.slugs, strict=True):
        if not (_is_word(word) and _is_word(word.singular)):
            raise InputError(
                f"vocabulary {name} has {word!r}; words are letters, hyphens, apostrophes and single spaces"
            ).at(name, place)
        if not 0 < len(slugged) <= MAX_WORD:
            raise InputError(
                f"vocabulary {name} has {word!r}, which gives the name {slugged!r}; "
                f"a name has 1 to {MAX_WORD} Latin letters"
            ).at(name, place)
    return vocabulary


def _words(name: str, entries: Node) -> list[Word]:
    """Return the words of a vocabulary: a list of words, or a mapping of singulars to plurals."""
    pairs = [(entry, "") for entry in entries] if isinstance(entries, list) else []
    if isinstance(entries, dict):
        pairs = [(plural, singular) for singular, plural in entries.items()]
    words = [Word(shown, singular) for shown, singular in pairs if isinstance(shown, str) and shown.strip()]
    if not words or len(words) < len(pairs):
        raise InputError(f"vocabulary {name} is not a list of words or a mapping singular: plural").at(name)
    return words


def _is_word(text: str) -> bool:
    """Return whether a text has only letters, accents, hyphens, apostrophes and single spaces."""
    letters_and_accents = {"L", "M"}  # the major classes of Unicode categories
    return " ".join(text.split()) == text and all(
        letter in " '\u2019-" or unicodedata.category(letter)[0] in letters_and_accents for letter in text
    )
