"""The manifest of a dataset folder: what the folder holds, computed from its rows. A folder with a manifest is whole."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from solver.refusal import InputError

from .layout import MANIFEST, SPLITS
from .parquet import ShardRecord
from .recipe import DatasetRecipe
from .store import LocalStore, Store, digest


class DataFile(msgspec.Struct, frozen=True):
    """A data file: its rows, its size and its sha256."""

    rows: int
    bytes: int
    sha256: str


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A split: its rows, also per expert and pattern, and the longest row of each pattern or expert."""

    rows: int = 0
    experts: dict[str, int] = {}
    patterns: dict[str, int] = {}
    longest: dict[str, int] = {}
    """Bounds on tokens: a text never has more tokens than bytes."""
    content: str = ""
    """A hash of the rows' own texts."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved: rows read back and solved, rows cross-checked, and lengths."""

    read_back: int
    second_opinion: int
    """Rows that were cross-checked by the YAML reader and exact fractions."""
    max_len: int
    bounds: dict[str, int] | UnsetType = UNSET
    """A bound on the tokens of all rows of a pattern."""
    fit_by_pattern: list[str] | UnsetType = UNSET
    """Patterns whose bound proves that every row fits."""


class Overlap(msgspec.Struct, frozen=True):
    """Test rows whose exact numbers a training row of their pattern has, of all test rows."""

    rows: int
    of: int


class DroppedFile(msgspec.Struct, frozen=True):
    """The file of dropped problems: its lines and its sha256."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of manifest.json; the fields from `test_numbers_in_train` on are those of a build or of an import."""

    format: int
    recipe: str
    """The sha256 of recipe.json."""
    splits: dict[str, Split]
    files: dict[str, DataFile]
    content: str
    """A hash of all rows' own texts."""
    verification: Verification
    refused: list[str] | UnsetType = UNSET
    """The ids that the contamination gate refused, where it ran."""
    test_numbers_in_train: Overlap | UnsetType = UNSET
    kind: Literal["import"] | UnsetType = UNSET
    funnel: list[tuple[str, int]] | UnsetType = UNSET
    """What became of the problems of an import: a label and a count each, all problems first."""
    grades: dict[str, int] | UnsetType = UNSET
    proved: int | UnsetType = UNSET
    dropped: DroppedFile | UnsetType = UNSET
    problems: int | UnsetType = UNSET
    """How many problems the source had."""

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(split.rows for split in self.splits.values())

    def text(self) -> str:
        """Return the text of manifest.json."""
        return f"{json.dumps(self.values(), indent=1, sort_keys=True)}\n"

    def values(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        return dict(msgspec.to_builtins(self))


class WrittenShard(msgspec.Struct, frozen=True):
    """A shard in its folder: its split, its path, its file's size and sha256, and its record."""

    split: str
    path: str
    bytes: int
    sha256: str
    record: ShardRecord


def frame(recipe: DatasetRecipe, splits: dict[str, Split], shards: Iterable[WrittenShard]) -> dict[str, Any]:
    """Return the fields that every manifest has: format, recipe, splits, files and content hashes."""
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
    }


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a finished dataset folder; raise InputError if there is none or it cannot be read."""
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise InputError(f"{folder}: no {MANIFEST}, so the build was not finished; run it again to resume") from None
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a manifest of wirework: {str(error)[:100]}") from None


def known_hashes(files: Store) -> dict[str, str]:
    """Return the sha256 of each data file of a finished dataset; empty if there is no manifest that can be read."""
    try:
        with files.open(MANIFEST) as file:
            manifest = msgspec.json.decode(file.read(), type=Manifest)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return {name: entry.sha256 for name, entry in manifest.files.items()}


def file_hash(path: Path) -> str:
    """Return a local file's sha256."""
    return digest(LocalStore(path.parent), path.name)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
