"""Prints results to stdout and progress to stderr; of several processes only the first one prints."""

import os
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from solver.terminal import console

first_process = os.environ.get("RANK", "0") == "0"
"""Whether this process is the only one, or the first of several that train together."""
processes = int(os.environ.get("WORLD_SIZE", "1"))
"""The number of processes that train together."""

out = console(quiet=not first_process)


def say(text: str) -> None:
    """Print one line of a result."""
    out.print(text, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Print one line of progress to stderr."""
    if first_process:
        print(text, file=sys.stderr, flush=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns named `>x` are aligned right."""
    grid = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        grid.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        grid.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    out.print(grid)


def bar(verb: str, total: int, done: int = 0) -> Progress:
    """Return a progress bar on stderr with a field for `figures`; entering it shows it."""
    columns = (
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    progress = Progress(*columns, console=console(stderr=True, quiet=not first_process))
    progress.add_task(verb, total=total, completed=done, figures="")
    return progress
