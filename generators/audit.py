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
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from solver import arrow
from solver.refusal import InputError

from .dataset import file_hash
from .layout import MANIFEST, shard_path
from .length import Ruler
from .preset import SPLITS
from .recipe import RECIPE, Recipe, cut
from .rows import SCHEMA, content_hash, make_group, tabulate
from .verify import second_opinion

MAX_TOLD = 20
"""Faults that are told in full; the rest are counted."""


@dataclass
class Audit:
    """What an audit found: rows seen per split, and every fault with the row or file it was found in."""

    rows: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def audit(folder: Path, tokenizer: str | None = None, report: Callable[[int, int], None] | None = None) -> Audit:
    """Audit every file and row of a dataset folder; raise InputError if it is no finished dataset."""
    recipe = Recipe.read(folder)
    manifest = _manifest(folder)
    found = Audit()
    if hashlib.sha256((folder / RECIPE).read_bytes()).hexdigest() != manifest["recipe"]:
        found.faults.append(f"{RECIPE}: is not the recipe the manifest names")
        return found
    found.faults += _files(folder, recipe, manifest)
    if not found.passed:
        return found
    ruler = Ruler(recipe.system, recipe.max_len, tokenizer or recipe.tokenizer)
    seen: set[bytes] = set()
    total = sum(recipe.rows.values())
    for split in SPLITS:
        contents = []
        for number in range(recipe.shards(split)):
            path = folder / shard_path(recipe, split, number)
            table = _table(path, found)
            if table is None:
                continue
            name = path.relative_to(folder).as_posix()
            found.faults += [f"{name}: {fault}" for fault in _shard(recipe, split, number, table, ruler)]
            found.faults += _duplicates(table, seen)
            contents.append(content_hash(table))
            found.rows[split] += len(table)
            if report:
                report(sum(found.rows.values()), total)
        entry = manifest["splits"][split]
        if (
            hashlib.sha256("".join(contents).encode()).hexdigest() != entry["content"]
            or found.rows[split] != entry["rows"]
        ):
            found.faults.append(f"{MANIFEST}: its count or content hash of {split} is not that of the rows")
    return found


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest.keys() >= {"recipe", "splits", "files", "content"}:
            return dict(manifest)
    except FileNotFoundError:
        raise InputError(f"{folder}: no {MANIFEST}, so the build was not finished; run it again to resume") from None
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    raise InputError(f"{path}: not a manifest of wirework")


def _files(folder: Path, recipe: Recipe, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files: missing, foreign or changed."""
    expected = {shard_path(recipe, split, number) for split in SPLITS for number in range(recipe.shards(split))}
    present = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    for name in sorted(expected | present | manifest["files"].keys()):
        if name not in present:
            yield f"{name}: missing"
        elif name not in expected or name not in manifest["files"]:
            yield f"{name}: not a file of this dataset"
        elif file_hash(folder / name) != manifest["files"][name]["sha256"]:
            yield f"{name}: changed since it was built (sha256 differs)"


def _table(path: Path, found: Audit) -> pa.Table | None:
    try:
        table = pq.read_table(path)
        if not table.schema.equals(SCHEMA):
            found.faults.append(f"{path.name}: its columns are not the schema's")
            return None
    except (OSError, pa.ArrowException) as error:
        found.faults.append(f"{path.name}: cannot be read: {error}")
        return None
    return table


def _shard(recipe: Recipe, split: str, number: int, table: pa.Table, ruler: Ruler) -> Iterator[str]:
    """Yield what is wrong with a shard's rows, each with its id."""
    columns = {name: table.column(name).to_pylist() for name in ("id", "trace", "answer", "experts")}
    for row_id, trace, answer, experts in zip(*columns.values(), strict=True):
        wrong = second_opinion(tuple(experts), trace, answer)
        if wrong:
            yield f"{row_id}: {wrong}"
    places: dict[str, list[tuple[int, int]]] = {}
    for row, row_id in enumerate(columns["id"]):
        name, _, place = row_id.rpartition("/")
        if name not in recipe.shares or not place.isdigit():
            yield f"{row_id}: no row of this recipe has this id"
            continue
        places.setdefault(name, []).append((row, int(place)))
    wanted = recipe.spans(split, number)
    for name, held in places.items():
        pattern = recipe.library.patterns[name]
        start, size = cut(pattern, split)
        outside = [place for _, place in held if not start <= place < start + size]
        if outside:
            yield f"{name}/{outside[0]}: not in the slice that {split} draws from"
            continue
        expected = set(recipe.places(pattern, split, wanted.get(name, range(0))).tolist())
        strange = next((place for _, place in held if place not in expected), None)
        if strange is not None or len(held) != len(expected):
            yield f"{name}/{strange if strange is not None else '...'}: this shard's rows of {name} are not those of the recipe"
            continue
        yield from _again(recipe, name, table, held, ruler)


def _again(recipe: Recipe, name: str, table: pa.Table, held: list[tuple[int, int]], ruler: Ruler) -> Iterator[str]:
    """Yield the rows of a pattern that are not what their ids make."""
    pattern = recipe.library.patterns[name]
    rows = np.array([row for row, _ in held])
    places = np.array([place for _, place in held], dtype=np.int64 if pattern.order.fast else object)
    try:
        group = make_group(recipe, pattern, places, ruler)
    except InputError as error:
        yield str(error)
        return
    again = tabulate(recipe, [group], np.arange(len(rows)))
    stored = table.take(arrow.integers(rows))
    if not again.equals(stored):
        for row in range(len(rows)):
            if not again.slice(row, 1).equals(stored.slice(row, 1)):
                differing = [
                    c for c in SCHEMA.names if not again.slice(row, 1).column(c).equals(stored.slice(row, 1).column(c))
                ]
                yield f"{stored.column('id')[row].as_py()}: {', '.join(differing)} not what its id and the recipe make"


def _duplicates(table: pa.Table, seen: set[bytes]) -> Iterator[str]:
    """Yield rows whose question stood in the dataset before; `seen` holds 16 bytes a question."""
    for row_id, question in zip(table.column("id").to_pylist(), table.column("question").to_pylist(), strict=True):
        digest = hashlib.blake2b(question.encode(), digest_size=16).digest()
        if digest in seen:
            yield f"{row_id}: its question is asked twice"
        seen.add(digest)
