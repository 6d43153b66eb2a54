"""Settings of glibc's allocator: keep freed memory for the next training step, and return it to the system."""

import ctypes
import platform

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -2, -4, -8
"""The options of mallopt(3) that are set below."""


def keep_memory() -> None:
    """Make the allocator keep freed memory for the whole process; other C libraries than glibc are left alone.

    By default glibc returns large blocks to the system, which maps and clears each page again at the next step: two
    fifths of the processor's time. Call it from a verb, not when a module is imported: it affects the whole process.
    """
    library = _glibc()
    if library:
        library.mallopt(_M_MMAP_MAX, 0)
        library.mallopt(_M_TRIM_THRESHOLD, -1)
        library.mallopt(_M_TOP_PAD, 64 << 20)
        library.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return all kept memory to the system: batches of many lengths fragment it."""
    library = _glibc()
    if library:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
