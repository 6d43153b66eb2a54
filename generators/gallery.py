"""A gallery of patterns: one sample of each, as a page to search in a browser or as a Markdown table."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from generators.files.store import LocalStore
from generators.patterns.library import Library
from generators.patterns.pattern import Pattern
from generators.patterns.render import render
from solver.machine import solve
from solver.number import write_number
from solver.ops import write_step
from solver.refusal import InputError
from solver.text import read


@dataclass(frozen=True)
class Sample:
    """One row of a pattern, with the facts of the pattern that a reader filters by."""

    pattern: Pattern
    question: str
    trace: str
    answer: str
    lines: tuple[tuple[str, str], ...]
    """The steps with their values; the name of a sub-trace's expert stands before its steps, without a value."""

    @property
    def steps(self) -> int:
        """Steps of the trace, all parts together."""
        return len(self.pattern.words)


def samples(library: Library) -> list[Sample]:
    """Return the first row of every pattern, in the order of their ids."""
    return [_sample(pattern) for pattern in library.patterns.values()]


def _sample(pattern: Pattern) -> Sample:
    draw = pattern.draw(np.zeros(1, dtype=np.int64 if pattern.order.fast else object))
    question, trace = (render(plan, draw)[0].as_py() for plan in (pattern.questions[0], pattern.trace))
    solution = solve(read(trace))
    lines: list[tuple[str, str]] = []
    for expert, steps in solution.parts:
        lines += [(expert, "")] if len(solution.parts) > 1 else []
        lines += [(write_step(line.step).strip("{}"), write_number(line.value)) for line in steps]
    return Sample(pattern, question, trace, write_number(solution.answer), tuple(lines))


def page(shown: Iterable[Sample]) -> str:
    """Return the gallery as one HTML page that needs no network."""
    environment = Environment(
        loader=PackageLoader("generators", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("gallery.html.jinja").render(samples=list(shown))


def markdown(shown: Iterable[Sample]) -> str:
    """Return the gallery as Markdown: a table of each expert's patterns."""
    lines = [
        "# Gallery of patterns",
        "",
        "One sample question of every shipped pattern. `python -m generators show NAME` prints a row with its trace and",
        "its steps, and `python -m generators gallery gallery.html` writes all of them as a page to search. This page is",
        "generated: `python -m generators gallery docs/gallery.md`.",
    ]
    for expert, group in groupby(shown, key=lambda sample: sample.pattern.expert):
        rows = list(group)
        lines += ["", f"## {expert}", "", f"{len(rows)} patterns.", ""]
        lines += [
            "| pattern | steps | distinct questions | a question | answer |",
            "| --- | ---: | ---: | --- | ---: |",
        ]
        lines += [
            f"| `{row.pattern.name}` | {row.steps} | {row.pattern.space:,} | {_cell(row.question)} | {row.answer} |"
            for row in rows
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return a text as it may stand in a table: no bar ends a cell, and no two dollars enclose a formula."""
    return text.replace("|", "&#124;").replace("$", r"\$")


def write_gallery(library: Library, out: Path) -> int:
    """Write the gallery, a page or Markdown by the file's ending, and return the number of patterns in it.

    Raises InputError at another ending, and where the file cannot be written.
    """
    writers = {".html": page, ".md": markdown}
    if out.suffix not in writers:
        raise InputError(f"{out}: the gallery is a page or Markdown; give a name that ends in .html or .md")
    shown = samples(library)
    try:
        LocalStore(out.parent).write(out.name, writers[out.suffix](shown).encode())
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}; choose another file") from None
    return len(shown)
