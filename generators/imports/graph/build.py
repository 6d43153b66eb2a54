"""Builds the graph of operations of a linked solution; its numbers are those that the question writes.

Mental arithmetic of the solution, such as `.6` for a discount of 40%, becomes steps or part of a percent op, so that
the model that wires never computes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.candidates.origin import Earlier, Given, HiddenStep, Implicit, Named, Origin
from generators.imports.linking.choice import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf
from generators.imports.solution.step import Step
from generators.text.lexicon import stem_set
from solver.constants import named_constants
from solver.stems import stem

from .fold import folded
from .forms import Form, number
from .fraction_contexts import FractionContexts
from .node import HUNDRED, ZERO, Fixed, Input, Literal, Node, NoGraph, Work, simple
from .remainders import rest_of_half, with_remainders
from .unit_factors import with_unit_factors

_LEFT = frozenset(map(stem, ["left", "remain", "remains", "remaining", "survive", "survives"]))
"""Mark a result as a remainder."""
_STILL = re.compile(r"\b(?:left|remain(?:s|ing|ed)?|still ha(?:ve|s)|survived?|end(?:ed)? up with)\b[^.?!]*\?\s*$")
"""Asks for a remainder at the end of the question."""


@dataclass(frozen=True)
class Graph:
    """The operations in the order of the solution; the last is the answer."""

    works: list[Work]
    inferred: frozenset[Work]
    cancelled: tuple[int, ...] = ()
    """Numbers of the question that the solution uses and that cancel out: the 2 of `2 * 500 / 1000 * 3`."""
    ones: tuple[int, ...] = ()
    """Ones of the question that the solution leaves out and that are restored as factors."""

    @property
    def final(self) -> Work:
        """The operation that gives the answer."""
        return self.works[-1]


def build(mentions: list[Mention], steps: list[Step], linking: Linking, text: str) -> Graph:
    """Return the graph of a linked solution; raise NoGraph if it has none."""
    builder = _Builder(mentions, steps, linking, text)
    final: Node = builder.of_step(linking.final)
    if linking.scale != 1:
        final = builder.make("*" if linking.scale > 1 else "/", final, HUNDRED)
    works, inferred = folded(final, builder.made, builder.inferred)
    if not works:
        raise NoGraph("given: the answer is a number of the question, nothing is worked out")
    if linking.wiring == "slots":  # as its source wrote it
        ones: tuple[int, ...] = ()
    else:
        works, ones = with_unit_factors(with_remainders(works, mentions, text), mentions, text)
    nodes = [node for work in works for node in (work.left, work.right)]
    if ZERO in nodes:
        raise NoGraph("negative: a step takes from nothing")
    inputs = {node.index for node in nodes if isinstance(node, Input)}
    if not inputs:
        raise NoGraph("no_input: no number of the question is used")
    return Graph(list(dict.fromkeys(works)), frozenset(inferred), tuple(sorted(builder.given - inputs)), ones)


class _Builder:
    """Turns steps into operations as linked, before percent idioms are folded."""

    def __init__(self, mentions: list[Mention], steps: list[Step], linking: Linking, text: str):
        self.mentions = mentions
        self.text = text
        self.contexts = FractionContexts(mentions, text)
        self.steps = steps
        self.linking = linking
        self.made: dict[Node, None] = {}
        """The operations in the order in which they were made."""
        self.inferred: set[Node] = set()
        self.given: set[int] = set()
        self._results: dict[int, Node] = {}
        self._remainders: dict[tuple[Node, Node], Node] = {}
        """The remainder after a half, by the half and the fraction taken of that remainder."""
        for place in sorted({place for place, _ in linking.origins}):
            self.of_step(place)

    def of_step(self, place: int) -> Node:
        """Return the result of a step."""
        if place not in self._results:
            self._results[place] = self._formula(self.steps[place].formula, place, iter(range(10_000)))
        return self._results[place]

    def make(self, sign: str, left: Node, right: Node) -> Node:
        """Return an operation in its simplest form, as far as its own operands tell."""
        node = simple(sign, left, right)
        if isinstance(node, Work):
            self.made.setdefault(node)
        return node

    def _formula(self, formula: Formula, place: int, numbers: Iterator[int]) -> Node:
        if isinstance(formula, Leaf):
            return self._origin(self.linking.origins[place, next(numbers)])
        left = self._formula(formula.left, place, numbers)
        right = self._formula(formula.right, place, numbers)
        if formula.sign == "-":
            left = self._remainders.get((left, right), left)  # a third of the remainder is taken from the remainder
        made = self._of_the_rest(formula.sign, left, right)
        if formula is self.steps[place].formula and self._means_remainder(place, formula.sign, right):
            return self.make("-", left, made)
        return made

    def _of_the_rest(self, sign: str, left: Node, right: Node) -> Node:
        """Return an operation; a fraction `of the rest` is taken of the remainder after a half."""
        base, fraction = left, right
        if sign in "*/" and self.contexts.is_of_the_rest(right):
            base = rest_of_half(left, self.make)
        elif sign == "*" and self.contexts.is_of_the_rest(left):
            fraction = rest_of_half(right, self.make)
        made = self.make(sign, base, fraction)
        for half, remainder in ((left, base), (right, fraction)):
            if remainder is not half:
                self._remainders[half, made] = remainder
        return made

    def _means_remainder(self, place: int, sign: str, half: Node) -> bool:
        """Return whether a step means the remainder, where the question says that half is given away.

        `14 / 2 = 7 daisies left` is right for a half alone; as `14 - 14 / 2` the trace is right for a third too.
        """
        if (
            self.linking.wiring == "slots"
            or not isinstance(half, Input)
            or (sign, half.value) not in (("/", 2), ("*", Fraction(1, 2)))
        ):
            return False
        mention, step = self.mentions[half.index], self.steps[place]
        if mention.quantity.kind not in ("half", "fraction"):
            return False
        if _LEFT & frozenset(step.after) and self.contexts.is_of_something(half):
            return True  # `150 / 2 = 75 tadpoles left`
        asked = place == self.linking.final and _STILL.search(self.text) is not None
        return (asked or bool(step.line & _LEFT)) and bool(mention.clause & stem_set("away"))

    def _origin(self, origin: Origin) -> Node:
        if isinstance(origin, Earlier):
            return self.of_step(origin.step)
        if isinstance(origin, Implicit):
            return Literal(origin.value)
        if isinstance(origin, Named):
            return Fixed(origin.name, next(one.value for one in named_constants() if one.name == origin.name))
        if isinstance(origin, HiddenStep):
            node = self.make(origin.sign, self._origin(origin.left), self._origin(origin.right))
            self.inferred.add(node)
            return node
        return self._given(origin)

    def _given(self, origin: Given) -> Node:
        mention = self.mentions[origin.index]
        self.given.add(mention.alias)
        return number(Form(mention.quantity, mention.alias, origin.form, self.make))
