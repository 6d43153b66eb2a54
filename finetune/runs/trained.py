"""Records which rows a model was trained on, with their sources, and tells of any other row whether it was among them.

A row is told by its question, whatever its case and spaces; its id tells of a problem that was put in other words.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from solver.files import read_json, read_text
from solver.licence import Licensed, sources_of
from solver.plurals import counted
from solver.refusal import InputError

from .folder import RUN, run_of, write_json
from .sources import sources_in

TRAINED = "trained.json"
"""The file in a run's folder that lists the rows it was trained on."""
SEEN, NEW, UNKNOWN = "trained on", "not trained on", "unknown"
CLAIMS = (SEEN, NEW, UNKNOWN)
"""The claims on a row.

Unknown is a row with the id of a trained one but another question, one that a training may have left out, and any row for
an old model.
"""


@dataclass(frozen=True)
class Trained:
    """The rows that a model was trained on: pairs of an id and the hash of a question.

    `complete` is false if the model was also trained on rows that no file lists.
    """

    rows: frozenset[tuple[str, str]] = frozenset()
    complete: bool = True
    sources: tuple[Licensed, ...] | None = None
    """The sources of the rows, with their licences; None in a record of an earlier version."""
    maybe: frozenset[tuple[str, str]] = frozenset()
    """Further rows, which a training may have taken: it was shorter than an epoch, or drew its questions."""

    @classmethod
    def of(cls, table: pa.Table) -> "Trained":
        """Return the record of a table of rows."""
        return cls.of_rows(table.select(["id", "question"]).to_pylist())

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "Trained":
        """Return the record of rows."""
        return cls(frozenset((row["id"], _hash(row["question"])) for row in rows))

    @classmethod
    def read(cls, folder: Path) -> "Trained":
        """Return the record in the folder of a run or a model; without one, nothing is known."""
        path = run_of(folder) / TRAINED
        if not path.exists():
            return cls(complete=False)
        content = read_json(read_text(path), str(path))
        try:
            rows, maybe = (_pairs(content.get(name, [])) for name in ("rows", "maybe"))
            sources = sources_of(content, str(path)) if "sources" in content else None
            return cls(rows, bool(content["complete"]), sources, maybe)
        except (KeyError, TypeError, ValueError):
            raise InputError(f"{path}: not a list of trained rows; delete it to go on without it") from None

    @classmethod
    def of_base(cls, model: str) -> "Trained":
        """Return the record of a base model: empty, unless it is a folder that another run was merged into."""
        folder = Path(model)
        return cls.read(folder) if (run_of(folder) / RUN).exists() else cls(sources=())

    def write(self, folder: Path) -> None:
        """Write the record into a run's folder."""
        content: dict[str, Any] = {"complete": self.complete, "rows": sorted(self.rows)}
        if self.maybe:
            content["maybe"] = sorted(self.maybe)
        if self.sources is not None:
            content["sources"] = [asdict(one) for one in self.sources]
        write_json(folder / TRAINED, content)

    def perhaps(self) -> "Trained":
        """Return the record of a training that may have left out some of these rows."""
        return replace(self, rows=frozenset(), maybe=self.rows | self.maybe)

    def of_datasets(self, datasets: Sequence[str]) -> "Trained":
        """Return the record with the sources of the datasets that its rows are from."""
        return replace(self, sources=tuple(dict.fromkeys(one for name in datasets for one in sources_in(name))))

    def after(self, earlier: "Trained") -> "Trained":
        """Return the record of a model that was trained on the earlier rows first."""
        sources = None
        if self.sources is not None and earlier.sources is not None:
            sources = tuple(dict.fromkeys([*earlier.sources, *self.sources]))
        complete = self.complete and earlier.complete
        return Trained(self.rows | earlier.rows, complete, sources, self.maybe | earlier.maybe)

    def claims(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Return the claim on each row, by its id."""
        hashes, perhaps = ({found for _, found in listed} for listed in (self.rows, self.maybe))
        ids = {row for row, _ in self.rows | self.maybe}
        unlisted = NEW if self.complete else UNKNOWN

        def claim(row: str, found: str) -> str:
            if found in hashes:
                return SEEN
            return UNKNOWN if row in ids or found in perhaps else unlisted

        return {row["id"]: claim(row["id"], _hash(row["question"])) for row in rows}


def _pairs(listed: Iterable[Sequence[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((row, found) for row, found in listed)


def told(counts: Mapping[str, int]) -> str:
    """Return the sentence on how many rows of an evaluation the model was trained on.

    >>> told({SEEN: 1, NEW: 11})
    'it was trained on 1 of these 12 rows'
    """
    rows, seen, unknown = sum(counts.values()), counts.get(SEEN, 0), counts.get(UNKNOWN, 0)
    if unknown == rows:
        return f"it is not known whether it was trained on {'this row' if rows == 1 else 'these rows'}"
    if rows == 1:
        return f"it was {'' if seen else 'not '}trained on this row"
    count = {0: "none", rows: "all"}.get(seen, f"{seen:,}")
    doubt = f"; of {unknown:,} that is not known" if unknown else ""
    return f"it was trained on {count} of these {counted(rows, 'row')}{doubt}"


def _hash(question: str) -> str:
    return hashlib.sha256(" ".join(question.casefold().split()).encode()).hexdigest()[:16]
