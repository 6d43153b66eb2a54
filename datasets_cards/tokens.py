"""Counts the tokens of rows as SmolLM2-135M reads them, the smallest model that `finetune` trains.

The merges of its tokenizer are a file of this package, so that a card needs no network: they are those of
HuggingFaceTB/SmolLM2-135M-Instruct, licensed under Apache-2.0, one a line.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from solver.files import read_text
from solver.turns import Turn, prompt

MODEL = "SmolLM2-135M"
MOST_COUNTED = 1_000
"""About as many rows of a dataset are counted; all rows of a large one would take minutes."""
_MERGES = Path(__file__).parent / "smollm2_merges.txt"
_MARKS = 3
"""The tokens that the chat template puts around a turn: two marks and a line break."""


@cache
def _tokenizer() -> Any:
    """Return a tokenizer that splits texts as the model's does; its token ids are its own."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel

    lines = (line.partition(" ") for line in read_text(_MERGES).splitlines())
    merges = [(first, second) for first, _, second in lines]
    pieces = [*sorted(ByteLevel.alphabet()), *map("".join, merges)]
    made = Tokenizer(BPE({piece: place for place, piece in enumerate(pieces)}, merges))
    made.pre_tokenizer = ByteLevel(add_prefix_space=False)
    return made


def count(turns: list[Turn]) -> int:
    """Return the number of tokens of a conversation in the model's chat template."""
    texts = [f"{turn['role']}\n{turn['content']}" for turn in turns]
    return sum(len(_tokenizer().encode(text).tokens) + _MARKS for text in texts)


class TokenCounts:
    """Counts the tokens of one in `every` row of a dataset, a batch at a time."""

    def __init__(self, system: str, rows: int):
        """Begin without rows; `rows` is how many the dataset has, all with this system line."""
        self.system = system
        self.every = -(-rows // MOST_COUNTED) or 1
        self.passed = 0
        self.rows: Counter[int] = Counter()
        """The number of counted rows by their tokens."""

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Add the next rows; those for evaluation may have no completion."""
        places = pa.array(range(-self.passed % self.every, len(batch), self.every), pa.int64())
        self.passed += len(batch)
        read = batch.select(["question", "completion"]).take(places)
        for row in read.to_pylist():
            self.rows[count([*prompt(self.system, row["question"]), *(row["completion"] or [])])] += 1
