"""A fraction that may stand for its complement is doubted, by named rules."""

import pytest
from conversion import converted
from rules import rule_names, without

from generators.imports.graph import fractions
from generators.imports.graph.fraction_contexts import FractionContexts
from generators.imports.graph.node import Input
from generators.imports.question.mentions import read_mentions

HALVED = "60/2=<<60/2=30>>30"


def doubted(question, solution):
    """Return whether a half of the question may stand for its complement."""
    row = converted(question, solution)
    return any(reason.startswith("may stand for") for reason in row.metadata["reasons"])


DOUBTED = {
    "complement_named": ("Half of the 60 figs are red, the others blue. How many are blue?", HALVED),
    "used_twice": (
        "Ann has 60 figs. She cuts half of them in 3 pieces each. How many are there?",
        f"{HALVED}\n30*3=<<30*3=90>>90\n90+30=<<90+30=120>>120",
    ),
    "given_away": (
        "Ann had 60 figs. She gave half of them to Bo, then got 5. Has she?",
        f"{HALVED}\n30+5=<<30+5=35>>35",
    ),
    "remainder_asked": ("Birds sit on 60 poles. Half of the poles were cut down. How many remain?", HALVED),
}


def test_every_doubt_is_tested():
    """A rule without a test here, or a test without its rule, fails."""
    assert set(DOUBTED) == rule_names(fractions)


@pytest.mark.parametrize(("rule", "question", "solution"), [(name, *case) for name, case in DOUBTED.items()])
def test_a_rule_doubts_what_no_other_does(monkeypatch, rule, question, solution):
    """With the rule the half is doubted; without it, it is not."""
    assert doubted(question, solution)

    without(monkeypatch, fractions, rule)

    assert not doubted(question, solution)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann gave half of 60 figs to Bo. How many has Ann?", True),
        ("Ann gave half of 60 figs to Bo. How many did she give?", False),
        ("Ann gave half the number of figs that Bo has.", False),
    ],
    ids=["given", "asked for", "compared"],
)
def test_a_half_is_given_away_where_its_clause_says_so(text, expected):
    """A half is given away by a verb of its clause that the question does not repeat."""
    mentions = read_mentions(text)
    half = next(k for k, mention in enumerate(mentions) if mention.quantity.kind == "half")

    assert FractionContexts(mentions, text).is_given(Input(half, "", mentions[half].quantity.value)) is expected
