"""Keeps what was asked and answered in a file, so that work that was stopped goes on where it was."""

import json
from pathlib import Path

import msgspec

from .files import decode, json_rows, read_bytes
from .refusal import InputError


class Journal:
    """A file with a JSON object a line; each adds fields to the record of its `request`.

    A last line that a stopped process left unfinished is dropped.
    """

    def __init__(self, path: Path):
        self.path = path
        self.records: dict[str, dict[str, str]] = {}
        content = read_bytes(path) if path.exists() else b""
        whole, end, rest = content.rpartition(b"\n")
        self._unfinished = len(rest)
        for where, record in json_rows(decode(whole + end, str(path)), str(path)):
            self._merge(_checked(record, f"{path}, {where}"))

    def add(self, request: str, **fields: str) -> None:
        """Append fields to the record of a request, and write them at once."""
        if self._unfinished:
            with self.path.open("rb+") as file:
                file.truncate(self.path.stat().st_size - self._unfinished)
            self._unfinished = 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        record = {"request": request, **fields}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._merge(record)

    def _merge(self, record: dict[str, str]) -> None:
        self.records.setdefault(record["request"], {}).update(record)


def _checked(record: object, where: str) -> dict[str, str]:
    """Return a record that was read; raise InputError, which says where it stands, if it is none."""
    if isinstance(record, InputError):
        raise record
    try:
        found = msgspec.convert(record, dict[str, str])
    except msgspec.ValidationError:
        found = {}
    if "request" not in found:
        raise InputError(f'{where}: no record; write {{"request": "...", ...}} with texts alone, or remove the line')
    return found
