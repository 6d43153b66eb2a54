"""The columns of every dataset, each stated once: rows, imports, cards, exports and training read this table."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from solver import arrow

Held = Literal["every row", "rows with a trace", "built rows"]
"""Which rows have a value in a column; the others are null there."""

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_NAMES = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the schema."""

    name: str
    type: pa.DataType
    meaning: str
    held: Held = "every row"
    encoded: str | None = None
    """The Parquet path of the part that is dictionary-encoded, since its values recur; None for no part."""


COLUMNS = (
    Column("id", pa.string(), "`expert/pattern/place`, or `source/split/number` of an imported row; unique in a dataset"),
    Column("prompt", _TURNS, "the conversation so far: a system turn and a user turn", encoded="prompt.list.element.role"),
    Column(
        "completion",
        _TURNS,
        "the assistant turn to learn: the trace in a `yaml` fence",
        held="rows with a trace",
        encoded="completion.list.element.role",
    ),
    Column("question", pa.string(), "the word problem"),
    Column("trace", pa.string(), "the trace that answers it, as canonical YAML", held="rows with a trace"),
    Column("answer", pa.string(), "the exact answer as text: an integer, a decimal or a fraction"),
    Column(
        "expert", pa.string(), "the expert that owns the trace, or `composition`", held="rows with a trace", encoded="expert"
    ),
    Column(
        "experts",
        _NAMES,
        "the experts of the trace's parts, in order",
        held="rows with a trace",
        encoded="experts.list.element",
    ),
    Column("pattern", pa.string(), "the pattern's name; null in imported rows", held="built rows", encoded="pattern"),
    Column("steps", pa.int32(), "steps of the trace, all parts together", held="rows with a trace", encoded="steps"),
    Column(
        "difficulty",
        pa.int32(),
        "steps that compute: all but `init` and `query`",
        held="rows with a trace",
        encoded="difficulty",
    ),
    Column("metadata", pa.string(), "a JSON object; of imported rows the grade and the origin of every operand", encoded="metadata"),
)  # fmt: skip
"""All columns, in their order."""

SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])
"""The frozen Arrow schema of every dataset, whatever its source."""

ENCODED = [column.encoded for column in COLUMNS if column.encoded]
"""The Parquet paths that are dictionary-encoded."""

_CONTENT = ("id", "question", "trace", "answer")
"""The columns that the content hash covers; the others follow from them and the recipe."""


def held_in(*kinds: Held) -> frozenset[str]:
    """Return the names of the columns that are never null in rows of these kinds."""
    return frozenset(column.name for column in COLUMNS if column.held in kinds)


def content_hash(table: pa.Table) -> str:
    """Return a sha256 over the rows' own texts, the same for every pyarrow version and machine."""
    digest = hashlib.sha256()
    for name in _CONTENT:
        texts = arrow.whole(table.column(name))
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets or bytes(4), dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        digest.update(np.diff(ends).astype("<i4", copy=False).tobytes())
        digest.update(memoryview(data or b"")[ends[0] : ends[-1]])
    return digest.hexdigest()
