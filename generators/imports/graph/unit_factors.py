"""Restores factors of one that a solution leaves out, where the question says what they multiply.

`7 * 50` minutes for one week, and `16 + 90` dollars for two pens and one game of $90, are right for that one alone.
As `1 * 7 * 50` and `16 + 1 * 90` the trace is right for two weeks and three games too.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from generators.imports.question.mentions import Mention
from generators.text.rules import first
from solver.stems import stem

from .counted_ones import is_counted
from .node import Fixed, Input, Node, Work

_UNIT = re.compile(r"(?:_per|legs_of|wheels_of|sides_of)_([a-z]+)$")
"""The unit of a constant: the week of days_per_week, the spider of legs_of_spider."""
_RATE = r"\b(?:per|each|every|an?)\s+{}\b"
"""Tells a rate per unit: in `after one week he ate 3 figs a week` the seven may belong to the rate."""
_PRICE_BETWEEN = re.compile(
    r"\s+(?:(?:[\w'\u2019-]+\s+){1,4}?(?:for|of|worth|with|at|costing"
    r"|(?:that|which) (?:costs?|weigh(?:s|ed)?|contain(?:s|ed)?|ha[sd]|holds?|lasts?))\s+)?(?:only |just |about )?\$?\s?$"
)
"""Between a one and its own number: `1 computer game for $90`, `1 box of 11 crayons`, `one 10-minute show`."""
_STORY = re.compile(r"(?:^|[.?!]\s+)$")
"""In front of the one of `One day he went`."""
_AMOUNTS = ("plain", "word", "money", "cents")


def with_unit_factors(works: list[Work], mentions: list[Mention], text: str) -> tuple[list[Work], tuple[int, ...]]:
    """Return the operations with restored ones as factors, and the places of those ones among the mentions."""
    solution = _Solution(works, mentions, text)
    found: dict[Node, list[Input]] = {}
    for index, mention in enumerate(mentions):
        node = solution.multiplied_by(index, mention)
        if node is not None:
            found.setdefault(node, []).append(Input(index, "", mention.quantity.value))
    ones = {node: factors[0] for node, factors in found.items() if len(factors) == 1}
    return _multiplied(works, ones), tuple(sorted(one.index for one in ones.values()))


class _Solution:
    """The operations of a solution beside its question."""

    def __init__(self, works: list[Work], mentions: list[Mention], text: str):
        self.works = works
        self.mentions = mentions
        self.text = text

    def multiplied_by(self, index: int, mention: Mention) -> Node | None:
        """Return the one node that an unused one multiplies, or None where there are none or several."""
        quantity = mention.quantity
        if quantity.value != 1 or quantity.kind not in ("plain", "word"):
            return None
        if mention.alias != index or index in self.used:
            return None
        one = One(mention, self.works, self.mentions, self.text)
        nodes = unit_of_constant(one) + (first(COUNTED_RULES, one) or [])
        return nodes[0] if len(nodes) == 1 and self.uses[nodes[0]] == 1 else None

    @cached_property
    def uses(self) -> Counter[Node]:
        """How often each node is an operand."""
        return Counter(node for work in self.works for node in (work.left, work.right))

    @cached_property
    def used(self) -> set[int]:
        """The places of the numbers that the solution uses."""
        return {node.index for node in self.uses if isinstance(node, Input)}


@dataclass(frozen=True)
class One:
    """A one that the solution leaves out."""

    mention: Mention
    works: list[Work]
    mentions: list[Mention]
    text: str

    @cached_property
    def is_counted(self) -> bool:
        """Whether it is a quantity."""
        return is_counted(self.mention, self.mentions, self.text)

    @property
    def addends(self) -> Iterator[tuple[Node, Mention]]:
        """The numbers of the question that are added or subtracted."""
        for work in self.works:
            for node in (work.left, work.right) if work.sign in "+-" else ():
                if isinstance(node, Input) and not node.form:
                    yield node, self.mentions[node.index]


def unit_of_constant(one: One) -> list[Node]:
    """Find the constants per such unit, `in 1 week` for days_per_week, if no number with that unit occurs."""
    mention, text = one.mention, one.text
    if mention.quantity.kind == "word" and _STORY.search(text, 0, mention.quantity.start):
        return []
    return [
        node
        for work in one.works
        for node, beside in ((work.left, work.right), (work.right, work.left))
        if isinstance(node, Fixed)
        and (unit := _UNIT.search(node.name))
        and stem(unit[1]) == mention.unit
        and mention.unit not in _units(beside, one.mentions)
        and not re.search(_RATE.format(unit[1]), text, re.IGNORECASE)
    ]


def number_behind(one: One) -> list[Node] | None:
    """Find the addend that describes a counted one: the $90 of `1 computer game for $90`."""
    end = one.mention.quantity.end
    found = [
        node
        for node, other in one.addends
        if one.is_counted
        and other.quantity.start >= end
        and _PRICE_BETWEEN.fullmatch(one.text, end, other.quantity.start)
    ]
    return found or None


def number_in_clause(one: One) -> list[Node] | None:
    """Find the addends in clauses about such things: the $90 of `large lamps cost $90`, for `1 large lamp`."""
    if not one.is_counted:
        return None
    things = {stem(word) for word in one.mention.phrase}
    return [
        node
        for node, other in one.addends
        if other.unit != one.mention.unit
        and not other.is_difference
        and other.quantity.kind in _AMOUNTS
        and things <= other.clause
    ]


COUNTED_RULES = (number_behind, number_in_clause)


def _units(node: Node, mentions: list[Mention]) -> set[str]:
    """Return the units of the numbers that a node is computed from."""
    if isinstance(node, Work):
        return _units(node.left, mentions) | _units(node.right, mentions)
    return {mentions[node.index].unit} if isinstance(node, Input) else set()


def _multiplied(works: list[Work], ones: dict[Node, Input]) -> list[Work]:
    """Return the operations with some of their nodes multiplied by ones."""
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def put(node: Node, work: Work) -> Node:
        out.setdefault(work)
        return new.setdefault(node, work)

    def of(node: Node) -> Node:
        return new[node] if node in new else put(node, Work("*", ones[node], node)) if node in ones else node

    for work in works if ones else ():
        put(work, Work(work.sign, of(work.left), of(work.right)))
    return list(out) or works
