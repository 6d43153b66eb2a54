"""Reads Parquet files, and says in plain words what is wrong with one that is damaged or has other columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from .plurals import counted
from .refusal import InputError
from .schema import SCHEMA, filled_in

_AGAIN = "make or download it again"
_OTHER = "make it again, or import its problems"
_MAGIC = b"PAR1"
"""The first bytes of a Parquet file, which are also its last ones."""


@contextmanager
def opened(path: Path, content: IO[bytes] | None = None) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file for a block that only reads it; raise InputError if the file is damaged.

    `content` is the content of the file where it is open already.
    """
    try:
        with pq.ParquetFile(path if content is None else content) as file:
            yield file
    except InputError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        told = getattr(error, "strerror", None)  # of the system; errors of the decoder have none
        raise InputError(f"{path}: {f'cannot be read: {told}' if told else _damage(path, content)}; {_AGAIN}") from None


def read_schema(path: Path) -> pa.Schema:
    """Return the schema of a Parquet file; raise InputError if it is damaged."""
    with opened(path) as file:
        return file.schema_arrow


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the rows of a Parquet file with all columns or some; raise InputError if it is damaged or lacks a column."""
    with opened(path) as file:
        refuse_columns(file.schema_arrow, columns or (), path)
        table = file.read(columns)
        table.validate(full=True)  # a text that is not UTF-8 would fail later
        return table.replace_schema_metadata(None)


def read_batches(
    path: Path, size: int, columns: Sequence[str] | None = None, content: IO[bytes] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file as `read_table` reads them, `size` at a time.

    A column may be a leaf of a nested one: `prompt.list.element.role`.
    """
    with opened(path, content) as file:
        refuse_columns(file.schema_arrow, [name.partition(".")[0] for name in columns or ()], path)
        for batch in file.iter_batches(size, columns=columns):
            batch.validate(full=True)
            yield batch


def refuse_columns(schema: pa.Schema, columns: Sequence[str], place: str | Path) -> None:
    """Raise InputError if columns of a dataset are missing, or hold other values than those of a dataset of wirework.

    Columns that datasets of wirework do not have may hold anything.
    """
    missing = [name for name in columns if name not in schema.names]
    if missing:
        told = f"the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise InputError(f"{place}: not a dataset of wirework: it lacks {told}; {_OTHER}")
    for name in columns:
        if name in SCHEMA.names and not _fits(schema.field(name).type, SCHEMA.field(name).type):
            found, wanted = (_told(each.field(name).type) for each in (schema, SCHEMA))
            raise InputError(
                f"{place}: not a dataset of wirework: its column {name} holds {found} and not {wanted}; {_OTHER}"
            )


def refuse_empty(table: pa.Table | pa.RecordBatch, place: str | Path) -> None:
    """Raise InputError if a row has no value in a column that every row of a dataset fills."""
    for name in sorted(filled_in("every row") & set(table.schema.names)):
        if table.column(name).null_count:
            raise InputError(f"{place}: it has rows without a value in the column {name}; {_OTHER}")


def damage(path: Path) -> str | None:
    """Return what is wrong with a file that is no whole Parquet file, or None if it can be read from end to end."""
    try:
        for _ in read_batches(path, 10_000):
            pass
    except InputError as error:
        return str(error).removeprefix(f"{path}: ").removesuffix(f"; {_AGAIN}")
    return None


def _damage(path: Path, content: IO[bytes] | None) -> str:
    """Return what is wrong with a file that cannot be decoded."""
    if content is None:
        with path.open("rb") as file:
            return _damage(path, file)
    size = content.seek(0, SEEK_END)
    if not size:
        return "is empty"
    content.seek(0)
    if content.read(len(_MAGIC)) != _MAGIC:
        return "is not a Parquet file"
    content.seek(max(size - len(_MAGIC), 0))
    if size < 2 * len(_MAGIC) or content.read() != _MAGIC:
        return f"is cut off: the end of a Parquet file does not follow its {counted(size, 'byte')}"
    return "is damaged: its content cannot be decoded"


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Return whether values of one type can be read as those of another; a column without any value fits."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_null(found):
        return True
    if pa.types.is_list(wanted):
        return _is_list(found) and _fits(found.value_type, wanted.value_type)
    if pa.types.is_struct(wanted):
        return pa.types.is_struct(found) and all(
            found.get_field_index(field.name) >= 0 and _fits(found.field(field.name).type, field.type)
            for field in wanted
        )
    return _told(found) == _told(wanted)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _told(kind: pa.DataType) -> str:
    """Return a name for the values of a type.

    >>> _told(pa.list_(pa.large_string()))
    'lists of text'
    """
    if _is_list(kind):
        return f"lists of {_told(kind.value_type)}"
    if pa.types.is_struct(kind):
        return f"mappings with {', '.join(field.name for field in kind)}"
    names = {
        "text": pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind),
        "whole numbers": pa.types.is_integer(kind),
        "numbers": pa.types.is_floating(kind) or pa.types.is_decimal(kind),
    }
    return next((name for name, is_one in names.items() if is_one), "other values")
