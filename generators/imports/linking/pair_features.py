"""Features of two origins that are operands of one step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generators.imports.candidates.place import Weights, weight_of
from generators.imports.question.mentions import Mention

from .quantity_features import Feature


@dataclass(frozen=True, slots=True)
class Pair:
    """Two quantities of the question in one step."""

    one: Mention
    other: Mention
    sign: str
    operation: str
    """`sum` or `product`."""
    result: tuple[str, ...]
    """Stems of the words behind the step's result."""
    words: Weights


def of_pair(pair: Pair) -> Iterator[Feature]:
    """Yield the features of a pair."""
    for rule in PAIR_FEATURES:
        yield from rule(pair)


def surroundings(pair: Pair) -> Iterator[Feature]:
    """Compare the sentences and clauses of the two."""
    one, other = pair.one, pair.other
    yield f"pair_sentence_{pair.operation}", one.sentence == other.sentence
    yield f"pair_clause_{pair.operation}", min(1.5, weight_of(one.clause & other.clause, pair.words))


PAIR_FEATURES: tuple[Callable[[Pair], Iterator[Feature]], ...] = (surroundings,)
"""The features of two quantities in one step, by what they compare."""


def of_quantity_beside_step(
    mention: Mention, others: Sequence[Mention], operation: str, words: Weights
) -> Iterator[Feature]:
    """Yield how near a quantity is, in the question, to those that the step beside it reads."""
    if others:
        yield f"step_sentence_{operation}", any(other.sentence == mention.sentence for other in others)
        shared = max(weight_of(mention.clause & other.clause, words) for other in others)
        yield f"step_clause_{operation}", min(1.5, shared)
