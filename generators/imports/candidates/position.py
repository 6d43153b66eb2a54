"""The role of a number in its formula: its operation, its side, and its neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.solution.formula import Formula, Op, leaves


@dataclass(frozen=True, slots=True)
class Role:
    """The role of a leaf in its formula."""

    sign: str
    """The operation that it is an operand of; `+` where it is the whole formula."""
    right: bool
    hundred: bool
    """True if the formula divides by a hundred."""
    over: bool
    """True if a divisor follows, so that a numerator can stand here."""
    beside_share: bool
    dividend: Formula | None
    """The formula that it divides."""

    @property
    def product(self) -> bool:
        """True if it is multiplied or divided."""
        return self.sign in "*/"

    @property
    def divides(self) -> bool:
        """True if it is a divisor."""
        return self.sign == "/" and self.right


def roles(formula: Formula) -> Iterator[Role]:
    """Yield the role of each leaf of a formula, from left to right."""
    hundred = any(leaf.value in (100, Fraction(1, 100)) for leaf in leaves(formula))
    if isinstance(formula, Op):
        return _walk(formula, over=False, hundred=hundred)
    return iter((_role("+", None, right=False, over=False, hundred=hundred),))


def _walk(node: Op, *, over: bool, hundred: bool) -> Iterator[Role]:
    inner = node.sign == "/" or (over and node.sign == "*")
    sides = ((node.left, node.right, False, inner), (node.right, node.left, True, inner and node.sign == "*"))
    for side, sibling, right, divided in sides:
        if isinstance(side, Op):
            yield from _walk(side, over=divided, hundred=hundred)
        else:
            yield _role(node.sign, sibling, right=right, over=divided, hundred=hundred)


def _role(sign: str, sibling: Formula | None, *, right: bool, over: bool, hundred: bool) -> Role:
    beside = list(leaves(sibling)) if sibling is not None else []
    share = sign in "+-" and any(0 < leaf.value < 1 or leaf.percent for leaf in beside)
    return Role(
        sign,
        right,
        hundred,
        over,
        beside_share=share or sibling is None,
        dividend=sibling if sign == "/" and right else None,
    )
