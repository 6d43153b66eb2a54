"""Runs a command of any of the command lines: turns errors into one line on stderr and an exit status."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .refusal import InputError


class _Terminated(KeyboardInterrupt):
    """SIGTERM, raised where Ctrl-C is, so that work ends the same way: one line, and the same command resumes."""


def _terminate(_signal: int, _frame: object) -> None:
    raise _Terminated


@contextmanager
def _terminable() -> Iterator[None]:
    """Raise _Terminated at SIGTERM; only the main thread may handle signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(command: Callable[[], int], stopped: str = "stopped") -> int:
    """Run a command and return its exit status.

    The status is the command's own, 2 after an InputError, 130 after Ctrl-C, 143 after SIGTERM (which Slurm and
    Kubernetes send), or 1 if the reader of stdout has gone. `stopped` is the line printed after Ctrl-C and SIGTERM.
    """
    try:
        with _terminable():
            status = command()
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(stopped, file=sys.stderr)
        return 143 if isinstance(stop, _Terminated) else 130
    except (
        BrokenPipeError
    ):  # the reader, such as `head`, has closed stdout; keep the interpreter from flushing into it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status
