"""Reads a source once before its problems are converted: counts them, hashes them, and finds repeated questions.

Of the problems with one question, the first in the file wins, whatever the workers. Where the source wrote traces, a
question may have several programs, and the first of each wins. All that is held in memory is a
hash of 16 bytes for each problem.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from generators.files.entries import Digest, Entry, stream_entries, tell
from generators.imports.solution.problem import Dropped
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import Source
from generators.imports.sources.request import SPLITS, Request
from generators.text.same_question import SIZE, question_hash
from solver.dataset import hub_place
from solver.files import local
from solver.formula import program_key
from solver.plurals import counted
from solver.refusal import InputError
from solver.text import read

Reading = Callable[[int], None]
"""Called now and then with the number of problems that were read."""
_BLOCK = 100_000
"""Hashes that are compared at a time."""
_OFTEN = 1_000
"""Problems between two calls of a Reading; a tenth of a second or less."""


@dataclass(frozen=True)
class Place:
    """A source at a place: a file, or a dataset on the Hub, with the split that is read."""

    reader: Source
    name: str
    split: str

    @classmethod
    def of(cls, request: Request, reader: Source) -> "Place":
        """Return the place that a request reads its source from; raise InputError if it has none."""
        if request.origin is None and not reader.hub:
            raise InputError(f"{reader.name} has no known address on the Hub; give its file with --from FILE")
        name = reader.hub if request.origin is None else str(request.origin)
        return cls(reader, name, request.split_of(reader))

    def entries(self, digest: Digest) -> Iterator[Entry]:
        """Yield the entries as they are read, and add their text to a digest; raise InputError if there are none."""
        own = self.name == self.reader.hub
        split = (self.reader.split if own else None) or self.split
        try:
            yield from stream_entries(self.name, self.reader.config if own else None, split, digest)
        except InputError as error:
            raise InputError(f"{error}, as --from FILE" if own else f"{error}") from None


@dataclass(frozen=True, eq=False)
class Survey:
    """Facts of all entries of a source."""

    problems: int
    sha256: str
    columns: dict[str, str]
    """The column that holds each one that the source's reader needs."""
    repeated: np.ndarray
    """The numbers of the problems whose question stood before, in order."""


def survey(place: Place, reading: Reading | None = None) -> Survey:
    """Read a source once and return its facts; a line on stderr tells the columns. Raises InputError if some are missing."""
    named = hub_place(place.name)
    path = local(place.name)
    if named and named.split in SPLITS and named.split != place.split and not path.exists():
        raise InputError(
            f"{place.name}: names the split {named.split}, and --split is {place.split}; give the same split"
        )
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{place.name}: can be read only once, and an import reads it twice; save it in a file")
    read = _Facts(place.reader)
    digest = hashlib.sha256()
    for entry in _counted(place.entries(digest), reading):
        read.add(entry)
    try:
        columns = place.reader.renamed(list(read.names))
    except InputError as error:
        raise InputError(f"{place.name}: {error}") from None
    if read.changed:  # a later entry has a column that decides how earlier ones are read
        read = _Facts(place.reader, columns, final=True)
        for entry in _counted(place.entries(hashlib.sha256()), reading):
            read.add(entry)
    tell(place.name, f"{counted(read.count, 'problem')} read, from {', '.join(columns.values())}")
    return Survey(read.count, digest.hexdigest(), columns, repeated(read.hashes))


def _counted(entries: Iterator[Entry], reading: Reading | None) -> Iterator[Entry]:
    """Yield entries, and report now and then how many were read."""
    for number, entry in enumerate(entries, 1):
        yield entry
        if reading and number % _OFTEN == 0:
            reading(number)


def renamed(entry: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """Return an entry with its columns under the names that the source's reader knows."""
    return entry | {name: entry.get(found) for name, found in columns.items()}


@dataclass
class _Facts:
    """Gathers the facts of a source while it is read."""

    reader: Source
    columns: dict[str, str] | None = None
    final: bool = False
    """Whether the columns are those of all entries."""
    names: dict[str, None] = field(default_factory=dict)
    changed: bool = False
    hashes: bytearray = field(default_factory=bytearray)
    count: int = 0

    def add(self, entry: Entry) -> None:
        """Count an entry, and hash its question; one without a question has a hash of its own."""
        if not self.final and isinstance(entry, dict) and not entry.keys() <= self.names.keys():
            self.names |= dict.fromkeys(entry)
            self._look_again()
        self.hashes += self._hash(entry) or self.count.to_bytes(SIZE, "big")
        self.count += 1

    def _look_again(self) -> None:
        try:
            columns = self.reader.renamed(list(self.names))
        except InputError:  # a later entry may have the column
            return
        self.changed = self.changed or (self.count > 0 and self.columns != columns)
        self.columns = columns

    def _hash(self, entry: Entry) -> bytes | None:
        if isinstance(entry, str) or self.columns is None:
            return None
        traced = self.reader.format == "trace" and bool(self.reader.columns.program)
        problem = read_problem(self.reader, "", renamed(entry, self.columns), bare=not traced)
        if isinstance(problem, Dropped):
            return None
        found = question_hash(problem.question)
        return hashlib.sha256(found + program_key(read(problem.trace)).encode()).digest()[:SIZE] if traced else found


def repeated(hashes: bytes | bytearray) -> np.ndarray:
    """Return the places of the hashes that stood before, in order; a hash has SIZE bytes."""
    every = np.frombuffer(hashes, dtype=f"S{SIZE}")
    order = np.argsort(every, kind="stable")
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(1, len(order), _BLOCK):
        block = order[start - 1 : start + _BLOCK]
        found.append(block[1:][every[block[1:]] == every[block[:-1]]])
    return np.sort(np.concatenate(found))
