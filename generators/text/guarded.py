"""The guarded questions of a held-out set, as hashes: their sequences of ten words, and their sketches.

A sketch is the set of a question's triples of plain words. A copy with other numbers and names has the same sketch, and
a sentence more changes two triples of it. The questions themselves are not kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from zlib import crc32

import numpy as np

from generators.files.recipe import Against

from .plain_words import plain_words

GRAM = 10
"""The number of consecutive words that two questions may not share."""
SHARE = 0.4
"""The share of a guarded question's sketch that makes another question a copy of it."""
FEWEST = 12
"""The fewest shared triples of a copy; of a question with about as many, all but those that a further sentence changes."""
SHORTEST = 8
"""The fewest triples of a question that a longer one can copy; a shorter one is copied by the same plain words alone."""
TRIPLE = 3
"""The number of words in a triple."""

SHIPPED = Path(__file__).with_name("gsm8k_test.npz")
"""The hashes of GSM-8K's test split; `benchmarks/contamination.py` makes them."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")
_COMMA = re.compile(r"(?<=\d),(?=\d{3})")
_BYTES = 5
"""The bytes of the hash of ten words: one in twenty million other sequences has a hash of GSM-8K's test split."""


@dataclass(frozen=True, eq=False)
class Guarded:
    """The guarded questions of one held-out set."""

    against: Against
    tens: frozenset[int]
    """The hashes of all sequences of ten words."""
    sketches: tuple[tuple[int, ...], ...]
    """The hashes of each question's triples."""

    @classmethod
    def of(cls, name: str, questions: Sequence[str], sha256: str) -> "Guarded":
        """Return the guarded questions of a set."""
        return cls(
            Against(name, sha256, len(questions)),
            frozenset(key for question in questions for _, key in grams(question)),
            tuple(tuple(sorted(set(triples(plain_words(question))))) for question in questions),
        )

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """The questions that have a triple, by its hash."""
        found: dict[int, list[int]] = {}
        for place, sketch in enumerate(self.sketches):
            for key in sketch:
                found.setdefault(key, []).append(place)
        return found

    def refuses(self, question: str) -> str | None:
        """Return the reason for which a question is refused, or None."""
        shared = next((gram for gram, key in grams(question) if key in self.tens), None)
        if shared:
            return f"shares {shared!r} with {self.against.name}"
        sketch = set(triples(plain_words(question)))
        met = Counter(place for key in sketch for place in self.places.get(key, ()))
        for place, count in met.items():
            size = len(self.sketches[place])
            if count >= self.needed(place) and (size >= SHORTEST or len(sketch) == size):
                return f"has {count / size:.0%} of the sketch of a question of {self.against.name}"
        return None

    def needed(self, place: int) -> int:
        """Return how many triples of a question a copy of it has."""
        size = len(self.sketches[place])
        return size if size < SHORTEST else max(ceil(SHARE * size), min(FEWEST, size - TRIPLE + 1))

    def write(self, path: Path) -> None:
        """Write the hashes as arrays; the same questions give the same bytes."""
        tens = np.array(sorted(self.tens), dtype="<u8")
        np.savez(
            path,
            name=np.array(self.against.name),
            sha256=np.array(self.against.sha256),
            tens=tens.view(np.uint8).reshape(-1, 8)[:, :_BYTES],
            sizes=np.array([len(sketch) for sketch in self.sketches], dtype=np.uint16),
            triples=np.array([key for sketch in self.sketches for key in sketch], dtype="<u4"),
        )

    @classmethod
    def read(cls, path: Path) -> "Guarded":
        """Return the guarded questions in a file of `write`."""
        with np.load(path, allow_pickle=False) as arrays:
            tens = np.zeros((len(arrays["tens"]), 8), dtype=np.uint8)
            tens[:, :_BYTES] = arrays["tens"]
            ends = np.cumsum(arrays["sizes"], dtype=np.int64).tolist()
            keys = arrays["triples"].tolist()
            name, sha256 = str(arrays["name"]), str(arrays["sha256"])
        return cls(
            Against(name, sha256, len(ends)),
            frozenset(tens.view("<u8").ravel().tolist()),
            tuple(tuple(keys[start:end]) for start, end in zip([0, *ends], ends, strict=False)),
        )


@cache
def shipped() -> Guarded:
    """Return the guarded questions that the package has: those of GSM-8K's test split."""
    return Guarded.read(SHIPPED)


def grams(question: str) -> Iterator[tuple[str, int]]:
    """Yield the sequences of ten words with their hashes; a question of fewer words has none."""
    words = _WORD.findall(_COMMA.sub("", question.lower()))
    half = GRAM // 2
    halves = [crc32(" ".join(words[start : start + half]).encode()) for start in range(len(words) - half + 1)]
    for start in range(len(words) - GRAM + 1):
        yield " ".join(words[start : start + GRAM]), (halves[start] << 8) ^ halves[start + half]


def triples(words: Sequence[str]) -> Iterator[int]:
    """Yield the hashes of three words in a row; of fewer words, the hash of all."""
    for start in range(max(1, len(words) - TRIPLE + 1)):
        yield triple(words[start : start + TRIPLE])


def triple(words: Iterable[str]) -> int:
    """Return the hash of a triple of words."""
    return crc32(" ".join(words).encode())
