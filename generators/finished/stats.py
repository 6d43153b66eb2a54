"""Sums up how the questions of a dataset are worded, for the verb `stats` and for the dataset card.

Memory does not grow with the number of rows, but for the hashes of distinct sentences and sequences of words.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from generators.builder.recipe import Recipe
from generators.builder.wordings import wordings_of
from generators.files.layout import SPLITS
from generators.patterns.overlap import GRAM, text_sequences
from solver.grounding import READERS
from solver.quantities import DIGITS, plain_number

from .question_features import FEATURES, masked_plan, masked_text, read_question, sentences
from .recipes import AnyRecipe

COLUMNS = ("question", "answer", "difficulty", "metadata")
"""The columns of a dataset that are read, beside the id of a built row."""

_ID = re.compile(r"(.+)/([0-9]{1,40})", re.ASCII)
_NUMBER = re.compile(rf"-?[0-9]+/[1-9][0-9]*|\$?-?{DIGITS}")
"""A number at the beginning of an answer."""
_BOUNDS = (10, 100, 1_000, 10_000)
_SIZES = {
    "answers below 10": _BOUNDS[0],
    **{f"answers from {low:,} to {high - 1:,}": high for low, high in pairwise(_BOUNDS)},
}
"""The upper bound of each range of answers, decimals included, by the name of its share."""
_LARGEST = f"answers of {_BOUNDS[-1]:,} and more"
_PARTIAL = "answers that are not whole"
_ANSWERED = "answered"
_TRACED = "traced"
"""The sums of rows with a number as answer, and with steps."""
ANSWERS = (*_SIZES, _LARGEST, _PARTIAL)
"""The shares of answers: by magnitude without the sign, and of those with a decimal part or a fraction."""
DISTRACTOR = "a number that no step uses"
NUMBERS, STEPS = "numbers a question", "steps that compute"
MEANS = ("words a question", "sentences a question", NUMBERS, STEPS)
SENTENCES, SEQUENCES = "distinct masked sentences", f"distinct masked sequences of {GRAM} words"

FIGURES: dict[str, str] = {
    "rows": "{:,}",
    "patterns": "{:,}",
    **dict.fromkeys(MEANS, "{:.1f}"),
    **dict.fromkeys((*FEATURES, DISTRACTOR), "{:.1%}"),
    **dict.fromkeys((SENTENCES, SEQUENCES), "{:,}"),
    **dict.fromkeys(ANSWERS, "{:.1%}"),
}
"""The form in which each figure is written, by its name and in the order of the table."""
Figures = Mapping[str, int | float | None]
"""A value for each name of FIGURES; None if it is not known of a dataset."""


class Problem(NamedTuple):
    """A row of a dataset, or an entry of a file of problems."""

    question: str
    answer: str = ""
    steps: int | None = None
    """The steps that compute, or the calculator annotations of a written solution; None if it has neither."""
    distracts: bool = False
    """Whether the question has a number that no step uses; known of built rows alone."""


class Stats:
    """Sums up the rows of one split, a batch at a time.

    Sentences and sequences of words are counted with masks, so that rows of one wording count once. In a build a mask
    stands for a slot of the pattern; in an import or a file it stands for a number or a proper name. The two kinds
    compare only roughly, because slots also mask things and places.
    """

    def __init__(self, recipe: AnyRecipe | None = None, split: str = "train", every: int = 1):
        """Begin without rows. Of all rows in order, one of `every` is read; the wordings of a build are those of all."""
        self.build = recipe if isinstance(recipe, Recipe) else None
        self.english = self.build is None or self.build.reading.language in READERS
        self.split, self.every = split, every
        self.passed = self.rows = 0
        self.sums: Counter[str] = Counter()
        self._wordings: dict[str, set[int]] = {}
        self._sentences: set[int] = set()
        self._sequences: set[int] = set()

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows of a dataset; a column that it lacks is taken as empty."""
        if self.build and "id" in batch.schema.names:
            self._add_wordings(self.build, batch.column("id").to_pylist())
        read = batch
        if self.every > 1:
            read = batch.take(pa.array(range(-self.passed % self.every, len(batch), self.every), pa.int64()))
        self.passed += len(batch)
        lacking = [None] * len(read)
        columns = [read.column(name).to_pylist() if name in read.schema.names else lacking for name in COLUMNS]
        for question, answer, steps, metadata in zip(*columns, strict=True):
            self.add(Problem(question or "", answer or "", steps, '"distractors"' in (metadata or "")))

    def add(self, problem: Problem) -> None:
        """Add one problem."""
        question = read_question(problem.question)
        self.rows += 1
        counts = len(question.text.split()), len(question.sentences), len(question.numbers), problem.steps or 0
        self.sums.update(dict(zip(MEANS, counts, strict=True)))
        self.sums.update(name for name, has in FEATURES.items() if has(question))
        self.sums[DISTRACTOR] += problem.distracts
        self.sums[_TRACED] += problem.steps is not None
        self.sums.update(_sizes(problem.answer))
        if self.build is None:
            self._add_masked(masked_text(question))

    def _add_wordings(self, recipe: Recipe, ids: list[str]) -> None:
        """Add the wordings of rows, each once; an id of another form, or of no pattern of the recipe, has none."""
        members: dict[str, list[int]] = {}
        for found in filter(None, map(_ID.fullmatch, ids)):
            members.setdefault(found[1], []).append(int(found[2]))
        for name, indices in members.items():
            pattern = recipe.library.patterns.get(name)
            used = recipe.used_wordings(pattern, self.split) if pattern else ()
            if pattern is None or not used:
                continue
            own: np.ndarray = np.array([index for index in indices if index < pattern.space], dtype=pattern.index_type)
            places = set(wordings_of(used, own).tolist())
            for place in places - self._wordings.setdefault(name, set()):
                self._add_masked(masked_plan(pattern.wordings[place].plan))
            self._wordings[name] |= places

    def _add_masked(self, text: str) -> None:
        self._sentences.update(map(hash, sentences(text)))
        self._sequences.update(map(hash, text_sequences(text)))

    def figures(self) -> Figures:
        """Return the figures of the rows so far; those that cannot be known of such rows are None."""
        found: dict[str, int | float | None] = dict.fromkeys(FIGURES)
        found |= {name: _over(self.sums[name], self.rows) for name in (*MEANS, *FEATURES, DISTRACTOR)}
        found |= {name: _over(self.sums[name], self.sums[_ANSWERED]) for name in ANSWERS}
        found["rows"], found["patterns"] = self.rows, len(self._wordings) or None
        found[STEPS] = _over(self.sums[STEPS], self.sums[_TRACED])
        found[SENTENCES], found[SEQUENCES] = len(self._sentences), len(self._sequences)
        unread = () if self.english else (NUMBERS, *FEATURES)
        return found | dict.fromkeys(unread) | ({} if self.build else {DISTRACTOR: None})


def _over(total: int, rows: int) -> float | None:
    """Return a mean or a share, or None of no rows."""
    return round(total / rows, 4) if rows else None


@lru_cache(maxsize=4096)
def _sizes(answer: str) -> tuple[str, ...]:
    """Return the names of the shares that an answer counts for; none if it does not begin with a number."""
    number = _NUMBER.match(answer.rpartition("####")[2].strip())
    if number is None:
        return ()
    value = plain_number(number[0])
    size = next((name for name, above in _SIZES.items() if abs(value) < above), _LARGEST)
    return (_ANSWERED, size, *([_PARTIAL] if value.denominator > 1 else []))


def first_split(recipe: AnyRecipe) -> str:
    """Return the first split that has rows by a recipe."""
    if isinstance(recipe, Recipe):
        return next((split for split in SPLITS if recipe.rows[split]), SPLITS[0])
    return recipe.split


def shown(name: str, value: float | None) -> str:
    """Return a figure as a table shows it."""
    return "-" if value is None else FIGURES[name].format(value)
