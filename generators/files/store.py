"""Stores of files: a local folder, or a URL that fsspec supports, such as `s3://bucket/run8`.

Writes are atomic. A local file is written to a temporary file and renamed; object stores write atomically.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Any, Protocol

from solver.files import local
from solver.lock import LOCK, only_writer, remove_empty
from solver.refusal import InputError

_PATTERN = re.compile(r"[*?\[\]:]")
_LEFTOVER = re.compile(r"(?:.*/)?\.[^/]+\.[0-9]+\.tmp")

_BLOCK = 2**20
"""The bytes of a file that are copied at a time."""

Readable = BufferedReader | BytesIO


class Store(Protocol):
    """Files below one folder or URL, named by relative paths with `/`."""

    @property
    def location(self) -> Path | str:
        """The folder or URL."""

    def names(self) -> list[str]:
        """Return the names of all files; raise InputError if the location is itself a file."""

    def open(self, name: str) -> Readable:
        """Open a file for reading; raise FileNotFoundError if it does not exist."""

    def write(self, name: str, data: Any) -> None:
        """Write a file atomically."""

    def join(self, name: str, parts: list[str]) -> str:
        """Write a file atomically that joins others, a block at a time; return its sha256."""

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""

    def remove(self, name: str) -> None:
        """Remove a file if it exists, and the folders inside the location that are empty then."""


def store(location: Path | str) -> Store:
    """Return the store of a folder or a URL; raise InputError if fsspec does not support the URL."""
    if isinstance(location, str) and location.startswith("file://"):
        return LocalStore(local(location.removeprefix("file://")))
    return _RemoteStore(str(location)) if is_remote(location) else LocalStore(local(location))


def is_remote(location: Path | str) -> bool:
    """Return whether a location is a URL of another place than this machine."""
    return isinstance(location, str) and "://" in location and not location.startswith("file://")


def new_store(location: Path | str) -> Store:
    """Return the store to write a dataset to; raise InputError if it is local and has a name that cannot be loaded."""
    found = store(location)
    if isinstance(found, LocalStore):
        refuse_pattern(found.location)
    return found


def refuse_pattern(folder: Path) -> None:
    """Raise InputError if a sign in the path of a folder makes load_dataset read it as a pattern of several files."""
    whole = folder.resolve()
    sign = _PATTERN.search(str(whole)[len(whole.drive) :])
    if sign:
        where = folder if sign[0] in str(folder) else whole
        raise InputError(f"{where}: load_dataset reads {sign[0]} in a path as a pattern; choose a path without *?[]:")


class LocalStore:
    """A local folder."""

    def __init__(self, location: Path):
        self.location = location

    def names(self) -> list[str]:
        if self.location.exists() and not self.location.is_dir():
            raise InputError(f"{self.location}: exists and is not a dataset of wirework; choose another --out")
        return [
            path.relative_to(self.location).as_posix()
            for path in self.location.rglob("*")
            if not path.is_dir() and path.name != LOCK
        ]

    def open(self, name: str) -> Readable:
        return (self.location / name).open("rb")

    def write(self, name: str, data: Any) -> None:
        with self._new(name) as file:
            file.write(data)

    def join(self, name: str, parts: list[str]) -> str:
        with self._new(name) as file:
            return _joined(self, parts, file)

    @contextmanager
    def _new(self, name: str) -> Iterator[IO[bytes]]:
        """Open a temporary file that takes the name in the end."""
        path = self.location / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def size(self, name: str) -> int:
        return (self.location / name).stat().st_size

    def remove(self, name: str) -> None:
        path = self.location / name
        path.unlink(missing_ok=True)
        remove_empty(self.location / inner for inner in list(Path(name).parents)[:-1])


class _RemoteStore:
    """The files below a URL."""

    def __init__(self, location: str):
        import fsspec

        self.location = location
        try:
            self.files, self.root = fsspec.core.url_to_fs(location)
        except (ValueError, ImportError) as error:
            raise InputError(f"{location}: {error}") from None

    def names(self) -> list[str]:
        with self._input_errors():
            self.files.invalidate_cache()
            return [str(path)[len(self.root) :].lstrip("/") for path in self.files.find(self.root)]

    def open(self, name: str) -> Readable:
        with self._input_errors():
            return BytesIO(self.files.cat_file(f"{self.root}/{name}"))

    def write(self, name: str, data: Any) -> None:
        with self._input_errors():
            self.files.pipe_file(f"{self.root}/{name}", bytes(data))

    def join(self, name: str, parts: list[str]) -> str:
        with self._input_errors(), self.files.open(f"{self.root}/{name}", "wb") as file:
            return _joined(self, parts, file)

    def size(self, name: str) -> int:
        with self._input_errors():
            return int(self.files.info(f"{self.root}/{name}")["size"])

    def remove(self, name: str) -> None:
        with self._input_errors():
            self.files.rm_file(f"{self.root}/{name}")

    @contextmanager
    def _input_errors(self) -> Iterator[None]:
        """Turn errors into InputError; each client of an object store has its own exceptions."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # noqa: BLE001 - fsspec passes on whatever its backends raise
            raise InputError(f"{self.location}: {str(error) or type(error).__name__}") from None


@contextmanager
def only_writer_of(files: Store) -> Iterator[None]:
    """Hold the lock of a local folder while writing into it; an object store has no locks."""
    if not isinstance(files, LocalStore):
        yield
        return
    files.names()  # refuses a location that is a file
    with only_writer(files.location):
        yield


@contextmanager
def writable(out: Path | str, option: str = "--out") -> Iterator[None]:
    """Turn an OSError of writing into an InputError that names the place, and the option that chooses another."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(f"{out}: no space left on the disk; make room, and run the same command again") from None
        raise InputError(f"{out}: cannot be written: {error.strerror or error}; choose another {option}") from None


def leftover(name: str) -> bool:
    """Return whether a name is that of a temporary file, left by an interrupted write."""
    return _LEFTOVER.fullmatch(name) is not None


def _joined(files: Store, parts: list[str], out: IO[bytes]) -> str:
    """Copy files into an open one, and return the sha256 of the whole."""
    whole = hashlib.sha256()
    for part in parts:
        with files.open(part) as file:
            while block := file.read(_BLOCK):
                whole.update(block)
                out.write(block)
    return whole.hexdigest()


def digest(files: Store, name: str) -> str:
    """Return the sha256 of a file."""
    with files.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
