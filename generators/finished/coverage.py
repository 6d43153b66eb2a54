"""Which share of the problems of a dataset has the algebraic shape of some pattern of a preset.

Meant for imported real problems: it says how much of them the patterns can teach, and which shapes they lack.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from msgspec import UNSET

from generators.builder.preset import Preset
from generators.files.layout import MANIFEST
from generators.files.manifest import read_manifest
from generators.patterns.algebra import Shape, formula, function, shape
from generators.patterns.library import Library
from generators.patterns.pattern import Pattern
from generators.patterns.render import render
from solver.dataset import open_dataset
from solver.refusal import InputError, Refusal
from solver.text import read


@dataclass(frozen=True)
class Lack:
    """A shape that no pattern has: how many problems have it, the id of one, and that one's formula."""

    problems: int
    example: str
    formula: str


@dataclass(frozen=True)
class Coverage:
    """What was counted, in problems and in distinct shapes; problems without a trace are covered by nothing."""

    problems: int
    traced: int
    covered: int
    shapes: int
    covered_shapes: int
    pattern_shapes: int
    lacking: tuple[Lack, ...]
    """The shapes that no pattern has, those of most problems first."""

    @property
    def share(self) -> float:
        """The share of all problems that a pattern has the shape of."""
        return self.covered / self.problems


def coverage(
    preset: Preset, library: Library, place: str, report: Callable[[int, int], None] | None = None
) -> Coverage:
    """Compare the training problems of a dataset, a folder or one on the Hub, with a preset's patterns."""
    known = {pattern_shape(library.patterns[name]) for name in preset.shares(library)}
    table, problems = _problems(place)
    met: Counter[Shape] = Counter()
    first: dict[Shape, int] = {}
    ids, traces = table.column("id").to_pylist(), table.column("trace").to_pylist()
    for row, (name, trace) in enumerate(zip(ids, traces, strict=True)):
        if trace is not None:
            try:
                found = shape(read(trace))
            except Refusal as error:
                raise InputError(f"{place}: {name}: {error}") from None
            met[found] += 1
            first.setdefault(found, row)
        if report:
            report(row + 1, len(ids))
    lacking = [
        Lack(count, ids[first[found]], formula(function(read(traces[first[found]]))[0]))
        for found, count in met.most_common()
        if found not in known
    ]
    return Coverage(
        problems=max(problems, len(ids)),
        traced=met.total(),
        covered=sum(count for found, count in met.items() if found in known),
        shapes=len(met),
        covered_shapes=len(met.keys() & known),
        pattern_shapes=len(known),
        lacking=tuple(lacking),
    )


def pattern_shape(pattern: Pattern) -> Shape:
    """Return the algebraic shape of a pattern's traces."""
    return shape(read(render(pattern.trace, pattern.draw(np.zeros(1, dtype=np.int64)))[0].as_py()))


def _problems(place: str) -> tuple[pa.Table, int]:
    """Return ids and traces of a dataset's training rows, and the number of problems that it was made of."""
    table = open_dataset(place, "train", ["id", "trace"])
    folder = Path(place) if Path(place).exists() else _manifest_from_hub(place).parent
    problems = read_manifest(folder).problems
    return table, len(table) if problems is UNSET else problems


def _manifest_from_hub(place: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(place, MANIFEST, repo_type="dataset"))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{place}: its {MANIFEST} cannot be loaded from the Hub: {reason[:100]}") from None
