"""The contamination gate: refuses questions that are too similar to a question of a held-out set.

A question is refused if it shares ten words in a row with a held-out one, or its sketch: the question with its numbers
and proper names masked. The gate does not detect paraphrases.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from generators.files.entries import columns_of, read_entries, tell
from generators.files.recipe import Against
from solver.files import local
from solver.plurals import counted
from solver.quantities import read_quantities
from solver.refusal import InputError

from .proper_names import proper_names

GRAM = 10
"""The number of consecutive words that two questions may not share."""

QUESTIONS = ("question", "squestion", "original_text", "problem", "prompt", "input", "messages")
"""The columns that may hold questions, in lower case; the first that holds one is read."""
_ASKING = ("user", "human")
"""The roles of whoever asks, in a list of messages."""

_WORD = re.compile(r"(?:[^\W_]|[#@])+(?:['\u2019][^\W\d_]+)?")
_COMMA = re.compile(r"(?<=\d),(?=\d{3})")


class Gate:
    """The word sequences and sketches of held-out questions."""

    def __init__(self, name: str, questions: list[str], sha256: str):
        self.against = Against(name, sha256, len(questions))
        self._grams = frozenset(gram for question in questions for gram in grams(question))
        self._sketches = frozenset(sketch(question) for question in questions)

    def refuses(self, question: str) -> str | None:
        """Return the reason for which a question is refused, or None."""
        shared = next((gram for gram in grams(question) if gram in self._grams), None)
        if shared:
            return f"shares {shared!r} with {self.against.name}"
        return f"has the sketch of a question of {self.against.name}" if sketch(question) in self._sketches else None

    def refused(self, table: pa.Table) -> frozenset[str]:
        """Return the ids of the refused rows of a table."""
        rows = zip(table.column("id").to_pylist(), table.column("question").to_pylist(), strict=True)
        return frozenset(row_id for row_id, question in rows if self.refuses(question))


def read_gate(origin: str) -> Gate:
    """Return the gate of a held-out set: a file, or a dataset on the Hub, whose test split is read unless it names another.

    A line on stderr says how many questions are guarded, and which columns they were read from. Raises InputError if an
    entry cannot be read, since its question would not be guarded, and if no column has questions.
    """
    entries, sha256 = read_entries(origin, "main" if origin == "openai/gsm8k" else None, "test")
    questions, columns, without = [], dict[str, None](), 0
    for entry in entries:
        if isinstance(entry, str):
            raise InputError(f"{origin}, {entry}; mend it, since its question would not be guarded")
        read = _questions(entry)
        columns |= dict.fromkeys(read.columns)
        questions += read.texts
        without += not read.texts
    if not questions:
        has = ", ".join(columns_of(entries)) or "no columns"
        raise InputError(f"{origin}: no entry has a question; it has {has}; name a column question")
    lacking = f"; {counted(without, 'entry')} without a question" if without else ""
    tell(origin, f"{counted(len(questions), 'question')} guarded, from {' and '.join(columns)}{lacking}")
    return Gate(Path(origin).name if local(origin).exists() else origin, questions, sha256)


@dataclass(frozen=True)
class _Questions:
    """The questions of an entry, and the columns that hold them."""

    texts: list[str]
    columns: list[str]


def _questions(entry: dict[str, Any]) -> _Questions:
    """Return the questions in the first column that has any, whatever the case of its name; a `Body` goes before them."""
    names = {str(name).strip().lower(): name for name in entry}
    for column in QUESTIONS:
        texts = _texts(entry[names[column]]) if column in names else []
        if texts:
            used = [names[column]]
            body = entry[names["body"]] if "body" in names and column == "question" else None
            if isinstance(body, str):
                texts, used = [f"{body} {text}" for text in texts], [names["body"], *used]
            return _Questions(texts, used)
    return _Questions([], [])


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


def grams(question: str) -> Iterator[str]:
    """Yield the sequences of ten words; a question of fewer words has none, and only its sketch is compared."""
    words = _WORD.findall(_COMMA.sub("", question.lower()))
    for start in range(len(words) - GRAM + 1):
        yield " ".join(words[start : start + GRAM])


def sketch(question: str) -> str:
    """Return the words of a question with every number replaced by `#` and every proper name by `@`."""
    masks = [(quantity.start, quantity.end, "#") for quantity in read_quantities(question)]
    masks += [(start, end, "@") for start, end, _ in proper_names(question)]
    out, at = "", 0
    for start, end, mask in sorted(masks):
        if start >= at:
            out += f"{question[at:start]} {mask} "
            at = end
    return " ".join(_WORD.findall((out + question[at:]).lower()))
