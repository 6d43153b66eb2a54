"""The conversations of `solver.turns` as columns: prompts of questions, and completions of traces."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from solver import arrow
from solver.text import FENCE_END, FENCE_START
from solver.turns import COMPLETION_ROLES, PROMPT_ROLES


def prompt_column(system: str, questions: pa.Array) -> pa.Array:
    """Return the conversations that ask questions, one a row."""
    return _turns(PROMPT_ROLES, _alternating(system, questions))


def completion_column(traces: pa.Array) -> pa.Array:
    """Return the conversations that answer with traces, one a row."""
    fenced = pc.binary_join_element_wise(arrow.text(FENCE_START), traces, arrow.text(FENCE_END), arrow.text(""))
    return _turns(COMPLETION_ROLES, fenced)


def _alternating(first: str, texts: pa.Array) -> pa.Array:
    """Return a column with twice the rows: the first text and a row of `texts` in turn."""
    joined = pc.binary_join_element_wise(arrow.text(first), texts, arrow.text(""))
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    bounds = np.empty(2 * len(texts) + 1, dtype=np.int32)
    bounds[::2] = ends
    bounds[1::2] = ends[:-1] + len(first.encode())
    return pa.StringArray.from_buffers(2 * len(texts), pa.py_buffer(bounds), data)


def _turns(roles: tuple[str, ...], contents: pa.Array) -> pa.Array:
    """Return a column of conversations: one turn of each role, in order, with the next of the contents."""
    names = arrow.texts(roles).take(arrow.integers(np.arange(len(contents)) % len(roles)))
    offsets = arrow.integers(np.arange(0, len(contents) + 1, len(roles), dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([names, contents], ["role", "content"]))
