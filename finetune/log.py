"""The log of a training run: one JSON line of figures a step."""

import json
from pathlib import Path
from typing import Any

LOG = "log.jsonl"


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Return the figures of a run's steps, in order; none where no run was logged."""
    path = folder / LOG
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:  # the last line of a run that was killed
            continue
    return lines
