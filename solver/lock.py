"""One writer per folder: a lock that the system releases when its process ends, however it ends."""

import os
import platform
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .refusal import InputError

LOCK = ".wirework.lock"
"""The lock file in a folder; it is there only while somebody writes, or after a crash, when it locks nothing."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if need be; raise InputError that names the process that holds it.

    The lock is the system's (flock), so a killed process leaves none behind. Where the system has no flock, as on
    Windows, nothing is locked. A folder that was made for the lock and is empty in the end is removed. Raises OSError if
    the folder cannot be written.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    path = folder / LOCK
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # the writer before has removed the folder meanwhile
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_open(descriptor, path):
                break
        except BlockingIOError:
            if not _shared(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise InputError(
                    f"{folder}: {holder} is writing here; wait until it ends, or choose another folder"
                ) from None
        os.close(descriptor)
    try:
        os.truncate(descriptor, 0)
        os.write(
            descriptor,
            f"process {os.getpid()} on {platform.node()} ({shlex.join(sys.argv)})".encode(errors="replace")[:500],
        )
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        remove_empty(new)


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders, inner ones first, up to the first that holds something."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def writer(folder: Path) -> str | None:
    """Return the process that writes into a folder, as messages name it, or None if there is none or it cannot be known."""
    try:
        import fcntl  # noqa: F401  # where there is none, nothing is locked

        descriptor = os.open(folder / LOCK, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        return None if _shared(descriptor) else _holder(descriptor)
    finally:
        os.close(descriptor)


def _shared(descriptor: int) -> bool:
    """Return whether no writer holds a lock. A reader that asks holds it for an instant, and a writer tries again then."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # the file system has no locks
    return True


def unfinished(folder: Path, lacking: str) -> str:
    """Return the message about a dataset folder without a file that its build writes, which names who writes there."""
    holder = writer(folder)
    if holder:
        return f"{folder}: not finished: {holder} is writing here; wait until it ends"
    return f"{folder}: no {lacking}, so the build was not finished; run it again to resume"


def _holder(descriptor: int) -> str:
    return os.read(descriptor, 500).decode(errors="replace") or "another process"


def _is_open(descriptor: int, path: Path) -> bool:
    """Return whether a descriptor is still that of a path; the writer before may have removed the file meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
