"""The contamination gate of a build: reads the training rows of those wordings alone that may copy a held-out question."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.patterns.copies import may_copy
from generators.text.contamination import OPEN, Gate

from .recipe import Recipe
from .wordings import wordings_of


@dataclass(frozen=True, eq=False)
class RowGate:
    """The rows to read, by pattern and wording, and the gate that reads them."""

    gate: Gate
    suspects: dict[str, tuple[tuple[int, ...], frozenset[int]]]
    """For each pattern that may copy a held-out question: the wordings of its training rows, and those that may."""

    def refused(self, table: pa.Table) -> frozenset[str]:
        """Return the ids of the training rows that the gate refuses."""
        found: set[str] = set()
        for name, (used, copying) in self.suspects.items():
            rows = table.filter(pc.starts_with(table.column("id"), f"{name}/"))
            ids = rows.column("id").to_pylist()
            indices = np.array([int(row_id.rpartition("/")[2]) for row_id in ids], dtype=object)
            questions = rows.column("question").to_pylist()
            for row_id, question, place in zip(ids, questions, wordings_of(used, indices).tolist(), strict=True):
                if place in copying and self.gate.refuses(question):
                    found.add(row_id)
        return frozenset(found)


def row_gate(recipe: Recipe, gate: Gate) -> RowGate:
    """Return the gate of a recipe's training rows; without rows to read, it has no held-out sets."""
    suspects = {}
    for name in recipe.seats("train", recipe.rows["train"]):
        pattern = recipe.library.patterns[name]
        used = recipe.used_wordings(pattern, "train")
        copying = frozenset(
            place for place in used if any(may_copy(pattern, pattern.wordings[place], one) for one in gate.sets)
        )
        if copying:
            suspects[name] = (used, copying)
    return RowGate(gate if suspects else OPEN, suspects)
