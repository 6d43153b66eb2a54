"""Reads the entries of a source: a file of JSON, CSV, XML, Parquet or `question||answer`, a folder, or the Hub."""

import csv
import gzip
import hashlib
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from solver.dataset import BATCH, dataset_batches
from solver.files import json_lines, json_rows, local, text_blocks
from solver.plurals import counted
from solver.refusal import InputError

from .xml_entries import xml_entries

if TYPE_CHECKING:
    import pyarrow as pa

Entry = dict[str, Any] | str
"""A mapping, or a message that says why the entry is not one."""

_CSV = {".csv", ".tsv"}
_CSV_FAULTS = {
    "unexpected end of data": "a quoted cell has no closing quote",
    "expected after": "more text follows the closing quote of a cell",
    "field larger": f"a cell has more than {counted(csv.field_size_limit(), 'character')}",
}
"""Words in the messages of Python's reader of CSV, and what they mean."""
_HEAD = 4_096
"""Bytes at the beginning of a file that tell its form."""
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
"""The first bytes of these files."""


class Digest(Protocol):
    """A hash object of hashlib."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""


def read_entries(origin: str, config: str | None, split: str) -> tuple[list[Entry], str]:
    """Return the entries of a source, as `stream_entries` yields them, and the sha256 of their text."""
    digest = hashlib.sha256()
    entries = list(stream_entries(origin, config, split, digest))
    return entries, digest.hexdigest()


def stream_entries(origin: str, config: str | None, split: str, digest: Digest) -> Iterator[Entry]:
    """Yield the entries of a file or dataset, and add their text to a digest; memory is flat, except for a JSON list.

    `origin` is a file, a dataset folder, or a name on the Hub: ORG/NAME, ORG/NAME:CONFIG or ORG/NAME:CONFIG/SPLIT. The
    name's own configuration and split win over `config` and `split`. Raises InputError if a file has no entries.
    """
    path = local(origin)
    if path.is_dir() or not path.exists():
        yield from _of_batches(dataset_batches(origin, split, config=config), digest)
        return
    try:
        with path.open("rb") as file:
            if file.peek(2).startswith(_GZIP):
                with gzip.open(file) as unpacked:
                    yield from _of_file(io.BufferedReader(unpacked), path, Path(path.stem).suffix, digest)
            else:
                yield from _of_file(file, path, path.suffix, digest)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InputError(f"{path}: cannot be unpacked: it is cut off or damaged; make or download it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or 'no reason is given'}") from None


def _of_file(file: io.BufferedReader, path: Path, suffix: str, digest: Digest) -> Iterator[Entry]:
    """Yield the entries of an open file that is not packed."""
    if suffix == ".parquet" or file.peek(4).startswith(_PARQUET):
        yield from _of_batches(_of_parquet(file, path), digest)
        return
    head = file.peek(_HEAD)[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    blocks = _added(text_blocks(file, str(path)), digest)
    first, found = None, False
    for entry in _of_text(head, suffix, blocks, path):
        first = entry if first is None else first
        found = found or isinstance(entry, dict)
        yield entry
    if not found:
        told = "" if first is None else f": {first}"
        raise InputError(f"{path}: has no entry{told}; give JSON lines, a JSON list, CSV, XML or Parquet")


def _of_text(head: bytes, suffix: str, blocks: Iterator[str], path: Path) -> Iterator[Entry]:
    """Yield the entries of a text by its suffix, or by its first characters."""
    if suffix.lower() in _CSV:
        return _of_csv(blocks, path)
    if head.startswith(b"<"):
        return xml_entries(blocks, str(path))
    return _of_pairs(blocks) if not head.startswith((b"{", b"[")) and b"||" in head else _of_json(blocks, path)


def _of_pairs(blocks: Iterable[str]) -> Iterator[Entry]:
    """Yield the lines `question||solution #### answer`, as the internalised chains of thought of GSM-8K are published."""
    lines = (line for block in blocks for line in block.split("\n") if line.strip())
    for number, line in enumerate(lines, 1):
        question, mark, answer = line.partition("||")
        yield {"question": question, "answer": answer} if mark else f"line {number}: no || between question and answer"


def columns_of(entries: Iterable[Entry]) -> list[str]:
    """Return the names of all columns of entries, in the order in which they appear."""
    return list(dict.fromkeys(name for entry in entries if isinstance(entry, dict) for name in entry))


def tell(origin: str, read: str) -> None:
    """Print a line on stderr that says what was read of a source."""
    print(f"{origin}: {read}", file=sys.stderr)


def _added(blocks: Iterable[str], digest: Digest) -> Iterator[str]:
    for block in blocks:
        digest.update(block.encode())
        yield block


def _of_batches(batches: "Iterable[pa.RecordBatch]", digest: Digest) -> Iterator[Entry]:
    """Yield the rows of batches; their text is that of one JSON list."""
    before = b"["
    for batch in batches:
        for row in batch.to_pylist():
            digest.update(before + json.dumps(row, sort_keys=True, default=str).encode())
            before = b", "
            yield row
    digest.update(b"[]" if before == b"[" else b"]")


def _of_parquet(file: io.BufferedReader, path: Path) -> "Iterator[pa.RecordBatch]":
    """Yield the batches of a Parquet file; a packed one is read whole, because its end must be read first."""
    from solver.parquet import read_batches

    plain = isinstance(file.raw, io.FileIO) and path.is_file()
    yield from read_batches(path, BATCH, content=file if plain else io.BytesIO(file.read()))


def _of_json(blocks: Iterator[str], path: Path) -> Iterator[Entry]:
    """Yield the rows of JSON lines block by block, and those of a JSON list after all of it is read."""
    head = ""
    for block in blocks:
        head += block
        if not head.isspace():
            break
    if head.lstrip().startswith("["):
        yield from _mappings(json_rows(head + "".join(blocks), str(path)))
        return
    line = 1
    for block in chain([head], blocks):
        yield from _mappings(json_lines(block, str(path), line))
        line += block.count("\n")


def _mappings(rows: Iterable[tuple[str, Any]]) -> Iterator[Entry]:
    for place, value in rows:
        if isinstance(value, InputError):
            yield f"{place}: {str(value).partition(': ')[2]}"
        else:
            yield value if isinstance(value, dict) else f"{place}: not a mapping"


def _of_csv(blocks: Iterator[str], path: Path) -> Iterator[Entry]:
    """Yield the rows of a table whose first line names its columns; commas, semicolons or tabs separate them."""
    lines = (line for block in blocks for line in io.StringIO(block, newline=""))
    head = next(lines, "")
    reader = csv.DictReader(chain([head], lines), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = list(reader.fieldnames or ())
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{path}, line 1: the column {twice!r} is given twice; rename one")
        for row in reader:
            whole = None not in row and None not in row.values()
            yield row if whole else f"line {reader.line_num}: not {counted(len(names), 'cell')}, as the first line has"
    except csv.Error as error:
        fault = next(
            (told for said, told in _CSV_FAULTS.items() if said in str(error)), "its cells cannot be told apart"
        )
        raise InputError(f"{path}, line {reader.line_num + 1}: cannot be read as CSV: {fault}") from None
