"""Converts between numpy and Arrow without pandas.

`pa.array`, `pa.scalar` and `to_numpy` import pandas on first use, which takes 0.3 s.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def texts(strings: Iterable[str]) -> pa.StringArray:
    """Return strings as an Arrow string column."""
    encoded = [string.encode() for string in strings]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def repeated(string: str, rows: int) -> pa.StringArray:
    """Return a column of `rows` rows that all hold one string."""
    return texts([string]).take(integers(np.zeros(rows, dtype=np.int64)))


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a chunked column as one array; copy it only if it has several chunks."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [texts([])])


@lru_cache(maxsize=4096)
def text(string: str) -> pa.StringScalar:
    """Return a string as an Arrow scalar."""
    return texts([string])[0]


def integers(values: np.ndarray) -> pa.Array:
    """Return an integer array as an Arrow column, without copying."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def values(column: pa.Array) -> np.ndarray:
    """Return the values of an Arrow integer column as numpy, without copying; the column has no nulls."""
    _, buffer = column.buffers()
    kind = np.dtype(str(column.type))
    if not len(column):
        return np.zeros(0, dtype=kind)
    return np.frombuffer(buffer, dtype=kind)[column.offset : column.offset + len(column)]


FALSE = pc.equal(text("a"), text("b"))
"""The Arrow scalar false."""
