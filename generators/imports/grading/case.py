"""A linked problem as the reasons of a grade see it, with the facts that several of them need."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from generators.imports.candidates.origin import Given, Origin, forms, givens
from generators.imports.candidates.position import roles
from generators.imports.graph.build import Graph
from generators.imports.linking.choice import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf, leaves
from generators.imports.solution.step import Step
from solver.quantities import Quantity

CERTAIN = 7.0
"""The margin from which a proof holds although a number with a value of the solution is left over."""


@dataclass(frozen=True, slots=True)
class Use:
    """A number of a solution that is linked to a quantity of the question."""

    place: int
    """The number of its step."""
    sign: str
    """The operation that it is an operand of."""
    leaf: Leaf
    step: Step
    given: Given
    mention: Mention


@dataclass(frozen=True)
class Case:
    """A linked problem."""

    linking: Linking
    mentions: list[Mention]
    question: str
    graph: Graph
    """The quantities that the trace works out."""

    @cached_property
    def leaves(self) -> dict[int, list[Leaf]]:
        """The numbers of each used step."""
        return {place: list(leaves(self.linking.steps[place].formula)) for place, _ in self.linking.origins}

    @cached_property
    def signs(self) -> dict[int, list[str]]:
        """The operation at each number of each used step."""
        return {
            place: [role.sign for role in roles(self.linking.steps[place].formula)] for place, _ in self.linking.origins
        }

    @cached_property
    def values(self) -> set[Fraction]:
        """The values of the numbers that the used steps write."""
        return {self.leaves[place][number].value for place, number in self.linking.origins}

    @cached_property
    def linked(self) -> dict[int, list[tuple[Origin, str]]]:
        """The origin and operation of each number, by step."""
        found: dict[int, list[tuple[Origin, str]]] = {}
        for (place, number), origin in sorted(self.linking.origins.items(), key=lambda pair: pair[0]):
            found.setdefault(place, []).append((origin, self.signs[place][number]))
        return found

    @cached_property
    def uses(self) -> list[Use]:
        """The numbers that are linked to a quantity of the question, in the solution's order."""
        return [
            Use(
                place,
                self.signs[place][number],
                self.leaves[place][number],
                self.linking.steps[place],
                origin,
                self.mentions[origin.index],
            )
            for (place, number), origin in sorted(self.linking.origins.items(), key=lambda pair: pair[0])
            if isinstance(origin, Given)
        ]

    @cached_property
    def counts(self) -> Counter[int]:
        """How often each number of the question is used."""
        return Counter(
            self.mentions[given.index].alias for one in self.linking.origins.values() for given in givens(one)
        )

    @cached_property
    def unused(self) -> list[Mention]:
        """The numbers of the question that nothing uses, each once."""
        return [
            mention for k, mention in enumerate(self.mentions) if mention.alias == k and not self.counts[mention.alias]
        ]

    @cached_property
    def left_over(self) -> list[Quantity]:
        """The numbers that one would expect to be used and that neither the solution nor the trace uses."""
        return [self.mentions[index].quantity for index in self.linking.unused if index not in self.graph.ones]

    @cached_property
    def contested(self) -> list[str]:
        """The numbers left over that another number of the same value may have replaced."""
        certain = self.linking.proved and self.linking.margin >= CERTAIN
        found = [
            quantity.text
            for quantity in self.left_over
            if quantity.kind != "word"
            and not (certain and quantity.kind in ("plain", "money"))
            and (self.linking.proved or quantity.kind in ("multiple", "half"))
            and any(value in self.values for _, value in forms(quantity))
        ]
        return found + [text for text in self._others() if text not in found]

    def _others(self) -> Iterator[str]:
        """Yield the numbers left over that a used number of the same value may stand for.

        With the same unit, one of the two counts others (`2 weeks`, `the following 2 weeks`). With different units,
        the one left over is a difference (`ten more songs` beside `the top 10`).
        """
        used = [self.mentions[root] for root in self.counts]
        for mention in (self.mentions[index] for index in self.linking.unused):
            alike = [one for one in used if one.quantity.value == mention.quantity.value != 1]
            if any(mention.is_difference if one.unit != mention.unit else mention.other or one.other for one in alike):
                yield mention.quantity.text
