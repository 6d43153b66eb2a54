"""Between numpy and Arrow without a detour: `pa.array`, `pa.scalar` and `to_numpy` import pandas (0.3 s) when first used."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def texts(strings: Iterable[str]) -> pa.StringArray:
    """Return strings as an Arrow column."""
    encoded = [string.encode() for string in strings]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def repeated(string: str, rows: int) -> pa.StringArray:
    """Return a column that holds one string in every row."""
    return texts([string]).take(integers(np.zeros(rows, dtype=np.int64)))


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column of a table as one array, copied only where it is in several."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [texts([])])


@lru_cache(maxsize=4096)
def text(string: str) -> pa.StringScalar:
    """Return a string as an Arrow scalar."""
    return texts([string])[0]


def integers(values: np.ndarray) -> pa.Array:
    """Return an integer array as an Arrow column, without copying it."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def values(column: pa.Array) -> np.ndarray:
    """Return the values of an Arrow integer column without nulls, without copying them."""
    _, buffer = column.buffers()
    kind = np.dtype(str(column.type))
    if not len(column):
        return np.zeros(0, dtype=kind)
    return np.frombuffer(buffer, dtype=kind)[column.offset : column.offset + len(column)]


FALSE = pc.equal(text("a"), text("b"))
"""The Arrow scalar false."""
