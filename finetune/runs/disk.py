"""Tells a full disk from other failures of writing: each library reports it by an error of its own."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from solver.refusal import InputError

_ERRORS = (errno.ENOSPC, errno.EDQUOT)
_PHRASES = ("No space left on device", "os error 28", "inline_container", "PytorchStreamWriter")
"""Parts of the messages of safetensors and torch; torch's own names no reason, only a write that failed."""


@contextmanager
def full_disk(resume: Callable[[], str]) -> Iterator[None]:
    """Raise InputError with the command that goes on when the disk is full."""
    try:
        yield
    except _errors() as error:
        if getattr(error, "errno", None) not in _ERRORS and not any(phrase in str(error) for phrase in _PHRASES):
            raise
        place = getattr(error, "filename", None)
        raise InputError(
            f"{f'{place}: ' if place else ''}the disk is full; free some space and go on with: {resume()}"
        ) from None


def _errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that a failed write may be; that of safetensors is a bare Exception."""
    try:
        from safetensors import SafetensorError
    except ImportError:
        return (OSError, RuntimeError)
    return (OSError, RuntimeError, SafetensorError)
