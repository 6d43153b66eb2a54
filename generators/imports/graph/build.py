"""What a linked solution computes, as a graph of operations: every number of the question as it is written there.

What a solution did in its head (`.6` for a discount of 40 %) becomes a step or part of a percent op, so that the
one who wires never computes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.linking.origin import Derived, Earlier, Given, Plain, Source, World
from generators.imports.linking.search import Linking
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf
from generators.imports.solution.step import Step
from generators.text.lexicon import stem_set
from solver.constants import named_constants
from solver.stems import stem

from .fold import folded
from .fractions import Parts
from .node import HUNDRED, ONE, ZERO, Fixed, Input, Literal, Node, NoGraph, Work, simple
from .remainders import rest_of_half, taken_off
from .unit_factors import restored

_LEFT = frozenset(map(stem, ["left", "remain", "remains", "remaining", "survive", "survives"]))
"""Say of a result that it is what was not given away."""
_STILL = re.compile(r"\b(?:left|remain(?:s|ing|ed)?|still ha(?:ve|s)|survived?|end(?:ed)? up with)\b[^.?!]*\?\s*$")
"""Asks for it, at the end."""


@dataclass(frozen=True)
class Graph:
    """The operations in the order in which they are worked out; the last is the answer."""

    works: list[Work]
    inferred: frozenset[Work]
    cancelled: tuple[int, ...] = ()
    """The numbers of the question that the solution uses and that are in no operation: `2 * 500 / 1000 * 3` is 3."""
    ones: tuple[int, ...] = ()
    """The ones of the question that the solution leaves out and that are factors again."""

    @property
    def final(self) -> Work:
        """The operation that gives the answer."""
        return self.works[-1]


def build(mentions: list[Mention], steps: list[Step], linking: Linking, text: str) -> Graph:
    """Return the graph of a linked solution; raise NoGraph if it is none."""
    raw = _Raw(mentions, steps, linking, text)
    final: Node = raw.of_step(linking.final)
    if linking.scale != 1:
        final = raw.make("*" if linking.scale > 1 else "/", final, HUNDRED)
    works, marked = folded(final, raw.made, raw.inferred)
    if not works:
        raise NoGraph("given: the answer is a number of the question, nothing is worked out")
    works, ones = restored(taken_off(works, mentions, text), mentions, text)
    order = dict.fromkeys(works)
    if any(ZERO in (work.left, work.right) for work in order):
        raise NoGraph("negative: a step takes from nothing")
    inputs = {node.index for work in works for node in (work.left, work.right) if isinstance(node, Input)}
    if not inputs:
        raise NoGraph("no_input: no number of the question is used")
    return Graph(list(order), frozenset(marked), tuple(sorted(raw.given - inputs)), ones)


class _Raw:
    """The graph as linked, before percent idioms are folded."""

    def __init__(self, mentions: list[Mention], steps: list[Step], linking: Linking, text: str):
        self.mentions = mentions
        self.text = text
        self.parts = Parts(mentions, text)
        self.steps = steps
        self.linking = linking
        self.made: dict[Node, int] = {}
        self.inferred: set[Node] = set()
        self.done: dict[int, Node] = {}
        self.given: set[int] = set()
        self.rests: dict[tuple[Node, Node], Node] = {}
        """What is kept of a half, by the half and what was taken of the rest."""
        for place in sorted({place for place, _ in linking.sources}):
            self.of_step(place)

    def of_step(self, place: int) -> Node:
        if place not in self.done:
            numbers = iter(range(10_000))
            self.done[place] = self._formula(self.steps[place].formula, place, numbers)
        return self.done[place]

    def _formula(self, formula: Formula, place: int, numbers: Iterator[int]) -> Node:
        if isinstance(formula, Leaf):
            return self._source(self.linking.sources[place, next(numbers)])
        left = self._formula(formula.left, place, numbers)
        right = self._formula(formula.right, place, numbers)
        if formula.sign == "-":
            left = self.rests.get((left, right), left)  # what a third of the rest leaves of the rest
        whole, kept = (left, right), (left, right)
        if formula.sign in "*/" and self.parts.of_the_rest(right):
            kept = rest_of_half(left, self.make), right
        elif formula.sign == "*" and self.parts.of_the_rest(left):
            kept = left, rest_of_half(right, self.make)
        made = self.make(formula.sign, *kept)
        self.rests |= {(half, made): rest for half, rest in zip(whole, kept, strict=True) if rest is not half}
        if formula is self.steps[place].formula and self._is_half_kept(place, formula.sign, right):
            return self.make("-", left, made)
        return made

    def _is_half_kept(self, place: int, sign: str, half: Node) -> bool:
        """Return whether a step works out what is left where the question says that half is given away.

        `14 / 2 = 7 daisies left` is right for a half alone; as `14 - 14 / 2` the trace is right for a third too.
        """
        if not isinstance(half, Input) or (sign, half.value) not in (("/", 2), ("*", Fraction(1, 2))):
            return False
        mention, step = self.mentions[half.index], self.steps[place]
        if mention.quantity.kind not in ("half", "fraction"):
            return False
        if _LEFT & frozenset(step.after) and self.parts.of_something(half):
            return True  # `150 / 2 = 75 tadpoles left`
        asked = place == self.linking.final and _STILL.search(self.text) is not None
        return (asked or bool(step.line & _LEFT)) and bool(mention.clause & stem_set("away"))

    def make(self, sign: str, left: Node, right: Node) -> Node:
        """Return an operation, simplified where that needs no look at the rest."""
        node = simple(sign, left, right)
        if isinstance(node, Work):
            self.made.setdefault(node, len(self.made))
        return node

    def _source(self, source: Source) -> Node:
        if isinstance(source, Earlier):
            return self.of_step(source.step)
        if isinstance(source, Plain):
            return Literal(source.value)
        if isinstance(source, World):
            return Fixed(
                source.name, next(constant.value for constant in named_constants() if constant.name == source.name)
            )
        if isinstance(source, Derived):
            node = self.make(source.sign, self._source(source.left), self._source(source.right))
            self.inferred.add(node)
            return node
        return self._given(source)

    def _given(self, source: Given) -> Node:
        quantity = self.mentions[source.index].quantity
        index = self.mentions[source.index].alias
        self.given.add(index)
        form = source.form

        def part(name: str, value: Fraction | int) -> Node:
            return Input(index, name, Fraction(value))

        whole = part("rate" if quantity.kind == "percent" else "", quantity.value)
        make = self.make
        if form in ("top", "bottom"):
            return part(form, quantity.top if form == "top" else quantity.bottom)
        if form == "divisor":
            return make("/", HUNDRED, whole) if quantity.kind == "percent" else part("divisor", quantity.bottom)
        if quantity.kind == "group" and quantity.top != 1:
            groups, size = part("groups", quantity.top), part("size", quantity.bottom)
            return {"groups": groups, "size": size}.get(form) or make("*", groups, size)
        if quantity.kind == "clock":
            hour, minute = part("hour", quantity.top), part("minute", quantity.bottom)
            if form in ("hour", "minute"):
                return hour if form == "hour" else minute
            time = (
                hour
                if not quantity.bottom
                else make("+", hour, make("/", minute, Fixed("minutes_per_hour", Fraction(60))))
            )
            return time if form == "clock" else make("+", time, Fixed("hours_per_half_day", Fraction(12)))
        return {
            "share": lambda: make("/", whole, HUNDRED),
            "rest": lambda: make("-", HUNDRED, whole),
            "rest_share": lambda: make("/", make("-", HUNDRED, whole), HUNDRED),
            "grown": lambda: make("+", HUNDRED, whole),
            "grown_share": lambda: make("/", make("+", HUNDRED, whole), HUNDRED),
            "other": lambda: make("-", ONE, whole),
            "other_top": lambda: make(
                "-", part("bottom", quantity.bottom), ONE if quantity.top == 1 else part("top", quantity.top)
            ),
            "more": lambda: make("+", ONE, whole),
            "cents": lambda: make("*", whole, Fixed("cents_per_dollar", Fraction(100))),
            "dollars": lambda: make("/", whole, Fixed("cents_per_dollar", Fraction(100))),
        }.get(form, lambda: whole)()
