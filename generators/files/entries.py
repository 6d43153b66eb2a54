"""Reads the entries of a source: a JSON Lines or JSON file, a dataset folder, or a dataset on the Hub."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from solver.dataset import open_dataset
from solver.refusal import InputError

Entry = dict[str, Any] | str
"""A mapping, or a message that says why the entry is not one."""


def read_entries(origin: str, config: str | None, split: str) -> tuple[list[Entry], str]:
    """Return the entries of a file or dataset, and the sha256 of their text; raise InputError if there are none."""
    path = Path(origin)
    if path.is_dir() or not path.exists():
        rows = open_dataset(origin, split, config=config).to_pylist()
        return list(rows), hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text: {error}; give a jsonl or json file") from None
    entries = list(_of_array(path, text) if text.lstrip().startswith("[") else _of_lines(text))
    if not any(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: no line is a JSON mapping; write one problem per line")
    return entries, hashlib.sha256(text.encode()).hexdigest()


def _of_array(path: Path, text: str) -> Iterator[Entry]:
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    for entry in entries:
        yield entry if isinstance(entry, dict) else "not a mapping"


def _of_lines(text: str) -> Iterator[Entry]:
    for line in text.split("\n"):
        if line.strip():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield f"not JSON: {error}"
                continue
            yield entry if isinstance(entry, dict) else "not a mapping"
