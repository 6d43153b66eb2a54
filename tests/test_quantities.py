"""Numbers as people write them are read exactly, with their spans."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules import rule_names, without

from solver import quantities
from solver.numerals import UNITS
from solver.quantities import plain_number, read_quantities, spelt_number

WRITINGS = {
    "clock_time": ("5:30", "11/2", "clock"),
    "ordinal_figures": ("3rd", "3", "ordinal"),
    "fraction_figures": ("2/3", "2/3", "fraction"),
    "figures": ("80,000", "80000", "plain"),
    "spelt_fraction": ("two-thirds", "2/3", "fraction"),
    "half_dozen": ("half a dozen", "6", "group"),
    "number_words": ("twenty-five", "25", "word"),
    "multiple": ("tripled", "3", "multiple"),
    "half": ("half", "1/2", "half"),
    "group": ("a pair", "2", "group"),
    "ordinal_word": ("third", "3", "ordinal"),
    "bare_part": ("thirds of", "1/3", "fraction"),
}


def test_every_form_of_writing_has_a_test():
    """A new form of writing needs an example."""
    assert rule_names(quantities) == set(WRITINGS)


@pytest.mark.parametrize("rule", WRITINGS)
def test_a_form_of_writing_reads_its_numbers(rule, monkeypatch):
    """Each form of writing reads a number that no other form reads."""
    text, value, kind = WRITINGS[rule]
    read = read_quantities.__wrapped__

    assert [(Fraction(value), kind)] == [(found.value, found.kind) for found in read(f"It is {text} here")]
    without(monkeypatch, quantities, rule)
    assert not read(f"It is {text} here")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("80,000", "80000", "plain"),
        ("$1,200.50", "1200.5", "money"),
        (".5", "0.5", "plain"),
        ("three", "3", "word"),
        ("twenty-five", "25", "word"),
        ("two hundred and five", "205", "word"),
        ("two thousand five hundred", "2500", "word"),
        ("3 million", "3000000", "plain"),
        ("a dozen", "12", "group"),
        ("2 dozen", "24", "group"),
        ("half a dozen", "6", "group"),
        ("1/2", "1/2", "fraction"),
        ("two-thirds", "2/3", "fraction"),
        ("3 fourth-grade classes", "3", "plain"),
        ("two third graders", "2", "word"),
        ("a quarter", "1/4", "fraction"),
        ("1 1/2", "3/2", "plain"),
        ("one and a half", "3/2", "word"),
        ("5½", "11/2", "plain"),
        ("40%", "40", "percent"),
        ("fifty percent", "50", "percent"),
        ("25 cents", "25", "cents"),
        ("5:30", "11/2", "clock"),
        ("8 a.m.", "8", "clock"),
        ("twice", "2", "multiple"),
        ("half", "1/2", "half"),
        ("3rd", "3", "ordinal"),
    ],
)
def test_each_way_of_writing_is_one_quantity(text, value, kind):
    """A number written in one of the known ways is read as one quantity of its exact value."""
    (found,) = read_quantities(f"It is {text} here")

    assert (Fraction(value), kind) == (found.value, found.kind)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two and three", [2, 3]),
        ("nine one", [9, 1]),
        ("2,4,8", [2, 4, 8]),
        ("1600 beats per second", [1600]),
        ("someone often weighs nothing", []),
        ("2 $15 donations", [2, 15]),
    ],
)
def test_neighbours_stay_apart(text, values):
    """Numbers beside one another, and letters that only look like numbers, are not joined."""
    assert values == [quantity.value for quantity in read_quantities(text)]


@given(st.integers(0, 10**9))
def test_commas_change_nothing(number):
    """A whole number with thousands commas is read as without them."""
    assert plain_number(f"{number:,}") == number
    assert [number] == [quantity.value for quantity in read_quantities(f"have {number:,} of them")]


@given(st.text(max_size=200))
def test_spans_are_the_text_and_in_order(text):
    """Any text is read; each quantity's span holds its text, and no two overlap."""
    end = 0
    for quantity in read_quantities(text):
        assert quantity.start >= end
        assert text[quantity.start : quantity.end] == quantity.text
        end = quantity.end


@given(st.integers(1, 16), st.integers(1, 16))
def test_spelt_hundreds_add_up(hundreds, rest):
    """`H hundred and R` is 100 H + R."""
    assert spelt_number(f"{UNITS[hundreds]} hundred and {UNITS[rest]}") == 100 * hundreds + rest


@pytest.mark.parametrize("text", ["", "12 apples", "1,20", "x"])
def test_what_is_no_number_is_refused(text):
    """Text that is not wholly a number is an error that shows it."""
    with pytest.raises(ValueError, match="is not a number"):
        plain_number(text)


@pytest.mark.parametrize("text", ["a couple's wedding", "Sammy's score", "two friends score"])
def test_words_that_only_look_like_a_group_are_none(text):
    """A couple's wedding is no wedding of two, and who scores has no twenty."""
    assert not [one for one in read_quantities(text) if one.kind == "group"]


def test_figures_of_too_many_digits_are_no_number():
    """Python does not convert thousands of digits, and no trace can hold them; other numbers keep their places."""
    text = f"He has {'9' * 5_000} nuts, 3 of them brown, and {'1' + ',000' * 2_000} $0.{'3' * 5_000} more."

    assert [(one.value, text[one.start : one.end]) for one in read_quantities(text) if one.value] == [(3, "3")]
