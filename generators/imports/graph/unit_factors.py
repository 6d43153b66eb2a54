"""Restores factors of one that a solution leaves out, where the question says what they multiply.

`7 * 50` minutes for one week, and `16 + 90` dollars for two pens and one game of $90, are right for that one alone.
As `1 * 7 * 50` and `16 + 1 * 90` the trace is right for two weeks and three games too.
"""

import re
from collections import Counter

from generators.imports.question.mentions import Mention
from solver.stems import stem

from .counted_ones import is_counted
from .node import Fixed, Input, Node, Work, within

_UNIT = re.compile(r"(?:_per|legs_of|wheels_of|sides_of)_([a-z]+)$")
"""The unit of a constant: the week of days_per_week, the spider of legs_of_spider."""
_RATE = r"\b(?:per|each|every|an?)\s+{}\b"
"""Tells a rate per unit: in `after one week he ate 3 figs a week` the seven may belong to the rate."""

_PRICE_BETWEEN = re.compile(
    r"\s+(?:(?:[\w'\u2019-]+\s+){1,4}?(?:for|of|worth|with|at|costing"
    r"|(?:that|which) (?:costs?|weigh(?:s|ed)?|contain(?:s|ed)?|ha[sd]|holds?|lasts?))\s+)?(?:only |just |about )?\$?\s?$"
)
"""Between a one and its own number: `1 computer game for $90`, `1 box of 11 crayons`, `one 10-minute show`."""


def with_unit_factors(works: list[Work], mentions: list[Mention], text: str) -> tuple[list[Work], tuple[int, ...]]:
    """Return the operations with restored ones as factors, and the places of those ones among the mentions."""
    uses = Counter(node for work in works for node in (work.left, work.right))
    used = {node.index for node in uses if isinstance(node, Input)}
    found: dict[Node, list[Input]] = {}
    for index, mention in enumerate(mentions):
        quantity = mention.quantity
        if index not in used and mention.alias == index and quantity.value == 1 and quantity.kind in ("plain", "word"):
            nodes = _of_unit(mention, works, mentions, text)
            nodes += _described(mention, works, mentions, text) if is_counted(mention, text) else []
            if len(nodes) == 1 and uses[nodes[0]] == 1:
                found.setdefault(nodes[0], []).append(Input(index, "", mention.quantity.value))
    ones = {node: factors[0] for node, factors in found.items() if len(factors) == 1}
    return _multiplied(works, ones), tuple(sorted(one.index for one in ones.values()))


def _of_unit(one: Mention, works: list[Work], mentions: list[Mention], text: str) -> list[Node]:
    """Return the constants per such unit, `in 1 week` for days_per_week, if no number with that unit occurs."""
    return [
        node
        for work in works
        for node, beside in ((work.left, work.right), (work.right, work.left))
        if isinstance(node, Fixed)
        and (unit := _UNIT.search(node.name))
        and stem(unit[1]) == one.unit
        and one.unit not in _units(beside, mentions)
        and not re.search(_RATE.format(unit[1]), text, re.IGNORECASE)
    ]


def _units(node: Node, mentions: list[Mention]) -> set[str]:
    """Return the units of the numbers that a node is computed from."""
    return {mentions[one.index].unit for one in within(node) if isinstance(one, Input)}


def _described(one: Mention, works: list[Work], mentions: list[Mention], text: str) -> list[Node]:
    """Return the addends that describe a counted one: the $90 of `1 computer game for $90`."""
    return [
        node
        for work in works
        for node in ((work.left, work.right) if work.sign in "+-" else ())
        if isinstance(node, Input)
        and not node.form
        and mentions[node.index].quantity.start >= one.quantity.end
        and _PRICE_BETWEEN.fullmatch(text, one.quantity.end, mentions[node.index].quantity.start)
    ]


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
