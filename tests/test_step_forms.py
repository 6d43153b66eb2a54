"""The forms of steps say what the ops accept."""

from fractions import Fraction

import pytest

from solver.experts import EXPERTS
from solver.step_forms import DERIVED, GIVEN, NEW, NUMBER, RESULT, step_forms


def slots(word):
    """Return the slots of each form of a word."""
    return [[(slot.field, slot.kinds) for slot in form.slots] for form in step_forms() if form.word == word]


def test_every_word_has_a_form():
    """The forms have exactly the words of all experts."""
    assert {form.word for form in step_forms()} == set().union(*(expert.words for expert in EXPERTS.values()))


def test_an_init_names_a_number_or_a_result():
    """It sets a new name, to one of the two, never to both or neither."""
    assert slots("init") == [
        [("var", {NEW}), ("source", {RESULT})],
        [("var", {NEW}), ("value", {NUMBER})],
    ]


def test_a_compute_has_a_variable():
    """One of its arguments may be a number, not both; its name is new."""
    known = {GIVEN, DERIVED}

    assert slots("mul") == [
        [("args", known | {NUMBER}), ("args", known), ("var", {NEW})],
        [("args", known), ("args", {NUMBER}), ("var", {NEW})],
    ]


def test_a_query_asks_for_a_derived_name():
    """A name that is only given is no answer."""
    assert slots("query") == [[("var", {DERIVED})]]


@pytest.mark.parametrize(
    ("word", "place", "refused"),
    [
        ("init", 1, []),
        ("add", 0, [0]),
        ("mul", 0, [0, 1]),
        ("div", 0, [0]),
        ("percent_of", 0, [0]),
        ("consume", 1, [-5, 0]),
    ],
)
def test_numbers_that_an_op_refuses_are_not_held(word, place, refused):
    """A literal that changes nothing, and an amount of nothing or less, can stand in no slot."""
    form = next(form for form in step_forms() if form.word == word and NUMBER in form.slots[place].kinds)

    assert [number for number in (-5, 0, 1, 5) if not form.holds(place, Fraction(number))] == refused


def test_forms_derive_unless_they_are_given():
    """A step that needs a set name derives a value, unless it ends the trace."""
    for form in step_forms():
        assert form.derives == (not form.free and not form.ends), form.word
