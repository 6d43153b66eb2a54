"""What a number does in its formula: which sign stands at it, and what stands beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.solution.formula import Formula, Op, leaves


@dataclass(frozen=True, slots=True)
class Role:
    """What a leaf does in its formula."""

    sign: str
    right: bool
    hundred: bool
    """Whether the formula divides by a hundred."""
    over: bool
    """Whether something in the formula is divided by a number: a numerator can stand here."""
    beside_one: bool
    beside_share: bool
    dividend: Formula | None
    beside: bool
    """Whether it stands beside another number."""


def roles(formula: Formula) -> Iterator[Role]:
    """Yield what each leaf of a formula does, from left to right."""
    hundred = any(leaf.value in (100, Fraction(1, 100)) for leaf in leaves(formula))
    return _walk(formula, "+", None, right=False, over=False, hundred=hundred)


def _walk(
    node: Formula, sign: str, sibling: Formula | None, *, right: bool, over: bool, hundred: bool
) -> Iterator[Role]:
    if isinstance(node, Op):
        inner = node.sign == "/" or (over and node.sign == "*")
        yield from _walk(node.left, node.sign, node.right, right=False, over=inner, hundred=hundred)
        last = inner and node.sign == "*"
        yield from _walk(node.right, node.sign, node.left, right=True, over=last, hundred=hundred)
        return
    beside = list(leaves(sibling)) if sibling is not None else []
    one = any(leaf.value == 1 or leaf.implied for leaf in beside)
    share = sign in "+-" and any(0 < leaf.value < 1 or leaf.percent for leaf in beside)
    dividend = sibling if sign == "/" and right else None
    yield Role(sign, right, hundred, over, one, share or sibling is None, dividend, sibling is not None)
