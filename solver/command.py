"""Runs a command of any of the command lines: turns errors into one line on stderr and an exit status."""

import os
import sys
from collections.abc import Callable

from .refusal import InputError


def run(command: Callable[[], int], stopped: str = "stopped") -> int:
    """Run a command and return its exit status.

    The status is the command's own, 2 after an InputError, 130 after Ctrl-C, or 1 if the reader of stdout has gone.
    `stopped` is the line printed after Ctrl-C.
    """
    try:
        status = command()
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return 130
    except (
        BrokenPipeError
    ):  # the reader, such as `head`, has closed stdout; keep the interpreter from flushing into it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status
