"""Checks a dataset folder against its manifest and compares it with a revision on the Hub."""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import RepoFile

from generators.builder.recipe import Recipe
from generators.files.layout import DROPPED, MANIFEST, README, RECIPE
from generators.files.manifest import Manifest, file_hash, read_manifest
from generators.files.parquet import ShardRecord, parse_record
from generators.finished.loads import loading_faults
from generators.finished.recipes import read_recipe
from solver.licence import obstacles, remedies
from solver.parquet import read_schema
from solver.plurals import counted
from solver.refusal import InputError

from .card import PLOTS, place_of
from .loading import Files
from .repository import Repository, Snapshot

_SHARD = re.compile(r"data/(train|validation|test)-\d{5,}-of-\d{5,}\.parquet")
_OURS = re.compile(r"data/(train|validation|test)-.*|plots/.*|dropped\.jsonl")
"""Files that a push deletes if the folder does not have them: the card's globs and links would reach them."""
_SETTINGS = frozenset({".huggingface.yaml", "dataset_infos.json"})
"""Files beside the card that `load_dataset` reads."""
_UNPUSHED = "build again, nothing was pushed"


@dataclass(frozen=True)
class Change:
    """A file that the commit adds, changes or deletes; `size` is its size in bytes in the repository."""

    action: str
    path: str
    size: int


class Release:
    """The files of a checked dataset folder that a push publishes, by their path in the repository.

    The card and its plots are taken from `pages`, everything else from the folder.
    """

    def __init__(self, folder: Path, pages: Path, manifest: Manifest):
        places = {name: place_of(name, folder, pages) for name in (README, *PLOTS)} | {
            name: folder / name for name in (RECIPE, MANIFEST, *_dropped(manifest), *manifest.files)
        }
        self.manifest = manifest
        self.shards: Files = manifest.values()["files"]
        self.files = {name: file for name, file in places.items() if file.exists()}
        self._hashes = {name: entry.sha256 for name, entry in manifest.files.items()}

    def changes(self, remote: dict[str, RepoFile]) -> list[Change]:
        """Return the differences between the folder and the files of a revision."""
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
        """Return whether a remote file has the same bytes as the local one, by the hash that the Hub keeps."""
        file = self.files[name]
        if file.stat().st_size != remote.size:
            return False
        if remote.lfs is not None:
            if name not in self._hashes:  # the manifest has the hashes of the shards, and they were checked
                self._hashes[name] = file_hash(file)
            return bool(self._hashes[name] == remote.lfs.sha256)
        text = file.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest() == remote.blob_id


def check_loads(repository: Repository, base: Snapshot, release: Release) -> None:
    """Raise InputError if `load_dataset` would not find the rows after a push of the release to a revision."""
    gone = {change.path for change in release.changes(base.files) if change.action == "delete"}
    kept = base.files.keys() - release.files.keys() - gone
    files: dict[str, Path | bytes] = dict(release.files) | dict.fromkeys(kept, b"")
    for path in kept & _SETTINGS:
        files[path] = repository.fetch(path, base.head) or b""
    fault = next(loading_faults(repository.repo_id.rpartition("/")[2], files, release.manifest), None)
    if fault:
        raise InputError(f"{repository.repo_id}: would not load after the push: {fault}; nothing was pushed")


def _dropped(manifest: Manifest) -> dict[str, str]:
    """Return the name and sha256 of an import's list of dropped problems; a build has none."""
    return {DROPPED: manifest.dropped.sha256} if manifest.dropped else {}


def check_folder(folder: Path, *, full: bool = False) -> Manifest:
    """Return the manifest of a folder after checking that the folder matches it; raise InputError if not.

    `full` audits every row too.
    """
    manifest = read_manifest(folder)
    try:
        fault = _fault(folder, manifest)
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: missing; {_UNPUSHED}") from None
    except OSError as error:
        raise InputError(f"{error.filename or folder}: cannot be read: {error.strerror}; {_UNPUSHED}") from None
    if fault:
        raise InputError(f"{fault}; {_UNPUSHED}")
    if full:
        from generators.finished.audit import audit

        found = audit(folder)
        if not found.passed:
            raise InputError(
                f"{folder}: {found.faults[0]}; {counted(len(found.faults), 'fault')} in all, nothing was pushed"
            )
    return manifest


def refuse_unlicensed(folder: Path) -> None:
    """Raise InputError if the licences of a dataset's sources do not allow anybody to publish it."""
    recipe = read_recipe(folder)
    found = obstacles(recipe.sources)
    if found:
        built = isinstance(recipe, Recipe)
        stated = "as license in its patterns" if built else "with --license where it is imported"
        would_do = remedies(recipe.sources, stated=stated)
        raise InputError(f"{folder}: may not be published: {'; '.join(found)}; {would_do}; nothing was pushed")


def _fault(folder: Path, manifest: Manifest) -> str | None:
    """Return where a folder does not match its manifest: files, hashes, recipe, rows, contents or verification."""
    contents: dict[str, list[str]] = defaultdict(list)
    rows: dict[str, int] = defaultdict(int)
    for name, entry in manifest.files.items():
        named = _SHARD.fullmatch(name)
        if not named:
            return f"{folder / MANIFEST}: lists {name!r}, which is not a data file of a dataset"
        path = folder / name
        if not path.is_file() or file_hash(path) != entry.sha256:
            return f"{path}: missing or changed since the build"
        record = parse_record(read_schema(path).metadata, ShardRecord)
        if record is None or record.rows != entry.rows:
            written = "no record of its rows" if record is None else f"{record.rows}"
            return (
                f"{folder / MANIFEST}: lists {counted(entry.rows, 'row')} for {name}, which was written with {written}"
            )
        contents[named[1]].append(record.content)
        rows[named[1]] += entry.rows
    hashes = {RECIPE: manifest.recipe} | _dropped(manifest)
    changed = [name for name, sha256 in hashes.items() if file_hash(folder / name) != sha256]
    if changed:
        return f"{folder / changed[0]}: changed since the build"
    for split, listed in manifest.splits.items():
        found = hashlib.sha256("".join(contents[split]).encode()).hexdigest()
        if (rows[split], found) != (listed.rows, listed.content):
            return f"{folder / MANIFEST}: the {split} split does not match its files"
    proved, total = manifest.verification.read_back, sum(rows.values())
    return None if proved == total else f"{folder / MANIFEST}: only {proved} of {total} rows are proved"
