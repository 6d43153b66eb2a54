"""Makes shards, the shuffled rows of several patterns, and writes them as files."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from generators.files.layout import shard_path
from generators.files.manifest import WrittenShard, finished_shard, known_hashes, write_shard
from generators.files.parquet import ShardRecord
from generators.files.store import store
from generators.patterns.permutation import key_of, mix
from solver import arrow
from solver.schema import content_hash

from .length import Ruler
from .recipe import Job, Recipe
from .row_gate import RowGate
from .rows import Group, Sample, make_group, tabulate


@dataclass(frozen=True, eq=False)
class Shard:
    """The table of a shard, and its facts for the manifest."""

    table: pa.Table
    counts: dict[str, int]
    """The number of rows per pattern."""
    longest: dict[str, int]
    """The greatest upper bound on tokens, per pattern (P10)."""
    sampled: int
    """The number of rows that were cross-checked."""
    overlap: dict[str, list[int]] = field(default_factory=dict)
    """Per pattern, the numbers of the test rows that share all their drawn numbers with a row of this shard."""
    refused: tuple[str, ...] = ()
    """The ids of the rows that the contamination gate refused."""

    @property
    def record(self) -> "BuiltRecord":
        """The record for the footer of the shard."""
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
    """The record of a shard of a build; `Shard` describes its fields."""

    patterns: dict[str, int]
    longest: dict[str, int]
    sampled: int
    overlap: dict[str, list[int]]
    refused: list[str]


def make_shard(recipe: Recipe, split: str, number: int, ruler: Ruler, full: bool = False) -> Shard:
    """Make and prove a shard; it depends on the recipe, the split and the shard's number alone.

    `full` cross-checks every row, not only a sample. Raises InputError naming a row that fails its proof.
    """
    spans = recipe.spans(split, number)
    patterns = [recipe.library.patterns[name] for name in spans]
    groups, ranks = [], []
    overlap = {}
    for place, (pattern, span) in enumerate(zip(patterns, spans.values(), strict=True)):
        indices = recipe.indices(pattern, split, span)
        sample = Sample.of(place, len(patterns))
        group = make_group(recipe, pattern, indices, ruler, full, split=split, sample=sample)
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
    """Return a shard without the rows that have these ids."""
    if not refused:
        return shard
    ids = shard.table.column("id").to_pylist()
    removed = tuple(row_id for row_id in ids if row_id in refused)
    if not removed:
        return shard
    kept = np.flatnonzero([row_id not in refused for row_id in ids])
    fewer = Counter(row_id.rpartition("/")[0] for row_id in removed)
    return replace(
        shard,
        table=shard.table.take(arrow.integers(kept)).combine_chunks(),
        counts={name: count - fewer[name] for name, count in shard.counts.items()},
        refused=removed,
    )


def _overlap(recipe: Recipe, group: Group) -> list[int]:
    """Return the numbers of a pattern's test rows that share all their drawn numbers with a row of the group."""
    pattern = group.pattern
    count = recipe.seats("test", recipe.rows["test"]).get(pattern.id, 0)
    if not count:
        return []
    test_keys = pattern.draw(recipe.indices(pattern, "test", range(count))).number_key()
    shared = group.numbers[np.isin(group.numbers, test_keys)]
    return np.flatnonzero(np.isin(test_keys, shared)).tolist()


class ShardWriter:
    """Writes the shards of one recipe into one folder or URL; engines send it to their workers."""

    def __init__(self, recipe: Recipe, location: Path | str, *, full: bool, gate: RowGate):
        self.recipe = recipe
        self.location = location
        self.full = full
        self.gate = gate
        self.ruler = Ruler(recipe.system, recipe.max_len, recipe.tokenizer)
        self.hashes = known_hashes(store(location))

    def __call__(self, job: Job) -> WrittenShard:
        """Return a shard with the size and sha256 of its file; make and write it unless an earlier run finished it."""
        split, number = job
        files = store(self.location)
        name = shard_path(split, number, self.recipe.shards(split))
        written = finished_shard(files, split, name, BuiltRecord, self.hashes)
        if written is not None:
            return written
        shard = make_shard(self.recipe, split, number, self.ruler, self.full)
        if split == "train":
            shard = without(shard, self.gate.refused(shard.table))
        return write_shard(files, split, name, shard.table, shard.record)
