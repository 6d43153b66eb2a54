"""Measures how the questions of a built dataset are worded: python benchmarks/wordings.py DATA [DATA ...]

Prints, for the training rows of each folder: the distinct sentences with all slots masked, and the shares of rows with
a pronoun for a person, with a number in words, with a question that is not the last sentence, with a condition in the
question, in the past tense, and with a number that no step uses.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich import box
from rich.console import Console
from rich.table import Table

from generators.builder.recipe import Recipe
from generators.finished.wordings import find_wordings
from solver.dataset import open_dataset
from solver.quantities import read_quantities

SENTENCE = re.compile(r"(?<=[.?!])\"? +")
PRONOUN = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
PAST = re.compile(r"\b(?:had|was|were|did|gave|got|bought|sold|went|made|took|\w{3,}ed)\b", re.IGNORECASE)
SLOT = re.compile(r"\{\{.*?\}\}")


def is_asked_early(question: str) -> bool:
    """Return whether a sentence before the last one asks the question."""
    return any("?" in sentence for sentence in SENTENCE.split(question)[:-1])


def has_condition(question: str) -> bool:
    """Return whether the sentence that asks has an `if`."""
    return any("?" in part and re.search(r"\bif\b", part, re.IGNORECASE) for part in SENTENCE.split(question))


def in_words(question: str) -> bool:
    """Return whether a number above one is written in words."""
    return any(
        found.kind in ("word", "multiple", "half", "group") and found.value != 1 for found in read_quantities(question)
    )


FEATURES = {
    "he, she, his, her": lambda row: bool(PRONOUN.search(row["question"])),
    "numbers in words": lambda row: in_words(row["question"]),
    "question not last": lambda row: is_asked_early(row["question"]),
    "if in the question": lambda row: has_condition(row["question"]),
    "past tense": lambda row: bool(PAST.search(row["question"])),
    "a distractor": lambda row: "distractors" in json.loads(row["metadata"]),
}


def measure(folder: Path) -> dict[str, str]:
    """Return the figures of a folder, by name."""
    recipe = Recipe.read(folder)
    rows = open_dataset(str(folder), "train", columns=["id", "question", "metadata"]).to_pylist()
    by_pattern: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        name, _, index = row["id"].rpartition("/")
        by_pattern.setdefault(name, []).append((int(index), row["question"]))
    sentences: set[str] = set()
    for name, found in by_pattern.items():
        pattern = recipe.library.patterns[name]
        indices = np.array([index for index, _ in found], dtype=pattern.index_type)
        for place in set(find_wordings(pattern, indices, pa.array([text for _, text in found])).tolist()):
            sentences.update(SENTENCE.split(SLOT.sub("_", pattern.wordings[place].body)))
    shares = {name: f"{sum(map(feature, rows)) / len(rows):.1%}" for name, feature in FEATURES.items()}
    return {
        "rows": f"{len(rows):,}",
        "patterns": f"{len(by_pattern):,}",
        "masked sentences": f"{len(sentences):,}",
    } | shares


def main() -> None:
    """Print a table with a column for each folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    figures = {str(folder): measure(folder) for folder in parser.parse_args().folders}
    table = Table("", *figures, box=box.SIMPLE)
    for name in next(iter(figures.values())):
        table.add_row(name, *(found[name] for found in figures.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
