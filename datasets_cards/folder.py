"""What of a dataset folder is published, once the folder has been checked against its own manifest."""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from huggingface_hub import RepoFile

from generators.files.layout import DROPPED, MANIFEST, README, RECIPE
from generators.files.manifest import file_hash
from solver.refusal import InputError

from .card import PLOTS

_SHARD = re.compile(r"data/(train|validation|test)-\d{5,}-of-\d{5,}\.parquet")
_OURS = re.compile(r"data/(train|validation|test)-.*|plots/.*|dropped\.jsonl")
"""What is deleted from a repository when it is not in the folder: all that the card's globs and links reach."""
_UNPUSHED = "build again, nothing was pushed"


@dataclass(frozen=True)
class Change:
    """A file that the commit adds, changes or deletes; `size` is what the repository will hold of it."""

    action: str
    path: str
    size: int


class Folder:
    """A checked dataset folder: its manifest, and what is published, path in the repository to file."""

    def __init__(self, path: Path, pages: Path, manifest: dict[str, Any]):
        beside = [README, *PLOTS]
        places = {name: pages / name for name in beside} | {
            name: path / name for name in (RECIPE, MANIFEST, *_beside(manifest), *manifest["files"])
        }
        self.manifest = manifest
        self.files = {name: file for name, file in places.items() if file.exists()}
        self._hashes = {name: entry["sha256"] for name, entry in manifest["files"].items()}

    def changes(self, remote: dict[str, RepoFile]) -> list[Change]:
        """Return what differs between the folder and the files of a revision."""
        changes = [
            Change("change" if name in remote else "add", name, file.stat().st_size)
            for name, file in self.files.items()
            if name not in remote or not self._same(name, remote[name])
        ]
        gone = [
            Change("delete", name, entry.size)
            for name, entry in remote.items()
            if name not in self.files and _OURS.fullmatch(name)
        ]
        return changes + gone

    def _same(self, name: str, remote: RepoFile) -> bool:
        """Return whether a remote file has the bytes of ours, by the hash that the Hub keeps of it."""
        file = self.files[name]
        if file.stat().st_size != remote.size:
            return False
        if remote.lfs is not None:
            if name not in self._hashes:  # a shard's is in the manifest, checked when we began
                self._hashes[name] = file_hash(file)
            return bool(self._hashes[name] == remote.lfs.sha256)
        text = file.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest() == remote.blob_id


def _beside(manifest: dict[str, Any]) -> list[str]:
    """Return the files beside the data that a manifest speaks of: what an import left out."""
    return [DROPPED] if "dropped" in manifest else []


def checked(folder: Path, *, full: bool = False) -> dict[str, Any]:
    """Return the manifest of a folder that holds what its manifest says; raise InputError otherwise."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        wrong = _wrong(folder, manifest)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not path.exists():
            raise InputError(f"{folder}: no {MANIFEST}, so it is no finished dataset; build it first") from None
        raise InputError(f"{error.filename}: missing; {_UNPUSHED}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read: {type(error).__name__}: {error}; {_UNPUSHED}") from None
    if wrong:
        raise InputError(f"{wrong}; {_UNPUSHED}")
    if full:
        from generators.finished.audit import audit

        found = audit(folder)
        if not found.passed:
            raise InputError(f"{folder}: {found.faults[0]}; {len(found.faults)} faults in all, nothing was pushed")
    return manifest


def _wrong(folder: Path, manifest: dict[str, Any]) -> str | None:
    """Return what does not hold: files, their hashes, the recipe, rows and contents, the verification record."""
    contents: dict[str, list[str]] = defaultdict(list)
    rows: dict[str, int] = defaultdict(int)
    for name, entry in manifest["files"].items():
        named = _SHARD.fullmatch(name)
        if not named:
            return f"{folder / MANIFEST}: names {name!r}, which is no file of a dataset"
        path = folder / name
        if not path.is_file() or file_hash(path) != entry["sha256"]:
            return f"{path}: missing or changed since it was built"
        record = json.loads((pq.read_schema(path).metadata or {}).get(b"wirework", b"{}"))
        if record.get("rows") != entry["rows"]:
            return f"{folder / MANIFEST}: says that {name} has {entry['rows']} rows, it was written with {record.get('rows')}"
        contents[named[1]].append(record["content"])
        rows[named[1]] += entry["rows"]
    hashes = {RECIPE: manifest["recipe"]} | dict.fromkeys(_beside(manifest), manifest.get("dropped", {}).get("sha256"))
    changed = [name for name, sha256 in hashes.items() if file_hash(folder / name) != sha256]
    if changed:
        return f"{folder / changed[0]}: changed since the build"
    for split, entry in manifest["splits"].items():
        found = hashlib.sha256("".join(contents[split]).encode()).hexdigest()
        if (rows[split], found) != (entry["rows"], entry["content"]):
            return f"{folder / MANIFEST}: the {split} split is not what its files hold"
    proved, total = manifest["verification"]["read_back"], sum(rows.values())
    return None if proved == total else f"{folder / MANIFEST}: {proved} of {total} rows proved"
