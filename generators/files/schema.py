"""The columns of every dataset, each defined once for builds, imports, cards, exports and training."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from solver import arrow

Filled = Literal["every row", "rows with a trace", "built rows"]
"""The rows that have a value in a column; the others are null."""

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_NAMES = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the schema."""

    name: str
    type: pa.DataType
    meaning: str
    filled: Filled = "every row"
    encoded: str | None = None
    """The Parquet path of a leaf that is dictionary-encoded because its values recur; None if there is none."""


COLUMNS = (
    Column("id", pa.string(), "`expert/pattern/index`, or `source/split/number` of an imported row; unique in a dataset"),
    Column("prompt", _TURNS, "the conversation so far: a system turn and a user turn", encoded="prompt.list.element.role"),
    Column(
        "completion",
        _TURNS,
        "the assistant turn to learn: the trace in a `yaml` fence",
        filled="rows with a trace",
        encoded="completion.list.element.role",
    ),
    Column("question", pa.string(), "the word problem"),
    Column("trace", pa.string(), "the trace that answers it, as canonical YAML", filled="rows with a trace"),
    Column("answer", pa.string(), "the exact answer as text: an integer, a decimal or a fraction"),
    Column(
        "expert", pa.string(), "the expert that owns the trace, or `composition`", filled="rows with a trace", encoded="expert"
    ),
    Column(
        "experts",
        _NAMES,
        "the experts of the sub-traces, in order",
        filled="rows with a trace",
        encoded="experts.list.element",
    ),
    Column("pattern", pa.string(), "the pattern's name; null in imported rows", filled="built rows", encoded="pattern"),
    Column("steps", pa.int32(), "steps of the trace, all sub-traces together", filled="rows with a trace", encoded="steps"),
    Column(
        "difficulty",
        pa.int32(),
        "steps that compute: all but `init` and `query`",
        filled="rows with a trace",
        encoded="difficulty",
    ),
    Column("metadata", pa.string(), "a JSON object; of imported rows the grade and the origin of every operand", encoded="metadata"),
)  # fmt: skip
"""All columns, in order."""

SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])
"""The Arrow schema of every dataset, built or imported."""

ENCODED = [column.encoded for column in COLUMNS if column.encoded]
"""The Parquet paths that are dictionary-encoded."""

_CONTENT = ("id", "question", "trace", "answer")
"""The columns that the content hash covers; the others are determined by these and the recipe."""


def filled_in(*kinds: Filled) -> frozenset[str]:
    """Return the names of the columns that are never null in the given kinds of rows."""
    return frozenset(column.name for column in COLUMNS if column.filled in kinds)


def content_hash(table: pa.Table) -> str:
    """Return the sha256 of the rows' ids, questions, traces and answers; it does not depend on the pyarrow version."""
    digest = hashlib.sha256()
    for name in _CONTENT:
        texts = arrow.whole(table.column(name))
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets or bytes(4), dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        digest.update(np.diff(ends).astype("<i4", copy=False).tobytes())
        digest.update(memoryview(data or b"")[ends[0] : ends[-1]])
    return digest.hexdigest()
