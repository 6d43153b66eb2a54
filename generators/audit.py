"""Audits a finished dataset from its files alone: `verify DIR`.

Nothing of the build is taken on trust. Hashes are compared, every row is read by the YAML reader and solved
in exact fractions, made again from its id and the recipe, and looked for in the slice its split draws from.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from generators.builder.cross_check import yaml_checks
from generators.builder.dataset import file_hash, file_record, keep_memory, manifest_of, shard_record
from generators.builder.length import Ruler
from generators.builder.preset import SPLITS
from generators.builder.recipe import RECIPE, AnyRecipe, Recipe, cut, read_recipe
from generators.builder.rows import SCHEMA, content_hash, make_shard, without
from generators.files.layout import DROPPED, MANIFEST, shard_path
from solver import arrow
from solver.refusal import InputError

if TYPE_CHECKING:
    from generators.imports.recipe import ImportRecipe

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
    manifest = _manifest(folder)
    found = Audit()
    if hashlib.sha256((folder / RECIPE).read_bytes()).hexdigest() != manifest["recipe"]:
        found.faults.append(f"{RECIPE}: is not the recipe the manifest names")
        return found
    found.faults += _files(folder, recipe, manifest)
    manifest.pop("hashes")
    if not found.passed:
        return found
    if not isinstance(recipe, Recipe):
        return _import(folder, recipe, manifest)
    ruler = Ruler(recipe.system, recipe.max_len, tokenizer or recipe.tokenizer)
    undo = keep_memory()
    try:
        return _build(folder, recipe, manifest, ruler, report)
    finally:
        undo()


def _build(
    folder: Path,
    recipe: Recipe,
    manifest: dict[str, Any],
    ruler: Ruler,
    report: Callable[[int, int], None] | None,
) -> Audit:
    """Audit a build: every row is read, and made again from its id."""
    found = Audit("every row read by YAML, solved in fractions and made again from its id")
    hashes: list[np.ndarray] = []
    paths: list[Path] = []
    records: list[tuple[tuple[str, int], dict[str, Any]]] = []
    for split, number in recipe.jobs:
        name = shard_path(recipe, split, number)
        path = folder / name
        table = _table(path, found, frozenset(SCHEMA.names))
        if table is None:
            continue
        try:
            again = without(make_shard(recipe, split, number, ruler), frozenset(manifest.get("refused", ())))
        except InputError as error:
            found.faults.append(f"{path.name}: its recipe cannot make it: {error}")
            continue
        found.faults += [f"{path.name}: {fault}" for fault in _shard(recipe, split, table, again.table)]
        hashes.append(_question_hashes(table))
        paths.append(path)
        records.append(((split, number), shard_record(again) | file_record(name, path.stat().st_size, file_hash(path))))
        found.rows[split] += len(table)
        if report:
            report(sum(found.rows.values()), sum(recipe.rows.values()))
    found.faults += _twice(hashes, paths)
    if found.passed:
        found.faults += _figures(manifest, manifest_of(recipe, records))
    return found


def _import(folder: Path, recipe: "ImportRecipe", manifest: dict[str, Any]) -> Audit:
    """Audit an import: every row is read, and every operand looked up in its question."""
    from generators.imports.audit import row_faults
    from generators.imports.folder import manifest_of_import

    found = Audit(
        "every question and answer read"
        if recipe.eval_only
        else "every row read by YAML, solved in fractions, its operands found in its question"
    )
    name = shard_path(recipe, recipe.split, 0)
    path = folder / name
    table = _table(path, found, recipe.filled)
    if table is None:
        return found
    found.rows[recipe.split] += len(table)
    found.faults += [f"{path.name}: {fault}" for fault in row_faults(recipe, table)]
    found.faults += _twice([_question_hashes(table)], [path])
    if not found.passed:
        return found
    record = {"rows": len(table), "content": content_hash(table)}
    record |= file_record(name, path.stat().st_size, file_hash(path))
    try:
        made = manifest_of_import(recipe, table, (folder / DROPPED).read_bytes(), record)
    except OSError as error:
        found.faults.append(f"{DROPPED}: cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError):
        found.faults.append(f"{DROPPED}: not what an import left out, a problem a line")
    else:
        found.faults += _figures(manifest, json.loads(json.dumps(made)))
    return found


def _question_hashes(table: pa.Table) -> np.ndarray:
    return np.array(list(map(hash, table.column("question").to_pylist())), dtype=np.int64)


def _figures(stored: dict[str, Any], made: dict[str, Any]) -> Iterator[str]:
    """Yield where a manifest is not what the rows make; how many rows were cross-checked is the choice of the build."""
    for key in sorted(stored.keys() | made.keys()):
        here, there = (
            {name: value for name, value in side.items() if name != "second_opinion"}
            if isinstance(side, dict)
            else side
            for side in (stored.get(key), made.get(key))
        )
        if here != there:
            yield f"{MANIFEST}: its {key} are not those of the rows"


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = dict(json.loads(path.read_text(encoding="utf-8")))
        files = {str(name): str(entry["sha256"]) for name, entry in manifest["files"].items()}
        return manifest | {"hashes": files, "recipe": str(manifest["recipe"])}
    except FileNotFoundError:
        raise InputError(f"{folder}: no {MANIFEST}, so the build was not finished; run it again to resume") from None
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise InputError(f"{path}: not a manifest of wirework: {str(error)[:100]}") from None


def _files(folder: Path, recipe: AnyRecipe, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files: missing, foreign or changed."""
    expected = {shard_path(recipe, split, number) for split in SPLITS for number in range(recipe.shards(split))}
    present = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    for name in sorted(expected | present | manifest["hashes"].keys()):
        if name not in present:
            yield f"{name}: missing"
        elif name not in expected or name not in manifest["hashes"]:
            yield f"{name}: not a file of this dataset"
        elif file_hash(folder / name) != manifest["hashes"][name]:
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
