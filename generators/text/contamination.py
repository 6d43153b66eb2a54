"""The contamination gate: refuses questions that are too similar to a question of a held-out set.

A question is refused if it shares ten words in a row with a held-out one, or its sketch: the question with its numbers
and proper names masked. The gate does not detect paraphrases.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from generators.files.entries import read_entries
from generators.files.recipe import Against
from solver.quantities import read_quantities
from solver.refusal import InputError

from .proper_names import proper_names

GRAM = 10
"""The number of consecutive words that two questions may not share."""

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
    """Return the gate of a held-out set: a jsonl or json file, or the test split of a dataset on the Hub."""
    entries, sha256 = read_entries(origin, "main" if origin == "openai/gsm8k" else None, "test")
    questions = [question for entry in entries if isinstance(entry, dict) for question in _question(entry)]
    if not questions:
        raise InputError(f"{origin}: no entry has a question; give a file with a question a line")
    return Gate(Path(origin).name if Path(origin).exists() else origin, questions, sha256)


def _question(entry: dict[str, Any]) -> Iterator[str]:
    question = entry.get("question") or entry.get("Question")
    if isinstance(question, str):
        body = entry.get("Body")
        yield f"{body} {question}" if isinstance(body, str) else question


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
