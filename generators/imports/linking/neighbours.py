"""Scores how well two quantities of the question go together in one step."""

from collections import Counter
from collections.abc import Sequence

from generators.imports.candidates.place import Weights, weight_of
from generators.imports.question.mentions import Mention

_SENTENCE = 0.5
"""The bonus of one sentence."""
_RATE = 0.6
"""The bonus of a rate and a number of its unit in a product: boxes, and figs in each box."""


class Neighbours:
    """The bonuses of all pairs of one question's quantities."""

    def __init__(self, mentions: Sequence[Mention], weights: Weights):
        sums = [[_nearness(one, other, weights) for other in mentions] for one in mentions]
        self._sums = sums
        self._products = [
            [near + _rate(one, other) for near, other in zip(nears, mentions, strict=True)]
            for nears, one in zip(sums, mentions, strict=True)
        ]

    def score(self, index: int, here: Sequence[int], *, product: bool) -> float:
        """Return the bonus of a quantity beside the best of those that its step uses."""
        bonuses = (self._products if product else self._sums)[index]
        return max([bonuses[other] for other in here])


def word_weights(mentions: Sequence[Mention]) -> Weights:
    """Return the weight of each word: how well it tells quantities apart, by the number of clauses that have it."""
    counts = Counter(word for mention in mentions for word in mention.clause)
    total = len(mentions)
    return {word: 0.0 if count == total > 1 else 1.0 / count for word, count in counts.items()}


def _nearness(one: Mention, other: Mention, weights: Weights) -> float:
    """Return the bonus of two quantities for one sentence and for words that their clauses share."""
    shared = weight_of(one.clause & other.clause, weights)
    return (_SENTENCE if one.sentence == other.sentence else 0.0) + 0.5 * min(1.5, shared)


def _rate(one: Mention, other: Mention) -> float:
    return _RATE if (one.unit in other.rate_units) != (other.unit in one.rate_units) else 0.0
