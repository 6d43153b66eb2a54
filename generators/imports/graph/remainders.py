"""Rewrites 'half off' as x - x/2, so that the trace stays right for other fractions.

Half of something equals its complement, so solutions go on with the half where they mean the remainder.
"""

from collections.abc import Callable

from generators.imports.question.mentions import Mention

from .fraction_contexts import FractionContexts
from .fractions import half_of
from .node import Node, Work, within

_Make = Callable[[str, Node, Node], Node]


def with_remainders(works: list[Work], mentions: list[Mention], text: str) -> list[Work]:
    """Return the operations with the remainders of halves that the question takes off, if no step subtracts them."""
    contexts = FractionContexts(mentions, text)
    subtractions = {(base, work.right) for work in works if work.sign == "-" for base in within(work.left)}
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def make(sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        out.setdefault(work)
        return work

    for work in works:
        left, right = new.get(work.left, work.left), new.get(work.right, work.right)
        half = half_of(work)
        if half and contexts.is_off(half[1]) and (half[0], work) not in subtractions:
            new[work] = _remainder(work, left, right, half[0], make)
        else:
            new[work] = make(work.sign, left, right)
    return list(out)


def _remainder(work: Work, left: Node, right: Node, base: Node, make: _Make) -> Node:
    """Return what is left after an operation's half; `left` and `right` are its operands as rewritten."""
    if work.sign == "of":
        return make("off", left, right)
    return make("-", left if base is work.left else right, make(work.sign, left, right))
