"""Imports a source: reads it, converts its problems, sorts them by grade, and writes the folder."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generators.builder.recipe import whole_number
from generators.files.entries import Entry, columns_of, read_entries, tell
from generators.files.folder import Built
from generators.files.store import new_store
from generators.imports.grading.grade import RULES
from generators.imports.solution.problem import Dropped, Row
from generators.imports.sources.registry import Source, source
from generators.text.contamination import Gate, read_gate
from solver.arguments import checked
from solver.dataset import hub_place
from solver.files import local
from solver.number import write_number
from solver.plurals import counted
from solver.refusal import InputError, did_you_mean

from .convert import convert
from .folder import CONTAMINATED, reason_kind, sizes, write_folder
from .recipe import SPLITS, ImportRecipe
from .sources import gsm8k

_ALLOCATIONS = 200_000
"""Objects made between two looks for cycles; Python's own is 700."""
MAX_LEN = 4_096
"""The longest row, one token a byte; the longest of GSM-8K's are below 3,600."""


@checked
def import_problems(
    name: str,
    out: str | Path | None = None,
    *,
    origin: str | Path | None = None,
    split: str = "train",
    grade: str = "A",
    eval_only: bool = False,
    against: str | Path | None = None,
    max_len: int = MAX_LEN,
    report: Callable[[int, int], None] | None = None,
) -> Built:
    """Import a source into a folder and return it; raise InputError for what the caller can mend.

    `origin` is a local file or a dataset on the Hub, `grade` the lowest that is kept, `against` a held-out set whose
    questions are refused. Every problem becomes a row, or a line of dropped.jsonl that says why not.
    """
    reader = source(name)
    whole_number("max_len", max_len, 1)
    if split not in SPLITS:
        raise InputError(f"no split {split!r}; {did_you_mean(split, SPLITS)}")
    if grade not in RULES:
        raise InputError(f"no grade {grade!r}; {did_you_mean(grade, RULES)}")
    if split == "test" and not eval_only:
        raise InputError("the test split is for evaluation; add --eval-only, which writes questions and answers alone")
    if out is not None:
        new_store(out)  # refuses a bad place before anything long begins
    place = reader.hub if origin is None else str(origin)
    entries, sha256 = _entries(reader, place, split)
    gate = None if against is None else read_gate(str(against))
    recipe = ImportRecipe.of(
        reader, split, sha256, grade=grade, eval_only=eval_only, max_len=max_len, against=gate.against if gate else None
    )
    one = _Importer(reader, recipe, gate)
    rows: list[Row] = []
    dropped: list[Dropped] = []
    with _rarely_collected():
        for number, entry in enumerate(entries):
            done = one(f"{name}/{split}/{number}", entry)
            if isinstance(done, Row):
                rows.append(done)
            else:
                dropped.append(done)
            if report:
                report(number + 1, len(entries))
    if not rows:
        raise InputError(f"{place}: no line of it becomes a row of {name}; {_told(dropped)}")
    return write_folder(Path("data") / recipe.name if out is None else out, recipe, rows, dropped)


def _entries(reader: Source, place: str, split: str) -> tuple[list[Entry], str]:
    """Return the entries of a source with its columns under their own names; a line on stderr tells the columns."""
    named = hub_place(place)
    if named and named.split in SPLITS and named.split != split and not local(place).exists():
        raise InputError(f"{place}: names the split {named.split}, and --split is {split}; give the same split")
    try:
        entries, sha256 = read_entries(place, reader.config if place == reader.hub else None, split)
    except InputError as error:
        raise InputError(f"{error}" if local(place).exists() else f"{error}, as --from FILE") from None
    try:
        columns = reader.renamed(columns_of(entries))
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    tell(place, f"{counted(len(entries), 'problem')} read, from {', '.join(columns.values())}")
    return [_renamed(entry, columns) for entry in entries], sha256


def _renamed(entry: Entry, columns: dict[str, str]) -> Entry:
    """Return an entry with its columns under the names that the source's reader knows."""
    return entry if isinstance(entry, str) else entry | {name: entry.get(found) for name, found in columns.items()}


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Let the garbage collector look more rarely: hardly anything here is in cycles, and looking took a fifth of the time."""
    known = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *known[1:])
    try:
        yield
    finally:
        gc.set_threshold(*known)


class _Importer:
    """Turns the entries of one source into rows; remembers the questions it has met."""

    def __init__(self, reader: Source, recipe: ImportRecipe, gate: Gate | None):
        self.reader = reader
        self.recipe = recipe
        self.gate = gate
        self.seen: set[str] = set()

    def __call__(self, row_id: str, entry: Entry) -> Row | Dropped:
        """Return the row of an entry, or why there is none."""
        if isinstance(entry, str):
            return Dropped(row_id, f"line: {entry}")
        problem = self.reader.read_problem(row_id, entry, bare=self.recipe.eval_only)
        if isinstance(problem, Dropped):
            return problem
        wrong = self._refused(problem.question)
        if wrong:
            return Dropped(row_id, wrong, problem.question)
        if self.recipe.eval_only:
            metadata: dict[str, Any] = {"source": self.reader.name, "eval_only": True}
            done: Row | Dropped = Row(row_id, problem.question, write_number(problem.answer), metadata=metadata)
        else:
            done = convert(problem)
        return done if isinstance(done, Dropped) else self._kept(done)

    def _refused(self, question: str) -> str | None:
        """Return why a question may not be asked: twice, or in training though it is held out."""
        key = gsm8k.question_key(question)
        if key in self.seen:
            return "twice: its question stood before"
        self.seen.add(key)
        if self.recipe.split == "train" and not self.recipe.eval_only and key in gsm8k.held_out():
            return "held_out: a question of GSM-8K's test split"
        shared = self.gate.refuses(question) if self.gate else None
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


def _told(dropped: list[Dropped]) -> str:
    """Return the first reason of the kind that is most common."""
    kinds = [reason_kind(drop.reason) for drop in dropped]
    most = max(kinds, key=kinds.count)
    return f"most are dropped, as {dropped[kinds.index(most)].id} is: {dropped[kinds.index(most)].reason}"
