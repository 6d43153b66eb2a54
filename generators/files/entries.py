"""The entries of a source: a jsonl or json file, or a dataset on the Hub."""

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from solver.refusal import InputError

Entry = dict[str, Any] | str
"""A mapping, or for a line that is none the text that says why."""


def read_entries(origin: str, config: str | None, split: str) -> tuple[list[Entry], str]:
    """Return the entries of a file or a dataset on the Hub, and a hash of them; raise InputError if there are none."""
    path = Path(origin)
    if not path.exists():
        return _from_hub(origin, config, split)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text: {error}; give a jsonl or json file") from None
    entries = list(_of_array(path, text) if text.lstrip().startswith("[") else _of_lines(text))
    if not any(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: no line is a JSON mapping, so it is no jsonl; give one problem a line")
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


def _from_hub(name: str, config: str | None, split: str) -> tuple[list[Entry], str]:
    if name.count("/") != 1 or name.startswith((".", "/")):
        raise InputError(f"{name}: no such file; give a jsonl file or ORG/NAME on the Hub")
    from datasets import load_dataset
    from datasets.utils.logging import set_verbosity
    from huggingface_hub.utils.logging import set_verbosity as set_hub_verbosity

    set_verbosity(logging.CRITICAL)  # what goes wrong is told once, below
    set_hub_verbosity(logging.CRITICAL)
    try:
        dataset = load_dataset(name, config, split=split)
    except Exception as error:  # noqa: BLE001 - datasets raises many kinds for no network and no such dataset
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError(f"{name}: cannot be loaded from the Hub: {reason}; give a file with --from") from None
    entries = [dict(row) for row in dataset]
    return list(entries), hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
