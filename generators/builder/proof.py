"""Proof of rows from their emitted text: read back, solved, balanced against the closed form, written again.

Nothing that drew or rendered a row is trusted here. The fast reader works on whole columns: all traces of a
pattern have the same delimiters, so one scan finds every field. `opinion` is the slow and independent second
look at a sample of every group, or at all rows.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.patterns.render import join
from solver import arrow
from solver.columns import Column, ColumnState
from solver.fields import NAME
from solver.machine import solve
from solver.refusal import TraceError
from solver.text import write

if TYPE_CHECKING:
    from generators.patterns.pattern import Pattern

_MARKS = b",]}"
"""The bytes that end a written scalar; between two of them a trace has at most one that varies."""


class RowError(ValueError):
    """A row that did not prove: its index in the column, or None where the column cannot tell, and what is wrong."""

    def __init__(self, row: int | None, reason: str):
        super().__init__(reason if row is None else f"row {row}: {reason}")
        self.row = row
        self.reason = reason


class Reader:
    """Reads a pattern's traces back from their texts, whole columns at a time."""

    def __init__(self, pattern: Pattern):
        self.pattern = pattern
        text = write(pattern.program).encode()
        marks = [place for place, byte in enumerate(text) if byte in _MARKS]
        self.marks = len(marks)
        self.fields: dict[str, tuple[int, int]] = {}
        """Where each symbol stands first: behind which mark, and how many bytes behind it."""
        self.pieces: list[str] = []
        """The text cut into literals and symbols."""
        end = 0
        for index, (mark, following) in enumerate(pairwise(marks)):
            start = 1 + max(text.rfind(b" ", mark, following), text.rfind(b"[", mark, following))
            symbol = text[start:following].decode()
            if symbol in pattern.symbols:
                self.fields.setdefault(symbol, (index, start - mark))
                self.pieces += [text[end:start].decode(), symbol]
                end = following
        self.pieces.append(text[end:].decode())
        self.pairs = [
            (left, right)
            for trace in pattern.program
            for left, right in combinations(dict.fromkeys(name for step in trace.steps for name in step.names), 2)
            if "$" in left + right
        ]
        """The names of a sub-trace that must differ in every row; one sub-trace never sees another's."""

    def read(self, texts: pa.StringArray) -> dict[str, pa.Array]:
        """Return the texts that stand for each symbol; raise RowError at a trace of another form."""
        _, offset_buffer, data_buffer = texts.buffers()
        ends = np.frombuffer(offset_buffer, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        data = np.frombuffer(data_buffer, dtype=np.uint8)[ends[0] : ends[-1]]
        ends = ends - ends[0]
        found = data == _MARKS[0]
        for mark in _MARKS[1:]:
            found |= data == mark
        places = np.flatnonzero(found)
        wrong = np.diff(np.searchsorted(places, ends)) != self.marks
        if not wrong.any():
            grid = places.reshape(len(texts), self.marks)
            bounds = np.empty((len(texts), 2 * len(self.fields)), dtype=np.int32)
            for column, (index, skip) in enumerate(self.fields.values()):
                bounds[:, 2 * column] = grid[:, index] + skip
                bounds[:, 2 * column + 1] = grid[:, index + 1]
            wrong = (bounds[:, 1::2] < bounds[:, ::2]).any(axis=1)
        if wrong.any():
            raise RowError(int(np.argmax(wrong)), "its trace does not have the pattern's form")
        # The bounds cut the text into fields and what lies between them, in turn; no byte is copied for that.
        cuts = pa.StringArray.from_buffers(bounds.size - 1, pa.py_buffer(bounds), pa.py_buffer(data))
        rows = np.arange(0, bounds.size, bounds.shape[1])
        return {symbol: cuts.take(arrow.integers(rows + 2 * column)) for column, symbol in enumerate(self.fields)}

    def written(self, values: dict[str, pa.Array], rows: int) -> pa.Array:
        """Return the traces with these texts for the symbols."""
        return join([values.get(piece, piece) for piece in self.pieces], rows)


def prove(pattern: Pattern, traces: pa.Array, answers: pa.Array, closed: Column) -> None:
    """Prove every row from its texts; raise RowError at the first that fails.

    The trace is read back, written again byte for byte, its names are names and differ, and what the solver
    makes of it is both the stored answer and the closed form.
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
            _all(pc.match_substring_regex(column, f"^(?:{NAME.pattern})$"), f"{symbol} is written as no name")
    _all(pc.equal(reader.written(again, len(traces)), traces), "its trace, read back and written again, is another")
    _distinct(pattern, {symbol: column for symbol, column in again.items() if not pattern.is_number(symbol)})
    try:
        solved = solve(pattern.outline.program(values), ColumnState).answer
    except TraceError as error:
        raise RowError(None, f"its trace cannot be run: {error}") from None
    _all(solved == closed, "the solver's answer is not the closed form's")
    _all(pc.equal(solved.text(), answers), "the solver's answer is not the stored one")


def _distinct(pattern: Pattern, names: dict[str, pa.Array]) -> None:
    """Check that no two names of a trace are the same in any row."""
    for pair in pattern.reader.pairs:
        left, right = (names[name] if name in names else arrow.text(name) for name in pair)
        _all(pc.not_equal(left, right), f"{' and '.join(pair)} have one name")


def _all(claim: np.ndarray | pa.BooleanArray, wrong: str) -> None:
    first = (
        pc.index(claim, arrow.FALSE).as_py()
        if isinstance(claim, pa.Array)
        else -1
        if claim.all()
        else int(np.argmin(claim))
    )
    if first >= 0:
        raise RowError(first, wrong)
