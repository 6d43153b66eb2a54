"""The manifest of a dataset folder: its rows, files, hashes and proofs.

It is computed from the shards and written last, so a folder with a manifest is complete.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
import pyarrow as pa
from msgspec import UNSET, UnsetType

from solver.files import read_json, read_text
from solver.licence import Licensed
from solver.lock import unfinished
from solver.refusal import InputError
from solver.values import typed

from .layout import MANIFEST, SPLITS
from .parquet import ShardRecord, read_record, to_parquet
from .recipe import DatasetRecipe, read_values
from .store import LocalStore, Store, digest


class DataFile(msgspec.Struct, frozen=True):
    """A data file: its number of rows, its size in bytes and its sha256."""

    rows: int
    bytes: int
    sha256: str


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A split: its number of rows in all, per expert and per pattern, and the longest row of each pattern (of an import: expert)."""

    rows: int = 0
    experts: dict[str, int] = {}
    patterns: dict[str, int] = {}
    longest: dict[str, int] = {}
    """In tokens, as an upper bound: a text never has more tokens than bytes (P10)."""
    content: str = ""
    """The sha256 of the content hashes of its shards."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The proofs of a build: numbers of rows, and bounds on lengths in tokens (P10)."""

    read_back: int
    """Rows that were read back from their text and solved."""
    second_opinion: int
    """Rows that were cross-checked by the YAML reader and exact fractions."""
    max_len: int
    bounds: dict[str, int] | UnsetType = UNSET
    """For each pattern, an upper bound on the tokens of any of its rows."""
    fit_by_pattern: list[str] | UnsetType = UNSET
    """Patterns whose bound is at most `max_len`."""


class Overlap(msgspec.Struct, frozen=True):
    """How many of the test rows share all their numbers with a training row of the same pattern."""

    rows: int
    of: int


class DroppedFile(msgspec.Struct, frozen=True):
    """The file of dropped problems: its number of lines and its sha256."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of manifest.json. Fields from `sources` on are unset where they do not apply to a build or an import."""

    format: int
    recipe: str
    """The sha256 of recipe.json."""
    splits: dict[str, Split]
    files: dict[str, DataFile]
    content: str
    """The sha256 of the content hashes of the splits."""
    verification: Verification
    sources: tuple[Licensed, ...] | UnsetType = UNSET
    """The sources of problems and of made patterns, if there are any, with their licences."""
    refused: list[str] | UnsetType = UNSET
    """The ids of rows that the contamination gate refused, if it ran."""
    test_numbers_in_train: Overlap | UnsetType = UNSET
    kind: Literal["import"] | UnsetType = UNSET
    funnel: list[tuple[str, int]] | UnsetType = UNSET
    """The stages of an import, each a label and the number of problems that passed it; all problems first."""
    grades: dict[str, int] | UnsetType = UNSET
    wirings: dict[str, int] | UnsetType = UNSET
    """The rows by how their wiring is known: annotated, unique or chosen."""
    dropped: DroppedFile | UnsetType = UNSET
    problems: int | UnsetType = UNSET
    """The number of problems in the source."""

    @property
    def rows(self) -> int:
        """The number of rows of all splits."""
        return sum(split.rows for split in self.splits.values())

    def text(self) -> str:
        """Return the text of manifest.json."""
        return f"{json.dumps(self.values(), indent=1, sort_keys=True)}\n"

    def values(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        return dict(msgspec.to_builtins(self))


class WrittenShard(msgspec.Struct, frozen=True):
    """A shard that is written: its split, its path in the folder, its size in bytes, its sha256 and its record."""

    split: str
    path: str
    bytes: int
    sha256: str
    record: ShardRecord


def finished_shard(
    files: Store, split: str, name: str, kind: type[ShardRecord], hashes: dict[str, str]
) -> WrittenShard | None:
    """Return a shard that an earlier run finished, or None; `hashes` are those of a manifest that is there."""
    record = read_record(files, name, kind)
    if record is None:
        return None
    sha256 = digest(files, name)
    known = hashes.get(name, sha256) == sha256
    return WrittenShard(split, name, files.size(name), sha256, record) if known else None


def write_shard(files: Store, split: str, name: str, table: pa.Table, record: ShardRecord) -> WrittenShard:
    """Write a shard and return it."""
    data = to_parquet(table, record)
    files.write(name, data)
    return WrittenShard(split, name, data.size, hashlib.sha256(data).hexdigest(), record)


def frame(recipe: DatasetRecipe, splits: dict[str, Split], shards: Iterable[WrittenShard]) -> dict[str, Any]:
    """Return the fields that builds and imports share: format, recipe, splits, files, content hashes and sources."""
    shards = list(shards)
    whole = {}
    for split in SPLITS:
        contents = "".join(shard.record.content for shard in shards if shard.split == split)
        whole[split] = msgspec.structs.replace(splits.get(split, Split()), content=_sha256(contents))
    return {
        "format": recipe.format,
        "recipe": _sha256(recipe.text()),
        "splits": whole,
        "files": {shard.path: DataFile(shard.record.rows, shard.bytes, shard.sha256) for shard in shards},
        "content": _sha256("".join(whole[split].content for split in SPLITS)),
        "sources": recipe.sources or UNSET,
    }


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a dataset folder; raise InputError if it is missing or cannot be read."""
    path = folder / MANIFEST
    if not path.exists():
        read_values(folder)  # tells a folder that is no dataset
        raise InputError(unfinished(folder, MANIFEST))
    return typed(read_json(read_text(path), str(path)), Manifest, f"{path}: not a manifest of wirework")


def known_hashes(files: Store) -> dict[str, str]:
    """Return the sha256 of each data file, by path; empty if there is no readable manifest."""
    manifest = _known(files)
    return {name: entry.sha256 for name, entry in manifest.files.items()} if manifest else {}


def known_dropped(files: Store) -> DroppedFile | None:
    """Return the entry of the file of dropped problems, or None if there is no readable manifest of an import."""
    manifest = _known(files)
    return manifest.dropped or None if manifest else None


def _known(files: Store) -> Manifest | None:
    try:
        with files.open(MANIFEST) as file:
            return msgspec.json.decode(file.read(), type=Manifest)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None


def file_hash(path: Path) -> str:
    """Return the sha256 of a local file."""
    return digest(LocalStore(path.parent), path.name)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
