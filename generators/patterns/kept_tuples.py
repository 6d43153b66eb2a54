"""Keeps the number tuples of patterns between runs, in the cache folder of the Hugging Face libraries.

To find the tuples takes half of the time of loading a pattern with conditions. A file is named by the text of the
pattern and lies in a folder named by the code that finds tuples, so that no other text and no other version reads it. It
begins with a hash of its bytes. A file that is broken or cannot be read is no error, and neither is a folder that cannot
be written: the tuples are found again. All files may be deleted at any time.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

import solver

LIBRARY = "wirework"
"""The name of the folder among those of other libraries."""
_SIZE = 32
"""The bytes of the hash at the start of a file."""


def kept(key: str, find: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the tuples that were kept under a key, or those that `find` returns, which are then kept."""
    folder = _folder()
    if folder is None:
        return find()
    path = folder / f"{_hash(key.encode()).hex()}.npy"
    found = _read(path)
    if found is None:
        found = find()
        with suppress(OSError):  # the disk is full, or others may not write here
            _write(path, found)
    return found


def _read(path: Path) -> np.ndarray | None:
    """Return the array in a file; None if there is no file, or it is not as it was written."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    if stored[:_SIZE] != _hash(stored[_SIZE:]):
        return None
    found: np.ndarray = np.load(BytesIO(stored[_SIZE:]), allow_pickle=False)
    return found


def _write(path: Path, found: np.ndarray) -> None:
    """Write an array beside its place and rename it, so that readers and other writers never meet half a file."""
    content = BytesIO()
    np.save(content, found.astype(np.min_scalar_type(found.max(initial=0))), allow_pickle=False)
    with NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
        file.write(_hash(content.getvalue()) + content.getvalue())
    Path(file.name).replace(path)


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=_SIZE).digest()


@cache
def _version() -> str:
    """Return a name of the code that finds tuples: a hash of this package and the solver."""
    folders = Path(__file__).parent, Path(solver.__file__).parent
    return _hash(b"".join(path.read_bytes() for folder in folders for path in sorted(folder.glob("*.py")))).hex()[:16]


@cache
def _folder() -> Path | None:
    """Return the folder of this version's files, or None if there can be none."""
    from huggingface_hub import cached_assets_path

    try:
        return cached_assets_path(LIBRARY, "tuples", _version())
    except (OSError, ValueError):  # a file is in its place, or others may not write here
        return None
