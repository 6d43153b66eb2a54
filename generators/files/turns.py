"""Builds the prompt and completion columns: the turns of `solver.turns`, for whole columns of questions and traces."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from solver import arrow
from solver.text import FENCE_END, FENCE_START
from solver.turns import COMPLETION_ROLES, PROMPT_ROLES


def prompt_column(system: str, questions: pa.Array) -> pa.Array:
    """Return the prompts, one per question: a system turn and a user turn."""
    return _turns(PROMPT_ROLES, _alternating(system, questions))


def completion_column(traces: pa.Array) -> pa.Array:
    """Return the completions, one per trace: an assistant turn with the fenced trace."""
    fenced = pc.binary_join_element_wise(arrow.text(FENCE_START), traces, arrow.text(FENCE_END), arrow.text(""))
    return _turns(COMPLETION_ROLES, fenced)


def _alternating(first: str, texts: pa.Array) -> pa.Array:
    """Return a column of twice the length that alternates `first` and the rows of `texts`."""
    joined = pc.binary_join_element_wise(arrow.text(first), texts, arrow.text(""))
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    bounds = np.empty(2 * len(texts) + 1, dtype=np.int32)
    bounds[::2] = ends
    bounds[1::2] = ends[:-1] + len(first.encode())
    return pa.StringArray.from_buffers(2 * len(texts), pa.py_buffer(bounds), data)


def _turns(roles: tuple[str, ...], contents: pa.Array) -> pa.Array:
    """Return a column of conversations with one turn per role; `contents` has the turns of all rows in order."""
    names = arrow.texts(roles).take(arrow.integers(np.arange(len(contents)) % len(roles)))
    offsets = arrow.integers(np.arange(0, len(contents) + 1, len(roles), dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([names, contents], ["role", "content"]))
