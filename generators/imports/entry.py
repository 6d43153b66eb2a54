"""Turns one entry of a source into a row, or into the reason why there is none."""

from dataclasses import dataclass
from typing import Any

from generators.files.entries import Entry
from generators.imports.solution.problem import Dropped, Problem, Row
from generators.imports.sources.gsm8k import held_out, question_key
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import Source
from generators.text.contamination import Gate
from solver.number import write_number

from .convert import convert
from .folder import sizes
from .given_trace import row_of_trace
from .recipe import ImportRecipe
from .survey import renamed
from .tally import CONTAMINATED


@dataclass(frozen=True)
class Converter:
    """Converts the entries of a source, one by one and in any order; it is sent to worker processes."""

    reader: Source
    recipe: ImportRecipe
    columns: dict[str, str]
    gate: Gate

    def __call__(self, number: int, entry: Entry, *, repeated: bool) -> Row | Dropped:
        """Return the row of an entry by its number in the source, or why there is none."""
        problem = self.problem(number, entry, repeated=repeated)
        if isinstance(problem, Dropped):
            return problem
        if self.recipe.eval_only:
            return self._kept(self._bare(problem))
        done = row_of_trace(problem) if problem.trace else convert(problem)
        return done if isinstance(done, Dropped) else self._kept(done)

    def problem(self, number: int, entry: Entry, *, repeated: bool) -> Problem | Dropped:
        """Return the problem of an entry, or why it may not be asked."""
        row_id = f"{self.recipe.source}/{self.recipe.split}/{number}"
        if isinstance(entry, str):
            return Dropped(row_id, f"line: {entry}")
        problem = read_problem(self.reader, row_id, renamed(entry, self.columns), bare=self.recipe.eval_only)
        if isinstance(problem, Dropped):
            return problem
        again = "with such a trace" if problem.trace else ""
        wrong = f"twice: its question stood before {again}".rstrip() if repeated else self._refused(problem.question)
        return Dropped(row_id, wrong, problem.question) if wrong else problem

    def _bare(self, problem: Problem) -> Row:
        metadata: dict[str, Any] = {"source": self.recipe.source, "eval_only": True}
        return Row(problem.id, problem.question, write_number(problem.answer), metadata=metadata)

    def _refused(self, question: str) -> str | None:
        """Return why a question may not be asked in training: it is held out."""
        if self.recipe.split == "train" and not self.recipe.eval_only and question_key(question) in held_out():
            return "held_out: a question of GSM-8K's test split"
        shared = self.gate.refuses(question)
        return f"{CONTAMINATED}: {shared}" if shared else None

    def _kept(self, row: Row) -> Row | Dropped:
        """Return a row that fits, and is of the grade that was asked for."""
        (size,) = sizes(self.recipe, [row.question], [row.trace])
        if size > self.recipe.max_len:
            return Dropped(row.id, f"too_long: up to {size} tokens, max_len is {self.recipe.max_len}", row.question)
        grade = row.metadata.get("grade", "A")
        if grade > self.recipe.grade:
            return Dropped(row.id, f"grade: {grade}; {self.recipe.grade} was asked for", row.question, row)
        return row
