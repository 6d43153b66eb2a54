"""Irregular plurals stand in one table, which singulars, plurals and stems share."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

import solver
from generators.text.words import singular
from solver.plurals import INVARIABLE, IRREGULAR, UNSTEMMED, counted, plural
from solver.stems import stem

FORMED = {one: many for one, many in IRREGULAR.items() if many not in UNSTEMMED | {"teeth"}}


@pytest.mark.parametrize(("one", "many"), IRREGULAR.items())
def test_every_irregular_plural_has_its_singular(one, many):
    """The singular of a plural of the table is its base form, and that of a singular is itself."""
    assert singular(many) == singular(one) == one


@pytest.mark.parametrize(("one", "many"), FORMED.items())
def test_plurals_and_stems_know_the_table(one, many):
    """A plural stays one, and shares its stem with the singular."""
    assert plural(one) == plural(many) == many
    assert stem(one) == stem(many)


@pytest.mark.parametrize(
    ("one", "many"), [("box", "boxes"), ("berry", "berries"), ("day", "days"), ("peach", "peaches")]
)
def test_regular_nouns_are_formed_by_their_endings(one, many):
    """Nouns outside the table get an ending, and lose it again."""
    assert plural(one) == many
    assert singular(many) == one


@pytest.mark.parametrize("noun", sorted(INVARIABLE))
def test_some_nouns_have_one_form(noun):
    """A fish is a fish, however many."""
    assert plural(noun) == singular(noun) == noun


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "step", "0 steps"),
        (1, "step", "1 step"),
        (2, "inferred step", "2 inferred steps"),
        (1_000, "fault", "1,000 faults"),
    ],
)
def test_a_count_agrees_with_its_noun(count, noun, text):
    """One of a thing is singular; none and several are plural."""
    assert counted(count, noun) == text


def fixed_plurals(source):
    """Yield the f-strings of a source in which a plural that does not change follows a count."""
    for node in ast.walk(ast.parse(source)):
        for count, after in pairwise(node.values if isinstance(node, ast.JoinedStr) else ()):
            counts = isinstance(count, ast.FormattedValue) and (
                (isinstance(count.value, ast.Call) and getattr(count.value.func, "id", "") == "len")
                or (count.format_spec is not None and ast.unparse(count.format_spec) == "f','")
            )
            text = after.value if isinstance(after, ast.Constant) else ""
            if counts and re.match(r" (?:[a-z]+ )?(?!is\b|has\b|was\b)[a-z]+s\b", text):
                yield ast.unparse(node)


def test_no_message_has_one_of_several():
    """Counts are written by `counted`, so that no message says "1 rows"; numbers that are never 1 are free."""
    bounds = ("at most", "at least", "too many")
    found = [
        text
        for package in ("solver", "generators", "datasets_cards", "finetune")
        for path in sorted((Path(solver.__file__).parents[1] / package).rglob("*.py"))
        for text in fixed_plurals(path.read_text(encoding="utf-8"))
        if not any(bound in text for bound in bounds)
    ]

    assert list(fixed_plurals("f'{len(rows):,} rows'")) != []
    assert found == []
