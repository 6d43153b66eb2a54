"""Parses and runs a command of any of the command lines: errors are one line on stderr and an exit status.

It also reads paths from a command line, and writes command lines that can be pasted.
"""

import argparse
import gc
import io
import itertools
import os
import re
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .files import local
from .refusal import InputError, did_you_mean


class Terminated(KeyboardInterrupt):
    """SIGTERM, raised where Ctrl-C is, so that work ends the same way: one line, and the same command resumes."""


def _terminate(_signal: int, _frame: object) -> None:
    raise Terminated


@contextmanager
def _terminable() -> Iterator[None]:
    """Raise Terminated at SIGTERM; only the main thread may handle signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_NEGATIVE = re.compile(r"-[.$]?[0-9]")
"""The beginning of a negative number."""


class _Once(argparse._StoreAction):  # noqa: SLF001  # argparse has no public name for it
    """An option that is stored once: a second value would silently replace the first."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        if option_string and isinstance(parser, Parser):
            if self in parser.given:
                raise argparse.ArgumentError(self, "is given twice; give it once")
            parser.given.append(self)
        super().__call__(parser, namespace, values, option_string)


class Parser(argparse.ArgumentParser):
    """A parser that refuses an option given twice unless it collects a list, and names the option nearest to a wrong one."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.given: list[argparse.Action] = []
        for name in (None, "store"):
            self.register("action", name, _Once)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse the words of a command or of a verb."""
        self.given.clear()
        if self._subparsers is None:
            self._refuse_misspelt([*itertools.takewhile(lambda word: word != "--", args or ())])
        return super().parse_known_args(args, namespace)

    def _refuse_misspelt(self, words: list[str]) -> None:
        """Stop at an option that is none, nor the beginning of one, if another is spelt alike."""
        known = [name for name in self._option_string_actions if name.startswith("--")]
        for word in words:
            name = word.partition("=")[0]
            if re.fullmatch("--[a-z].*", name) and not any(each.startswith(name) for each in known):
                near = did_you_mean(name, known)
                if near.startswith("did you mean"):
                    self.error(f"unrecognized argument {name}; {near}")


def parsed(parser: argparse.ArgumentParser, words: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the words of a command, by default those of this process.

    A negative number behind an option is the option's value. By itself, argparse takes `-2/3` and `-1,000` for options.
    """
    joined: list[str] = []
    for word in sys.argv[1:] if words is None else words:
        before = joined[-1] if joined else ""
        if _NEGATIVE.match(word) and re.fullmatch("--[a-z][a-z-]*", before):
            joined[-1] = f"{before}={word}"
        elif _NEGATIVE.match(word) and re.fullmatch("-[a-z]", before):
            joined[-1] = f"{before}{word}"
        else:
            joined.append(word)
    return parser.parse_args(joined)


def run(command: Callable[[], int], stopped: str | Callable[[], str] = "stopped") -> int:
    """Run a command and return its exit status.

    The status is the command's own, 2 after an InputError or if stdout cannot be written, 130 after Ctrl-C, 143 after
    SIGTERM (which Slurm and Kubernetes send), or 1 if the reader of stdout has gone. `stopped` is the line printed after
    Ctrl-C and SIGTERM, or a function that returns it.
    """
    _degrade()
    try:
        with _terminable():
            status = command()
        _send()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(stopped() if callable(stopped) else stopped, file=sys.stderr)
        return 143 if isinstance(stop, Terminated) else 130
    except BrokenPipeError:
        return 1  # the reader, such as `head`, has closed stdout
    except OSError as error:
        if error.filename is not None or not _fails():
            raise
        print(f"error: {_unwritable(error)}", file=sys.stderr)
        return 2
    finally:
        if _unsent():
            # Keep the interpreter from trying again at exit, and from failing a second time.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if "datasets" in sys.modules:
            # pyarrow aborts a process that exits while a reader of Parquet is open (apache/arrow#45214); one that an
            # error left behind is closed here.
            gc.collect()
    return status


def _send() -> None:
    """Send what stdout holds, before it is forgotten: a flush that fails may drop it; raise InputError if it cannot be."""
    try:
        if sys.stdout is not None:  # a shell can close it: `>&-`
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(_unwritable(error)) from None


def _unwritable(error: OSError) -> str:
    return f"standard output: cannot be written: {error.strerror or error}"


def _unsent() -> bool:
    """Return whether stdout holds text that it cannot write."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        return True
    return False


def _fails() -> bool:
    """Return whether stdout cannot be written; a line break tells, as what failed before may be forgotten."""
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except (OSError, AttributeError):  # closed stdout is None
        return True
    return False


def _degrade() -> None:
    r"""Let a console that lacks a character show its code, as `\xeb`, where printing it would raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def path(text: str) -> Path:
    """Return a path of a command line, with its home directory filled in: the shell leaves `--out=~/x` alone."""
    try:
        return local(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def pasted(module: str, *words: object) -> str:
    """Return a command line to paste, which runs a module of ours as this process was run: same interpreter, same flags."""
    script = Path(sys.argv[0])
    if script.name == "wirework" and module == "generators":
        head = ["wirework" if shutil.which("wirework") else str(script)]
    else:
        head = [*_interpreter(), "-m", module]
    return shlex.join([*head, *map(_word, words)])


def _word(word: object) -> str:
    """Return a word of a command line; a folder that looks like a flag gets its own folder before it."""
    return f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)


def _interpreter() -> list[str]:
    """Return the interpreter as it was called, with its flags: all that stands before `-m`, `-c` or a script."""
    first, *rest = sys.orig_argv or ["python"]
    found, given = [first], iter(rest)
    for word in given:
        last = re.fullmatch(r"-([A-Za-z]*?)[mc].*", word)
        if last and not word.startswith(("-W", "-X")):
            return [*found, *([f"-{last[1]}"] if last[1] else [])]
        if not word.startswith("-"):
            break
        found.append(word)
        if word in ("-W", "-X", "--check-hash-based-pycs"):
            found.append(next(given))
    return found
