"""Keeps freed memory in this process while shards are made one after another."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

_SHARD = 2**30
"""Bytes of the largest block that a shard needs."""
_DEFAULT = 128 * 1024
"""The threshold that glibc starts with, in bytes."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt, as malloc.h numbers them."""


@contextmanager
def kept_memory() -> Iterator[None]:
    """Keep freed memory for the next shard, and undo that at the end.

    Arrow's own allocators return pages to the system within milliseconds, and glibc returns large blocks at once;
    zeroing new pages took up to a fifth of a build's time.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    _keep_blocks(_SHARD)
    try:
        yield
    finally:
        pa.set_memory_pool(before)
        _keep_blocks(_DEFAULT)


def _keep_blocks(most: int) -> None:
    """Let glibc keep freed blocks of up to `most` bytes on its heap; other C libraries decide for themselves."""
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, most)
        mallopt(_M_MMAP_THRESHOLD, most)
