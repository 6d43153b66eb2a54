"""Measures coverage: the share of a dataset's problems whose algebraic signature some pattern of a preset has.

For imported problems, it tells how many of them the patterns can teach, and which signatures the patterns lack.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from msgspec import UNSET

from generators.builder.preset import Preset
from generators.files.layout import MANIFEST
from generators.files.manifest import read_manifest
from generators.patterns.algebra import Signature, formula, function, signature
from generators.patterns.library import Library
from generators.patterns.pattern import Pattern
from generators.patterns.render import render
from solver.dataset import open_dataset
from solver.files import local
from solver.progress import Report
from solver.refusal import InputError, Refusal
from solver.text import read


@dataclass(frozen=True)
class Lack:
    """A signature that no pattern has: the number of problems with it, and the id and the formula of one."""

    problems: int
    example: str
    formula: str


@dataclass(frozen=True)
class Coverage:
    """Numbers of problems and of distinct signatures; problems without a trace count as not covered."""

    problems: int
    traced: int
    covered: int
    signatures: int
    covered_signatures: int
    pattern_signatures: int
    lacking: tuple[Lack, ...]
    """The signatures that no pattern has, the most frequent first."""

    @property
    def share(self) -> float:
        """The share of all problems whose signature a pattern has, 0 to 1."""
        return self.covered / self.problems


def coverage(preset: Preset, library: Library, location: str, report: Report | None = None) -> Coverage:
    """Compare the training problems of a dataset with the patterns of a preset.

    `location` is a dataset folder, or ORG/NAME on the Hub; `report` is called after each row with the number of compared
    rows and of all rows. Raises InputError if the dataset cannot be read.
    """
    known = {pattern_signature(library.patterns[name]) for name in preset.shares(library)}
    table, problems = _problems(location)
    counts: Counter[Signature] = Counter()
    first: dict[Signature, int] = {}
    ids, traces = table.column("id").to_pylist(), table.column("trace").to_pylist()
    for row, (name, trace) in enumerate(zip(ids, traces, strict=True)):
        if trace is not None:
            try:
                found = signature(read(trace))
            except Refusal as error:
                raise InputError(f"{location}: {name}: {error}") from None
            counts[found] += 1
            first.setdefault(found, row)
        if report:
            report(row + 1, len(ids))
    lacking = [
        Lack(count, ids[first[found]], formula(function(read(traces[first[found]]))[0]))
        for found, count in counts.most_common()
        if found not in known
    ]
    return Coverage(
        problems=max(problems, len(ids)),
        traced=counts.total(),
        covered=sum(count for found, count in counts.items() if found in known),
        signatures=len(counts),
        covered_signatures=len(counts.keys() & known),
        pattern_signatures=len(known),
        lacking=tuple(lacking),
    )


def pattern_signature(pattern: Pattern) -> Signature:
    """Return the algebraic signature of a pattern's traces, which all its rows share."""
    return signature(read(render(pattern.trace, pattern.draw(np.zeros(1, dtype=np.int64)))[0].as_py()))


def _problems(location: str) -> tuple[pa.Table, int]:
    """Return the ids and traces of the training rows, and the number of problems in the source of the dataset."""
    table = open_dataset(location, "train", ["id", "trace"])
    folder = local(location) if local(location).exists() else _manifest_from_hub(location).parent
    problems = read_manifest(folder).problems
    return table, len(table) if problems is UNSET else problems


def _manifest_from_hub(location: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(location, MANIFEST, repo_type="dataset"))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{location}: its {MANIFEST} cannot be loaded from the Hub: {reason[:100]}") from None
