"""How every command line of wirework ends: an exit status, and one line where something is wrong."""

import os
import sys
from collections.abc import Callable

from .refusal import InputError


def run(command: Callable[[], int], stopped: str = "stopped") -> int:
    """Run a command and return its exit status: 2 for an error of the user's, 130 where the user stopped it."""
    try:
        status = command()
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader has seen enough, as `head` has; nothing is left to say when we exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status
