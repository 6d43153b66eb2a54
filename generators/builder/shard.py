"""Shards: the rows of all patterns that fall into one, shuffled, and the worker that writes them as files."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from generators.files.layout import shard_path
from generators.files.manifest import WrittenShard, known_hashes
from generators.files.parquet import ShardRecord, read_record, to_parquet
from generators.files.schema import content_hash
from generators.files.store import digest, store
from generators.patterns.permutation import key_of, mix

from .length import Ruler
from .recipe import Job, Recipe
from .rows import Group, make_group, tabulate

if TYPE_CHECKING:
    from generators.text.contamination import Gate


@dataclass(frozen=True, eq=False)
class Shard:
    """A shard's table, and the facts of it that the manifest needs."""

    table: pa.Table
    counts: dict[str, int]
    """Rows per pattern."""
    longest: dict[str, int]
    """The largest bound on tokens per pattern."""
    sampled: int
    """Rows that were cross-checked."""
    overlap: dict[str, list[int]] = field(default_factory=dict)
    """Per pattern, the test rows whose exact numbers a row of this shard has."""
    refused: tuple[str, ...] = ()
    """The ids of rows that the contamination gate left out."""

    @property
    def record(self) -> "BuiltRecord":
        """The record that the shard's footer and the manifest keep."""
        return BuiltRecord(
            rows=len(self.table),
            content=content_hash(self.table),
            patterns=self.counts,
            longest=self.longest,
            sampled=self.sampled,
            overlap=self.overlap,
            refused=list(self.refused),
        )


class BuiltRecord(ShardRecord, frozen=True, kw_only=True):
    """The record of a shard that was built, as `Shard` describes its fields."""

    patterns: dict[str, int]
    longest: dict[str, int]
    sampled: int
    overlap: dict[str, list[int]]
    refused: list[str]


def make_shard(recipe: Recipe, split: str, number: int, ruler: Ruler, full: bool = False) -> Shard:
    """Return a shard, a pure function of the recipe, the split and the shard's number.

    `full` cross-checks every row and not only a sample. Raises InputError naming the row that fails its proof.
    """
    spans = recipe.spans(split, number)
    patterns = [recipe.library.patterns[name] for name in spans]
    groups, ranks = [], []
    overlap = {}
    for pattern, span in zip(patterns, spans.values(), strict=True):
        places = recipe.places(pattern, split, span)
        group = make_group(recipe, pattern, places, ruler, full)
        groups.append(group)
        key = key_of("shuffle", recipe.seed, split, pattern.id)
        ranks.append(mix(np.arange(span.start, span.stop, dtype=np.uint64), key))
        if split == "train":
            overlap[pattern.id] = _overlap(recipe, group)
    order = np.argsort(np.concatenate(ranks), kind="stable") if ranks else np.zeros(0, dtype=np.int64)
    return Shard(
        table=tabulate(recipe, groups, order),
        counts={group.pattern.id: len(group.ids) for group in groups},
        longest={group.pattern.id: int(group.lengths.max()) for group in groups},
        sampled=sum(group.sampled for group in groups),
        overlap=overlap,
    )


def without(shard: Shard, refused: Collection[str]) -> Shard:
    """Return a shard without the rows of these ids."""
    if not refused:
        return shard
    ids = shard.table.column("id").to_pylist()
    gone = tuple(row_id for row_id in ids if row_id in refused)
    if not gone:
        return shard
    fewer = Counter(row_id.rpartition("/")[0] for row_id in gone)
    return replace(
        shard,
        table=shard.table.filter(pa.array(row_id not in refused for row_id in ids)).combine_chunks(),
        counts={name: count - fewer[name] for name, count in shard.counts.items()},
        refused=gone,
    )


def _overlap(recipe: Recipe, group: Group) -> list[int]:
    """Return the test rows of a pattern, by number, whose exact numbers a row of the group has."""
    pattern = group.pattern
    count = recipe.seats(recipe.rows["test"])[pattern.id]
    if not count:
        return []
    held = pattern.draw(recipe.places(pattern, "test", range(count))).number_key()
    met = group.numbers[np.isin(group.numbers, held)]
    return np.flatnonzero(np.isin(held, met)).tolist()


class ShardWriter:
    """Writes shards of one recipe into one place; holds what all of them share."""

    def __init__(self, recipe: Recipe, place: Path | str, *, full: bool, gate: "Gate | None"):
        self.recipe = recipe
        self.place = place
        self.full = full
        self.gate = gate
        self.ruler = Ruler(recipe.system, recipe.max_len, recipe.tokenizer)
        self.hashes = known_hashes(store(place))

    def __call__(self, job: Job) -> WrittenShard:
        """Write a shard, unless an earlier run finished it, and return its record with its file's size and sha256."""
        split, number = job
        files = store(self.place)
        name = shard_path(split, number, self.recipe.shards(split))
        record = read_record(files, name, BuiltRecord)
        if record is not None:
            sha256 = digest(files, name)
            if self.hashes.get(name, sha256) == sha256:
                return WrittenShard(split, name, files.size(name), sha256, record)
        shard = make_shard(self.recipe, split, number, self.ruler, self.full)
        if self.gate:
            shard = without(shard, self.gate.refused(shard.table))
        record = shard.record
        data = to_parquet(shard.table, record)
        files.write(name, data)
        return WrittenShard(split, name, data.size, hashlib.sha256(data).hexdigest(), record)
