"""Measures the questions of a dataset folder, a dataset on the Hub, or a file of problems, for the verb `stats`."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generators.builder.recipe import Recipe
from generators.files.entries import stream_entries
from generators.imports.solution.annotations import ANNOTATION
from generators.text.contamination import questions_in
from solver.arguments import checked
from solver.dataset import BATCH, dataset_batches, recipe_path
from solver.refusal import InputError

from .recipes import read_recipe
from .stats import COLUMNS, Figures, Problem, Stats, first_split


@checked
def measure(
    location: str | Path, split: str | None = None, report: Callable[[int, int | None], None] | None = None
) -> Figures:
    """Return the figures of a dataset folder, a dataset on the Hub or a file of problems.

    Without `split`, the first split with rows is read. `report` is called from time to time with the number of rows so
    far and of all rows, or None where that is not known. Raises InputError if the location cannot be read or has no
    question.
    """
    path = recipe_path(location)
    recipe = read_recipe(path) if path else None
    split = split or (first_split(recipe) if recipe else "train")
    stats = Stats(recipe, split)
    total = recipe.rows.get(split) if isinstance(recipe, Recipe) else None
    for count in _of_rows(stats, location) if recipe else _of_entries(stats, str(location)):
        if report:
            report(count, total)
    if not stats.rows:
        raise InputError(f"{location}: has no question; give a dataset, or a file with a column named question")
    return stats.figures()


def _of_rows(stats: Stats, location: str | Path) -> Iterator[int]:
    """Add the rows of a dataset of wirework, and yield their number after each batch."""
    for batch in dataset_batches(location, stats.split, columns=("id", *COLUMNS), needed=("id", "question")):
        stats.add_batch(batch)
        yield stats.rows


def _of_entries(stats: Stats, origin: str) -> Iterator[int]:
    """Add the problems of a file, or of a dataset of somebody else, and yield their number from time to time."""
    for entry in stream_entries(origin, None, stats.split, hashlib.sha256()):
        if isinstance(entry, str):
            raise InputError(f"{origin}, {entry}; mend it, or take it out")
        for problem in _problems(entry):
            stats.add(problem)
            if stats.rows % BATCH == 0:
                yield stats.rows


def _problems(entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of an entry, whose columns may be written in any case; a list of messages may have several."""
    answer = next((str(value) for name, value in entry.items() if str(name).strip().lower() == "answer"), "")
    steps = len(ANNOTATION.findall(answer)) or None
    for text in questions_in(dict(entry)).texts:
        yield Problem(text, answer, steps)
