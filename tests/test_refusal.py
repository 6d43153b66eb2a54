"""Hints for unknown words are short, whatever the word and however many are known."""

import pytest

from solver.refusal import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("compare", ["comparison", "percentage"], "did you mean comparison?"),
        ("INIT", ["init", "query"], "did you mean init?"),
        ("soup", ["add", "sub"], "known are add, sub"),
        ("soup", [f"pattern_{k}" for k in range(300)], " and 288 more"),
        (None, ["add"], "known are add"),
    ],
)
def test_a_hint_names_the_nearest_words_or_a_few(word, known, hint):
    """The nearest known words are named, else the known ones, at most a dozen of them."""
    assert did_you_mean(word, known).endswith(hint)
    assert did_you_mean(word, known).count(",") < 12
