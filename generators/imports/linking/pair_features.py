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


def rate(pair: Pair) -> Iterator[Feature]:
    """Mark a rate that is multiplied by a number of its unit: boxes, and figs in each box."""
    one, other = pair.one, pair.other
    if pair.operation == "product" and (one.unit in other.rate_units) != (other.unit in one.rate_units):
        yield "pair_rate", 1


def rate_of_result(pair: Pair) -> Iterator[Feature]:
    """Check that the product of a rate has the unit that the rate counts."""
    if pair.result and pair.operation == "product":
        rates = [a for a, b in ((pair.one, pair.other), (pair.other, pair.one)) if b.unit in a.rate_units]
        yield "pair_rate_of_result", any(rate.unit == pair.result[0] for rate in rates)


def units(pair: Pair) -> Iterator[Feature]:
    """Compare the units of the two; a quotient may have any."""
    one, other = pair.one.unit, pair.other.unit
    if one and other and pair.sign != "/":
        yield f"pair_{'same' if one == other else 'other'}_unit_{pair.operation}", 1


def owners(pair: Pair) -> Iterator[Feature]:
    """Compare the owners of the two."""
    one, other = pair.one.owner, pair.other.owner
    if one and other:
        yield "pair_owner" if one == other else "pair_other_owner", 1


def money(pair: Pair) -> Iterator[Feature]:
    """Mark a product of two amounts of money, and a sum of money and another quantity."""
    one, other = pair.one.money, pair.other.money
    if (one and other and pair.sign == "*") or (one != other and pair.operation == "sum"):
        yield f"pair_money_{pair.operation}", 1


PAIR_FEATURES: tuple[Callable[[Pair], Iterator[Feature]], ...] = (
    surroundings,
    rate,
    rate_of_result,
    units,
    owners,
    money,
)
"""The features of two quantities in one step, by what they compare."""


def of_quantity_beside_step(
    mention: Mention, others: Sequence[Mention], operation: str, words: Weights
) -> Iterator[Feature]:
    """Yield how near a quantity is, in the question, to those that the step beside it reads."""
    if others:
        yield f"step_sentence_{operation}", any(other.sentence == mention.sentence for other in others)
        shared = max(weight_of(mention.clause & other.clause, words) for other in others)
        yield f"step_clause_{operation}", min(1.5, shared)
