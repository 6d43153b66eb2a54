"""Proves that training truncates no row (P10): bounds the tokens of prompt and completion.

With byte-level and byte-fallback tokenizers, a text has at most as many tokens as UTF-8 bytes. So a pattern's longest
words bound all its rows; if that bound exceeds `max_len`, the bytes of each row bound it; if these exceed it too, the
target tokenizer counts.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generators.patterns.pattern import Pattern
from generators.patterns.render import Plan, Ref, refs
from generators.patterns.slots import Slot
from solver import arrow
from solver.refusal import InputError
from solver.text import fence

from .tokenizer import load_tokenizer

WRAPPING = 64
"""Tokens reserved for the markers that a chat template puts around system line, question and completion."""


class Ruler:
    """Bounds the lengths of rows with one system line, in tokens; `tokenizer` is a name or path, loaded only if needed."""

    def __init__(self, system: str, max_len: int, tokenizer: str | None = None):
        self.max_len = max_len
        self.fixed = len(system.encode()) + len(fence("").encode()) + WRAPPING
        self.system = system
        self.name = tokenizer

    def bound(self, pattern: Pattern) -> int:
        """Return an upper bound on the tokens of any row of a pattern, from its longest words."""
        return self.fixed + _longest_row(pattern)

    def lengths(self, pattern: Pattern, ids: pa.Array, questions: pa.Array, traces: pa.Array) -> np.ndarray:
        """Return an upper bound on the tokens of each row; raise InputError at a row that may exceed `max_len`."""
        sizes = arrow.values(pc.add(pc.binary_length(questions), pc.binary_length(traces))) + self.fixed
        if self.bound(pattern) <= self.max_len:
            return sizes
        for row in np.flatnonzero(sizes > self.max_len).tolist():
            if self.name is None:
                raise InputError(
                    f"{ids[row].as_py()} may have up to {sizes[row]} tokens (one per byte) and max_len is {self.max_len}; "
                    "give --tokenizer NAME_OR_PATH to count them, or raise --max-len"
                )
            sizes[row] = self.count(questions[row].as_py(), fence(traces[row].as_py()))
            if sizes[row] > self.max_len:
                raise InputError(
                    f"{ids[row].as_py()} has {sizes[row]} tokens and max_len is {self.max_len}; raise --max-len"
                )
        return sizes

    def count(self, question: str, completion: str) -> int:
        """Return the number of tokens of a row, counted by the tokenizer, WRAPPING included."""
        return WRAPPING + sum(len(self.tokenizer.encode(text).ids) for text in (self.system, question, completion))

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, loaded on first use; raises InputError if it cannot be loaded."""
        return load_tokenizer(str(self.name))


@lru_cache(maxsize=1 << 14)
def _longest_row(pattern: Pattern) -> int:
    """Return the most bytes of a question and a trace of a pattern, from the longest text of each slot."""
    widths: dict[Ref, int] = {}  # of the pattern's slots, which the wordings share
    questions = [
        _longest(pattern, wording.plan, wording.slots, {} if wording.slots else widths) for wording in pattern.wordings
    ]
    return max(questions) + _longest(pattern, pattern.trace, {}, widths)


def _longest(pattern: Pattern, plan: Plan, own: Mapping[str, Slot], widths: dict[Ref, int]) -> int:
    """Return the most bytes of a text, and add the greatest widths of its slots to those known."""
    for ref in refs(plan):
        if ref not in widths:
            widths[ref] = int(pc.max(pc.binary_length(pattern.texts(ref, own))).as_py())
    return sum(widths[piece] if isinstance(piece, Ref) else len(piece.encode()) for piece in plan)
