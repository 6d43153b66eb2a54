"""Converts an import in parts, the unit of work of a worker process, and joins the parts of a shard in their order."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from generators.files.entries import Entry
from generators.files.layout import dropped_part, shard_path
from generators.files.manifest import DroppedFile, WrittenShard, write_shard
from generators.files.store import Store
from generators.imports.solution.problem import Row
from solver.garbage import rarely_collected
from solver.schema import content_hash

from .entry import Converter
from .folder import line_of, sizes, table_of
from .recipe import ImportRecipe
from .survey import Survey
from .tally import ImportRecord, Tally

PART = 250
"""The most problems of a part: a second or two of one core, so that small files keep several workers busy."""


@dataclass(frozen=True)
class Part:
    """Entries in a row of one shard, with the number of the first, and the numbers of those whose question stood before."""

    shard: int
    first: int
    entries: list[Entry]
    repeated: frozenset[int]


@dataclass(frozen=True, eq=False)
class Converted:
    """A converted part: its rows, its lines of dropped.jsonl, and their tally."""

    shard: int
    problems: int
    table: pa.Table
    lines: bytes
    tally: Tally


def parts_of(entries: Iterable[Entry], recipe: ImportRecipe, found: Survey, finished: Iterable[int]) -> Iterator[Part]:
    """Yield the entries of all shards but the finished ones in parts."""
    done = frozenset(finished)
    numbered = groupby(
        enumerate(entries), lambda pair: (pair[0] // recipe.shard_rows, pair[0] % recipe.shard_rows // PART)
    )
    for (shard, place), group in numbered:
        if shard in done:
            continue
        first = shard * recipe.shard_rows + place * PART
        start, stop = found.repeated.searchsorted([first, first + PART]).tolist()
        again = frozenset(found.repeated[start:stop].tolist())
        yield Part(shard, first, [entry for _, entry in group], again)


@dataclass(frozen=True)
class PartConverter:
    """Converts parts; engines send it to their workers."""

    convert: Converter

    def __call__(self, part: Part) -> Converted:
        """Return a part's rows and the reasons for its other problems."""
        rows, lines, tally = [], [], Tally()
        recipe = self.convert.recipe
        with rarely_collected():
            for number, entry in enumerate(part.entries, part.first):
                done = self.convert(number, entry, repeated=number in part.repeated)
                if isinstance(done, Row):
                    rows.append(done)
                    tally.row(done.expert, done.metadata, sizes(recipe, [done.question], [done.trace])[0])
                else:
                    line = line_of(done)
                    tally.line(line)
                    lines.append(f"{json.dumps(line, ensure_ascii=False, sort_keys=True)}\n")
            table = table_of(rows, recipe.system)
        return Converted(part.shard, len(part.entries), table, "".join(lines).encode(), tally)


def join_shard(files: Store, recipe: ImportRecipe, parts: list[Converted]) -> WrittenShard:
    """Write a shard of its parts, its lines of dropped.jsonl first: a shard that is there is whole."""
    number, lines = parts[0].shard, b"".join(part.lines for part in parts)
    table = pa.concat_tables(part.table for part in parts).combine_chunks()
    tally = Tally()
    for part in parts:
        tally.add(part.tally)
    files.write(dropped_part(number), lines)
    record = ImportRecord(
        rows=len(table),
        content=content_hash(table),
        tally=tally,
        dropped=DroppedFile(tally.dropped, hashlib.sha256(lines).hexdigest()),
    )
    return write_shard(
        files, recipe.split, shard_path(recipe.split, number, recipe.shards(recipe.split)), table, record
    )
