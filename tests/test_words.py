"""Words are read with their classes, and written as parts of variable names."""

import pytest

from generators.text.words import read_words, safe_slug
from solver.stems import stem


def kinds(text):
    """Return the words of a text with their kinds."""
    return [(word.text, word.kind) for word in read_words(text)]


def test_a_listed_noun_behind_a_subject_is_a_verb():
    """The same word is a noun elsewhere."""
    assert ("plants", "verb") in kinds("he plants trees")
    assert ("plants", "noun") in kinds("the plants grow")


def test_the_ending_of_a_number_is_no_word():
    """The letters of an ordinal or a fraction stand for nothing."""
    assert [word for word, _ in kinds("1/3rd of it, on the 4th day")] == ["of", "it", "on", "the", "day"]


def test_a_possessive_is_read_without_its_ending():
    """Names too lose it."""
    assert kinds("Ann's cat")[0] == ("ann", "name")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("on", "on_"), ("Yes", "yes_"), ("Bob's", "bob"), ("José O'Brien", "jose_obrien"), ("!", "count")],
)
def test_a_slug_is_safe_in_yaml(word, expected):
    """A word that YAML reads as a value gets an underscore, and a word without letters is a count."""
    assert safe_slug(word) == expected


@pytest.mark.parametrize("words", ["earns earned earning earn", "bought buys buy", "boxes box", "lbs pound pounds"])
def test_the_forms_of_a_word_share_one_stem(words):
    """Regular endings, irregular verbs and abbreviated units all lead to one stem."""
    assert len({stem(word) for word in words.split()}) == 1
