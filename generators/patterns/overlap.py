"""Measures how much of their text two wordings of a pattern share, so that near copies are refused.

The measure is that of five-word sequences. Each slot counts as one word, the same for all slots and filters, and marks
do not count. The share is that of the wording with fewer sequences, so that a wording with an added sentence is a copy.
"""

import re
from functools import lru_cache
from itertools import combinations

from .pattern import Pattern
from .render import Plan
from .wording import Wording

GRAM = 5
"""The number of words in a sequence."""
MOST = 0.4
"""The share of sequences that two wordings of a pattern stay below."""

MASK = "\0"
"""The sign that stands for a slot; it counts as a word."""

_WORD = re.compile(rf"{MASK}|[^\W_]+(?:['\u2019][^\W_]+)*")


def sequences(plan: Plan) -> frozenset[tuple[str, ...]]:
    """Return the sequences of five words of a wording; a shorter wording is one sequence."""
    return text_sequences("".join(piece if isinstance(piece, str) else f" {MASK} " for piece in plan))


def text_sequences(text: str) -> frozenset[tuple[str, ...]]:
    """Return the sequences of five words of a text with masks; a shorter text is one sequence."""
    words = _WORD.findall(text.lower())
    return frozenset(tuple(words[start : start + GRAM]) for start in range(max(1, len(words) - GRAM + 1)))


def shared(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Return the share of the smaller set that both have."""
    return len(one & other) / min(len(one), len(other))


@lru_cache(maxsize=4096)
def overlap(pattern: Pattern) -> tuple[Wording, str] | None:
    """Return the first wording of a pattern that shares MOST of its sequences with an earlier one, and the fault."""
    read = [(wording, sequences(wording.plan)) for wording in pattern.wordings]
    for (first, ours), (second, theirs) in combinations(read, 2):
        share = shared(ours, theirs)
        if share >= MOST:
            return second, (
                f"{second.where}: shares {share:.0%} of its sequences of {GRAM} words with {first.seen_from(second)}; "
                f"reword one of them, to below {MOST:.0%}"
            )
    return None
