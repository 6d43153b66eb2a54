"""What a card says of a dataset, computed from its manifest, its recipe and its Parquet files."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from generators.layout import MANIFEST
from generators.length import WRAPPING
from generators.preset import SPLITS
from generators.recipe import AnyRecipe, read_recipe
from solver.arrow import values
from solver.grammar import write_step
from solver.machine import solve
from solver.number import write_number
from solver.refusal import InputError
from solver.text import read

BIN = 32
"""Tokens of a bar of the length plot."""


@dataclass(frozen=True)
class Sample:
    """A row as a reader sees it: question, trace, the solver's steps and the answer."""

    id: str
    expert: str
    pattern: str
    question: str
    trace: str
    answer: str

    @property
    def steps(self) -> str:
        """The solver's steps with their values, as aligned text."""
        rows = []
        for expert, lines in solve(read(self.trace)).parts:
            rows.append((f"{expert}:", ""))
            rows += [(f"  {write_step(line.step)}", write_number(line.value)) for line in lines]
        width, wide = (max(len(row[place]) for row in rows) for place in (0, 1))
        return "\n".join(f"{step.ljust(width)}  {value.rjust(wide)}".rstrip() for step, value in rows)


@dataclass(frozen=True, eq=False)
class Facts:
    """All that card and plots need."""

    recipe: AnyRecipe
    manifest: dict[str, Any]
    samples: list[Sample]
    memory: Counter[str] = field(default_factory=Counter)
    """Bytes of each split in memory, as `datasets` counts them."""
    lengths: Counter[int] = field(default_factory=Counter)
    """Rows by bound on their tokens, in bins of BIN."""
    answers: Counter[str] = field(default_factory=Counter)
    """Rows by size of the answer."""

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(entry["rows"] for entry in self.manifest["splits"].values())

    @property
    def download(self) -> int:
        """Bytes of all data files."""
        return sum(entry["bytes"] for entry in self.manifest["files"].values())

    @property
    def splits(self) -> list[str]:
        """The splits that have rows, in order."""
        return [split for split in SPLITS if self.manifest["splits"][split]["rows"]]

    def longest(self, pattern: str | None = None) -> int:
        """Return the largest bound on tokens among a pattern's rows, or all."""
        entries = [self.manifest["splits"][split]["longest"] for split in self.splits]
        return max(entry[name] for entry in entries for name in entry if pattern in (None, name))

    def by_expert(self) -> list[tuple[str, list[int]]]:
        """Return rows per expert and split."""
        return self._counts("experts")

    def by_pattern(self) -> list[tuple[str, list[int]]]:
        """Return rows per pattern and split."""
        return self._counts("patterns")

    def _counts(self, key: str) -> list[tuple[str, list[int]]]:
        entries = [self.manifest["splits"][split][key] for split in self.splits]
        names = sorted({name for entry in entries for name in entry})
        return [(name, [entry.get(name, 0) for entry in entries]) for name in names]


def gather(folder: Path) -> Facts:
    """Return the facts of a finished dataset folder; raise InputError if it is none."""
    recipe = read_recipe(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, splits = dict(manifest["files"]), dict(manifest["splits"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder}: no readable {MANIFEST}, so the build was not finished; run it again") from None
    facts = Facts(recipe, manifest, [])
    wanted = {name for entry in splits.values() for name in entry["experts"]}
    for name in files:
        try:
            _read(facts, folder / name, wanted)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{folder / name}: cannot be read: {str(error).splitlines()[0]}; build it again") from None
    facts.samples.sort(key=lambda sample: sample.expert)
    return facts


def _read(facts: Facts, path: Path, wanted: set[str]) -> None:
    """Add what a shard holds to the facts, a batch at a time."""
    fixed = len(facts.recipe.system.encode()) + WRAPPING
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=10_000):
            facts.memory[path.name.partition("-")[0]] += batch.nbytes
            _measure(facts, batch, fixed)
            if len(facts.samples) < len(wanted):
                _collect(facts.samples, batch, wanted)


def _measure(facts: Facts, batch: pa.RecordBatch, fixed: int) -> None:
    completion = pc.struct_field(pc.list_flatten(batch.column("completion")), "content")
    lengths = values(pc.binary_length(batch.column("question"))) + fixed
    if not batch.column("completion").null_count:  # an evaluation row has none
        lengths = lengths + values(pc.binary_length(completion))
    bins, counts = np.unique(lengths // BIN * BIN, return_counts=True)
    facts.lengths.update(dict(zip(bins.tolist(), counts.tolist(), strict=True)))
    for size in pc.value_counts(_sizes(batch.column("answer"))).to_pylist():
        facts.answers[size["values"]] += size["counts"]


def _sizes(answers: pa.Array) -> pa.Array:
    """Return how many digits each answer has before its point, and whether it has a point."""
    whole = pc.utf8_length(pc.list_element(pc.split_pattern(answers, "."), 0))
    digits = pc.cast(whole, pa.string())
    point = pc.if_else(pc.match_substring(answers, "."), ", with a decimal part", ", whole")
    return pc.binary_join_element_wise(digits, point, "")


def _collect(samples: list[Sample], batch: pa.RecordBatch, wanted: set[str]) -> None:
    """Keep the first row of each expert."""
    experts = batch.column("expert").to_pylist()
    for expert in wanted - {sample.expert for sample in samples}:
        if expert in experts:
            row = batch.slice(experts.index(expert), 1).to_pylist()[0]
            samples.append(Sample(**{name: row[name] for name in Sample.__annotations__}))
