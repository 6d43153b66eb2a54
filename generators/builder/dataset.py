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
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from generators.files.layout import MANIFEST, README, readme, shard_path
from generators.files.store import Folder, Store, digest, leftover, store
from generators.patterns.library import library
from solver.refusal import InputError, did_you_mean

from .length import Ruler
from .preset import SPLITS, read_preset
from .recipe import RECIPE, AnyRecipe, Recipe, difference, parse_recipe, whole_number
from .rows import SCHEMA, Shard, content_hash, make_shard, without

if TYPE_CHECKING:
    from datasets import DatasetDict

    from generators.text.contamination import Gate

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

ENGINES = ("local", "ray")
"""Where shards are made: in processes here, or on a Ray cluster."""

Report = Callable[[int, int], None]
"""Called with the rows done and the rows in all, as shards are finished."""
Job = tuple[str, int]
"""A shard: its split and its number."""


@dataclass(frozen=True)
class Built:
    """A finished dataset: its folder, or the URL of its place, and its manifest."""

    folder: Any
    manifest: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """Rows per split."""
        return {split: entry["rows"] for split, entry in self.manifest["splits"].items()}

    def load(self) -> "DatasetDict":
        """Return the dataset, as `datasets.load_dataset(folder)` does."""
        from datasets import load_dataset

        return load_dataset(str(self.folder))


@dataclass(frozen=True)
class Work:
    """How a build is done, which changes nothing of what comes out.

    `workers` are processes (None: one a core), `full` cross-checks every row, `engine` is one of ENGINES.
    """

    workers: int | None = None
    full: bool = False
    engine: str = "local"
    report: Report | None = None

    def __post_init__(self) -> None:
        if self.workers is not None:
            whole_number("workers", self.workers, 1)
        if self.engine not in ENGINES:
            raise InputError(f"no engine {self.engine}; {did_you_mean(self.engine, ENGINES)}")


def build(
    weights: str = "run8",
    *,
    rows: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    max_len: int | None = None,
    tokenizer: str | None = None,
    shard_rows: int = SHARD_ROWS,
    patterns: str | Path | None = None,
    against: str | None = None,
    **work: Any,
) -> Built:
    """Build the dataset of a preset and return it, every row proved.

    `rows` are training rows; `weights` is a preset's name or file, `patterns` a folder of further patterns, `out` a
    folder or a URL that fsspec knows (`s3://bucket/run8`), `against` a held-out set whose questions are refused: a
    file, or a dataset on the Hub. `work` is `workers`, `full`, `engine` and `report` of Work.
    Raises InputError for anything the caller can mend; then nothing without a manifest passes for a dataset.
    """
    how = Work(**work)
    gate = _gate(against)
    preset = read_preset(weights)
    recipe = Recipe.of(
        preset,
        library(Path(patterns) if patterns else None, preset.takes),
        seed=seed,
        rows={} if rows is None else {"train": rows},
        max_len=max_len,
        tokenizer=tokenizer,
        shard_rows=shard_rows,
        against=asdict(gate.against) if gate else None,
    )
    recipe.check_spaces()
    return make(recipe, out or Path("data") / preset.name, how, gate)


def rebuild(recipe: str | Path, out: str | Path, *, against: str | None = None, **work: Any) -> Built:
    """Make the dataset of a recipe.json, or of the folder that holds one, again, and return it.

    `against` is the held-out set that the recipe names, if it names one; `work` as in build.
    """
    read = Recipe.read(Path(recipe))
    gate = _gate(against)
    if (asdict(gate.against) if gate else None) != read.against:
        named = f"{read.against['name']} (sha256 {read.against['sha256'][:16]})" if read.against else "no held-out set"
        raise InputError(f"{recipe}: was made against {named}; give just that with --against")
    return make(read, out, Work(**work), gate)


def _gate(against: str | None) -> "Gate | None":
    """Return the gate against a held-out set, if there is one; only then is what reads questions imported."""
    if not against:
        return None
    from generators.text.contamination import read_gate

    return read_gate(against)


def make(recipe: Recipe, out: str | Path, work: Work = Work(), gate: "Gate | None" = None) -> Built:
    """Make the folder of a recipe, or finish one that was begun; raise InputError if it holds something else."""
    files = store(out)
    try:
        claim(recipe, files)
        return _made(Worker(recipe, files.place, work.full, gate), files, work)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(f"{out}: no space left on the disk; make room, and the same command resumes") from None
        raise InputError(f"{out}: cannot be written: {error.strerror or error}; choose another --out") from None


def _made(worker: "Worker", files: Store, work: Work) -> Built:
    recipe = worker.recipe
    total = sum(recipe.rows.values())
    records: dict[Job, dict[str, Any]] = {}
    done = 0
    for job, record in _run(worker, work):
        records[job] = record
        done += record["rows"]
        if work.report:
            work.report(done, total)
    manifest = manifest_of(recipe, [(job, records[job]) for job in recipe.jobs])
    files.write(README, readme(recipe.name, recipe.rows).encode())
    files.write(MANIFEST, f"{json.dumps(manifest, indent=1, sort_keys=True)}\n".encode())
    return Built(files.place, manifest)


def claim(recipe: AnyRecipe, files: Store) -> None:
    """Write the recipe into a new or empty place, or check that the one there was begun from the same recipe."""
    names = files.names()
    # A new repository of the Hub is not empty: it has a .gitattributes.
    held = [name for name in names if not leftover(name) and name != ".gitattributes"]
    differs = None
    if RECIPE in held:
        with files.open(RECIPE) as file:
            differs = difference(parse_recipe(file.read(), f"{files.place}/{RECIPE}"), recipe)
        if differs and len(held) > 1:
            raise InputError(
                f"{files.place}: holds another dataset: {differs}; choose another --out or remove the folder"
            )
    elif held:
        raise InputError(f"{files.place}: exists and is no dataset of wirework; choose another --out")
    for name in filter(leftover, names):
        files.remove(name)
    if differs or RECIPE not in held:
        files.write(RECIPE, recipe.text().encode())


def _run(worker: "Worker", work: Work) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Yield each job's record as it is done: in this process, in several, or on a cluster."""
    if work.engine == "ray":
        from .ray_engine import run_on_ray

        yield from run_on_ray(worker, work.workers)
        return
    jobs = worker.recipe.jobs
    rows = sum(worker.recipe.rows.values())
    count = min(work.workers or os.cpu_count() or 1, rows // SHARD_ROWS + 1, len(jobs) or 1)
    if count == 1:
        undo = keep_memory()
        try:
            for job in jobs:
                yield job, worker(*job)
        finally:
            undo()
        return
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (worker,)) as pool:
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


def keep_memory() -> Callable[[], None]:
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

    def __init__(self, recipe: Recipe, place: Path | str, full: bool, gate: "Gate | None" = None):
        self.recipe = recipe
        self.place = place
        self.full = full
        self.gate = gate
        self.ruler = Ruler(recipe.system, recipe.max_len, recipe.tokenizer)
        self.hashes = _hashes(store(place))

    def __call__(self, split: str, number: int) -> dict[str, Any]:
        """Write a shard unless it is there already, and return its record with the file's size and sha256."""
        files = store(self.place)
        name = shard_path(self.recipe, split, number)
        record = _kept(files, name)
        if record is not None:
            sha256 = digest(files, name)
            if self.hashes.get(name, sha256) == sha256:
                return record | file_record(name, files.size(name), sha256)
        shard = make_shard(self.recipe, split, number, self.ruler, self.full)
        if self.gate:
            shard = without(shard, self.gate.refused(shard.table))
        record = shard_record(shard)
        data = parquet(shard.table, record)
        files.write(name, data)
        return record | file_record(name, data.size, hashlib.sha256(data).hexdigest())


def shard_record(shard: Shard) -> dict[str, Any]:
    """Return what a shard's footer and the manifest keep of it."""
    return {
        "rows": len(shard.table),
        "patterns": shard.counts,
        "longest": shard.longest,
        "sampled": shard.sampled,
        "overlap": shard.overlap,
        "refused": shard.refused,
        "content": content_hash(shard.table),
    }


def file_record(name: str, size: int, sha256: str) -> dict[str, Any]:
    """Return what the manifest keeps of a data file."""
    return {"path": name, "bytes": size, "sha256": sha256}


_worker: Worker | None = None


def _start(worker: Worker) -> None:
    global _worker  # noqa: PLW0603 - a pool's process holds its worker this way
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_memory()
    _worker = worker


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, however that was."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _work(split: str, number: int) -> dict[str, Any]:
    assert _worker is not None  # noqa: S101 - set by _start
    return _worker(split, number)


def parquet(table: pa.Table, record: dict[str, Any]) -> pa.Buffer:
    """Return a table as the Parquet that the Hub likes best, with the shard's record in its footer."""
    schema = SCHEMA.with_metadata({_RECORD: json.dumps(record, sort_keys=True).encode()})
    data = pa.BufferOutputStream()
    with pq.ParquetWriter(
        data,
        schema,
        compression="zstd",
        use_dictionary=_LABELS,
        write_statistics=[*_LABELS, "id", "answer"],
        write_page_index=True,
        use_content_defined_chunking=_CHUNKING,
    ) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata), row_group_size=ROW_GROUP)
    return data.getvalue()


def _kept(files: Store, name: str) -> dict[str, Any] | None:
    """Return the record of a shard that an earlier run finished, or None."""
    try:
        with files.open(name) as file:
            metadata = pq.read_schema(file).metadata or {}
    except (FileNotFoundError, pa.ArrowInvalid):  # not there, or no Parquet: it is written anew
        return None
    return dict(json.loads(metadata[_RECORD])) if _RECORD in metadata else None


def _hashes(files: Store) -> dict[str, str]:
    """Return the sha256 of each file by the manifest of a finished dataset; empty if there is none that can be read."""
    try:
        with files.open(MANIFEST) as file:
            return {name: entry["sha256"] for name, entry in json.load(file)["files"].items()}
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
        }
    seen: dict[str, set[int]] = {}
    for _, record in records:
        for name, held in record["overlap"].items():
            seen.setdefault(name, set()).update(held)
    ruler = Ruler(recipe.system, recipe.max_len)
    bounds = {name: ruler.bound(recipe.library.patterns[name]) for name in recipe.shares}
    return framed(recipe, splits, [(split, record) for (split, _), record in records]) | {
        "verification": {
            "read_back": sum(record["rows"] for _, record in records),
            "second_opinion": sum(record["sampled"] for _, record in records),
            "max_len": recipe.max_len,
            "bounds": bounds,
            "fit_by_pattern": sorted(name for name, bound in bounds.items() if bound <= recipe.max_len),
        },
        **({"refused": [row_id for _, record in records for row_id in record["refused"]]} if recipe.against else {}),
        "test_numbers_in_train": {"rows": sum(map(len, seen.values())), "of": recipe.rows["test"]},
    }


def framed(
    recipe: AnyRecipe, splits: dict[str, dict[str, Any]], records: list[tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    """Return what every manifest says: recipe, splits, and by the files' records, each with its split, all hashes."""
    whole = {}
    for split in SPLITS:
        contents = "".join(record["content"] for where, record in records if where == split)
        none: dict[str, Any] = {"rows": 0, "experts": {}, "patterns": {}, "longest": {}}
        whole[split] = splits.get(split, none) | {"content": hashlib.sha256(contents.encode()).hexdigest()}
    return {
        "format": recipe.format,
        "recipe": hashlib.sha256(recipe.text().encode()).hexdigest(),
        "splits": whole,
        "files": {r["path"]: {key: r[key] for key in ("rows", "bytes", "sha256")} for _, r in records},
        "content": hashlib.sha256("".join(whole[split]["content"] for split in SPLITS).encode()).hexdigest(),
    }


def file_hash(path: Path) -> str:
    """Return a local file's sha256."""
    return digest(Folder(path.parent), path.name)
