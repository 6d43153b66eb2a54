"""The columns of every dataset, each defined once for builds, imports, cards, exports and training."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from . import arrow

Filled = Literal["every row", "rows with a trace", "built rows"]
"""The rows that have a value in a column; the others are null."""

Reader = Literal["score", "training"]

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_NAMES = pa.list_(pa.string())
_TRAINING: frozenset[Reader] = frozenset(["training"])
_BOTH: frozenset[Reader] = frozenset(["score", "training"])


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of the schema."""

    name: str
    type: pa.DataType
    meaning: str
    filled: Filled = "every row"
    encoded: str | None = None
    """The Parquet path of a leaf that is dictionary-encoded because its values recur; None if there is none."""
    readers: frozenset[Reader] = frozenset()
    """The verbs that read the column: `score` judges completions, and training and evaluation read rows."""


COLUMNS = (
    SchemaColumn(
        "id",
        pa.string(),
        "`expert/pattern/index`, or `source/split/number` of an imported row; unique in a dataset",
        readers=_BOTH,
    ),
    SchemaColumn(
        "prompt",
        _TURNS,
        "the conversation so far: a system turn and a user turn",
        encoded="prompt.list.element.role",
        readers=_TRAINING,
    ),
    SchemaColumn(
        "completion",
        _TURNS,
        "the assistant turn to learn: the trace in a `yaml` fence",
        filled="rows with a trace",
        encoded="completion.list.element.role",
        readers=_TRAINING,
    ),
    SchemaColumn("question", pa.string(), "the word problem", readers=_TRAINING),
    SchemaColumn(
        "trace",
        pa.string(),
        "the trace that answers it, as canonical YAML",
        filled="rows with a trace",
        readers=_TRAINING,
    ),
    SchemaColumn("answer", pa.string(), "the exact answer as text: an integer, a decimal or a fraction", readers=_BOTH),
    SchemaColumn(
        "expert",
        pa.string(),
        "the expert that owns the trace, or `composition`",
        filled="rows with a trace",
        encoded="expert",
        readers=_BOTH,
    ),
    SchemaColumn(
        "experts",
        _NAMES,
        "the experts of the sub-traces, in order",
        filled="rows with a trace",
        encoded="experts.list.element",
        readers=_BOTH,
    ),
    SchemaColumn(
        "pattern",
        pa.string(),
        "the pattern's name; null in imported rows",
        filled="built rows",
        encoded="pattern",
        readers=_BOTH,
    ),
    SchemaColumn(
        "steps",
        pa.int32(),
        "steps of the trace, all sub-traces together",
        filled="rows with a trace",
        encoded="steps",
        readers=_TRAINING,
    ),
    SchemaColumn(
        "difficulty",
        pa.int32(),
        "steps that compute: all but `init` and `query`",
        filled="rows with a trace",
        encoded="difficulty",
    ),
    SchemaColumn(
        "metadata",
        pa.string(),
        "a JSON object; the distractors of built rows that have any; the grade of imported rows and the origin of every operand",
        encoded="metadata",
    ),
)
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


def read_by(reader: Reader) -> tuple[str, ...]:
    """Return the names of the columns that a verb reads, in order."""
    return tuple(column.name for column in COLUMNS if reader in column.readers)


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
