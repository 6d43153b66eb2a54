"""Makes and proves the rows of a shard, as columns, and puts them into a table of the schema."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.files.turns import completion_column, prompt_column
from generators.patterns.checks import closed_form
from generators.patterns.pattern import Pattern
from generators.patterns.question import plain_questions, questions_each
from generators.patterns.render import join, render
from generators.patterns.row_error import RowError
from generators.patterns.slots import Draw
from solver import arrow
from solver.refusal import InputError
from solver.schema import SCHEMA

from .cross_check import cross_checks
from .length import Ruler
from .proof import prove
from .recipe import Recipe
from .wordings import wordings_of

SAMPLE = 8
"""Rows per pattern and shard that are cross-checked, in a shard of few patterns."""
FEW = 512
"""The patterns of a shard up to which each has SAMPLE rows cross-checked. More patterns share as many rows."""


@dataclass(frozen=True)
class Sample:
    """The rows of a group that are checked once more, beside the proof of every row."""

    rows: int = SAMPLE
    """The most rows that are cross-checked."""
    plain: bool = True
    """Whether their questions are compared with those of plain Jinja2."""

    @classmethod
    def of(cls, place: int, patterns: int) -> "Sample":
        """Return the sample of a pattern, given by its place among the patterns of a shard.

        In a shard of thousands of patterns, a few rows each, SAMPLE rows of each would take most of the time.
        """
        return cls(max(1, SAMPLE * FEW // max(FEW, patterns)), place % -(-patterns // FEW) == 0)


@dataclass(frozen=True, eq=False)
class Group:
    """The proved rows of one pattern in a shard, as columns."""

    pattern: Pattern
    ids: pa.Array
    questions: pa.Array
    traces: pa.Array
    answers: pa.Array
    metadata: pa.Array
    numbers: np.ndarray
    """One integer per row, equal for exactly those rows whose drawn numbers are all equal."""
    lengths: np.ndarray
    """Upper bounds on the tokens of each row (P10)."""
    sampled: int
    """The number of rows that were cross-checked."""


def make_group(
    recipe: Recipe,
    pattern: Pattern,
    indices: np.ndarray,
    ruler: Ruler,
    full: bool = False,
    *,
    split: str = "train",
    sample: Sample = Sample(),
) -> Group:
    """Make and prove the rows of a pattern at these indices of its order; raise InputError naming a row that fails."""
    try:
        which = wordings_of(recipe.used_wordings(pattern, split), indices)
        return _proved(recipe, pattern, indices, which, ruler, sample=None if full else sample)
    except RowError as error:
        if error.row is None and len(indices) > 1:  # only the column is known, so find the row by halving
            for half in np.array_split(indices, 2):
                make_group(recipe, pattern, half, ruler, full, split=split, sample=sample)
        row_id = row_ids(pattern, indices[error.row or 0 :][:1])[0].as_py()
        raise InputError(f"{row_id}: {error.reason}; this row was not written") from None


def _proved(
    recipe: Recipe, pattern: Pattern, indices: np.ndarray, which: np.ndarray, ruler: Ruler, *, sample: Sample | None
) -> Group:
    """Return the proved rows of a pattern; without a sample, every row is cross-checked."""
    draw = pattern.draw(indices)
    try:
        asked = questions_each(pattern, which, draw)
        traces = render(pattern.trace, draw)
        closed = closed_form(pattern, draw)
    except ArithmeticError as error:
        raise RowError(None, str(error)) from None
    answers = closed.text()
    prove(pattern, traces, answers, closed)
    most = min(sample.rows, draw.rows) if sample else draw.rows
    rows = np.unique(np.linspace(0, draw.rows - 1, most).astype(np.int64))
    where = arrow.integers(rows)
    texts = [column.take(where).to_pylist() for column in (traces, answers, asked)]
    faults = cross_checks([pattern.experts] * len(rows), *texts, **recipe.reading._asdict())
    if faults:
        raise RowError(int(rows[min(faults)]), faults[min(faults)])
    if sample is None:
        _compare_plain(pattern, draw, which, rows, asked)
    elif sample.plain:
        # To compile a template takes as long as to prove a hundred rows, so a sample compares its first wording alone.
        _compare_plain(pattern, draw, which, rows[which[rows] == which[rows].min()], asked)
    ids = row_ids(pattern, indices)
    lengths = ruler.lengths(pattern, ids, asked, traces)
    metadata = arrow.texts(wording.metadata for wording in pattern.wordings).take(arrow.integers(which))
    return Group(pattern, ids, asked, traces, answers, metadata, draw.number_key(), lengths, len(rows))


def row_ids(pattern: Pattern, indices: np.ndarray) -> pa.Array:
    """Return the ids of rows, `expert/pattern/index`."""
    texts = pc.cast(arrow.integers(indices), pa.string()) if indices.dtype != object else arrow.texts(map(str, indices))
    return join([f"{pattern.id}/", texts], len(indices))


def _compare_plain(pattern: Pattern, draw: Draw, which: np.ndarray, sample: np.ndarray, asked: pa.Array) -> None:
    """Compare the questions of some rows with those of plain Jinja2; raise RowError at the first that differs."""
    for place in np.unique(which[sample]).tolist():
        rows = sample[which[sample] == place]
        for row, text in zip(
            rows.tolist(), plain_questions(pattern, pattern.wordings[place], draw.take(rows)), strict=True
        ):
            if asked[row].as_py() != text:
                raise RowError(row, f"its question differs from that of plain Jinja2: {text!r}")


def tabulate(recipe: Recipe, groups: list[Group], order: np.ndarray) -> pa.Table:
    """Return the rows of all groups, in the given order, as a table of the schema."""
    where = arrow.integers(order)
    ids, asked, traces, answers, metadata = (
        pa.concat_arrays([getattr(group, name) for group in groups]).take(where) if groups else arrow.texts([])
        for name in ("ids", "questions", "traces", "answers", "metadata")
    )
    which = arrow.integers(np.repeat(np.arange(len(groups)), [len(group.ids) for group in groups])[order])
    patterns = [group.pattern for group in groups]
    named = pa.ListArray.from_arrays(
        arrow.integers(np.cumsum([0, *(len(pattern.experts) for pattern in patterns)], dtype=np.int32)),
        arrow.texts(name for pattern in patterns for name in pattern.experts),
    )
    labels = [
        column.take(which)
        for column in (
            arrow.texts(pattern.expert for pattern in patterns),
            named,
            arrow.texts(pattern.name for pattern in patterns),
            arrow.integers(np.array([len(pattern.words) for pattern in patterns], dtype=np.int32)),
            arrow.integers(np.array([pattern.difficulty for pattern in patterns], dtype=np.int32)),
        )
    ]
    columns = [
        ids,
        prompt_column(recipe.system, asked),
        completion_column(traces),
        asked,
        traces,
        answers,
        *labels,
        metadata,
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
