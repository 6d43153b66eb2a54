"""Finite verbs are told from infinitives and participles by named rules, each tested by its name."""

import pytest
from rules import rule_names, without

from generators.imports.question import verbs
from generators.imports.question.verbs import is_finite
from generators.imports.question.word_rows import WordRow
from generators.text.words import read_words

VERBS = {
    "present_participle": ("Ann bought nails costing 3 cents.", ["bought"]),
    "listed_verb": ("Ann buys 3 pens.", ["buys"]),
    "noun_as_verb": ("The pens cost 3 dollars.", ["cost"]),
}


def finite(text):
    """Return the finite verbs in front of the 3 of a text."""
    row = WordRow(text, list(read_words(text)))
    number = text.index("3")
    places = [place for place, word in enumerate(row.words) if word.start < number]
    return [row.words[place].text for place in places if is_finite(row, place, number)]


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(VERBS) == rule_names(verbs)


@pytest.mark.parametrize(("rule", "text", "expected"), [(name, *case) for name, case in VERBS.items()])
def test_a_rule_decides_what_no_other_does(monkeypatch, rule, text, expected):
    """With the rule the verbs are right; without it, wrong."""
    assert finite(text) == expected

    without(monkeypatch, verbs, rule)

    assert finite(text) != expected
