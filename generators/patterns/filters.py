"""The filters of questions, `{{ slot | filter }}`: forms of words and of numbers."""

from collections.abc import Callable
from typing import Self

import pyarrow as pa

from solver import arrow
from solver.numerals import FORMS


class Word(str):
    """A word of a vocabulary, with its singular."""

    __slots__ = ("singular",)
    singular: str

    def __new__(cls, shown: str, singular: str = "") -> Self:
        word = super().__new__(cls, shown)
        word.singular = singular or shown
        return word


def one(word: Word) -> Word:
    """The singular: apples, apple."""
    return Word(word.singular)


def a(word: Word) -> Word:
    """The singular with its article: apples, an apple."""
    article = "an" if word.singular[0].lower() in "aeiou" else "a"
    return Word(f"{article} {word.singular}")


def upper_first(word: Word) -> Word:
    """With a capital first letter, to open a sentence."""
    return Word(word[:1].upper() + word[1:], word.singular)


FILTERS: dict[str, Callable[[Word], str]] = {"one": one, "a": a, "upper_first": upper_first}
"""The filters of words, by name; `solver.numerals.FORMS` has those of numbers."""


def written(texts: pa.Array, form: str) -> pa.Array:
    """Write a column of canonical numbers in a form; raise InputError if a number has no such form."""
    if form not in FORMS:
        return texts
    coded = texts.dictionary_encode()
    return arrow.texts(map(FORMS[form], coded.dictionary.to_pylist())).take(coded.indices)
