"""The contamination gate: refuses training questions that copy a question of a held-out set.

A question is refused if it shares ten words in a row with a held-out one, or half of its sketch. Other numbers, other
names and an added sentence leave most of a sketch; a paraphrase does not, and passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generators.files.entries import columns_of, read_entries, tell
from generators.files.recipe import Against
from solver.files import distinct, local
from solver.plurals import counted
from solver.refusal import InputError

from .guarded import Guarded, shipped

QUESTIONS = ("question", "squestion", "original_text", "problem", "prompt", "input", "messages")
"""The columns that may hold questions, in lower case; the first that holds one is read."""
_ASKING = ("user", "human")
"""The roles of whoever asks, in a list of messages."""


@dataclass(frozen=True, eq=False)
class Gate:
    """The held-out sets whose questions are refused."""

    sets: tuple[Guarded, ...]

    @property
    def against(self) -> tuple[Against, ...]:
        """The sets as a recipe names them."""
        return tuple(one.against for one in self.sets)

    def refuses(self, question: str) -> str | None:
        """Return the reason for which a question is refused, or None."""
        return next(filter(None, (one.refuses(question) for one in self.sets)), None)


OPEN = Gate(())
"""The gate that refuses nothing."""


def gate_of(against: str | Path | Sequence[str | Path] | None, *, ours: bool) -> Gate:
    """Return the gate of held-out sets, each a file or a dataset on the Hub; with `ours`, of the shipped one too.

    A set that is named twice, or of which there is a copy, counts once.
    """
    named = [] if against is None else [against] if isinstance(against, str | Path) else against
    sets = [*([shipped()] if ours else []), *(read_guarded(str(origin)) for origin in distinct(named))]
    found: dict[str, Guarded] = {}
    for one in sets:
        found.setdefault(one.against.sha256, one)
    return Gate(tuple(found.values()))


def read_guarded(origin: str) -> Guarded:
    """Return the guarded questions of a file, or of a dataset on the Hub: of its test split unless it names another.

    A line on stderr says how many questions are guarded, and which columns they were read from. Raises InputError if an
    entry cannot be read, since its question would not be guarded, and if no column has questions.
    """
    entries, sha256 = read_entries(origin, "main" if origin == "openai/gsm8k" else None, "test")
    questions, columns, without = [], dict[str, None](), 0
    for entry in entries:
        if isinstance(entry, str):
            raise InputError(f"{origin}, {entry}; mend it, since its question would not be guarded")
        read = questions_in(entry)
        columns |= dict.fromkeys(read.columns)
        questions += read.texts
        without += not read.texts
    if not questions:
        has = ", ".join(columns_of(entries)) or "no columns"
        raise InputError(f"{origin}: no entry has a question; it has {has}; name a column question")
    lacking = f"; {counted(without, 'entry')} without a question" if without else ""
    tell(origin, f"{counted(len(questions), 'question')} guarded, from {' and '.join(columns)}{lacking}")
    return Guarded.of(Path(origin).name if local(origin).exists() else origin, questions, sha256)


@dataclass(frozen=True)
class Questions:
    """The questions of an entry, and the columns that hold them."""

    texts: list[str]
    columns: list[str]


def questions_in(entry: dict[str, Any]) -> Questions:
    """Return the questions in the first column that has any, whatever the case of its name; a `Body` goes before them."""
    names = {str(name).strip().lower(): name for name in entry}
    for column in QUESTIONS:
        texts = _texts(entry[names[column]]) if column in names else []
        if texts:
            used = [names[column]]
            body = entry[names["body"]] if "body" in names and column == "question" else None
            if isinstance(body, str):
                texts, used = [f"{body} {text}" for text in texts], [names["body"], *used]
            return Questions(texts, used)
    return Questions([], [])


def _texts(value: Any) -> list[str]:
    """Return the text in a cell, or those of the user's turns if it has messages."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    turns = [turn for turn in value if isinstance(turn, dict)] if isinstance(value, list) else []
    asked = [turn for turn in turns if turn.get("role", turn.get("from")) in _ASKING]
    return [text for turn in asked for text in _texts(_content(turn.get("content", turn.get("value"))))]


def _content(content: Any) -> Any:
    """Return the text of a turn, which may be written in parts."""
    if not isinstance(content, list):
        return content
    parts = [part.get("text") for part in content if isinstance(part, dict)]
    return " ".join(part for part in parts if isinstance(part, str))
