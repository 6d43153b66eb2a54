"""Irregular plurals stand in one table, which singulars, plurals and stems share."""

import pytest

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
