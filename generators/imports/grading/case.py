"""A linked problem as the reasons of a grade see it, with the facts that several of them need."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from generators.imports.candidates.origin import Given, Origin, givens
from generators.imports.candidates.position import roles
from generators.imports.graph.build import Graph
from generators.imports.linking.choice import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf, leaves
from generators.imports.solution.step import Step
from solver.quantities import Quantity


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
