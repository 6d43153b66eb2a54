"""Shows a progress bar on stderr for work that takes longer than a second, and switches those of libraries off."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import rich.progress


Report = Callable[[int, int], None]
"""Called now and then with the number of finished rows, problems or files, and of all."""


class Bars(Protocol):
    """A library's switch of its progress bars, as datasets.utils and huggingface_hub.utils have it."""

    def are_progress_bars_disabled(self) -> bool:
        """Return whether they are off."""

    def disable_progress_bars(self) -> None:
        """Switch them off."""

    def enable_progress_bars(self) -> None:
        """Switch them on."""


@contextmanager
def without_bars(library: Bars) -> Iterator[None]:
    """Keep a library from showing progress bars on stderr."""
    if library.are_progress_bars_disabled():
        yield
        return
    library.disable_progress_bars()
    try:
        yield
    finally:
        library.enable_progress_bars()


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

    def __call__(self, done: int, total: int | None) -> None:
        """Show `done` units of `total`, which is None if it is not known."""
        self._show(self.verb, done, total)

    def reading(self, done: int) -> None:
        """Show that `done` units were read of a source whose length is not known yet."""
        self._show("reading", done, None)

    def _show(self, verb: str, done: int, total: int | None) -> None:
        if self.bar is None and sys.stderr.isatty() and time.perf_counter() - self.began > PATIENCE:
            self.bar = self._bar()
            self.bar.add_task(verb, total=total)
            self.bar.start()
        if self.bar:
            (task,) = self.bar.tasks
            if (task.description, task.total) != (verb, total):
                self.bar.reset(task.id, total=total, description=verb)
            self.bar.update(task.id, completed=done)

    def _bar(self) -> "rich.progress.Progress":
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from .terminal import console

        return Progress(
            TextColumn("{task.description}"),
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
