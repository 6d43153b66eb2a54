"""A number of a solution in its place: its words, its role, and what the problem says about percents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf, Op, leaves
from generators.imports.solution.step import Step

from .origin import Form, Origin
from .position import Role, roles

Weights = Mapping[str, float]
"""The weight of each word: how well it tells the quantities of a question apart."""


def weight_of(words: frozenset[str], weights: Weights) -> float:
    """Return the total weight of words, which does not depend on their order: a set has another one in each process."""
    return fsum(weights.get(word, 0.0) for word in words)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible origin of a number, with its score."""

    origin: Origin
    score: float
    typed: bool
    """False if the origin's type or unit contradicts the place."""
    givens: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A number of a solution in its place."""

    leaf: Leaf
    role: Role
    step: Step
    after: frozenset[str]
    """Stems of the words behind it."""
    before: frozenset[str]
    """Stems of the words in front of it."""
    stems: frozenset[str]
    """Stems of the question."""
    percents: bool
    """True if the question mentions percents."""
    over_percent: bool
    """True for the hundred that divides a percent: `35 / 100`."""
    to_percent: bool
    """True for the hundred that turns a share into a percent: `8 / 10 * 100`."""
    one_percent: bool
    """True if the solution works out one percent first: `184 / 92 = 2`, `2 * 8`."""
    addends: int
    """How many numbers its dividend adds up; 0 if it divides nothing."""


class Places:
    """The numbers of one solution in their places."""

    def __init__(
        self, mentions: Sequence[Mention], forms: Sequence[Sequence[Form]], steps: list[Step], stems: frozenset[str]
    ):
        self.steps = steps
        self.stems = stems
        self.leaves = [list(leaves(step.formula)) for step in steps]
        self.roles = [list(roles(step.formula)) for step in steps]
        kinds = {mention.quantity.kind for mention in mentions}
        self.percents = "percent" in kinds or any(word.startswith("percent") for word in stems)
        self._rates = {
            value
            for mention, made in zip(mentions, forms, strict=True)
            if mention.quantity.kind == "percent"
            for form, value in made
            if form in ("plain", "rest", "grown")
        }
        self._shares = {value for made in forms for form, value in made if "share" in form}
        self._one_percent = self._works_out_one_percent()

    def add(self, step: Step) -> None:
        """Append a step."""
        self.steps.append(step)
        self.leaves.append(list(leaves(step.formula)))
        self.roles.append(list(roles(step.formula)))

    def of(self, place: int, number: int) -> Place:
        """Return a number of a step in its place."""
        leaf, role = self.leaves[place][number], self.roles[place][number]
        others = [other for other in self.leaves[place] if other is not leaf]
        return Place(
            leaf,
            role,
            self.steps[place],
            frozenset(leaf.after),
            frozenset(leaf.before),
            self.stems,
            percents=self.percents,
            over_percent=leaf.value == 100 and role.divides and any(other.value in self._rates for other in others),
            to_percent=self.percents and self._makes_percent(place, role, leaf, others),
            one_percent=self._one_percent,
            addends=0 if role.dividend is None else self._addends(role.dividend, place),
        )

    def _works_out_one_percent(self) -> bool:
        """Return True if one step divides by a percent of the question and one multiplies by a percent or hundred."""
        uses = [
            (leaf.value, role)
            for found, made in zip(self.leaves, self.roles, strict=True)
            for leaf, role in zip(found, made, strict=True)
        ]
        divided = any(role.divides and value in self._rates for value, role in uses)
        return divided and any(role.sign == "*" and (value in self._rates or value == 100) for value, role in uses)

    def _makes_percent(self, place: int, role: Role, leaf: Leaf, others: list[Leaf]) -> bool:
        """Return True if a number is the hundred that turns a share into a percent."""
        if leaf.value != 100 or role.sign != "*":
            return False
        if any(other.value == 100 or other.percent or other.value in self._shares for other in others):
            return False
        worked = {step.value for step in self.steps[:place]}
        return any(0 < other.value < 1 and other.value in worked for other in others) or (
            role.over and len(others) == 2
        )

    def _addends(self, dividend: Formula, place: int) -> int:
        """Return how many numbers a dividend adds up, in its formula or in the earlier step that it repeats."""
        if isinstance(dividend, Leaf):
            for step in reversed(self.steps[:place]):
                if step.value == dividend.value and isinstance(step.formula, Op):
                    dividend = step.formula
                    break
        count = 1
        while isinstance(dividend, Op) and dividend.sign == "+":
            count += 1
            dividend = dividend.left
        return count
