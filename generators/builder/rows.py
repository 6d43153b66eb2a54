"""Rows as columns: the frozen schema, and a shard's rows made, proved, measured and put in order."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.files.schema import SCHEMA
from generators.files.turns import completion_column, prompt_column
from generators.patterns.checks import closed_form
from generators.patterns.pattern import Pattern
from generators.patterns.render import join, reference, render
from generators.patterns.row_error import RowError
from generators.patterns.slots import Draw
from solver import arrow
from solver.refusal import InputError

from .cross_check import cross_checks
from .length import Ruler
from .proof import prove
from .recipe import Recipe

SAMPLE = 8
"""Rows of each pattern in each shard that are cross-checked, and compared with plain Jinja2."""


@dataclass(frozen=True, eq=False)
class Group:
    """The proved rows of one pattern: ids, questions, traces and answers as columns, and what was measured."""

    pattern: Pattern
    ids: pa.Array
    questions: pa.Array
    traces: pa.Array
    answers: pa.Array
    numbers: np.ndarray
    """One number per row that stands for all its drawn numbers."""
    lengths: np.ndarray
    sampled: int


def make_group(recipe: Recipe, pattern: Pattern, places: np.ndarray, ruler: Ruler, full: bool = False) -> Group:
    """Return the rows at places of a pattern's order, every one proved; raise InputError naming the row that fails."""
    try:
        return _proved(recipe, pattern, places, ruler, full)
    except RowError as error:
        if error.row is None and len(places) > 1:  # found by halving, as the columns cannot tell which it is
            for half in np.array_split(places, 2):
                make_group(recipe, pattern, half, ruler, full)
        row_id = row_ids(pattern, places[error.row or 0 :][:1])[0].as_py()
        raise InputError(f"{row_id}: {error.reason}; this row was not written") from None


def _proved(recipe: Recipe, pattern: Pattern, places: np.ndarray, ruler: Ruler, full: bool) -> Group:
    draw = pattern.draw(places)
    which = phrasing(pattern, places, recipe.phrasings)
    try:
        questions = _questions(pattern, draw, which)
        traces = render(pattern.trace, draw)
        closed = closed_form(pattern, draw)
    except ArithmeticError as error:
        raise RowError(None, str(error)) from None
    answers = closed.text()
    prove(pattern, traces, answers, closed)
    sample = (
        np.arange(draw.rows)
        if full
        else np.unique(np.linspace(0, draw.rows - 1, min(SAMPLE, draw.rows)).astype(np.int64))
    )
    expected = [reference(body, Draw(draw.slots, draw.places[sample])) for body in pattern.bodies]
    where = arrow.integers(sample)
    records = [pattern.experts] * len(sample), traces.take(where).to_pylist(), answers.take(where).to_pylist()
    against = cross_checks(*records)
    if against:
        raise RowError(int(sample[min(against)]), against[min(against)])
    for at, row in enumerate(sample.tolist()):
        text = expected[which[row]][at]
        if questions[row].as_py() != text:
            raise RowError(row, f"its question is not what plain Jinja2 writes: {text!r}")
    ids = row_ids(pattern, places)
    lengths = ruler.lengths(pattern, ids, questions, traces)
    return Group(pattern, ids, questions, traces, answers, draw.number_key(), lengths, len(sample))


def row_ids(pattern: Pattern, places: np.ndarray) -> pa.Array:
    """Return the ids of rows, `expert/pattern/place`."""
    texts = pc.cast(arrow.integers(places), pa.string()) if places.dtype != object else arrow.texts(map(str, places))
    return join([f"{pattern.id}/", texts], len(places))


def phrasing(pattern: Pattern, places: np.ndarray, phrasings: int) -> np.ndarray:
    """Return which of its first phrasings each place in a pattern's order has; the order is keyed, so it follows no slot."""
    return (places % min(phrasings, len(pattern.questions))).astype(np.int64)


def _questions(pattern: Pattern, draw: Draw, which: np.ndarray) -> pa.Array:
    used = np.unique(which)
    if len(used) == 1:
        return render(pattern.questions[used[0]], draw)
    return pc.choose(arrow.integers(which), *(render(plan, draw) for plan in pattern.questions[: used[-1] + 1]))


def tabulate(recipe: Recipe, groups: list[Group], order: np.ndarray) -> pa.Table:
    """Return the groups' rows in order as a table of the schema."""
    where = arrow.integers(order)
    ids, questions, traces, answers = (
        pa.concat_arrays([getattr(group, name) for group in groups]).take(where) if groups else arrow.texts([])
        for name in ("ids", "questions", "traces", "answers")
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
        prompt_column(recipe.system, questions),
        completion_column(traces),
        questions,
        traces,
        answers,
        *labels,
        arrow.repeated("{}", len(order)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
