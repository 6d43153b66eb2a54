"""Streams proved rows without a dataset folder; training reads them as they are made.

The stream is a dataset as long as the patterns allow, made a block at a time. Blocks are the shards of a
`datasets.IterableDataset`, so ranks and workers divide them without overlap, and a saved state resumes in its block.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import ArrowBasedBuilder, DatasetInfo, Features, IterableDataset, SplitGenerator

from generators.files.layout import SPLITS
from generators.text.contamination import gate_of
from solver.arguments import checked
from solver.files import local
from solver.refusal import InputError, did_you_mean
from solver.schema import SCHEMA

from .length import Ruler
from .preset import read_preset
from .recipe import Recipe, cut, tell, whole_number
from .row_gate import row_gate
from .shard import make_shard, without

BLOCK = 5_000
"""Rows per block; it takes about 50 ms to make, and a resumed stream repeats at most one block."""
COUNTS = (25_200, 5_040, 720, 60, 12, 1)
"""The numbers of blocks that a stream may have, which most numbers of ranks and workers divide evenly."""


@checked
def stream(
    preset: str | Path | Mapping[str, object] = "run8",
    split: str = "train",
    seed: int = 0,
    *,
    patterns: str | Path | None = None,
    max_len: int | None = None,
    tokenizer: str | Path | None = None,
    phrasings: int | str | Mapping[str, object] | None = None,
    block: int = BLOCK,
    gate: bool = True,
) -> IterableDataset:
    """Return a split of a preset as a `datasets.IterableDataset` whose rows are made and proved as they are read.

    The rows are those of a build with this preset, seed and `shard_rows=block`, in its order, without repetition; run8
    has over a hundred million. Training rows that copy a question of GSM-8K's test split are left out
    unless `gate` is false. The other arguments are those of `build`. Raises InputError as `build` does.
    """
    if split not in SPLITS:
        raise InputError(f"no split {split!r}; {did_you_mean(split, SPLITS)}")
    whole_number("block", block, 1)
    read = read_preset(preset)
    library = read.library(None if patterns is None else local(patterns))
    recipe = Recipe.of(
        read,
        library,
        seed=seed,
        rows=dict.fromkeys(SPLITS, 0) | {split: block},
        max_len=max_len,
        tokenizer=None if tokenizer is None else str(tokenizer),
        phrasings=phrasings,
        shard_rows=block,
        against=gate_of(None, ours=gate).against,
    )
    if not recipe.fractions_of(split) and recipe.for_test_alone:
        raise InputError(f"{split} has no pattern: each writes its rows to test alone; stream test, or other patterns")
    recipe.check_spaces()
    tell(recipe, read, library)
    rows = longest(recipe, split) // block * block
    blocks = next(count for count in COUNTS if count * block <= rows)
    return _Blocks(replace(recipe, rows=recipe.rows | {split: blocks * block}), split).as_streaming_dataset(split)


def longest(recipe: Recipe, split: str) -> int:
    """Return the most rows that a split can have before a pattern runs out of questions, within one in a million."""
    shares = recipe.fractions_of(split)
    sizes = {name: cut(recipe.library.patterns[name], split)[1] for name in shares}
    rows = min(int(size / shares[name]) for name, size in sizes.items())
    while any(count > sizes[name] for name, count in recipe.seats(split, rows).items()):
        rows -= rows // 1_000_000 + 1
    return rows


class _Blocks(ArrowBasedBuilder):  # type: ignore[misc]  # datasets ships no types
    """The blocks of a split of a recipe, as the shards of an iterable dataset."""

    def __init__(self, recipe: Recipe, split: str):
        self.recipe = recipe
        self.split = split
        self.gate = row_gate(recipe, gate_of(None, ours=bool(recipe.against)))
        super().__init__(dataset_name=recipe.preset, hash="wirework")

    def _info(self) -> DatasetInfo:
        return DatasetInfo(features=Features.from_arrow_schema(SCHEMA))

    def _split_generators(self, _manager: Any) -> list[SplitGenerator]:
        blocks = list(range(self.recipe.shards(self.split)))
        return [SplitGenerator(self.split, {"recipe": self.recipe, "split": self.split, "blocks": blocks})]

    def _generate_tables(self, recipe: Recipe, split: str, blocks: list[int]) -> Iterator[tuple[int, pa.Table]]:
        for block in blocks:
            shard = make_shard(recipe, split, block, _ruler(recipe.system, recipe.max_len, recipe.tokenizer))
            yield block, (without(shard, self.gate.refused(shard.table)) if split == "train" else shard).table


@lru_cache(maxsize=8)
def _ruler(system: str, max_len: int, tokenizer: str | None) -> Ruler:
    return Ruler(system, max_len, tokenizer)
