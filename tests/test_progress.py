"""The progress bar tells what is done, and of how much once that is known."""

import io

from solver import progress
from solver.progress import Progress


class Terminal(io.StringIO):
    """A text stream that is a terminal."""

    def isatty(self):
        """Return that it is one."""
        return True


def test_a_bar_first_counts_what_is_read(monkeypatch):
    """A source of unknown length shows its count alone; then the work on it begins at 0, under its own name."""
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)

    with Progress("importing", "problems") as bar:
        bar.reading(3_000)
        bar.bar.refresh()
        before = shown.getvalue()
        bar(250, 4_000)
        bar.bar.refresh()
        after = shown.getvalue().removeprefix(before)

    assert "reading" in before
    assert "3000/?" in before
    assert "importing" in after
    assert "250/4000" in after


def test_no_bar_is_shown_where_nobody_looks(capsys):
    """A log file gets no bar."""
    with Progress("importing") as bar:
        bar.reading(1)
        bar(1, 2)

    assert capsys.readouterr().err == ""
