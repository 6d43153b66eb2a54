"""Rewrites 'half given away' as x - x/2, so that the trace stays right for other fractions.

Half of something equals its complement, so solutions go on with the half where they mean the remainder.
"""

from collections.abc import Callable
from typing import NamedTuple

from generators.imports.question.mentions import Mention
from generators.text.rules import first

from .fraction_contexts import FractionContexts
from .fractions import HALF, half_of, is_half, subtracted
from .node import ONE, Input, Node, Work, within

_TWO = 1 / HALF
Make = Callable[[str, Node, Node], Node]


def rest_of_half(node: Node, make: Make) -> Node:
    """Return the remainder after a half is taken, or the node itself where it is no half of something."""
    if not isinstance(node, Work):
        return node
    if is_half(node.sign, node.right):
        return make("-", node.left, node)
    return make("-", node.right, node) if node.sign == "*" and is_half("*", node.left) else node


class Rewriting(NamedTuple):
    """An operation, its operands as rewritten so far, and what the other operations say about it."""

    work: Work
    left: Node
    right: Node
    half: tuple[Node, Input] | None
    """The node that the operation halves, and the half."""
    make: Make
    contexts: FractionContexts
    subtracted: set[Node]
    subtractions: set[tuple[Node, Node]]
    """Everything that is within the left side of a subtraction, with the right side."""

    def rewritten(self, operand: Node) -> Node:
        """Return the new form of one of the operands."""
        return self.left if operand is self.work.left else self.right


def taken_off(step: Rewriting) -> Node | None:
    """Subtracts a half that is taken off: 20 at `50% off` is 20 less 50 percent."""
    return _complement(step) if step.half and step.contexts.is_off(step.half[1]) else None


def lost(step: Rewriting) -> Node | None:
    """Subtracts a half that is lost and in no later subtraction: `half of 60 figs rotted` is 60 - 60/2."""
    if step.half is None or step.work in step.subtracted or not step.contexts.is_lost(step.half[1]):
        return None
    return _complement(step)


def whole_of_remainder(step: Rewriting) -> Node | None:
    """Divides a known remainder by the complement: `half rotted, and 6 are left` is 6 / (1 - 1/2)."""
    for base, factor in ((step.work.left, step.work.right), (step.work.right, step.work.left)):
        if isinstance(factor, Input) and _doubles(step.work, factor):
            if not step.contexts.leaves_known_remainder(factor):
                return None
            return step.make("/", step.rewritten(base), step.make("-", ONE, Input(factor.index, "", HALF)))
    return None


REMAINDER_RULES = (taken_off, lost, whole_of_remainder)


def with_remainders(works: list[Work], mentions: list[Mention], text: str) -> list[Work]:
    """Return the operations with the remainders of halves that the question takes off or calls lost."""
    contexts = FractionContexts(mentions, text)
    taken = subtracted(works)
    subtractions = {(base, work.right) for work in works if work.sign == "-" for base in within(work.left)}
    new: dict[Node, Node] = {}
    out: dict[Work, None] = {}

    def make(sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        out.setdefault(work)
        return work

    for work in works:
        left, right = new.get(work.left, work.left), new.get(work.right, work.right)
        step = Rewriting(work, left, right, half_of(work), make, contexts, taken, subtractions)
        new[work] = first(REMAINDER_RULES, step) or make(work.sign, left, right)
    return list(out)


def _complement(step: Rewriting) -> Node | None:
    """Return the remainder after an operation's half, or None where the solution subtracts the half itself."""
    if step.half is None or (step.half[0], step.work) in step.subtractions:
        return None
    if step.work.sign == "of":
        return step.make("off", step.left, step.right)
    return step.make("-", step.rewritten(step.half[0]), step.make(step.work.sign, step.left, step.right))


def _doubles(work: Work, factor: Input) -> bool:
    """Return whether an operation doubles by a half: `2 * X` with the half's divisor, or `X / (1/2)`."""
    if work.sign == "*":
        return factor.form == "divisor" and factor.value == _TWO
    return work.sign == "/" and factor is work.right and factor.form == "" and factor.value == HALF
