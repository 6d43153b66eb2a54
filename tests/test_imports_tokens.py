"""A line of a solution is split into tokens; words are read by named rules, each tested by its name."""

import pytest
from rules import rule_names, without

from generators.imports.solution import tokens
from generators.imports.solution.tokens import chains, describe, read_tokens


def kinds(line):
    """Return the tokens of a line by their kind."""
    return [(token.kind, token.text) for token in read_tokens(line)]


WORDS = {
    "multiplication_sign": ("3 x 4", ("sign", "*")),
    "spoken_sign": ("3 plus 4", ("sign", "+")),
    "letter_a": ("a + 3", ("letter", "a")),
    "letter": ("3 + y", ("letter", "y")),
    "spelt_number": ("he has three pens", ("number", "three")),
}


def test_every_rule_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(WORDS) == rule_names(tokens)


@pytest.mark.parametrize(("rule", "line", "expected"), [(name, *case) for name, case in WORDS.items()])
def test_a_rule_reads_what_no_other_does(monkeypatch, rule, line, expected):
    """With the rule the word is a sign, a number or an unknown; without it, another token."""
    assert expected in kinds(line)

    without(monkeypatch, tokens, rule)

    assert expected not in kinds(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$1,200.50", [("number", "$1,200.50")]),
        ("2 1/2 cups", [("number", "2 1/2"), ("word", "cups")]),
        ("5 dollars/hour", [("number", "5"), ("word", "dollars"), ("word", "hour")]),
        ("6 divided by 2", [("number", "6"), ("sign", "/"), ("number", "2")]),
        ("[3\u00d74]", [("sign", "("), ("number", "3"), ("sign", "*"), ("number", "4"), ("sign", ")")]),
        (
            "a pen, I see.",
            [("word", "a"), ("word", "pen"), ("stop", ", "), ("word", "I"), ("word", "see"), ("stop", ".")],
        ),
        ("one pen", [("word", "one"), ("word", "pen")]),
    ],
)
def test_numbers_signs_and_stops(line, expected):
    """Digits may have commas and a currency sign; a slash between units is no division."""
    assert kinds(line) == expected


def test_a_chain_of_equations_ends_at_a_stop():
    """Each chain has the places of its begin, its equals signs and its end."""
    assert list(chains(list(read_tokens("2*3 = 6 = 12/2, so 1+1 = 2.")))) == [[0, 3, 5, 9], [10, 14, 16]]


def test_a_number_has_the_words_around_it():
    """The words behind a number and in front of it are read as stems, up to the next number or sign."""
    found = list(read_tokens("He buys 3 red pens + 4 cups"))
    leaf = found[2].leaf
    describe(leaf, found, 2)

    assert (leaf.before, leaf.after) == (("buy",), ("red", "pen"))
