"""The logs of a training run: lines of JSON, one per optimizer step, check of a checkpoint or sampled completion."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from solver.files import json_rows, read_text

LOG = "log.jsonl"
HELD_OUT = "held_out.jsonl"
COMPLETIONS = "completions.jsonl"
CURVES = "eval.jsonl"
LOGS = (LOG, HELD_OUT, COMPLETIONS, CURVES)
"""The logs of steps, of validation rows at each checkpoint, of sampled completions, and of rows of further datasets."""


def read_log(folder: Path, name: str = LOG) -> list[dict[str, Any]]:
    """Return the logged figures of a run, in the order of its steps; an empty list where there is no log."""
    path = folder / name
    if not path.exists():
        return []
    rows = (row for _, row in json_rows(read_text(path), str(path)))
    return [row for row in rows if isinstance(row, dict)]  # a killed run may leave a half-written last line


def cut_log(folder: Path, step: int, name: str = LOG) -> list[dict[str, Any]]:
    """Drop the lines after a step, which a resumed run writes again; return those that stay."""
    kept = [line for line in read_log(folder, name) if line["step"] <= step]
    if kept or (folder / name).exists():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
    return kept


def add_line(folder: Path, line: dict[str, Any], name: str = LOG) -> None:
    """Append a line to a log."""
    add_lines(folder, [line], name)


def add_lines(folder: Path, lines: Iterable[dict[str, Any]], name: str) -> None:
    """Append lines to a log."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
