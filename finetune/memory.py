"""The C library's memory: kept between the steps of a training, and given back now and then."""

import ctypes
import platform

_LIBRARY = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -2, -4, -8
"""The options of mallopt(3) that are set below."""


def keep_memory() -> None:
    """Keep what one step frees for the next one, instead of giving it back to the system.

    What is given back is faulted in and cleared again, page by page: two fifths of the processor's time were spent so.
    """
    if _LIBRARY:
        _LIBRARY.mallopt(_M_MMAP_MAX, 0)
        _LIBRARY.mallopt(_M_TRIM_THRESHOLD, -1)
        _LIBRARY.mallopt(_M_TOP_PAD, 64 << 20)
        _LIBRARY.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back all that is kept: rows of many lengths leave holes that add up."""
    if _LIBRARY:
        _LIBRARY.malloc_trim(0)
