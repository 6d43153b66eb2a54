"""Shows a progress bar on stderr for work that takes longer than a second."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import rich.progress

PATIENCE = 1.0
"""Seconds before a progress bar is shown."""


class Progress:
    """A progress bar that appears only on a terminal, and only after PATIENCE seconds; call it to report progress."""

    def __init__(self, verb: str, unit: str = "rows"):
        self.verb = verb
        self.unit = unit
        self.began = time.perf_counter()
        self.bar: rich.progress.Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show `done` units of `total`."""
        if self.bar is None and sys.stderr.isatty() and time.perf_counter() - self.began > PATIENCE:
            self.bar = self._bar()
            self.bar.add_task(self.verb, total=total)
            self.bar.start()
        if self.bar:
            self.bar.update(self.bar.task_ids[0], completed=done)

    def _bar(self) -> "rich.progress.Progress":
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from .terminal import console

        return Progress(
            TextColumn(self.verb),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(self.unit),
            TimeRemainingColumn(),
            console=console(stderr=True),
            transient=True,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar:
            self.bar.stop()
