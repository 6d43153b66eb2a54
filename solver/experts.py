"""The experts: the vocabulary of each, and the shape of its traces."""

import re
from dataclasses import dataclass
from functools import cache

from .ops import GROUPS


@dataclass(frozen=True, slots=True)
class Expert:
    """The step words that an expert may use (P4), and the shape of its patterns' traces (P2, P5, P12, P14).

    A trace outside the vocabulary is refused. The shape is a regular expression over step words: patterns must match
    it; of a model's trace, the match is only reported.
    """

    vocabulary: str
    shape: str

    @property
    def words(self) -> frozenset[str]:
        """The step words of the vocabulary."""
        return _words(self.vocabulary)

    @property
    def fixed(self) -> bool:
        """Whether all traces of this expert have the same number and types of steps."""
        return "+" not in self.shape

    def fits(self, words: list[str]) -> bool:
        """Return whether these step words match the expert's shape."""
        return _shape(self.shape).fullmatch(" ".join(words) + " ") is not None


@cache
def _words(vocabulary: str) -> frozenset[str]:
    return frozenset(word for name in vocabulary.split() for word in GROUPS.get(name, (name,)))


@cache
def _shape(shape: str) -> re.Pattern[str]:
    """Compile a shape: each word or group of words in it matches one step word and a following space."""

    def alternatives(word: re.Match[str]) -> str:
        return f"(?:{'|'.join(f'{name} ' for name in GROUPS.get(word[0], (word[0],)))})"

    return re.compile("".join(re.sub(r"\w+", alternatives, token) for token in shape.split()))


EXPERTS = {
    "entity_track": Expert("init ENTITY COMPUTE query", "(init|ENTITY|COMPUTE)+ query"),
    "arithmetic": Expert("init COMPUTE query", "(init|COMPUTE)+ query"),
    "rate_equation": Expert("init mul query", "init init mul query"),
    "comparison": Expert("init COMPUTE query", "init init COMPUTE COMPUTE query"),
    "percentage": Expert("init PERCENT COMPUTE query", "init init PERCENT query"),
}
"""The five experts, in the order of the system prompt."""


def system_line() -> str:
    """Return the system prompt: one line that names the experts (P7)."""
    return f"You are a helpful assistant with access to the following experts: {', '.join(EXPERTS)}"
