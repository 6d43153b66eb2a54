"""Finds halves among the operations, and the fractions that may stand for their complements."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from generators.imports.question.mentions import Mention
from generators.text.rules import first

from .fraction_contexts import FractionContexts
from .node import HUNDRED, Input, Node, Work, within

HALF = Fraction(1, 2)


def half_of(work: Work) -> tuple[Node, Input] | None:
    """Return what an operation halves, and the half: `X / 2`, `X * 1/2`, or 50 percent of X."""
    for base, factor in ((work.left, work.right), (work.right, work.left)):
        if not isinstance(factor, Input) or (factor is work.left and work.sign != "*"):
            continue
        percent = work.sign == "of" and factor.value == HUNDRED.value / 2
        if percent or (work.sign in "*/" and is_half(work.sign, factor)):
            return base, factor
    return None


def is_half(sign: str, factor: Node) -> bool:
    """Return whether an operation by a factor halves: 1/2, 50 percent, or the divisor of a half, but no two persons."""
    if isinstance(factor, Work):
        rate = factor.left if (factor.sign, factor.right) == ("/", HUNDRED) else None
        return sign == "*" and isinstance(rate, Input) and rate.value == HUNDRED.value / 2
    if not isinstance(factor, Input):
        return False
    if sign == "*":
        return factor.value == HALF
    return sign == "/" and factor.form == "divisor" and factor.value == 1 / HALF


@dataclass(frozen=True)
class Halving:
    """An operation that halves something told in the question."""

    work: Work
    base: Node
    half: Input
    works: list[Work]
    subtracted: set[Node]
    contexts: FractionContexts

    @cached_property
    def is_taken_away(self) -> bool:
        """Whether a later step takes it from its whole, or from the whole with additions."""
        return self.work in self.subtracted and any(
            use.sign == "-"
            and self.work in within(use.right)
            and (self.work not in within(use.left) or self.base == use.left)
            and (self.base in within(use.left) or not isinstance(self.base, Work))
            for use in self.works
        )


def used_twice(halving: Halving) -> bool | None:
    """Doubts a half with two uses and no subtraction: `sold half for $5 each`, and how many are left."""
    uses = [other for other in halving.works if halving.work in (other.left, other.right)]
    if len(uses) < 2 or any(use.sign == "-" for use in uses):
        return None
    return None if halving.contexts.is_compared(halving.half) else True


def given_away(halving: Halving) -> bool | None:
    """Doubts a half that is given away and never subtracted: `gave half of them to Bo`."""
    return True if halving.contexts.is_given(halving.half) and not halving.is_taken_away else None


def complement_named(halving: Halving) -> bool | None:
    """Doubts a half whose complement the question speaks of: `half are red, and the others`."""
    return True if halving.contexts.complement_is_named(halving.half) and not halving.is_taken_away else None


def remainder_asked(halving: Halving) -> bool | None:
    """Doubts a half where the question asks for the remainder, and nothing is taken from the half."""
    if not halving.contexts.remainder_is_asked(halving.half) or halving.is_taken_away:
        return None
    taken_from = any(use.sign == "-" and halving.work in within(use.left) for use in halving.works)
    return None if taken_from else True


DOUBTS = (used_twice, given_away, complement_named, remainder_asked)


def unsure(works: list[Work], mentions: list[Mention], text: str) -> Iterator[Mention]:
    """Yield the halves that may stand for their complements, which have the same value."""
    contexts = FractionContexts(mentions, text)
    taken = subtracted(works)
    for work in works:
        found = half_of(work)
        if found and contexts.is_of_something(found[1]):
            base, half = found
            if first(DOUBTS, Halving(work, base, half, works, taken, contexts)):
                yield mentions[half.index]


def subtracted(works: list[Work]) -> set[Node]:
    """Return the nodes that are subtracted, alone or within a sum or product."""
    found: set[Node] = set()
    for work in reversed(works):
        if work.sign == "-":
            found.add(work.right)
        elif work in found and work.sign in "+*":
            found |= {work.left, work.right}
    return found
