"""Finds the wording of each row of a build from its question, and checks that the row's split may have it."""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.builder.recipe import Recipe
from generators.builder.wordings import HeldOut, train_count
from generators.patterns.pattern import Pattern
from generators.patterns.question import questions
from solver import arrow

_ID = re.compile(r"(.+)/([0-9]{1,40})", re.ASCII)


def wording_faults(recipe: Recipe, split: str, table: pa.Table) -> Iterator[str]:
    """Yield the rows whose wording their split must not have, each with its id and the wording.

    Rows with unknown ids, or in none of the wordings, are passed over: they are not those that the recipe makes.
    """
    members: dict[str, list[tuple[int, int]]] = {}
    for row, found in enumerate(map(_ID.fullmatch, table.column("id").to_pylist())):
        if found:
            members.setdefault(found[1], []).append((row, int(found[2])))
    column = arrow.whole(table.column("question"))
    for name, rows in members.items():
        pattern = recipe.whole_library.patterns.get(name)
        if pattern is None or len(pattern.wordings) == 1:
            continue
        known = [(row, index) for row, index in rows if index < pattern.space]
        asked = column.take(arrow.integers(np.array([row for row, _ in known], dtype=np.int64)))
        indices: np.ndarray = np.array([index for _, index in known], dtype=pattern.index_type)
        used = (-1, *recipe.used_wordings(pattern, split))
        for (_, index), place in zip(known, find_wordings(pattern, indices, asked).tolist(), strict=True):
            if place not in used:
                yield f"{name}/{index}: a row of {split} has wording {place + 1}, {_reason(recipe, pattern, place)}"


def find_wordings(pattern: Pattern, indices: np.ndarray, asked: pa.Array) -> np.ndarray:
    """Return the wording of each question, from 0, or -1 if there is none.

    Each wording is filled with the slots of the rows, given by their indices in the pattern's own order, until one
    gives the question.
    """
    found = np.full(len(indices), -1)
    draw = pattern.draw(indices)
    for place, wording in enumerate(pattern.wordings):
        left = np.flatnonzero(found < 0)
        if len(left):
            same = pc.equal(questions(pattern, wording, draw.take(left)), asked.take(arrow.integers(left)))
            found[left[arrow.values(pc.cast(same, pa.uint8())) == 1]] = place
    return found


def _reason(recipe: Recipe, pattern: Pattern, place: int) -> str:
    """Return why a wording is none of a split's."""
    if pattern.wordings[place].held_out:
        return "which is held out"
    if isinstance(recipe.phrasings, HeldOut):
        return "which is not held out"
    return f"and the recipe uses the first {train_count(recipe.phrasings)} training wordings"
