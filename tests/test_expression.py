"""Closed forms are exact, on a row and on a column, and can do nothing but arithmetic."""

import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import law

from generators.patterns.expression import Expression
from solver.columns import Column
from solver.refusal import InputError

OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
ROWS = {"a": [Fraction(7), Fraction(3, 2), Fraction(12)], "b": [Fraction(2), Fraction(5), Fraction(1, 3)]}


@st.composite
def forms(draw, depth=3):
    """Draw a fully bracketed expression and its value as a function of a row's values."""
    if depth == 0 or draw(st.booleans()):
        leaf = draw(st.sampled_from(["a", "b", "2", "10", "0.25"]))
        return leaf, lambda row: row[leaf] if leaf in row else Fraction(leaf)
    (left, of_left), (right, of_right) = draw(forms(depth - 1)), draw(forms(depth - 1))
    sign = draw(st.sampled_from(list(OPERATIONS)))
    return f"({left} {sign} {right})", lambda row: Fraction(OPERATIONS[sign](of_left(row), of_right(row)))


@law
@given(forms())
def test_rows_and_columns_agree_with_fractions(form):
    """An expression gives the results of Python's fractions, on a row and on a column."""
    text, meaning = form
    rows = [dict(zip(ROWS, values, strict=True)) for values in zip(*ROWS.values(), strict=True)]
    try:
        expected = [meaning(row) for row in rows]
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            [Expression(text)(row) for row in rows]
        return

    expression = Expression(text)
    column = expression({name: Column.of(values) for name, values in ROWS.items()})

    assert [expression(row) for row in rows] == expected
    assert (column.fractions() if isinstance(column, Column) else [column] * len(rows)) == expected


@law
@given(forms(), st.integers(-20, 20), st.integers(-20, 20), st.integers(0, 9), st.integers(0, 9))
def test_an_interval_holds_every_value(form, low_a, low_b, wide_a, wide_b):
    """The interval of an expression contains its value at every corner and in the middle of the ranges."""
    text, meaning = form
    ranges = {"a": (low_a, low_a + wide_a), "b": (low_b, low_b + wide_b)}

    interval = Expression(text).interval(ranges)

    if interval:
        for a in {low_a, low_a + wide_a // 2, low_a + wide_a}:
            for b in {low_b, low_b + wide_b // 2, low_b + wide_b}:
                assert interval[0] <= meaning({"a": Fraction(a), "b": Fraction(b)}) <= interval[1]


REFUSED = {
    "a call": ("__import__('os').system('id')", "has a call"),
    "an attribute": ("a.__class__", "has Attribute"),
    "an index": ("a[0]", "has Subscript"),
    "a text": ("'a' * 9", "has Constant"),
    "a power": ("9 ** 9 ** 9", "has a power"),
    "a shift": ("1 << 99999", "has LShift"),
    "a lambda": ("lambda: 0", "has Lambda"),
    "a comprehension": ("[x for x in y]", "has ListComp"),
    "a walrus": ("(x := 3) + a", "has NamedExpr"),
    "a conditional": ("a if b else 2", "has IfExp"),
    "a comparison": ("a < b", "has Compare"),
    "a boolean": ("True + a", "has Constant"),
    "an f-string": ("f'{a}'", "has JoinedStr"),
    "a tuple": ("a, b", "has a comma"),
    "a statement": ("import os", "is not an expression"),
    "an assignment": ("a = 2", "is not an expression"),
    "nothing": ("", "is not an expression"),
    "a null byte": ("a\0b", "is not an expression"),
    "brackets without end": ("(" * 199, "is not an expression"),
    "an exponent": ("1e400 + a", "'1e400' is not a number"),
    "hexadecimal": ("0x10 + a", "'0x10' is not a number"),
    "an imaginary number": ("2j + a", "has Constant"),
    "underscores": ("1_000 + a", "'1_000' is not a number"),
    "a huge number": ("9" * 150, "is not a number"),
    "a long text": ("a + " * 60 + "a", "at most 200"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_but_arithmetic_is_taken(what):
    """Everything but names, numbers, the six operators and brackets is refused at once, on one line."""
    text, told = REFUSED[what]

    with pytest.raises(InputError) as caught:
        Expression(text)

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "solvable"),
    [
        ("a + b", True),
        ("2 * a - b", True),
        ("b / a", True),
        ("a + a", False),
        ("a // b", False),
        ("a % 2", False),
        ("b", False),
        ("b + 0 * a", False),
        ("b + a * (b - 1)", False),
        ("a * (b + 1)", True),
    ],
)
def test_a_value_determines_a_name_that_stands_once(text, solvable):
    """A value determines a name that occurs once, outside // and %, and beside no factor that may be 0."""
    assert Expression(text).solvable_for("a", {"a": (1, 9), "b": (1, 9)}) is solvable


def test_a_digit_run_into_a_word_is_told_without_a_warning(recwarn):
    """Text that Python would warn of is refused, and no warning is printed."""
    with pytest.raises(InputError):
        Expression("1or a")

    assert [str(warning.message) for warning in recwarn] == []
