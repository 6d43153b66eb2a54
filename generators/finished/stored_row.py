"""Finds one row of a finished dataset by its id, with what its recipe says about it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from generators.builder.recipe import Recipe
from generators.files.manifest import read_manifest
from generators.patterns.pattern import Pattern
from solver import arrow
from solver.parquet import read_table
from solver.refusal import InputError
from solver.schema import SCHEMA

from .recipes import AnyRecipe, read_recipe
from .wordings import find_wordings


@dataclass(frozen=True, eq=False)
class StoredRow:
    """A row as the dataset has it; `values` are its columns."""

    values: dict[str, Any]
    split: str
    seed: int | None
    """The seed of the build, or None in an import."""
    pattern: Pattern | None
    """The pattern in a build whose question is in one of its wordings."""
    place: int
    """The place of that wording among them, from 0."""

    @property
    def distractors(self) -> list[str]:
        """The slots of numbers that no step uses."""
        return list(json.loads(self.values["metadata"] or "{}").get("distractors", []))


def stored_row(folder: Path, row_id: str) -> StoredRow:
    """Return a row of a dataset folder; raise InputError if the folder is no finished dataset or has no such row."""
    recipe, manifest = read_recipe(folder), read_manifest(folder)
    for name in manifest.files:
        place = pc.index(read_table(folder / name, ["id"])["id"], arrow.text(row_id)).as_py()
        if place >= 0:
            values = read_table(folder / name, SCHEMA.names).slice(place, 1).to_pylist()[0]
            return _described(recipe, Path(name).name.partition("-")[0], values)
    raise InputError(f"{folder}: has no row {row_id}; the column id of its files lists those that it has")


def _described(recipe: AnyRecipe, split: str, values: dict[str, Any]) -> StoredRow:
    if not isinstance(recipe, Recipe):
        return StoredRow(values, split, None, None, -1)
    name, _, index = values["id"].rpartition("/")
    pattern = recipe.whole_library[name]
    indices: np.ndarray = np.array([int(index)], dtype=pattern.index_type)
    place = int(find_wordings(pattern, indices, arrow.texts([values["question"]]))[0])
    return StoredRow(values, split, recipe.seed, pattern if place >= 0 else None, place)
