"""The nodes of a graph of operations: numbers of the question, constants, literals, and the operations themselves."""

from dataclasses import dataclass, field
from fractions import Fraction

from generators.text.rules import first


@dataclass(frozen=True, slots=True)
class Input:
    """A quantity of the question; `form` says which of its numbers is meant, where it has several."""

    index: int
    form: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Fixed:
    """A named constant, such as days_per_week."""

    name: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Literal:
    """A number that is written in the arguments of an operation."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Work:
    """An operation: `+ - * /`, or a percent op (`of`, `off`, `up`) on base and rate."""

    sign: str
    left: "Node"
    right: "Node"
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once: operations nest deeply, and every set of them asks for the hash.
        object.__setattr__(self, "_hash", hash((self.sign, self.left, self.right)))

    def __hash__(self) -> int:
        return self._hash


Node = Input | Fixed | Literal | Work

HUNDRED = Literal(Fraction(100))
ONE = Literal(Fraction(1))
ZERO = Literal(Fraction(0))


class NoGraph(ValueError):
    """A linked solution that cannot be written as a trace; the message says why."""


def simple(sign: str, left: Node, right: Node) -> Node:
    """Return an operation in its simplest form, as far as its own operands tell."""
    work = Work(sign, left, right)
    return first(SIMPLIFICATIONS, work) or work


def literals(work: Work) -> Node | None:
    """Computes an operation on two literals: 100 - 1 is 99."""
    if not (isinstance(work.left, Literal) and isinstance(work.right, Literal)):
        return None
    a, b = work.left.value, work.right.value
    if work.sign == "/" and not b:
        raise NoGraph("division by zero")
    return Literal({"+": a + b, "-": a - b, "*": a * b}[work.sign] if work.sign != "/" else a / b)


def neutral_right(work: Work) -> Node | None:
    """Drops a neutral second operand: x * 1, x / 1, x + 0 and x - 0 are x."""
    if not isinstance(work.right, Literal):
        return None
    return work.left if work.right == (ONE if work.sign in "*/" else ZERO) else None


def neutral_left(work: Work) -> Node | None:
    """Drops a neutral first operand: 1 * x and 0 + x are x."""
    if not isinstance(work.left, Literal) or work.sign not in "*+":
        return None
    return work.right if work.left == (ONE if work.sign == "*" else ZERO) else None


def factor_divided_out(work: Work) -> Node | None:
    """Cancels the second factor of a product: x * y / y is x."""
    left = work.left
    cancels = work.sign == "/" and isinstance(left, Work) and left.sign == "*" and left.right == work.right
    return left.left if cancels and isinstance(left, Work) else None


def negative_right(work: Work) -> Node | None:
    """Adds or subtracts a negative number: x + (0 - y) is x - y, and x - (0 - y) is x + y."""
    positive = _negated(work.right)
    if positive is None or work.sign not in "+-":
        return None
    return simple("-" if work.sign == "+" else "+", work.left, positive)


def negative_left(work: Work) -> Node | None:
    """Moves a negative first addend behind the other: (0 - x) + y is y - x."""
    positive = _negated(work.left)
    return simple("-", work.right, positive) if positive is not None and work.sign == "+" else None


SIMPLIFICATIONS = (
    literals,
    neutral_right,
    neutral_left,
    factor_divided_out,
    negative_right,
    negative_left,
)


def _negated(node: Node) -> Node | None:
    """Return y of a node `0 - y`."""
    return node.right if isinstance(node, Work) and node.sign == "-" and node.left == ZERO else None


def within(node: Node) -> set[Node]:
    """Return a node and everything that it is computed from."""
    found: set[Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [one.left, one.right] if isinstance(one, Work) else []
    return found
