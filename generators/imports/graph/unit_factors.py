"""Factors of one that a solution leaves out, put back where the question says whose they are.

`7 * 50` minutes for one week and `16 + 90` dollars for two pens and one game of $90 are right for that one alone; as
`1 * 7 * 50` and `16 + 1 * 90` the trace is right for two weeks and three games too.
"""

import re
from collections import Counter

from generators.imports.question.mentions import Mention
from solver.stems import stem

from .counted_ones import is_counted
from .node import Fixed, Input, Node, Work

_UNIT = re.compile(r"(?:_per|legs_of|wheels_of|sides_of)_([a-z]+)$")
"""What a constant is of one of: the week of days_per_week, the spider of legs_of_spider."""
_RATE = r"\b(?:per|each|every|an?)\s+{}\b"
"""Says something of every one of a unit: the seven of `an alligator a week` and `after one week` may be the first's."""
_ITS_OWN = re.compile(
    r"\s+(?:(?:[\w'\u2019-]+\s+){1,4}?(?:for|of|worth|with|at|costing"
    r"|(?:that|which) (?:costs?|weigh(?:s|ed)?|contain(?:s|ed)?|ha[sd]|holds?|lasts?))\s+)?(?:only |just |about )?\$?\s?$"
)
"""Between a one and the number that is said of it: `1 computer game for $90`, `1 box of 11 crayons`, `one 10-minute show`."""
_STORY = re.compile(r"(?:^|[.?!]\s+)$")
"""In front of the one of `One day he went`."""
_AMOUNTS = ("plain", "word", "money", "cents")


def restored(works: list[Work], mentions: list[Mention], text: str) -> tuple[list[Work], tuple[int, ...]]:
    """Return the operations with such ones as factors, and the ones' places among the numbers of the question."""
    uses = Counter(node for work in works for node in (work.left, work.right))
    used = {node.index for node in uses if isinstance(node, Input)}
    found: dict[Node, list[Input]] = {}
    for index, mention in enumerate(mentions):
        one = mention.quantity
        if one.value == 1 and one.kind in ("plain", "word") and mention.alias == index and index not in used:
            whose = _constants(mention, works, mentions, text) + _counted(mention, works, mentions, text)
            if len(whose) == 1 and uses[whose[0]] == 1:
                found.setdefault(whose[0], []).append(Input(index, "", one.value))
    sole = {node: ones[0] for node, ones in found.items() if len(ones) == 1}
    return _multiplied(works, sole), tuple(sorted(one.index for one in sole.values()))


def _constants(one: Mention, works: list[Work], mentions: list[Mention], text: str) -> list[Node]:
    """Return the constants that are of one such unit, where no other number has that unit beside them."""
    if one.quantity.kind == "word" and _STORY.search(text, 0, one.quantity.start):
        return []
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
    """Return the units of the numbers of the question that a number is worked out of."""
    if isinstance(node, Work):
        return _units(node.left, mentions) | _units(node.right, mentions)
    return {mentions[node.index].unit} if isinstance(node, Input) else set()


def _counted(one: Mention, works: list[Work], mentions: list[Mention], text: str) -> list[Node]:
    """Return the numbers added or taken away that are said of a counted one: right behind it, else in a clause about such things."""
    if not is_counted(one, mentions, text):
        return []
    terms = [
        (node, mentions[node.index])
        for work in works
        if work.sign in "+-"
        for node in (work.left, work.right)
        if isinstance(node, Input) and not node.form
    ]
    end, things = one.quantity.end, {stem(word) for word in one.phrase}
    own: list[Node] = [
        node
        for node, other in terms
        if other.quantity.start >= end and _ITS_OWN.fullmatch(text, end, other.quantity.start)
    ]
    return own or [
        node
        for node, other in terms
        if other.unit != one.unit
        and not other.is_difference
        and other.quantity.kind in _AMOUNTS
        and things <= other.clause
    ]


def _multiplied(works: list[Work], ones: dict[Node, Input]) -> list[Work]:
    """Return the operations with numbers multiplied by their ones."""
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
