"""The log of a training run: one line of JSON per optimizer step."""

import json
from pathlib import Path
from typing import Any

LOG = "log.jsonl"


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Return the logged figures of a run, in the order of its steps; an empty list where there is no log."""
    path = folder / LOG
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:  # a killed run may leave a half-written last line
            continue
    return lines
