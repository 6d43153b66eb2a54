"""Proves rows from their emitted text: parses each trace, solves it, and compares the answer with the closed form.

The proof trusts nothing that drew or rendered a row. It works on whole columns; `cross_check` checks a sample of every
group again with other code.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.patterns.pattern import Pattern
from generators.patterns.row_error import RowError
from solver import arrow
from solver.columns import Column, ColumnState
from solver.fields import NAME
from solver.machine import solve
from solver.refusal import TraceError


def prove(pattern: Pattern, traces: pa.Array, answers: pa.Array, closed: Column) -> None:
    """Prove the rows of a pattern from their texts; raise RowError at the first row that fails.

    `traces` and `answers` are string columns, `closed` is the closed form's answers. Each trace, parsed and written
    again, must be the same text; its names must be valid and distinct; and the solver's answer must equal both the
    stored answer and the closed form.
    """
    reader = pattern.reader
    texts = reader.read(traces)
    values: dict[str, object] = {}
    again: dict[str, pa.Array] = {}
    for symbol, column in texts.items():
        if pattern.is_number(symbol):
            try:
                values[symbol] = number = Column.parse(column)
            except ValueError as error:
                raise RowError(None, str(error)) from None
            again[symbol] = number.text()
        else:
            values[symbol] = symbol
            again[symbol] = column
            _all(pc.match_substring_regex(column, f"^(?:{NAME.pattern})$"), f"{symbol} is written as an invalid name")
    _all(pc.equal(reader.written(again, len(traces)), traces), "its trace differs when it is parsed and written again")
    _distinct(pattern, {symbol: column for symbol, column in again.items() if not pattern.is_number(symbol)})
    try:
        solved = solve(pattern.outline.program(values), ColumnState).answer
    except TraceError as error:
        raise RowError(None, f"its trace cannot be run: {error}") from None
    _all(solved == closed, "the solver's answer is not the closed form's")
    _all(pc.equal(solved.text(), answers), "the solver's answer is not the stored one")


def _distinct(pattern: Pattern, names: dict[str, pa.Array]) -> None:
    """Check that the names of a sub-trace differ in every row."""
    for pair in pattern.reader.pairs:
        left, right = (names[name] if name in names else arrow.text(name) for name in pair)
        _all(pc.not_equal(left, right), f"{' and '.join(pair)} have the same name")


def _all(claim: np.ndarray | pa.BooleanArray, fault: str) -> None:
    """Raise RowError at the first row for which the claim is false."""
    first = (
        pc.index(claim, arrow.FALSE).as_py()
        if isinstance(claim, pa.Array)
        else -1
        if claim.all()
        else int(np.argmin(claim))
    )
    if first >= 0:
        raise RowError(first, fault)
