"""Writes a gallery with one sample of every pattern, as a searchable HTML page or as Markdown tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from generators.files.store import LocalStore
from generators.patterns.library import Library
from generators.patterns.pattern import Pattern
from generators.patterns.question import questions
from generators.patterns.render import render
from solver.files import local
from solver.machine import solve
from solver.number import write_number
from solver.ops import write_step
from solver.plurals import counted
from solver.refusal import InputError
from solver.text import read


@dataclass(frozen=True)
class Sample:
    """One row of a pattern."""

    pattern: Pattern
    question: str
    trace: str
    answer: str
    lines: tuple[tuple[str, str], ...]
    """The steps with their values; in a composition, each sub-trace begins with its expert and an empty value."""

    @property
    def steps(self) -> int:
        """The number of steps of all sub-traces."""
        return len(self.pattern.words)


def samples(library: Library) -> list[Sample]:
    """Return the first row of every pattern, in order of id."""
    return [_sample(pattern) for pattern in library.patterns.values()]


def _sample(pattern: Pattern) -> Sample:
    draw = pattern.draw(np.zeros(1, dtype=np.int64 if pattern.order.fast else object))
    columns = questions(pattern, pattern.wordings[0], draw), render(pattern.trace, draw)
    question, trace = (column[0].as_py() for column in columns)
    solution = solve(read(trace))
    lines: list[tuple[str, str]] = []
    for expert, steps in solution.parts:
        lines += [(expert, "")] if len(solution.parts) > 1 else []
        lines += [(write_step(line.step).strip("{}"), write_number(line.value)) for line in steps]
    return Sample(pattern, question, trace, write_number(solution.answer), tuple(lines))


def page(shown: Iterable[Sample]) -> str:
    """Return the gallery as an HTML page that loads nothing from the network."""
    environment = Environment(
        loader=PackageLoader("generators", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["counted"] = counted
    return environment.get_template("gallery.html.jinja").render(samples=list(shown))


def markdown(shown: Iterable[Sample]) -> str:
    """Return the gallery as Markdown, with one table per expert."""
    lines = [
        "# Gallery of patterns",
        "",
        "One sample question of every shipped pattern. `python -m generators show NAME` prints a row with its trace and",
        "its steps, and `python -m generators gallery gallery.html` writes all of them as a page to search. This page is",
        "generated: `python -m generators gallery docs/gallery.md`.",
    ]
    for expert, group in groupby(shown, key=lambda sample: sample.pattern.expert):
        rows = list(group)
        lines += ["", f"## {expert}", "", f"{counted(len(rows), 'pattern')}.", ""]
        lines += [
            "| pattern | steps | distinct questions | wordings | a question | answer |",
            "| --- | ---: | ---: | ---: | --- | ---: |",
        ]
        lines += [
            f"| `{row.pattern.name}` | {row.steps} | {row.pattern.space:,} | {len(row.pattern.wordings)} "
            f"| {_cell(row.question)} | {row.answer} |"
            for row in rows
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Escape a text for a Markdown table: bars would end the cell, and two dollars would enclose a formula."""
    return text.replace("|", "&#124;").replace("$", r"\$")


def write_gallery(library: Library, out: Path) -> int:
    """Write the gallery as HTML or Markdown, by the file's suffix, and return its number of patterns.

    Raises InputError at another suffix, and if the file cannot be written.
    """
    out = local(out)
    writers = {".html": page, ".md": markdown}
    if out.suffix not in writers:
        raise InputError(f"{out}: the gallery is a page or Markdown; give a name that ends in .html or .md")
    shown = samples(library)
    try:
        LocalStore(out.parent).write(out.name, writers[out.suffix](shown).encode())
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}; choose another file") from None
    return len(shown)
