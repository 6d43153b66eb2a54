"""Where a dataset's files go: a local folder, or a place that fsspec knows, such as `s3://bucket/run8`.

Every file is written whole or not at all: beside and renamed in a folder; in an object store that is how it works.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Protocol

from solver.refusal import InputError

_LEFTOVER = re.compile(r"(?:.*/)?\.[^/]+\.[0-9]+\.tmp")

Readable = BufferedReader | BytesIO


class Store(Protocol):
    """Named files below one place; names have `/` between their parts."""

    @property
    def place(self) -> Path | str:
        """The folder or URL."""

    def names(self) -> list[str]:
        """Return the names of all files; raise InputError where the place is one itself."""

    def open(self, name: str) -> Readable:
        """Return a file for reading; raise FileNotFoundError."""

    def write(self, name: str, data: Any) -> None:
        """Write a file of these bytes, whole or not at all."""

    def size(self, name: str) -> int:
        """Return a file's bytes."""

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""


def store(place: Path | str) -> Store:
    """Return the store of a folder or a URL; raise InputError at a URL that fsspec does not know."""
    if isinstance(place, str) and place.startswith("file://"):
        return LocalStore(Path(place.removeprefix("file://")))
    return _RemoteStore(place) if isinstance(place, str) and "://" in place else LocalStore(Path(place))


class LocalStore:
    """A local folder."""

    def __init__(self, place: Path):
        self.place = place

    def names(self) -> list[str]:
        if self.place.exists() and not self.place.is_dir():
            raise InputError(f"{self.place}: exists and is no dataset of wirework; choose another --out")
        return [path.relative_to(self.place).as_posix() for path in self.place.rglob("*") if not path.is_dir()]

    def open(self, name: str) -> Readable:
        return (self.place / name).open("rb")

    def write(self, name: str, data: Any) -> None:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def size(self, name: str) -> int:
        return (self.place / name).stat().st_size

    def remove(self, name: str) -> None:
        (self.place / name).unlink(missing_ok=True)


class _RemoteStore:
    """A place behind a URL."""

    def __init__(self, place: str):
        import fsspec

        self.place = place
        try:
            self.files, self.root = fsspec.core.url_to_fs(place)
        except (ValueError, ImportError) as error:
            raise InputError(f"{place}: {error}") from None

    def names(self) -> list[str]:
        with self._told():
            self.files.invalidate_cache()
            return [str(path)[len(self.root) :].lstrip("/") for path in self.files.find(self.root)]

    def open(self, name: str) -> Readable:
        with self._told():
            return BytesIO(self.files.cat_file(f"{self.root}/{name}"))

    def write(self, name: str, data: Any) -> None:
        with self._told():
            self.files.pipe_file(f"{self.root}/{name}", bytes(data))

    def size(self, name: str) -> int:
        with self._told():
            return int(self.files.info(f"{self.root}/{name}")["size"])

    def remove(self, name: str) -> None:
        with self._told():
            self.files.rm_file(f"{self.root}/{name}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what goes wrong there as InputError; clients of object stores have exceptions of their own."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # noqa: BLE001 - fsspec passes on whatever its backends raise
            raise InputError(f"{self.place}: {str(error) or type(error).__name__}") from None


def leftover(name: str) -> bool:
    """Return whether this is the name of a file whose writing was broken off."""
    return _LEFTOVER.fullmatch(name) is not None


def digest(files: Store, name: str) -> str:
    """Return a file's sha256."""
    with files.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
