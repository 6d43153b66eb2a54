"""The nodes of a graph of operations: numbers of the question, constants, literals, and the operations themselves."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Input:
    """A quantity of the question: `form` says which of its numbers, where it has several."""

    index: int
    form: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant of the world, by its name in the table."""

    name: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Literal:
    """A number that belongs to an operation and is written in its arguments."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Work:
    """An operation: `+ - * /`, or a percent op on base and rate."""

    sign: str
    left: "Node"
    right: "Node"
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.sign, self.left, self.right)))  # once: works are deep

    def __hash__(self) -> int:
        return self._hash


Node = Input | Fixed | Literal | Work

HUNDRED = Literal(Fraction(100))
ONE = Literal(Fraction(1))
ZERO = Literal(Fraction(0))


class NoGraph(ValueError):
    """The linked solution cannot be written as a trace; says why."""


def simple(sign: str, left: Node, right: Node) -> Node:  # noqa: PLR0911 - one return for each rule
    """Return an operation, simplified where that needs no look at the rest."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        a, b = left.value, right.value
        if sign == "/" and not b:
            raise NoGraph("division by zero")
        return Literal({"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b)
    if (right == ONE and sign in "*/") or (right == ZERO and sign in "+-"):
        return left
    if (left == ONE and sign == "*") or (left == ZERO and sign == "+"):
        return right
    if sign == "/" and isinstance(left, Work) and left.sign == "*" and left.right == right:
        return left.left
    taken_right, taken_left = _taken(right), _taken(left)
    if taken_right is not None and sign in "+-":
        return simple("-" if sign == "+" else "+", left, taken_right)
    if taken_left is not None and sign == "+":
        return simple("-", right, taken_left)
    if left == ONE and sign == "/" and isinstance(right, Input) and right.form == "divisor":
        return Input(right.index, "", 1 / right.value)
    if _fraction_of(sign, left, right):
        return Input(left.index, "", left.value / right.value)  # type: ignore[union-attr]
    return Work(sign, left, right)


def _fraction_of(sign: str, top: Node, bottom: Node) -> bool:
    return (
        sign == "/"
        and isinstance(top, Input)
        and isinstance(bottom, Input)
        and (top.form, bottom.form, top.index) == ("top", "bottom", bottom.index)
    )


def _taken(node: Node) -> Node | None:
    return node.right if isinstance(node, Work) and node.sign == "-" and node.left == ZERO else None
