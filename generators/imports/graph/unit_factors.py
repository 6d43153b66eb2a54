"""Restores factors of one that a solution leaves out, where the question says what they multiply.

`16 + 90` dollars for two pens and one game of $90 are right for one game alone. As `16 + 1 * 90` the trace is right for
three games too.
"""

import re
from collections import Counter

from generators.imports.question.mentions import Mention

from .counted_ones import is_counted
from .node import Input, Node, Work

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
        if index not in used and mention.alias == index and is_counted(mention, text):
            nodes = _described(mention, works, mentions, text)
            if len(nodes) == 1 and uses[nodes[0]] == 1:
                found.setdefault(nodes[0], []).append(Input(index, "", mention.quantity.value))
    ones = {node: factors[0] for node, factors in found.items() if len(factors) == 1}
    return _multiplied(works, ones), tuple(sorted(one.index for one in ones.values()))


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
