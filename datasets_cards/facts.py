"""Computes the facts of a card from the dataset's manifest, recipe and Parquet files."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.builder.length import WRAPPING
from generators.builder.recipe import Recipe
from generators.files.layout import SPLITS
from generators.files.manifest import Manifest, read_manifest
from generators.files.parquet import ROW_GROUP
from generators.finished.recipes import AnyRecipe, read_recipe
from generators.finished.stats import ANSWERS, Stats, first_split, shown
from solver.arrow import text, values
from solver.completion import extract
from solver.machine import solve
from solver.number import write_number
from solver.ops import write_step
from solver.parquet import read_batches, refuse_empty
from solver.schema import SCHEMA
from solver.text import fence, read
from solver.turns import prompt

from .tokens import MODEL, TokenCounts

BIN = 32
"""Width of a bar in the length plot, in tokens."""
MOST_WORDED = 5_000
"""About as many rows are read for the figures on wording; all rows of a large dataset would take minutes."""
LISTED = 500
"""The most patterns that a card lists one by one."""
_READ = ["prompt.list.element.role", *(name for name in SCHEMA.names if name not in ("prompt", "trace"))]
"""The columns to read: each text once, where the schema has it twice."""


@dataclass(frozen=True)
class Sample:
    """A row as the card shows it: question, trace, solver steps and answer."""

    id: str
    expert: str
    pattern: str
    question: str
    trace: str
    answer: str
    row: str
    """The whole row, as indented JSON."""

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
    """The facts that the card and its plots need."""

    recipe: AnyRecipe
    manifest: Manifest
    samples: list[Sample]
    stats: Stats
    """The figures on the wording of the first split, from rows at equal distances."""
    tokens: TokenCounts | None
    """The tokens of rows at equal distances, if they were counted."""
    memory: Counter[str] = field(default_factory=Counter)
    """Bytes of each split in memory, counted as `datasets` does."""
    lengths: Counter[int] = field(default_factory=Counter)
    """Number of rows by their bound on tokens, in bins of BIN."""
    answers: Counter[tuple[int, bool]] = field(default_factory=Counter)
    """Number of rows by digits of the answer before its decimal point, and whether it has one."""
    steps: Counter[int] = field(default_factory=Counter)
    """Number of rows by steps of the trace."""
    words: Counter[int] = field(default_factory=Counter)
    """Number of rows by words of the question."""

    @property
    def rows(self) -> int:
        """The number of rows in all splits."""
        return self.manifest.rows

    @property
    def download(self) -> int:
        """The number of bytes in all data files."""
        return sum(file.bytes for file in self.manifest.files.values())

    @property
    def splits(self) -> list[str]:
        """The splits that have rows, in order."""
        return [split for split in SPLITS if self.manifest.splits[split].rows]

    @property
    def trains(self) -> bool:
        """Whether some rows are for training."""
        evaluates = not isinstance(self.recipe, Recipe) and self.recipe.eval_only
        return "train" in self.splits and not evaluates

    @property
    def tested(self) -> str:
        """The split for evaluation: test, or the last that has rows."""
        return self.splits[-1]

    def longest(self, pattern: str | None = None) -> int:
        """Return the largest bound on tokens of a pattern's rows, or of all rows."""
        entries = [self.manifest.splits[split].longest for split in self.splits]
        return max(entry[name] for entry in entries for name in entry if pattern in (None, name))

    def spread(self) -> list[tuple[str, list[int]]]:
        """Return least, median, 90th percentile and most of what is counted of a row: steps, words and tokens."""
        counted = {"steps of the trace": self.steps, "words of the question": self.words}
        if self.tokens:
            some = f", of one row in {self.tokens.every}" if self.tokens.every > 1 else ""
            counted[f"tokens as {MODEL} reads the row{some}"] = self.tokens.rows
        return [
            (name, [_quantile(counts, share) for share in (0, 0.5, 0.9, 1)])
            for name, counts in counted.items()
            if counts
        ]

    def wording(self) -> list[tuple[str, str]]:
        """Return the known figures on wording as a table shows them; those on answers stand elsewhere on the card."""
        found = self.stats.figures()
        return [
            (name, shown(name, value)) for name, value in found.items() if value is not None and name not in ANSWERS
        ]

    def answer_sizes(self) -> list[tuple[str, int, int]]:
        """Return the ranges of the answers, each with its rows and those with a decimal part or a fraction."""
        return [
            (number_range(size), self.answers[size, False] + self.answers[size, True], self.answers[size, True])
            for size in sorted({size for size, _ in self.answers})
        ]

    def by_expert(self) -> list[tuple[str, list[int]]]:
        """Return the number of rows per expert and split."""
        return _by_split([self.manifest.splits[split].experts for split in self.splits])

    def by_pattern(self) -> list[tuple[str, list[int]]]:
        """Return the number of rows per pattern and split."""
        return _by_split([self.manifest.splits[split].patterns for split in self.splits])

    @property
    def listed(self) -> bool:
        """Whether the card lists the patterns one by one."""
        return len(self.by_pattern()) <= LISTED


def number_range(digits: int) -> str:
    """Return the label of the range of numbers with this many digits before the decimal point."""
    return "below 10" if digits == 1 else f"{10 ** (digits - 1):,} to {10**digits - 1:,}"


def _quantile(counts: Counter[int], share: float) -> int:
    """Return the smallest number that at least this share of what was counted does not exceed."""
    numbers = sorted(counts)
    reached = np.cumsum([counts[number] for number in numbers])
    return numbers[int(np.searchsorted(reached, share * int(reached[-1])))]


def _by_split(entries: list[dict[str, int]]) -> list[tuple[str, list[int]]]:
    """Return each name with its count in every split."""
    names = sorted({name for entry in entries for name in entry})
    return [(name, [entry.get(name, 0) for entry in entries]) for name in names]


def gather(folder: Path, *, tokens: bool) -> Facts:
    """Return the facts of a finished dataset folder; raise InputError for any other folder."""
    recipe = read_recipe(folder)
    manifest = read_manifest(folder)
    split = first_split(recipe)
    stats = Stats(recipe, split, every=-(-manifest.splits[split].rows // MOST_WORDED) or 1)
    facts = Facts(recipe, manifest, [], stats, TokenCounts(recipe.system, manifest.rows) if tokens else None)
    wanted = {name for split in manifest.splits.values() for name in split.experts}
    for name in manifest.files:
        _read(facts, folder / name, wanted)
    pa.default_memory_pool().release_unused()  # otherwise this process keeps the memory during the upload
    facts.samples.sort(key=lambda sample: sample.expert)
    return facts


def _read(facts: Facts, path: Path, wanted: set[str]) -> None:
    """Add the rows of a shard to the facts, one batch at a time."""
    split = path.name.partition("-")[0]
    for batch in read_batches(path, ROW_GROUP, _READ):
        refuse_empty(batch, path)
        _measure(facts, split, batch)
        if facts.tokens:
            facts.tokens.add_batch(batch)
        if split == facts.stats.split:
            facts.stats.add_batch(batch)
        if len(facts.samples) < len(wanted):
            _collect(facts, batch, wanted)


def _measure(facts: Facts, split: str, batch: pa.RecordBatch) -> None:
    """Add the sizes, lengths and answers of a batch to the facts."""
    roles = pc.struct_field(pc.list_flatten(batch.column("prompt")), "role")
    contents = pc.struct_field(pc.list_flatten(batch.column("completion")), "content")
    questions = batch.column("question")
    asked, answered = _bytes(questions), _bytes(contents)
    system = len(facts.recipe.system.encode())
    # A prompt has the system line and the question, a completion has the trace in a fence.
    prompts = roles.nbytes - _bytes(roles) + asked + system * len(batch)
    traces = questions.nbytes - asked + answered - len(fence("")) * len(contents)
    facts.memory[split] += batch.nbytes + prompts + traces
    lengths = pc.binary_length(questions)
    if len(contents):  # evaluation rows have no completion
        lengths = pc.add(lengths, pc.binary_length(contents))
    facts.lengths.update(_counts((values(lengths) + system + WRAPPING) // BIN * BIN))
    facts.words.update(_counts(values(pc.count_substring_regex(questions, r"\S+"))))
    facts.steps.update(_counts(values(batch.column("steps").drop_null())))
    answers = batch.column("answer")
    point = values(pc.find_substring(answers, "."))
    digits = np.where(point < 0, values(pc.binary_length(answers)), point)
    for pointed in (False, True):
        sizes = _counts(digits[(point >= 0) == pointed])
        facts.answers.update({(size, pointed): rows for size, rows in sizes.items()})


def _bytes(texts: pa.Array) -> int:
    return int(pc.sum(pc.binary_length(texts)).as_py() or 0)


def _counts(numbers: np.ndarray) -> dict[int, int]:
    found, counts = np.unique(numbers, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _collect(facts: Facts, batch: pa.RecordBatch, wanted: set[str]) -> None:
    """Keep the first row of each expert as its sample."""
    for expert in wanted - {sample.expert for sample in facts.samples}:
        place = pc.index(batch.column("expert"), text(expert)).as_py()
        if place >= 0:
            row = batch.slice(place, 1).to_pylist()[0]
            row["trace"] = extract(row["completion"][0]["content"])
            row["prompt"] = prompt(facts.recipe.system, row["question"])
            whole = json.dumps({name: row[name] for name in SCHEMA.names}, ensure_ascii=False, indent=1)
            facts.samples.append(
                Sample(row["id"], expert, row["pattern"], row["question"], row["trace"], row["answer"], whole)
            )
