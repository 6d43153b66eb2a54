"""A column computes exactly what the fractions of its rows compute, and the solver runs on it as on a row."""

import operator
from dataclasses import fields, replace
from fractions import Fraction
from math import gcd

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import column_values, honest_programs, law, numbers, plain_numbers

from solver import Trace, TraceError, solve
from solver.columns import Column, ColumnState
from solver.number import LIMIT, read_number, write_number
from solver.ops import read_step
from solver.state import State

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
pairs = st.lists(st.tuples(column_values, column_values), max_size=6)


def by_row(operation, left, right):
    """Return the result of fractions row by row, or ZeroDivisionError if one of them divides by zero."""
    try:
        # A whole division of fractions is an int, and two of those would divide to a float.
        return [operation(Fraction(a), Fraction(b)) for a, b in zip(left, right, strict=True)]
    except ZeroDivisionError:
        return ZeroDivisionError


def by_column(operation, left, right):
    """Return the result of columns as fractions, or ZeroDivisionError."""
    try:
        return operation(left, right).fractions()
    except ZeroDivisionError:
        return ZeroDivisionError


TINY = Fraction(1, 10**12)


@pytest.mark.parametrize("operation", ARITHMETIC)
@law
@given(pairs)
@example([(Fraction(0), TINY), (TINY, Fraction(0))])  # products all 0 over a scale beyond int64
@example([(Fraction(2**62), Fraction(1)), (Fraction(1), Fraction(3))])  # quotients whose common scale is too large
def test_columns_compute_as_their_rows_do(operation, rows):
    """Every operation on two columns gives the exact result of each row, beyond int64 and any scale, or its error."""
    left, right = [a for a, _ in rows], [b for _, b in rows]

    assert by_row(operation, left, right) == by_column(operation, Column.of(left), Column.of(right))


@pytest.mark.parametrize("operation", ARITHMETIC)
@law
@given(st.lists(column_values, min_size=1, max_size=6), column_values)
def test_a_number_stands_for_a_column_of_itself(operation, rows, number):
    """A number on either side of an operation is that number in each row."""
    same = [number] * len(rows)

    assert by_row(operation, rows, same) == by_column(operation, Column.of(rows), number)
    assert by_row(operation, same, rows) == by_column(operation, number, Column.of(rows))


@pytest.mark.parametrize("operation", COMPARISONS)
@law
@given(pairs)
def test_columns_compare_as_their_rows_do(operation, rows):
    """Every comparison of two columns gives the result of each row."""
    left, right = [a for a, _ in rows], [b for _, b in rows]

    assert by_row(operation, left, right) == operation(Column.of(left), Column.of(right)).tolist()


@law
@given(
    st.lists(st.sampled_from(ARITHMETIC), max_size=6), st.lists(st.tuples(*[column_values] * 3), min_size=1, max_size=4)
)
def test_chains_stay_exact(operations, rows):
    """A chain of operations stays exact when it falls back to fractions, and never becomes a float."""
    columns = [Column.of(values) for values in zip(*rows, strict=True)]
    expected = [list(values) for values in zip(*rows, strict=True)]
    for turn, operation in enumerate(operations):
        here, there = turn % 3, (turn + 1) % 3
        result = by_row(operation, expected[here], expected[there])
        if result is ZeroDivisionError:
            with pytest.raises(ZeroDivisionError):
                operation(columns[here], columns[there])
            return
        expected[here], columns[here] = result, operation(columns[here], columns[there])

    assert expected == [column.fractions() for column in columns]
    assert all(type(unit) in (int, Fraction) for column in columns for unit in column.units.tolist())


@law
@given(st.lists(numbers, max_size=6))
def test_parsing_undoes_text(rows):
    """The texts of a column are the canonical texts of its rows, and parse to the same column."""
    column = Column.of(rows)

    assert [write_number(row) for row in rows] == column.text().to_pylist()
    assert rows == Column.parse(column.text()).fractions() == column.fractions()


@law
@given(
    st.lists(
        st.one_of(
            numbers.map(write_number),
            st.text(alphabet="-+.0123456789xXe/_ \n", max_size=5),
            st.sampled_from(["010", "0x1F", "-0", "-00", str(-(2**63)), str(2**63), "1e3", " 1", "٣"]),
        ),
        max_size=4,
    )
)
def test_a_column_reads_what_a_number_reads(texts):
    """Columns are parsed by the grammar of numbers: a text that it refuses is refused in a column."""
    try:
        expected = [read_number(text) for text in texts]
    except ValueError:
        with pytest.raises(ValueError, match="number"):
            Column.parse(pa.array(texts, pa.string()))
        return
    assert expected == Column.parse(pa.array(texts, pa.string())).fractions()


def test_a_slice_is_parsed_as_itself():
    """A sliced Arrow column is parsed from its own first row."""
    assert [Fraction(5, 2), 3] == Column.parse(pa.array(["1", "2.5", "3"])[1:]).fractions()
    assert Column.parse(pa.array(["1", "2", "3"])[1:]).fractions() == [2, 3]


@law
@given(st.lists(st.one_of(column_values, numbers), max_size=6))
def test_terminating_decimals_are_told(rows):
    """A row terminates if its denominator has no prime factors but 2 and 5."""

    def terminates(value):
        bottom = value.denominator
        while (common := gcd(bottom, 10)) > 1:
            bottom //= common
        return bottom == 1

    assert [terminates(row) for row in rows] == Column.of(rows).terminates().tolist()


@law
@given(st.lists(column_values, min_size=1, max_size=6), st.data())
def test_taking_rows_keeps_them(rows, data):
    """Rows taken by index, in any order and number, have the same values."""
    indices = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1))

    assert [rows[index] for index in indices] == Column.of(rows).take(np.array(indices)).fractions()


def test_small_numbers_stay_in_integers():
    """Results that fit int64 stay integers, sums and exact quotients too; others become exact fractions."""
    column = Column.of([Fraction(1, 4), Fraction(5, 2)])

    assert all(result.exact for result in (column, column + column, column * 7, column / column, column - 3))
    assert not Column.of([2**63]).exact
    assert not (Column.of([2**62]) + Column.of([2**62])).exact
    assert not (Column.of([2**40]) * Column.of([2**40])).exact


def test_numpy_numbers_leave_the_arithmetic_to_columns():
    """A numpy scalar on the left gives a column, not an array of columns."""
    assert (np.int64(3) + Column.of([2, 3])).fractions() == [5, 6]


def test_a_column_is_no_key():
    """A column cannot be hashed, since a comparison gives an array."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(Column.of([1]))


# One program on columns


def outcome(program, state=State):
    """Return a program's answer, or the refusal."""
    try:
        return solve(program, state).answer
    except TraceError as error:
        return error


def literals(step):
    """Return the numbers in a step, each with its field and, in a pair, its side."""
    for field in fields(step):
        value = getattr(step, field.name)
        for side, part in enumerate(value if isinstance(value, tuple) else [value]):
            if isinstance(part, Fraction):
                yield field.name, side


def rewritten(step, name, side, number):
    """Return the step with another number at that location."""
    value = getattr(step, name)
    pair = isinstance(value, tuple)
    return replace(step, **{name: (*value[:side], number, *value[side + 1 :]) if pair else number})


@law
@given(honest_programs(most_parts=2), st.data())
def test_solving_a_column_is_solving_its_rows(program, data):
    """A program on columns gives the answer of each row; a refused row refuses the column, for its reason."""
    count = data.draw(st.integers(1, 4))
    places = [
        (part, turn, *literal)
        for part, trace in enumerate(program)
        for turn, step in enumerate(trace.steps)
        for literal in literals(step)
    ]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True, min_size=1))
    values = {place: data.draw(st.lists(plain_numbers, min_size=count, max_size=count)) for place in chosen}

    def filled(number_of):
        steps = [list(trace.steps) for trace in program]
        for (part, turn, name, side), column in values.items():
            steps[part][turn] = rewritten(steps[part][turn], name, side, number_of(column))
        return tuple(Trace(trace.expert, tuple(done)) for trace, done in zip(program, steps, strict=True))

    rows = [outcome(filled(lambda column, row=row: column[row])) for row in range(count)]
    refused = {row.code for row in rows if isinstance(row, TraceError)}
    together = outcome(filled(Column.of), ColumnState)

    if refused:
        assert isinstance(together, TraceError)
        assert together.code in refused
    else:
        assert rows == (together.fractions() if isinstance(together, Column) else [together] * count)


@pytest.mark.parametrize(
    ("step", "values", "code", "reason"),
    [
        ("{op: consume, entity: a, amount: $n}", [1, 2, 9], "not_enough", "in row 2: a has less"),
        ("{op: consume, entity: a, amount: $n}", [1, 0, 9], "bad_amount", "in row 1: the amount is not positive"),
        (
            "{op: compute, compute_op: div, args: [a, $n], var: r}",
            [1, 2, 0],
            "literal_identity",
            "in row 2: a literal 0",
        ),
        (
            "{op: compute, compute_op: mul, args: [a, $n], var: r}",
            [1, 2, 0],
            "literal_identity",
            "in row 2: a literal 0",
        ),
        (
            "{op: compute, compute_op: mul, args: [a, $n], var: r}",
            [3, 1, 2],
            "literal_identity",
            "in row 1: a literal 1",
        ),
        ("{op: compute, compute_op: mul, args: [a, $n], var: r}", [3, LIMIT // 5, 2], "too_large", "leaves the range"),
    ],
)
def test_a_column_is_refused_at_its_first_bad_row(step, values, code, reason):
    """A bad row refuses the column, with the row's number."""
    import yaml

    trace = Trace(
        "entity_track",
        (
            read_step({"op": "init", "var": "a", "value": "5"}),
            read_step(yaml.load(step, yaml.BaseLoader), {"$n": Column.of(values)}),
            read_step({"op": "query", "var": "a"}),
        ),
    )
    with pytest.raises(TraceError) as refusal:
        solve((trace,), ColumnState)

    assert (code, 2) == (refusal.value.code, refusal.value.step)
    assert reason in refusal.value.reason
