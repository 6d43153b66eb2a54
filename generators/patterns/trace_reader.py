"""Parses the emitted traces of a pattern, a column at a time.

All traces of a pattern have the same delimiters, so one scan of the column's bytes finds every field.
"""

from collections.abc import Collection
from itertools import combinations, pairwise

import numpy as np
import pyarrow as pa

from solver import arrow
from solver.program import Program
from solver.text import write

from .render import join
from .row_error import RowError

_MARKS = b",]}"
"""The bytes that end a scalar; between two of them, at most one scalar varies from row to row."""


class TraceReader:
    """Parses the traces of one program; `symbols` are the scalars that vary from row to row."""

    def __init__(self, program: Program, symbols: Collection[str]):
        text = write(program).encode()
        marks = [offset for offset, byte in enumerate(text) if byte in _MARKS]
        self.marks = len(marks)
        self.fields: dict[str, tuple[int, int]] = {}
        """The first position of each symbol: the index of the mark before it, and its distance from that mark in bytes."""
        self.pieces: list[str] = []
        """The text, split into literals and symbols."""
        end = 0
        for index, (mark, following) in enumerate(pairwise(marks)):
            start = 1 + max(text.rfind(b" ", mark, following), text.rfind(b"[", mark, following))
            symbol = text[start:following].decode()
            if symbol in symbols:
                self.fields.setdefault(symbol, (index, start - mark))
                self.pieces += [text[end:start].decode(), symbol]
                end = following
        self.pieces.append(text[end:].decode())
        self.pairs = [
            (left, right)
            for trace in program
            for left, right in combinations(dict.fromkeys(name for step in trace.steps for name in step.names), 2)
            if "$" in left + right
        ]
        """Pairs of names in one sub-trace that must differ in every row."""

    def read(self, texts: pa.StringArray) -> dict[str, pa.Array]:
        """Return a column of texts for each symbol; raise RowError at a trace that does not have the pattern's form."""
        _, offset_buffer, data_buffer = texts.buffers()
        ends = np.frombuffer(offset_buffer, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        data = np.frombuffer(data_buffer, dtype=np.uint8)[ends[0] : ends[-1]]
        ends = ends - ends[0]
        found = data == _MARKS[0]
        for mark in _MARKS[1:]:
            found |= data == mark
        offsets = np.flatnonzero(found)
        wrong = np.diff(np.searchsorted(offsets, ends)) != self.marks
        if not wrong.any():
            grid = offsets.reshape(len(texts), self.marks)
            bounds = np.empty((len(texts), 2 * len(self.fields)), dtype=np.int32)
            for column, (index, skip) in enumerate(self.fields.values()):
                bounds[:, 2 * column] = grid[:, index] + skip
                bounds[:, 2 * column + 1] = grid[:, index + 1]
            wrong = (bounds[:, 1::2] < bounds[:, ::2]).any(axis=1)
        if wrong.any():
            raise RowError(int(np.argmax(wrong)), "its trace does not have the pattern's form")
        # The bounds split the text into fields and the gaps between them, alternately, without copying.
        cuts = pa.StringArray.from_buffers(bounds.size - 1, pa.py_buffer(bounds), pa.py_buffer(data))
        rows = np.arange(0, bounds.size, bounds.shape[1])
        return {symbol: cuts.take(arrow.integers(rows + 2 * column)) for column, symbol in enumerate(self.fields)}

    def written(self, values: dict[str, pa.Array], rows: int) -> pa.Array:
        """Return the traces with these texts in place of the symbols."""
        return join([values.get(piece, piece) for piece in self.pieces], rows)
