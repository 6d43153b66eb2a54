"""The subject of a verb is found by named rules, each tested by its name."""

import pytest
from rules import rule_names, without

from generators.imports.question import subjects
from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import read_mentions
from generators.text.words import read_words

SUBJECTS = {
    "there": ("There are 26 hats.", "there"),
    "pronoun": ("She gave Bob 2 pens.", "she"),
    "noun_phrase": ("The price of fries is $12.", "price"),
}


def subject(text):
    """Return the head of the subject of the last number's clause."""
    found = Clauses(text, list(read_words(text))).subject(read_mentions(text)[-1])
    return found and found.head.text


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(SUBJECTS) == rule_names(subjects)


@pytest.mark.parametrize(("rule", "text", "expected"), [(name, *case) for name, case in SUBJECTS.items()])
def test_a_rule_decides_what_no_other_does(monkeypatch, rule, text, expected):
    """With the rule the subject is right; without it, another word is, or none."""
    assert subject(text) == expected

    without(monkeypatch, subjects, rule)

    assert subject(text) != expected


@pytest.mark.parametrize(
    ("text", "head", "first", "whose", "modifiers"),
    [
        ("Her friend Becky wears 3 rings.", "becky", "her", False, ["friend"]),
        ("Each of the big boys ate 2 buns.", "boys", "each", False, ["big"]),
        ("Her old car cost $3.", "car", "her", True, ["old"]),
    ],
    ids=["name", "quantifier", "possessive"],
)
def test_a_subject_knows_its_phrase(text, head, first, whose, modifiers):
    """The first word, the possessive and the modifiers of a subject are read with its head."""
    found = Clauses(text, list(read_words(text))).subject(read_mentions(text)[-1])

    assert (found.head.text, found.first, found.whose) == (head, first, whose)
    assert [word.text for word in found.modifiers] == modifiers
