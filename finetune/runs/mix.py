"""Mixes the training rows of several datasets: `A`, `B:0.3` for a share of the mix, `C:2x` to repeat rows.

Counts are exact, and the order is keyed by the seed. `datasets.interleave_datasets` does neither: it draws the dataset of
each row by chance, and it ends with the first exhausted dataset or repeats all others.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa

from solver.dataset import hub_place
from solver.files import local, resolved
from solver.number import write_number
from solver.plurals import counted
from solver.refusal import InputError, did_you_mean

from . import terminal
from .folder import CONTENT
from .rows import ALIASES, hub_dataset, read_training_rows, system_prompts, trained_content

SYSTEMS = ("same", "each")
"""Whether rows with different system prompts are refused, or each is trained with its own."""
_WEIGHTED = re.compile(r"(?P<dataset>.+):(?P<number>[0-9]{0,12}\.?[0-9]{1,12})(?P<repeated>x?)")
_MOST = 1_000_000
"""The most rows of a mix that repeats rows; its text must fit into memory."""


@dataclass(frozen=True)
class Part:
    """One dataset of a mix: its share of the rows of the mix, or how often each of its rows is taken."""

    dataset: str
    share: Fraction | None = None
    repeats: Fraction = Fraction(1)

    @property
    def weight(self) -> str:
        """The weight as it is written behind the dataset; empty if each row is taken once."""
        if self.share is not None:
            return write_number(self.share)
        return "" if self.repeats == 1 else f"{write_number(self.repeats)}x"

    def __str__(self) -> str:
        return f"{self.dataset}:{self.weight}" if self.weight else self.dataset


@dataclass(frozen=True)
class Source:
    """Where rows of a mix come from, as run.json tells it: `rows` of the mix are from `available` rows of a dataset."""

    dataset: str
    hub_dataset: str | None
    weight: str
    rows: int
    available: int


@dataclass(frozen=True)
class Mix:
    """The rows to train on, in their order, with their sources and the system prompt of the first dataset."""

    table: pa.Table
    sources: list[Source]
    system: str

    @property
    def datasets(self) -> list[str]:
        """The names of the datasets."""
        return [source.dataset for source in self.sources]

    @property
    def whole(self) -> bool:
        """Whether it is a single dataset without a weight, which is no mix."""
        return len(self.sources) == 1 and not self.sources[0].weight

    def settings(self) -> dict[str, Any]:
        """Return what run.json says of the rows."""
        first = self.sources[0]
        return {
            "dataset": first.dataset if self.whole else name_of(asdict(source) for source in self.sources),
            "hub_dataset": first.hub_dataset if len(self.sources) == 1 else None,
            "mix": [] if self.whole else [asdict(source) for source in self.sources],
            "system": self.system,
            CONTENT: trained_content(self.table),
        }


def name_of(sources: Any) -> str:
    """Return the text that names a mix by its sources, as `data/a + data/b:0.3`."""
    return " + ".join(
        f"{source['dataset']}:{source['weight']}" if source["weight"] else source["dataset"] for source in sources
    )


def mix_name(datasets: Sequence[str]) -> str:
    """Return the text that names a mix of datasets before their rows are read: that of `name_of`."""
    return " + ".join(str(read_part(text)) for text in datasets)


def read_part(text: str) -> Part:
    """Return the part that a text names: DATASET, DATASET:0.3 or DATASET:2x; raise InputError for another number.

    A name on the Hub may end with its configuration: `ORG/NAME:2024` is one, as is a name behind the colon.
    """
    found = None if local(text).exists() else _WEIGHTED.fullmatch(text)
    known = _known_before(found["dataset"] if found else text)
    if known:
        raise _misspelt(text, known)
    if found is None:
        return Part(text)
    dataset, number = found["dataset"], Fraction(found["number"])
    if found["repeated"] and number:
        return Part(dataset, repeats=number)
    if not found["repeated"] and 0 < number < 1:
        return Part(dataset, share=number)
    if number and hub_place(text) and not local(dataset).exists():
        return Part(text)
    raise _misspelt(text, dataset)


def _known_before(name: str) -> str | None:
    """Return the dataset before a colon of a name that is itself none, or None: `data/run8` for `data/run8:30%`."""
    if local(name).exists() or name in ALIASES:
        return None
    before = [name[: colon.start()] for colon in re.finditer(":", name) if name[: colon.start()].strip()]
    here = next((part for part in before if local(part).exists() or part in ALIASES), None)
    if here or hub_place(name):
        return here
    return next((part for part in reversed(before) if hub_place(part)), None)


def _misspelt(text: str, dataset: str) -> InputError:
    return InputError(
        f"{text}: write {dataset}:0.3 for 30 % of the mix, {dataset}:2x for each row twice, or {dataset} for each row once"
    )


def read_mix(datasets: Sequence[str], rows: int | None, seed: int, systems: str = "same") -> Mix:
    """Return the rows of a mix of datasets; raise InputError if they cannot be mixed as told.

    A single dataset without a weight keeps its own order, so that `rows` are its first ones. A mix is ordered by a hash
    of the seed and each row's id, and `rows` are spread over its parts.
    """
    if systems not in SYSTEMS:
        raise InputError(f"system_prompts is {systems}; {did_you_mean(systems, SYSTEMS)}")
    parts = [read_part(text) for text in datasets]
    _refuse_twice(parts)
    whole = len(parts) == 1 and not parts[0].weight
    tables = [read_training_rows(part.dataset, rows if whole else None) for part in parts]
    if systems == "same":
        _refuse_systems(parts, tables)
    counts = [len(tables[0])] if whole else _counts(parts, [len(table) for table in tables], rows)
    sources = [
        Source(part.dataset, hub_dataset(part.dataset), part.weight, count, len(table))
        for part, count, table in zip(parts, counts, tables, strict=True)
    ]
    system = system_prompts(tables[0])[0]
    if whole:
        return Mix(tables[0], sources, system)
    return Mix(_mixed(tables, counts, seed), sources, system)


def print_mix(mix: Mix) -> None:
    """Print how many rows of a mix are from which dataset."""
    if not mix.whole:
        rows = [(*_told(source), f"{source.rows / len(mix.table):.1%}") for source in mix.sources]
        terminal.table("mix", ("", ">rows", ">of", ">share"), rows)


def _told(source: Source) -> tuple[str, int, int]:
    return name_of([asdict(source)]), source.rows, source.available


def _refuse_twice(parts: Sequence[Part]) -> None:
    names = [resolved(ALIASES.get(part.dataset, part.dataset)) for part in parts]
    for name, part in zip(names, parts, strict=True):
        if names.count(name) > 1:
            raise InputError(f"--dataset {part.dataset} is given twice; give it once, or as {part.dataset}:2x")


def _refuse_systems(parts: Sequence[Part], tables: Sequence[pa.Table]) -> None:
    """Raise InputError if rows have different system prompts: an evaluation would use only one of them."""
    found = {
        system: part.dataset for part, table in zip(parts, tables, strict=True) for system in system_prompts(table)
    }
    if len(found) > 1:
        (one, first), (other, second), *_ = found.items()
        raise InputError(
            f"rows have {len(found)} different system prompts: {one[:80]!r} in {first}, {other[:80]!r} in {second}; "
            "choose datasets with the same one, or train each row with its own: --system-prompts each"
        )


def _counts(parts: Sequence[Part], sizes: Sequence[int], rows: int | None) -> list[int]:
    """Return how many rows each part gives, for a mix of `rows` or of as many as there are.

    Datasets without a share are taken as they are, and the shares are those of the whole mix. If all have shares, the mix
    is the largest one in which no row is repeated.
    """
    shares = [part.share for part in parts]
    total = sum((share for share in shares if share is not None), Fraction(0))
    fixed = sum(
        (part.repeats * size for part, size in zip(parts, sizes, strict=True) if part.share is None), Fraction(0)
    )
    if (total >= 1) if fixed else (total != 1):
        wanted = f"below 1, to leave room for {next(part for part in parts if part.share is None)}" if fixed else "1"
        raise InputError(
            f"{', '.join(map(str, parts))}: the shares add up to {write_number(total)}; they must add up to {wanted}"
        )
    whole = (
        fixed / (1 - total)
        if fixed
        else min(size / share for size, share in zip(sizes, shares, strict=True) if share is not None)
    )
    if rows is not None and rows > whole:
        raise InputError(
            f"{', '.join(map(str, parts))}: the mix has {counted(int(whole), 'row')}, fewer than --rows {rows:,}"
        )
    scale = Fraction(rows) / whole if rows is not None else Fraction(1)
    exact = [
        scale * (part.repeats * size if part.share is None else part.share * whole)
        for part, size in zip(parts, sizes, strict=True)
    ]
    _refuse_too_many(parts, sum(exact, Fraction(0)), sum(sizes))
    counts = rounded(exact)
    for part, count, number in zip(parts, counts, exact, strict=True):
        if not count:
            raise InputError(
                f"{part}: comes to {float(number):.2g} rows, so none would be taken; "
                f"give it a larger weight, {'' if rows is None else 'give more --rows, '}or leave it out"
            )
    return counts


def _refuse_too_many(parts: Sequence[Part], rows: Fraction, available: int) -> None:
    if rows > max(_MOST, available):
        raise InputError(
            f"{', '.join(map(str, parts))}: the mix would have {counted(int(rows), 'row')}, more than {_MOST:,}; "
            "give smaller weights or --rows, and more --epochs to repeat rows"
        )


def rounded(exact: Sequence[Fraction]) -> list[int]:
    """Return whole numbers with the same rounded sum, by the largest remainders."""
    counts = [int(number) for number in exact]
    rest = sorted(range(len(exact)), key=lambda place: counts[place] - exact[place])
    for place in rest[: round(sum(exact)) - sum(counts)]:
        counts[place] += 1
    return counts


def _mixed(tables: Sequence[pa.Table], counts: Sequence[int], seed: int) -> pa.Table:
    """Return the rows of all tables in keyed order; a table with fewer rows than its count gives some several times."""
    keyed: list[tuple[bytes, int]] = []
    start = 0
    for part, (table, count) in enumerate(zip(tables, counts, strict=True)):
        ids = table["id"].to_pylist()
        copies, rest = divmod(count, len(ids))
        for copy in range(copies + 1):
            found = [(_key(seed, part, copy, row), start + place) for place, row in enumerate(ids)]
            keyed += found if copy < copies else sorted(found)[:rest]
        start += len(ids)
    return pa.concat_tables(tables).take([place for _, place in sorted(keyed)])


def _key(*parts: object) -> bytes:
    return hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:16]
