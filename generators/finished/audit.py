"""Audits a finished dataset from its files alone, for the verb `verify`.

An audit does not trust the build. It compares hashes, parses every row with libyaml, solves it in exact fractions,
makes it again from its id and the recipe, and checks that it lies in the slice of its split.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from msgspec import UNSET
from msgspec.structs import replace

from generators.builder.cross_check import grounding_faults, yaml_checks
from generators.builder.dataset import manifest_of
from generators.builder.length import Ruler
from generators.builder.memory import kept_memory
from generators.builder.recipe import Recipe, cut
from generators.builder.shard import make_shard, without
from generators.builder.tokenizer import load_tokenizer
from generators.files.layout import DROPPED, MANIFEST, README, RECIPE, SPLITS, shard_path
from generators.files.manifest import DroppedFile, Manifest, WrittenShard, file_hash, read_manifest
from generators.files.parquet import ShardRecord
from generators.files.recipe import DatasetRecipe
from generators.imports.audit import row_faults
from generators.imports.folder import manifest_of_import, sizes, texts
from generators.imports.recipe import ImportRecipe
from generators.imports.tally import Tally, tally_of
from solver import arrow
from solver.arguments import checked
from solver.files import local
from solver.parquet import damage, read_table
from solver.plurals import counted
from solver.progress import Report
from solver.refusal import InputError
from solver.schema import SCHEMA, content_hash

from .loads import loading_faults
from .recipes import read_recipe
from .wordings import wording_faults

MAX_SHOWN = 20
"""The most faults, or signatures, that are printed; the rest are counted."""


@dataclass
class Audit:
    """The result of an audit: the number of rows per split, and the faults, each naming its row or file."""

    proof: str = ""
    """How every row was checked."""
    rows: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    limit: str | None = None
    """A sentence on what is not read in the questions, or None if all is."""
    unique: str = "question"
    """The thing that no two rows share."""
    beyond: list[str] = field(default_factory=list)
    """Files, or parts of files, that are not audited."""

    @property
    def passed(self) -> bool:
        """Whether there are no faults."""
        return not self.faults


@checked
def audit(folder: str | Path, tokenizer: str | None = None, report: Report | None = None) -> Audit:
    """Audit every file and row of a dataset folder; raise InputError if it is not a finished dataset.

    `tokenizer` overrides the recipe's; `report` is called after each shard with the number of audited rows and of all
    rows.
    """
    folder = local(folder)
    recipe = read_recipe(folder)
    manifest = read_manifest(folder)
    if tokenizer is not None:
        load_tokenizer(tokenizer)
    found = Audit()
    if file_hash(folder / RECIPE) != manifest.recipe:
        found.faults.append(f"{RECIPE}: is not the recipe that the manifest names")
        return found
    changed = _changed(folder, manifest)
    found.faults += _files(folder, recipe, manifest)
    if not found.passed or not _rows_as_built(folder, manifest, changed):
        found.faults += [f"{name}: {_change(folder / name)}" for name in changed]
        return found
    if isinstance(recipe, ImportRecipe):
        found = _import(folder, recipe, manifest, changed, report)
    else:
        ruler = Ruler(recipe.system, recipe.max_len, tokenizer or recipe.tokenizer)
        with kept_memory():
            found = _build(folder, recipe, manifest, changed, ruler=ruler, report=report)
    if changed:
        kind = "same rows, other bytes" if found.passed else "changed since it was built"
        found.faults = [f"{name}: {kind} (sha256 differs)" for name in changed]
    names = list(_names(folder))
    found.faults += loading_faults(folder.resolve().name, {name: folder / name for name in names}, manifest)
    found.beyond = _beyond(names, manifest)
    return found


def _beyond(names: list[str], manifest: Manifest) -> list[str]:
    """Return the files, or parts of files, that are not audited."""
    audited = {*manifest.files, RECIPE, MANIFEST, *([DROPPED] if manifest.dropped else [])}
    return [f"the text of {README}" if name == README else name for name in names if name not in audited]


def _build(
    folder: Path,
    recipe: Recipe,
    manifest: Manifest,
    changed: list[str],
    *,
    ruler: Ruler,
    report: Report | None,
) -> Audit:
    """Audit a build: check every row, and make it again from its id."""
    found = Audit("every row read by YAML, solved in fractions and made again from its id", limit=recipe.reading.limit)
    hashes: list[np.ndarray] = []
    paths: list[Path] = []
    shards: list[WrittenShard] = []
    for split, number in recipe.jobs:
        name = shard_path(split, number, recipe.shards(split))
        path = folder / name
        table = _table(path, found, frozenset(SCHEMA.names))
        if table is None:
            continue
        try:
            again = without(make_shard(recipe, split, number, ruler), frozenset(manifest.refused or ()))
        except InputError as error:
            found.faults.append(f"{path.name}: its recipe cannot make it: {error}")
            continue
        found.faults += [f"{path.name}: {fault}" for fault in _shard_faults(recipe, split, table, again.table)]
        hashes.append(_question_hashes(table))
        paths.append(path)
        shards.append(_written(manifest, changed, path, split, again.record))
        found.rows[split] += len(table)
        if report:
            report(sum(found.rows.values()), sum(recipe.rows.values()))
    found.faults += _twice(hashes, paths)
    if found.passed:
        found.faults += _figures(manifest, manifest_of(recipe, shards))
    return found


def _import(
    folder: Path,
    recipe: ImportRecipe,
    manifest: Manifest,
    changed: list[str],
    report: Report | None,
) -> Audit:
    """Audit an import: check every row, and find every operand in its question."""
    found = Audit(
        "every question and answer read"
        if recipe.eval_only
        else "every row read by YAML, solved in fractions, its operands found in its question"
    )
    shards: list[WrittenShard] = []
    hashes: list[np.ndarray] = []
    paths: list[Path] = []
    tally = Tally()
    asked = ("question", "trace") if recipe.traced else ("question",)
    found.unique = " with its ".join(asked)
    for number in range(recipe.shards(recipe.split)):
        path = folder / shard_path(recipe.split, number, recipe.shards(recipe.split))
        table = _table(path, found, recipe.filled)
        if table is None:
            continue
        found.rows[recipe.split] += len(table)
        found.faults += [f"{path.name}: {fault}" for fault in row_faults(recipe, table)]
        hashes.append(_question_hashes(table, asked))
        paths.append(path)
        record = ShardRecord(rows=len(table), content=content_hash(table))
        shards.append(_written(manifest, changed, path, recipe.split, record))
        if found.passed:
            tally.add(tally_of(table, sizes(recipe, *texts(table))))
        if report:
            report(found.rows[recipe.split], manifest.rows)
    found.faults += _twice(hashes, paths, asked)
    if not found.passed:
        return found
    try:
        dropped = _dropped(folder / DROPPED, tally)
    except OSError as error:
        found.faults.append(f"{DROPPED}: cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError):
        found.faults.append(f"{DROPPED}: not a list of dropped problems, one per line")
    else:
        found.faults += _figures(manifest, manifest_of_import(recipe, shards, tally, dropped))
    return found


def _dropped(path: Path, tally: Tally) -> DroppedFile:
    """Return the entry of dropped.jsonl, and add its lines to a tally."""
    rows = 0
    with path.open("rb") as file:
        for line in file:
            tally.line(json.loads(line))
            rows += 1
    return DroppedFile(rows, file_hash(path))


def _names(folder: Path) -> Iterator[str]:
    """Yield the files of a folder, except those in hidden folders, such as a download's cache."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts[:-1]):
            yield name.as_posix()


def _written(manifest: Manifest, changed: list[str], path: Path, split: str, record: ShardRecord) -> WrittenShard:
    """Return the entry of a shard; of a file with the same rows in other bytes, size and hash are those of the manifest."""
    name = f"data/{path.name}"
    if name in changed:
        entry = manifest.files[name]
        return WrittenShard(split, name, entry.bytes, entry.sha256, record)
    return WrittenShard(split, name, path.stat().st_size, file_hash(path), record)


def _changed(folder: Path, manifest: Manifest) -> list[str]:
    """Return the data files that are there and do not have the hash of the manifest."""
    held = [name for name in sorted(manifest.files) if (folder / name).is_file()]
    return [name for name in held if file_hash(folder / name) != manifest.files[name].sha256]


def _change(path: Path) -> str:
    """Return what is wrong with a file that does not have the hash of the manifest."""
    told = damage(path)
    return f"{told}; make or download it again" if told else "changed since it was built (sha256 differs)"


def _rows_as_built(folder: Path, manifest: Manifest, changed: list[str]) -> bool:
    """Return whether splits with changed files still have the content that the manifest has: the files were re-encoded.

    A file of the same size was damaged rather than encoded again.
    """
    if any((folder / name).stat().st_size == manifest.files[name].bytes for name in changed):
        return False
    for split in {name.removeprefix("data/").partition("-")[0] for name in changed}:
        digest = hashlib.sha256()
        for name in manifest.files:
            if name.startswith(f"data/{split}-"):
                try:
                    digest.update(content_hash(read_table(folder / name).cast(SCHEMA)).encode())
                except (ValueError, KeyError, pa.ArrowException):
                    return False
        if split not in manifest.splits or digest.hexdigest() != manifest.splits[split].content:
            return False
    return True


def _question_hashes(table: pa.Table, columns: tuple[str, ...] = ("question",)) -> np.ndarray:
    rows = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    return np.array(list(map(hash, rows)), dtype=np.int64)


def _figures(stored: Manifest, made: Manifest) -> Iterator[str]:
    """Yield the fields in which two manifests differ, but for the number of cross-checked rows, an option of the build.

    The hash of the recipe was compared with the file before: another version may write the same recipe otherwise.
    Manifests of earlier versions list no sources.
    """
    if stored.sources is UNSET:
        made = replace(made, sources=UNSET)
    here, there = (
        replace(manifest, verification=replace(manifest.verification, second_opinion=0)).values()
        for manifest in (stored, made)
    )
    for key in sorted((here.keys() | there.keys()) - {"recipe"}):
        if here.get(key) != there.get(key):
            yield f"{MANIFEST}: its {key} are not those of the rows"


def _files(folder: Path, recipe: DatasetRecipe, manifest: Manifest) -> Iterator[str]:
    """Yield the files that are missing or foreign."""
    counts = {split: recipe.shards(split) for split in SPLITS}
    expected = {shard_path(split, number, count) for split, count in counts.items() for number in range(count)}
    present = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    for name in sorted(expected | present | manifest.files.keys()):
        if name not in present:
            yield f"{name}: missing"
        elif name not in expected or name not in manifest.files:
            yield f"{name}: not a file of this dataset"


def _table(path: Path, found: Audit, filled: frozenset[str]) -> pa.Table | None:
    """Return the table of a file, or None if it cannot be read or a column in `filled` has nulls, adding the fault."""
    try:
        table = read_table(path)
        if not table.schema.equals(SCHEMA):
            found.faults.append(f"{path.name}: its columns are not those of the schema")
            return None
        if any(table.column(name).null_count for name in filled):
            found.faults.append(f"{path.name}: it has rows with an empty column")
            return None
    except InputError as error:
        found.faults.append(str(error).removeprefix(f"{path.parent}/"))
        return None
    return table


def _shard_faults(recipe: Recipe, split: str, table: pa.Table, again: pa.Table) -> Iterator[str]:
    """Yield the faults of the rows of a shard, each with the row's id; `again` is the shard that the recipe makes."""
    ids, experts, traces, answers, questions = (
        table.column(name).to_pylist() for name in ("id", "experts", "trace", "answer", "question")
    )
    faults = yaml_checks(list(map(tuple, experts)), traces, answers)
    sound = [row for row in range(len(table)) if row not in faults]
    lost = grounding_faults(
        [traces[row] for row in sound],
        [questions[row] for row in sound],
        *recipe.reading,
    )
    for row, fault in sorted([*faults.items(), *((sound[place], fault) for place, fault in lost.items())]):
        yield f"{ids[row]}: {fault}"
    yield from wording_faults(recipe, split, table)
    if not again.equals(table):
        rows, expected = (_row_numbers(shard) for shard in (table, again))
        yield from _id_faults(recipe, split, list(rows), list(expected))
        if len(table) != len(rows):
            yield f"a shard of {split} repeats {counted(len(table) - len(rows), 'row')}"
        yield from _column_faults((table, rows), (again, expected))


def _row_numbers(table: pa.Table) -> dict[str, int]:
    """Return the row number of each id, in order; of a repeated id, the last."""
    return {row_id: row for row, row_id in enumerate(table.column("id").to_pylist())}


def _id_faults(recipe: Recipe, split: str, ids: list[str], expected: list[str]) -> Iterator[str]:
    """Yield the distinct ids of a shard that are unexpected, missing, or the first that is out of order."""
    present, wanted = frozenset(ids), frozenset(expected)
    yield from (f"{row_id}: {_stray(recipe, split, row_id)}" for row_id in ids if row_id not in wanted)
    yield from (f"{row_id}: missing" for row_id in expected if row_id not in present)
    if present == wanted and ids != expected:
        first = next(row_id for row_id, other in zip(ids, expected, strict=True) if row_id != other)
        yield f"{first}: the rows are not in the recipe's order"


def _column_faults(stored: tuple[pa.Table, dict[str, int]], made: tuple[pa.Table, dict[str, int]]) -> Iterator[str]:
    """Yield the rows that two shards share and in which they differ, with the columns."""
    for row_id in (row_id for row_id in made[1] if row_id in stored[1]):
        here, there = (table.slice(rows[row_id], 1) for table, rows in (stored, made))
        if not here.equals(there):
            differing = [name for name in SCHEMA.names if not here.column(name).equals(there.column(name))]
            yield f"{row_id}: {', '.join(differing)} not what its id and the recipe make"


def _stray(recipe: Recipe, split: str, row_id: str) -> str:
    """Return why an id does not belong to a split of the recipe."""
    name, _, index = row_id.rpartition("/")
    if name not in recipe.shares or not (index.isascii() and index.isdigit()):
        return "no row of this recipe has this id"
    start, size = cut(recipe.library.patterns[name], split)
    if not start <= int(index) < start + size:
        return f"not in the slice that {split} draws from"
    return "not a row that the recipe puts into this shard"


def _twice(hashes: list[np.ndarray], paths: list[Path], asked: tuple[str, ...] = ("question",)) -> Iterator[str]:
    """Yield the rows whose question occurs earlier in the dataset, or occurs with the same trace.

    `asked` are the columns that must not repeat; `hashes` has one array per file, 8 bytes per row.
    """
    joined = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.int64)
    order = np.argsort(joined, kind="stable")
    again = np.flatnonzero(joined[order[1:]] == joined[order[:-1]])
    starts = np.cumsum([0, *map(len, hashes)])
    rows = np.unique(np.concatenate([order[again], order[again + 1]]))
    seen: set[tuple[str, ...]] = set()
    for file, path in enumerate(paths):
        inside = rows[(rows >= starts[file]) & (rows < starts[file + 1])] - starts[file]
        if len(inside):
            for row in read_table(path, ["id", *asked]).take(arrow.integers(inside)).to_pylist():
                key = tuple(row[name] for name in asked)
                if key in seen:
                    yield f"{row['id']}: its {' with its '.join(asked)} is asked twice"
                seen.add(key)
