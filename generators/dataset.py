"""Builds a dataset folder: recipe first, shards beside and renamed, manifest last.

A folder with a manifest is whole. A killed build resumes where it was, since a shard is a pure function of
the recipe and its number; a folder with another recipe is refused.
"""

import ctypes
import errno
import hashlib
import json
import multiprocessing
import os
import platform
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from solver.refusal import InputError

from .layout import MANIFEST, README, readme, shard_path
from .length import Ruler
from .library import library
from .preset import SPLITS, read_preset
from .recipe import RECIPE, Recipe, difference, whole_number
from .rows import SCHEMA, Shard, content_hash, make_shard

if TYPE_CHECKING:
    from datasets import DatasetDict

SHARD_ROWS = 100_000
"""Rows of a shard; what a worker holds in memory."""
ROW_GROUP = 10_000
"""Rows of a Parquet row group, small enough for viewers and streaming readers."""

_RECORD = b"wirework"
_LABELS = [
    "prompt.list.element.role",
    "completion.list.element.role",
    "expert",
    "experts.list.element",
    "pattern",
    "steps",
    "difficulty",
    "metadata",
]

_CHUNKING = {"min_chunk_size": 512 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 3}
"""Pages end by content, at about 600 KB of text: compressed, that is one of the Hub's own chunks of 64 KB."""

Report = Callable[[int, int], None]
"""Called with the rows done and the rows in all, as shards are finished."""


@dataclass(frozen=True)
class Built:
    """A finished dataset: its folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """Rows per split."""
        return {split: entry["rows"] for split, entry in self.manifest["splits"].items()}

    def load(self) -> "DatasetDict":
        """Return the dataset, as `datasets.load_dataset(folder)` does."""
        from datasets import load_dataset

        return load_dataset(str(self.folder))


def build(
    weights: str = "run8",
    *,
    rows: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    max_len: int | None = None,
    tokenizer: str | None = None,
    shard_rows: int = SHARD_ROWS,
    workers: int | None = None,
    patterns: str | Path | None = None,
    full: bool = False,
    report: Report | None = None,
) -> Built:
    """Build the dataset of a preset and return it, every row proved.

    `rows` are training rows; `weights` is a preset's name or file, `patterns` a folder of further patterns,
    `full` gives every row the second opinion. Raises InputError for anything the caller can mend; then no
    folder without a manifest passes for a dataset.
    """
    if workers is not None:
        whole_number("workers", workers, 1)
    preset = read_preset(weights)
    recipe = Recipe.of(
        preset,
        library(Path(patterns) if patterns else None),
        seed=seed,
        rows={} if rows is None else {"train": rows},
        max_len=max_len,
        tokenizer=tokenizer,
        shard_rows=shard_rows,
    )
    recipe.check_spaces()
    folder = Path(out) if out else Path("data") / preset.name
    return _made(recipe, folder, workers, full, report)


def _made(recipe: Recipe, folder: Path, workers: int | None, full: bool, report: Report | None) -> Built:
    try:
        return make(recipe, folder, workers, full, report)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(f"{folder}: no space left on the disk; make room, and the same command resumes") from None
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}; choose another --out") from None


def rebuild(
    recipe: str | Path, out: str | Path, *, workers: int | None = None, full: bool = False, report: Report | None = None
) -> Built:
    """Make the dataset of a recipe.json, or of the folder that holds one, again, and return it."""
    return _made(Recipe.read(Path(recipe)), Path(out), workers, full, report)


def make(
    recipe: Recipe, folder: Path, workers: int | None = None, full: bool = False, report: Report | None = None
) -> Built:
    """Make the folder of a recipe, or finish one that was begun; raise InputError if it holds something else."""
    _claim(recipe, folder)
    jobs = recipe.jobs
    total = sum(recipe.rows.values())
    records: dict[tuple[str, int], dict[str, Any]] = {}
    done = 0
    for job, record in _run(recipe, folder, jobs, workers, full):
        records[job] = record
        done += record["rows"]
        if report:
            report(done, total)
    manifest = manifest_of(recipe, [(job, records[job]) for job in jobs])
    write_whole(folder / README, readme(recipe))
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return Built(folder, manifest)


def _claim(recipe: Recipe, folder: Path) -> None:
    """Write the recipe into a new or empty folder, or check that the folder was begun from the same one."""
    differs = None
    held = (folder / RECIPE).exists()
    if held:
        differs = difference(Recipe.read(folder), recipe)
        begun = any((folder / "data").glob("*.parquet")) or {path.name for path in folder.iterdir()} - {RECIPE, "data"}
        if differs and begun:
            raise InputError(f"{folder}: holds another dataset: {differs}; choose another --out or remove the folder")
    elif folder.exists() and not (folder.is_dir() and all(map(_barely_begun, folder.iterdir()))):
        raise InputError(f"{folder}: exists and is no dataset of wirework; choose another --out")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for leftover in folder.rglob(".*.tmp"):
        leftover.unlink(missing_ok=True)
    if differs or not held:
        write_whole(folder / RECIPE, recipe.text())


def _barely_begun(path: Path) -> bool:
    """Return whether this is what a build that was killed before its recipe was written leaves behind."""
    return (path.name == "data" and path.is_dir() and not any(path.iterdir())) or bool(
        re.fullmatch(rf"\.{re.escape(RECIPE)}\.[0-9]+\.tmp", path.name)
    )


def _run(
    recipe: Recipe, folder: Path, jobs: list[tuple[str, int]], workers: int | None, full: bool
) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Yield each job's record as it is done, in this process or in several."""
    count = min(workers or os.cpu_count() or 1, sum(recipe.rows.values()) // SHARD_ROWS + 1, len(jobs) or 1)
    if count == 1:
        work = Worker(recipe, folder, full)
        undo = _keep_memory()
        try:
            for job in jobs:
                yield job, work(*job)
        finally:
            undo()
        return
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (recipe, folder, full)) as pool:
        with _no_main():
            futures = {pool.submit(_work, *job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _no_main() -> Iterator[None]:
    """Keep processes that start meanwhile from running the caller's script again; none of its names are needed."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _keep_memory() -> Callable[[], None]:
    """Let this process keep freed memory for the next shard; return what undoes it.

    Arrow's own allocators give pages back within milliseconds and glibc large blocks at once; zeroing new
    ones took up to a fifth of the time.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    _set_malloc(2**30)

    def undo() -> None:
        pa.set_memory_pool(before)
        _set_malloc(2**17)

    return undo


def _set_malloc(threshold: int) -> None:
    """Say up to how many bytes glibc keeps on its heap; other systems decide for themselves."""
    if platform.libc_ver()[0] == "glibc":
        trim, mapped = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(trim, threshold)
        mallopt(mapped, threshold)


class Worker:
    """Writes shards of one recipe; holds what all of them share."""

    def __init__(self, recipe: Recipe, folder: Path, full: bool):
        self.recipe = recipe
        self.folder = folder
        self.full = full
        self.ruler = Ruler(recipe.system, recipe.max_len, recipe.tokenizer)
        self.hashes = _hashes(folder)

    def __call__(self, split: str, number: int) -> dict[str, Any]:
        """Write a shard unless it is there already, and return its record."""
        path = self.folder / shard_path(self.recipe, split, number)
        record = _kept(path)
        if record is None or self._changed(path):
            record = self._write(path, split, number)
        return record | file_record(self.folder, path)

    def _changed(self, path: Path) -> bool:
        """Return whether a file is not the one that the manifest of a finished folder names."""
        return bool(self.hashes) and file_hash(path) != self.hashes.get(path.relative_to(self.folder).as_posix())

    def _write(self, path: Path, split: str, number: int) -> dict[str, Any]:
        shard = make_shard(self.recipe, split, number, self.ruler, self.full)
        record = shard_record(shard)
        beside = _beside(path)
        try:
            with beside.open("wb") as file:
                write_table(shard.table, file, record)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        return record


def shard_record(shard: Shard) -> dict[str, Any]:
    """Return what a shard's footer and the manifest keep of it."""
    return {
        "rows": len(shard.table),
        "patterns": shard.counts,
        "longest": shard.longest,
        "sampled": shard.sampled,
        "overlap": shard.overlap,
        "content": content_hash(shard.table),
    }


def file_record(folder: Path, path: Path) -> dict[str, Any]:
    """Return what the manifest keeps of a data file."""
    return {"bytes": path.stat().st_size, "sha256": file_hash(path), "path": path.relative_to(folder).as_posix()}


_worker: Worker | None = None


def _start(recipe: Recipe, folder: Path, full: bool) -> None:
    global _worker  # noqa: PLW0603 - a pool's process holds its worker this way
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _keep_memory()
    _worker = Worker(recipe, folder, full)


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, however that was."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _work(split: str, number: int) -> dict[str, Any]:
    assert _worker is not None  # noqa: S101 - set by _start
    return _worker(split, number)


def write_table(table: pa.Table, file: Any, record: dict[str, Any]) -> None:
    """Write a table as the Parquet that the Hub likes best, with the shard's record in its footer."""
    schema = SCHEMA.with_metadata({_RECORD: json.dumps(record, sort_keys=True).encode()})
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=_LABELS,
        write_statistics=[*_LABELS, "id", "answer"],
        write_page_index=True,
        use_content_defined_chunking=_CHUNKING,
    ) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata), row_group_size=ROW_GROUP)


def _kept(path: Path) -> dict[str, Any] | None:
    """Return the record of a shard that an earlier run finished, or None."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (FileNotFoundError, pa.ArrowInvalid):  # not there, or no Parquet: it is written anew
        return None
    return dict(json.loads(metadata[_RECORD])) if _RECORD in metadata else None


def _hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file by the manifest of a finished folder; empty if there is none that can be read."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {name: entry["sha256"] for name, entry in files.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}


def manifest_of(recipe: Recipe, records: list[tuple[tuple[str, int], dict[str, Any]]]) -> dict[str, Any]:
    """Return what the folder holds, computed from the shards' records."""
    splits: dict[str, Any] = {}
    for split in SPLITS:
        ours = [record for (where, _), record in records if where == split]
        patterns: Counter[str] = Counter()
        longest: dict[str, int] = {}
        for record in ours:
            patterns.update(record["patterns"])
            for name, size in record["longest"].items():
                longest[name] = max(size, longest.get(name, 0))
        experts: Counter[str] = Counter()
        for name, count in patterns.items():
            experts[name.partition("/")[0]] += count
        splits[split] = {
            "rows": sum(record["rows"] for record in ours),
            "experts": dict(sorted(experts.items())),
            "patterns": dict(sorted(patterns.items())),
            "longest": dict(sorted(longest.items())),
            "content": hashlib.sha256("".join(record["content"] for record in ours).encode()).hexdigest(),
        }
    seen: dict[str, set[int]] = {}
    for _, record in records:
        for name, held in record["overlap"].items():
            seen.setdefault(name, set()).update(held)
    ruler = Ruler(recipe.system, recipe.max_len)
    bounds = {name: ruler.bound(recipe.library.patterns[name]) for name in recipe.shares}
    return {
        "format": recipe.format,
        "recipe": hashlib.sha256(recipe.text().encode()).hexdigest(),
        "splits": splits,
        "files": {r["path"]: {key: r[key] for key in ("rows", "bytes", "sha256")} for _, r in records},
        "content": hashlib.sha256("".join(splits[split]["content"] for split in SPLITS).encode()).hexdigest(),
        "verification": {
            "read_back": sum(record["rows"] for _, record in records),
            "second_opinion": sum(record["sampled"] for _, record in records),
            "max_len": recipe.max_len,
            "bounds": bounds,
            "fit_by_pattern": sorted(name for name, bound in bounds.items() if bound <= recipe.max_len),
        },
        "test_numbers_in_train": {"rows": sum(map(len, seen.values())), "of": recipe.rows["test"]},
    }


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all."""
    beside = _beside(path)
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """Return where a file is written before it is renamed: a name of this process's own."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def file_hash(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
