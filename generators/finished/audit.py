"""Audits a finished dataset from its files alone: `verify DIR`.

Nothing of the build is taken on trust. Hashes are compared, every row is read by the YAML reader and solved
in exact fractions, made again from its id and the recipe, and looked for in the slice its split draws from.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from generators.builder.cross_check import yaml_checks
from generators.builder.dataset import manifest_of
from generators.builder.length import Ruler
from generators.builder.memory import kept_memory
from generators.builder.recipe import Recipe, cut
from generators.builder.shard import make_shard, without
from generators.files.layout import DROPPED, MANIFEST, RECIPE, SPLITS, shard_path
from generators.files.manifest import Manifest, WrittenShard, file_hash, read_manifest
from generators.files.parquet import ShardRecord
from generators.files.recipe import DatasetRecipe
from generators.files.schema import SCHEMA, content_hash
from generators.imports.audit import row_faults
from generators.imports.folder import manifest_of_import
from generators.imports.recipe import ImportRecipe
from solver import arrow
from solver.refusal import InputError

from .recipes import read_recipe

MAX_TOLD = 20
"""Faults that are told in full; the rest are counted."""


@dataclass
class Audit:
    """What an audit found: rows seen per split, and every fault with the row or file it was found in."""

    proof: str = ""
    """What was done with every row."""
    rows: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def audit(folder: Path, tokenizer: str | None = None, report: Callable[[int, int], None] | None = None) -> Audit:
    """Audit every file and row of a dataset folder; raise InputError if it is no finished dataset."""
    recipe = read_recipe(folder)
    manifest = read_manifest(folder)
    found = Audit()
    if file_hash(folder / RECIPE) != manifest.recipe:
        found.faults.append(f"{RECIPE}: is not the recipe the manifest names")
        return found
    found.faults += _files(folder, recipe, manifest)
    if not found.passed:
        return found
    if isinstance(recipe, ImportRecipe):
        return _import(folder, recipe, manifest)
    ruler = Ruler(recipe.system, recipe.max_len, tokenizer or recipe.tokenizer)
    with kept_memory():
        return _build(folder, recipe, manifest, ruler, report)


def _build(
    folder: Path,
    recipe: Recipe,
    manifest: Manifest,
    ruler: Ruler,
    report: Callable[[int, int], None] | None,
) -> Audit:
    """Audit a build: read every row, and make it again from its id."""
    found = Audit("every row read by YAML, solved in fractions and made again from its id")
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
        found.faults += [f"{path.name}: {fault}" for fault in _shard(recipe, split, table, again.table)]
        hashes.append(_question_hashes(table))
        paths.append(path)
        shards.append(WrittenShard(split, name, path.stat().st_size, file_hash(path), again.record))
        found.rows[split] += len(table)
        if report:
            report(sum(found.rows.values()), sum(recipe.rows.values()))
    found.faults += _twice(hashes, paths)
    if found.passed:
        found.faults += _figures(manifest, manifest_of(recipe, shards))
    return found


def _import(folder: Path, recipe: ImportRecipe, manifest: Manifest) -> Audit:
    """Audit an import: read every row, and look up every operand in its question."""
    found = Audit(
        "every question and answer read"
        if recipe.eval_only
        else "every row read by YAML, solved in fractions, its operands found in its question"
    )
    name = shard_path(recipe.split, 0, 1)
    path = folder / name
    table = _table(path, found, recipe.filled)
    if table is None:
        return found
    found.rows[recipe.split] += len(table)
    found.faults += [f"{path.name}: {fault}" for fault in row_faults(recipe, table)]
    found.faults += _twice([_question_hashes(table)], [path])
    if not found.passed:
        return found
    record = ShardRecord(rows=len(table), content=content_hash(table))
    shard = WrittenShard(recipe.split, name, path.stat().st_size, file_hash(path), record)
    try:
        made = manifest_of_import(recipe, table, (folder / DROPPED).read_bytes(), shard)
    except OSError as error:
        found.faults.append(f"{DROPPED}: cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError):
        found.faults.append(f"{DROPPED}: not what an import left out, a problem a line")
    else:
        found.faults += _figures(manifest, made)
    return found


def _question_hashes(table: pa.Table) -> np.ndarray:
    return np.array(list(map(hash, table.column("question").to_pylist())), dtype=np.int64)


def _figures(stored: Manifest, made: Manifest) -> Iterator[str]:
    """Yield the fields of a manifest that the rows do not confirm; how many rows were cross-checked is the build's choice."""
    here, there = (
        replace(manifest, verification=replace(manifest.verification, second_opinion=0)).values()
        for manifest in (stored, made)
    )
    for key in sorted(here.keys() | there.keys()):
        if here.get(key) != there.get(key):
            yield f"{MANIFEST}: its {key} are not those of the rows"


def _files(folder: Path, recipe: DatasetRecipe, manifest: Manifest) -> Iterator[str]:
    """Yield what is wrong with the files: missing, foreign or changed."""
    counts = {split: recipe.shards(split) for split in SPLITS}
    expected = {shard_path(split, number, count) for split, count in counts.items() for number in range(count)}
    present = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    for name in sorted(expected | present | manifest.files.keys()):
        if name not in present:
            yield f"{name}: missing"
        elif name not in expected or name not in manifest.files:
            yield f"{name}: not a file of this dataset"
        elif file_hash(folder / name) != manifest.files[name].sha256:
            yield f"{name}: changed since it was built (sha256 differs)"


def _table(path: Path, found: Audit, filled: frozenset[str]) -> pa.Table | None:
    try:
        table = pq.read_table(path)
        if not table.schema.equals(SCHEMA):
            found.faults.append(f"{path.name}: its columns are not the schema's")
            return None
        if any(table.column(name).null_count for name in filled):
            found.faults.append(f"{path.name}: it has rows with nothing in some column")
            return None
    except (OSError, pa.ArrowException) as error:
        found.faults.append(f"{path.name}: cannot be read: {error}")
        return None
    return table


def _shard(recipe: Recipe, split: str, table: pa.Table, again: pa.Table) -> Iterator[str]:
    """Yield what is wrong with a shard's rows, each with its id: by reading them, and by what the recipe makes."""
    ids, experts, traces, answers = (table.column(name).to_pylist() for name in ("id", "experts", "trace", "answer"))
    for row, wrong in yaml_checks(list(map(tuple, experts)), traces, answers).items():
        yield f"{ids[row]}: {wrong}"
    if again.equals(table):
        return
    held = {row_id: row for row, row_id in enumerate(table.column("id").to_pylist())}
    expected = {row_id: row for row, row_id in enumerate(again.column("id").to_pylist())}
    yield from (f"{row_id}: {_stray(recipe, split, row_id)}" for row_id in held if row_id not in expected)
    yield from (f"{row_id}: missing" for row_id in expected if row_id not in held)
    shared = [row_id for row_id in expected if row_id in held]
    if len(table) == len(again) and list(held) != list(expected) and held.keys() == expected.keys():
        yield f"{next(a for a, b in zip(held, expected, strict=True) if a != b)}: the rows do not stand in the recipe's order"
    if len(table) != len(held):
        yield f"{len(table) - len(held)} rows of {split} stand twice in a shard"
    for row_id in shared:
        here, there = (rows.slice(where[row_id], 1) for rows, where in ((table, held), (again, expected)))
        if not here.equals(there):
            differing = [name for name in SCHEMA.names if not here.column(name).equals(there.column(name))]
            yield f"{row_id}: {', '.join(differing)} not what its id and the recipe make"


def _stray(recipe: Recipe, split: str, row_id: str) -> str:
    """Return why an id does not belong into a split of the recipe."""
    name, _, place = row_id.rpartition("/")
    if name not in recipe.shares or not (place.isascii() and place.isdigit()):
        return "no row of this recipe has this id"
    start, size = cut(recipe.library.patterns[name], split)
    if not start <= int(place) < start + size:
        return f"not in the slice that {split} draws from"
    return "not a row that the recipe puts into this shard"


def _twice(hashes: list[np.ndarray], paths: list[Path]) -> Iterator[str]:
    """Yield rows whose question stood in the dataset before; `hashes` has 8 bytes a question, a column a file."""
    joined = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.int64)
    order = np.argsort(joined, kind="stable")
    again = np.flatnonzero(joined[order[1:]] == joined[order[:-1]])
    starts = np.cumsum([0, *map(len, hashes)])
    rows = np.unique(np.concatenate([order[again], order[again + 1]]))
    seen: set[str] = set()
    for file, path in enumerate(paths):
        inside = rows[(rows >= starts[file]) & (rows < starts[file + 1])] - starts[file]
        if len(inside):
            for row in pq.read_table(path, columns=["id", "question"]).take(arrow.integers(inside)).to_pylist():
                if row["question"] in seen:
                    yield f"{row['id']}: its question is asked twice"
                seen.add(row["question"])
