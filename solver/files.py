"""Reads people's files and names of files: text in UTF-8, JSON with unique keys, and paths with a home directory.

Every text file is read here, so that each file in another encoding gets the same message.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from .refusal import InputError

_MARK = re.compile(r"^\ufeff+", re.MULTILINE)
_BLOCK = 2**20
"""The bytes of a file that are read at a time."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:]')
_FAULTS = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a key in double quotes is missing",
    "Expecting ':'": "a colon is missing",
    "Expecting ','": "a comma is missing",
    "Illegal trailing comma": "a comma has nothing behind it",
    "Unterminated string": "a text has no closing quote",
    "Invalid control character": "a text has a tab or a line break; write \\t or \\n",
    "Invalid \\": "a backslash begins no escape; write two",
    "Extra data": "more stands behind the first value",
}
"""The beginnings of the messages of Python's reader of JSON, and what they mean."""
_MAGIC = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "a zip file",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite",
    b"\xd0\xcf\x11\xe0": "an Office file",
    b"%PDF": "PDF",
}
"""The first bytes of files that are not UTF-8, and the names of their formats."""


def local(path: str | Path) -> Path:
    """Return a path with its home directory filled in: `~/x`; raise InputError if no file can have it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{path}: a path that is not UTF-8; rename it, or set PYTHONUTF8=1") from None
    if not str(path).strip():
        raise InputError("an empty path; name a file or a folder, or leave the option out")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InputError(f"{path}: there is no user {Path(path).parts[0][1:]}; write the folder in full") from None


def resolved(location: str | Path) -> str:
    """Return a text that is the same for all ways to write a file, a folder or a name on the Hub."""
    path = local(location)
    return str(path.resolve()) if path.exists() else str(location)


def distinct(locations: Iterable[str | Path]) -> list[str | Path]:
    """Return files, folders or names on the Hub as they are written first, each once."""
    found: dict[str, str | Path] = {}
    for location in locations:
        found.setdefault(resolved(location), location)
    return list(found.values())


def there(path: Path) -> bool:
    """Return whether a path is there and is no folder; false for a path that no file can have."""
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        return False


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with plain line ends; raise InputError if it cannot be read."""
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file; raise InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError:  # a NUL in the name
        raise InputError(f"{str(path)!r}: cannot be read: no file has a NUL in its name") from None


def text_blocks(file: IO[bytes], name: str) -> Iterator[str]:
    """Yield the text of an open file as `decode` does, a block of whole lines at a time."""
    line = 1
    while content := file.read(_BLOCK):
        content += file.readline()
        yield (text := decode(content, name, line))
        line += text.count("\n")


def decode(content: bytes, name: str, first_line: int = 1) -> str:
    """Return the text of UTF-8 bytes, without byte order marks and with plain line ends.

    Raises InputError that names the file, the line and the encoding that the bytes seem to have.
    """
    if content[:4096].count(b"\0") * 3 > len(content[:4096]):  # English in UTF-16 without a mark is valid UTF-8
        raise _not_utf8(content, name, 0, first_line)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(content, name, error.start, first_line) from None
    return _MARK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))  # joined files have marks inside


def _not_utf8(content: bytes, name: str, at: int, first_line: int) -> InputError:
    known = next((told for first, told in _MAGIC.items() if content.startswith(first)), None)
    if known is None and b"\0" in content[:4096]:
        known = "UTF-16" if content[:4096].count(b"\0") * 8 < len(content[:4096]) * 5 else "UTF-32"
    if known is None and not re.search(rb"[\x80-\xff]{3}", content):  # accented letters stand alone
        known = "Latin-1 or Windows-1252"
    packed = known is not None and not known.startswith(("UTF", "Latin"))
    line = first_line if known and known.startswith("UTF") else first_line + content.count(b"\n", 0, at)
    return InputError(
        f"{name}, line {line}: not UTF-8{f' (looks like {known})' if known else ''}; {'unpack it, or ' if packed else ''}save it as UTF-8"
    )


class _Twice(ValueError):
    """A key that an object has twice."""


def read_json(text: str, name: str, first_line: int = 1) -> Any:
    """Return the value of a JSON text; raise InputError that names the file and the line of its fault.

    Faults are also a key that is given twice, and half a character: a surrogate that stands alone.
    """
    value = _parse(text, name, first_line)
    half = _half(value) if "\\u" in text else None
    if half is None:
        return value
    raise InputError(f"{name}, line {_line(text, text.lower().find(half), first_line)}: {_told(half)}")


def json_rows(text: str, name: str, *, halves: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield the place and the value of each row of JSON lines or of a JSON list; an InputError stands for a bad row.

    The caller raises the error or counts it, as its work demands. Raises InputError itself if a list cannot be read.
    With `halves`, surrogates that stand alone are let through: a model may write them, and is judged by them.
    """
    if text.lstrip().startswith("["):
        for number, value in enumerate(_parse(text, name), 1):
            half = _half(value) if "\\u" in text and not halves else None
            yield f"entry {number}", InputError(f"{name}, entry {number}: {_told(half)}") if half else value
        return
    yield from json_lines(text, name, halves=halves)


def json_lines(text: str, name: str, first_line: int = 1, *, halves: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield the rows of JSON lines, as `json_rows` does."""
    for number, line in enumerate(text.split("\n"), first_line):  # splitlines would also split at U+2028
        if line.strip():
            try:
                yield f"line {number}", (_parse if halves else read_json)(line, name, number)
            except InputError as error:
                yield f"line {number}", error


def _parse(text: str, name: str, first_line: int = 1) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        where, fault = error.pos, f"not JSON: {_fault(error)} (column {error.colno})"
    except _Twice:
        key, where = _repeated(text)
        fault = f"{key[:40]} is given twice; keep one"
    except RecursionError:
        where, fault = 0, "its brackets nest too deep"
    except ValueError:
        where, fault = 0, "it has a number of more digits than can be read"
    raise InputError(f"{name}, line {_line(text, where, first_line)}: {fault}")


def _fault(error: json.JSONDecodeError) -> str:
    """Return in plain words what a JSON text lacks."""
    return next((told for said, told in _FAULTS.items() if error.msg.startswith(said)), "it cannot be read")


def _line(text: str, at: int, first_line: int) -> int:
    return first_line + text.count("\n", 0, max(at, 0))


def _half(value: Any) -> str | None:
    """Return the first surrogate that stands alone in a JSON value, as JSON writes it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return f"\\u{ord(error.object[error.start]):04x}"
    return None


def _told(half: str) -> str:
    return f"{half} is half a character; write both halves or none"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _repeated(text: str) -> tuple[str, int]:
    """Return the first key that an object of a JSON text has twice, and where it stands the second time."""
    keys: list[set[str]] = []
    last, start = "", 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            keys.append(set())
        elif token[0] in "}]":
            keys.pop()
        elif token[0] == ":":
            if last in keys[-1]:
                break
            keys[-1].add(last)
        else:
            last, start = json.loads(token[0]), token.start()
    return last, start
