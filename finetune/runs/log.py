"""The log of a training run: one line of JSON per optimizer step."""

from pathlib import Path
from typing import Any

from solver.files import json_rows, read_text

LOG = "log.jsonl"


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Return the logged figures of a run, in the order of its steps; an empty list where there is no log."""
    path = folder / LOG
    if not path.exists():
        return []
    rows = (row for _, row in json_rows(read_text(path), str(path)))
    return [row for row in rows if isinstance(row, dict)]  # a killed run may leave a half-written last line
