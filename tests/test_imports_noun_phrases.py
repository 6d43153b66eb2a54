"""The noun phrase behind a number is read by named rules, each tested by its name."""

import pytest
from rules import rule_names, without

from generators.imports.question import noun_phrases
from generators.imports.question.noun_phrases import noun_phrase

PHRASES = {
    "quantifier": ("more red pens", "red pens"),
    "determiner": ("the pens", "pens"),
    "function_word": ("bread in boxes", "bread"),
    "finite_verb": ("sheep eat figs", "sheep"),
    "adjective": ("water deep pools", "water"),
    "singular_behind_plural": ("pens paper", "pens"),
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(PHRASES) == rule_names(noun_phrases)


@pytest.mark.parametrize(("rule", "words", "expected"), [(name, *case) for name, case in PHRASES.items()])
def test_a_rule_ends_or_skips_what_no_other_does(monkeypatch, rule, words, expected):
    """With the rule the phrase is right; without it, wrong."""
    assert " ".join(noun_phrase(words.split())) == expected

    without(monkeypatch, noun_phrases, rule)

    assert " ".join(noun_phrase(words.split())) != expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("smiling girls", "smiling girls"), ("apple pies", "apple pies"), ("big", ""), ("of his pens", "pens")],
)
def test_a_phrase_ends_in_a_noun(words, expected):
    """Participles and nouns may stand in front of the head; a phrase without a noun is none."""
    assert " ".join(noun_phrase(words.split())) == expected
