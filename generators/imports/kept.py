"""What is kept of a half that is given away: as solutions have it it is right for a half alone, as it is here for a third too."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from .mentions import Mention
from .node import HUNDRED, Input, Node, Work

_OF_THE_REST = re.compile(
    r"\s*(?:of\s+)?(?:the|his|her|their|its|those|these|that|what(?:['\u2019]s| (?:is|was|he|she|they|it|[A-Z][a-z]+)(?: (?:has|had|have))?)?)"
    r"\s+(?:remain\w*|rest|left\w*)\b|\s*of\s+(?:the|his|her|their)\s+\w+\s+(?:left|remaining)\b"
)
"""Behind a part that is taken of what is kept: `a third of the remaining singers`."""
_OFF = re.compile(r"[\s-]*(?:off|discount|less|fewer|shorter|lower|cheaper|smaller|reduction)\b")
"""Behind a half that is taken away: `50% off`."""
_CUT_BY = re.compile(r"\b(?:reduc|shr[iua]nk|decreas|lower|dropp|cut)\w*\b[^.;,]*\bby (?:only |about |another )?$")
"""In front of one: `reduces the chances by 50%`."""
_SAVES = re.compile(r"\bsav(?:e|es|ed|ings?)\b[^.?!]*\?")
"""Asks for what is taken off itself."""
_HALF = Fraction(1, 2)


def rest_of_half(node: Node, make: Callable[[str, Node, Node], Node]) -> Node:
    """Return what a half leaves of what it is taken of; the node itself where it is no half of something."""
    if not isinstance(node, Work):
        return node
    if _is_half(node.sign, node.right):
        return make("-", node.left, node)
    return make("-", node.right, node) if node.sign == "*" and _is_half("*", node.left) else node


def _is_half(sign: str, factor: Node) -> bool:
    """Return whether a factor makes a half of the other: half of it, half as a divisor (no two persons), or 50 percent."""
    if isinstance(factor, Work):
        rate = factor.left if (factor.sign, factor.right) == ("/", HUNDRED) else None
        return sign == "*" and isinstance(rate, Input) and rate.value == HUNDRED.value / 2
    if not isinstance(factor, Input):
        return False
    return (
        factor.value == _HALF if sign == "*" else sign == "/" and factor.part == "divisor" and factor.value == 1 / _HALF
    )


def of_the_rest(node: Node, mentions: list[Mention], text: str) -> bool:
    """Return whether a part is taken of what is left of something."""
    share = node.left if isinstance(node, Work) and node.right == HUNDRED else node
    return isinstance(share, Input) and _OF_THE_REST.match(text, mentions[share.index].quantity.end) is not None


def taken_off(works: list[Work], mentions: list[Mention], text: str) -> list[Work]:
    """Return the operations with what is left of a half that the question takes off: `50% off`, `shrinks by half`."""
    taken = {(base, work.right) for work in works if work.sign == "-" for base in _within(work.left)}
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def make(sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        out.setdefault(work)
        return work

    for work in works:
        left, right = new.get(work.left, work.left), new.get(work.right, work.right)
        pairs = ((work.left, work.right), (work.right, work.left))
        off = any(_is_off(half, mentions, text) and (base, work) not in taken for base, half in pairs)
        if off and work.sign == "of" and isinstance(work.right, Input) and work.right.value == HUNDRED.value / 2:
            new[work] = make("off", left, right)
        elif off and rest_of_half(work, Work) != work:
            base = left if rest_of_half(work, Work) == Work("-", work.left, work) else right
            new[work] = make("-", base, make(work.sign, left, right))
        else:
            new[work] = make(work.sign, left, right)
    return list(out)


def _within(node: Node) -> Iterator[Node]:
    """Yield a node and all that it is worked out from."""
    yield node
    if isinstance(node, Work):
        yield from _within(node.left)
        yield from _within(node.right)


def _is_off(half: Node, mentions: list[Mention], text: str) -> bool:
    """Return whether the question says that so much is taken off, and does not ask how much that is."""
    if not isinstance(half, Input):
        return False
    mention = mentions[half.index]
    if mention.quantity.kind not in ("half", "fraction", "percent") or _SAVES.search(text):
        return False
    place = mention.quantity
    return bool(_OFF.match(text, place.end) or _CUT_BY.search(text, mention.span[0], place.start))
