"""Rows as columns: the frozen schema, and a shard's rows made, proved, measured and put in order."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.patterns.checks import closed_form
from generators.patterns.pattern import Pattern
from generators.patterns.permutation import key_of, mix
from generators.patterns.render import join, reference, render
from generators.patterns.row_error import RowError
from generators.patterns.slots import Draw
from solver import arrow
from solver.refusal import InputError
from solver.text import FENCE

from .cross_check import cross_checks
from .length import Ruler
from .proof import prove
from .recipe import Recipe

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", _TURNS),
        ("completion", _TURNS),
        ("question", pa.string()),
        ("trace", pa.string()),
        ("answer", pa.string()),
        ("expert", pa.string()),
        ("experts", pa.list_(pa.string())),
        ("pattern", pa.string()),
        ("steps", pa.int32()),
        ("difficulty", pa.int32()),
        ("metadata", pa.string()),
    ]
)
"""The columns of every dataset, whatever its source."""

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


@dataclass(frozen=True, eq=False)
class Shard:
    """A shard's table and what its manifest entry says of it."""

    table: pa.Table
    counts: dict[str, int]
    longest: dict[str, int]
    """The largest bound on tokens per pattern."""
    sampled: int
    overlap: dict[str, list[int]] = field(default_factory=dict)
    """Per pattern, which test rows have their exact numbers in a row of this shard."""
    refused: tuple[str, ...] = ()
    """The ids of rows that the contamination gate left out."""


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


def make_shard(recipe: Recipe, split: str, number: int, ruler: Ruler, full: bool = False) -> Shard:
    """Return a shard, a pure function of the recipe, the split and the shard's number."""
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
    pattern = group.pattern
    count = recipe.seats(recipe.rows["test"])[pattern.id]
    if not count:
        return []
    held = pattern.draw(recipe.places(pattern, "test", range(count))).number_key()
    met = group.numbers[np.isin(group.numbers, held)]
    return np.flatnonzero(np.isin(held, met)).tolist()


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
        _turns(("system", "user"), _after(recipe.system, questions)),
        _turns(("assistant",), join([f"{FENCE}yaml\n", traces, FENCE], len(order))),
        questions,
        traces,
        answers,
        *labels,
        arrow.repeated("{}", len(order)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _after(first: str, texts: pa.Array) -> pa.Array:
    """Return a column with twice the rows: the first text and a row of `texts` in turn."""
    _, offsets, data = join([first, texts], len(texts)).buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    bounds = np.empty(2 * len(texts) + 1, dtype=np.int32)
    bounds[::2] = ends
    bounds[1::2] = ends[:-1] + len(first.encode())
    return pa.StringArray.from_buffers(2 * len(texts), pa.py_buffer(bounds), data)


def _turns(roles: tuple[str, ...], contents: pa.Array) -> pa.Array:
    """Return a column of conversations: one message of each role, in order, with the next of the contents."""
    turns = arrow.texts(roles).take(arrow.integers(np.arange(len(contents)) % len(roles)))
    offsets = arrow.integers(np.arange(0, len(contents) + 1, len(roles), dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([turns, contents], ["role", "content"]))


def content_hash(table: pa.Table) -> str:
    """Return a sha256 over the rows' own texts, the same for every pyarrow version and machine."""
    digest = hashlib.sha256()
    for name in ("id", "question", "trace", "answer"):
        texts = arrow.whole(table.column(name))
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets or bytes(4), dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        digest.update(np.diff(ends).astype("<i4", copy=False).tobytes())
        digest.update(memoryview(data or b"")[ends[0] : ends[-1]])
    return digest.hexdigest()
