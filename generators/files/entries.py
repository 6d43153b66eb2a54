"""Reads the entries of a source: a file of JSON lines, a JSON list, CSV or Parquet, a dataset folder, or the Hub."""

import csv
import gzip
import hashlib
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from solver.dataset import open_dataset
from solver.files import decode, json_rows, local, read_bytes
from solver.plurals import counted
from solver.refusal import InputError

Entry = dict[str, Any] | str
"""A mapping, or a message that says why the entry is not one."""

_CSV = {".csv", ".tsv"}


def read_entries(origin: str, config: str | None, split: str) -> tuple[list[Entry], str]:
    """Return the entries of a file or dataset, and the sha256 of their text; raise InputError if there are none.

    `origin` is a file, a dataset folder, or a name on the Hub: ORG/NAME, ORG/NAME:CONFIG or ORG/NAME:CONFIG/SPLIT. The
    name's own configuration and split win over `config` and `split`.
    """
    path = local(origin)
    if path.is_dir() or not path.exists():
        rows = open_dataset(origin, split, config=config).to_pylist()
        return list(rows), _hash_of(rows)
    content, suffix = read_bytes(path), path.suffix.lower()
    if content.startswith(b"\x1f\x8b"):
        content, suffix = _unpacked(content, path), Path(path.stem).suffix.lower()
    if content.startswith(b"PAR1"):
        rows = _of_parquet(content, path)
        return list(rows), _hash_of(rows)
    text = decode(content, str(path))
    entries = list(_of_csv(text, path) if suffix in _CSV else _of_json(text, path))
    if not any(isinstance(entry, dict) for entry in entries):
        first = f": {entries[0]}" if entries else ""
        raise InputError(f"{path}: has no entry{first}; give JSON lines, a JSON list, CSV or Parquet")
    return entries, hashlib.sha256(text.encode()).hexdigest()


def columns_of(entries: Iterable[Entry]) -> list[str]:
    """Return the names of all columns of entries, in the order in which they appear."""
    return list(dict.fromkeys(name for entry in entries if isinstance(entry, dict) for name in entry))


def tell(origin: str, read: str) -> None:
    """Print a line on stderr that says what was read of a source."""
    print(f"{origin}: {read}", file=sys.stderr)


def _hash_of(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()


def _unpacked(content: bytes, path: Path) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be unpacked: {error}") from None


def _of_parquet(content: bytes, path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(io.BytesIO(content)).to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read as Parquet: {str(error)[:100]}") from None


def _of_json(text: str, path: Path) -> Iterator[Entry]:
    for place, value in json_rows(text, str(path)):
        if isinstance(value, InputError):
            yield f"{place}: {str(value).partition(': ')[2]}"
        else:
            yield value if isinstance(value, dict) else f"{place}: not a mapping"


def _of_csv(text: str, path: Path) -> Iterator[Entry]:
    """Yield the rows of a table whose first line names its columns; commas, semicolons or tabs separate them."""
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = list(reader.fieldnames or ())
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{path}, line 1: the column {twice!r} is given twice; rename one")
        for row in reader:
            whole = None not in row and None not in row.values()
            yield row if whole else f"line {reader.line_num}: not {counted(len(names), 'cell')}, as the first line has"
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num + 1}: cannot be read as CSV: {error}") from None
