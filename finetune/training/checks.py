"""The rows on which each checkpoint of a training is measured: validation rows, and rows of other datasets."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import pyarrow as pa

from finetune.hardware.device import Device
from finetune.runs import terminal
from finetune.runs.mix import Mix, rounded
from finetune.runs.rows import read_check_rows, read_validation_rows, reading_of, spaced
from finetune.runs.trained import SEEN, Trained
from solver.files import resolved
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError

VALIDATION = "validation"
"""The name of the check that chooses the best checkpoint."""


class Score(Protocol):
    """Counts the rows that a model answers right; `longest` limits a completion, in tokens, where no row has a trace."""

    def __call__(
        self, model: Any, tokenizer: Any, rows: pa.Table, reading: Reading, device: Device, *, longest: int
    ) -> int:
        """Return the number of right answers."""


@dataclass(frozen=True)
class Check:
    """Rows of one or several datasets, each with how its questions are read."""

    name: str
    parts: tuple[tuple[pa.Table, Reading], ...]

    @property
    def table(self) -> pa.Table:
        """The rows of all parts."""
        return pa.concat_tables(table for table, _ in self.parts)

    def conversations(self) -> pa.Table:
        """Return prompts and completions; a row without a trace has an empty completion, which is not scored."""
        table = self.table
        empty = [{"role": "assistant", "content": ""}]
        completions = [written or empty for written in table["completion"].to_pylist()]
        column = pa.array(completions, table.schema.field("completion").type)
        return pa.table({"prompt": table["prompt"], "completion": column})

    @property
    def has_loss(self) -> bool:
        """Whether all rows have a trace, so that a loss can be computed."""
        return not any(table["completion"].null_count for table, _ in self.parts)


def make_checks(mix: Mix, validation: int, datasets: Sequence[str], rows: int) -> list[Check]:
    """Return the checks of a training: validation rows, spread over a mix, and `rows` of each further dataset."""
    found = [check for check in [_validation(mix, validation)] if check]
    known = Trained.of(mix.table)
    for dataset in datasets:
        table = read_check_rows(dataset, rows, mix.system)
        seen = list(known.claims(table.select(["id", "question"]).to_pylist()).values()).count(SEEN)
        if seen:
            terminal.note(f"note: {dataset}: {seen:,} of {counted(len(table), 'row')} are trained on")
        found.append(Check(dataset, ((table, reading_of(dataset)),)))
    return found


def refuse_repeated(datasets: Sequence[str]) -> None:
    """Raise InputError if a further dataset is given twice, or has the name of the validation rows."""
    places = list(map(resolved, datasets))
    for name in datasets:
        if name == VALIDATION or places.count(resolved(name)) > 1:
            raise InputError(
                f"--eval-dataset {name}: {'is given twice' if name != VALIDATION else 'is a name of our own'}; give another"
            )


def _validation(mix: Mix, rows: int) -> Check | None:
    """Return validation rows of the parts that have some, in proportion to their training rows."""
    if not rows:
        return None
    read = [(source, read_validation_rows(source.dataset)) for source in mix.sources]
    found = [(source, table) for source, table in read if table is not None]
    counts = _spread(rows, [source.rows for source, _ in found], [len(table) for _, table in found])
    if found and sum(counts) < rows:
        terminal.note(f"note: {counted(sum(counts), 'validation row')}, fewer than --validation {rows:,}")
    parts = [
        (spaced(table, count), reading_of(source.dataset))
        for (source, table), count in zip(found, counts, strict=True)
        if count
    ]
    return Check(VALIDATION, tuple(parts)) if parts else None


def _spread(rows: int, weights: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Return how many of `rows` each part gives, in proportion to its weight and no more than its size."""
    rows = min(rows, sum(sizes))
    whole: set[int] = set()
    while True:
        rest = [place for place in range(len(sizes)) if place not in whole]
        left, total = rows - sum(sizes[place] for place in whole), sum(weights[place] for place in rest)
        exact = [
            Fraction(size) if place in whole else Fraction(left * weight, total)
            for place, (size, weight) in enumerate(zip(sizes, weights, strict=True))
        ]
        over = {place for place in rest if exact[place] > sizes[place]}
        if not over:
            return rounded(exact)
        whole |= over
