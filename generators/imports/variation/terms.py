"""Terms: sums, differences, products and quotients of slots and fixed numbers, written as expressions of patterns."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from generators.imports.solution.formula import apply
from solver.number import write_number

_RANK = {"+": 0, "-": 0, "*": 1, "/": 1}


class Operation(NamedTuple):
    """An operation on two terms."""

    sign: str
    left: "Term"
    right: "Term"


Term = Operation | Fraction | str
"""An operation, a fixed number, or the name of a slot."""


def operation(sign: str, left: Term, right: Term) -> Term:
    """Return an operation; one on two fixed numbers is worked out, and a neutral operand is left out."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return apply(sign, left, right)
    if isinstance(right, Fraction) and right == (1 if sign in "*/" else 0):
        return left
    if isinstance(left, Fraction) and sign in "*+" and left == (1 if sign == "*" else 0):
        return right
    if sign in "+-" and isinstance(right, Fraction) and right < 0:
        return operation("-" if sign == "+" else "+", left, -right)
    if sign == "+" and isinstance(left, Fraction) and left < 0:
        return operation("-", right, -left)
    if sign == "/" and isinstance(right, Operation) and right.sign == "/" and right.left == Fraction(1):
        return operation("*", left, right.right)
    return Operation(sign, left, right)


def value(term: Term, numbers: Mapping[str, Fraction]) -> Fraction:
    """Return the value of a term for these numbers of its slots; raise NoFormula if it divides by zero."""
    if isinstance(term, Operation):
        return apply(term.sign, value(term.left, numbers), value(term.right, numbers))
    return numbers[term] if isinstance(term, str) else term


def names(term: Term) -> Iterator[str]:
    """Yield the slots of a term."""
    if isinstance(term, Operation):
        yield from names(term.left)
        yield from names(term.right)
    elif isinstance(term, str):
        yield term


def size(term: Term) -> int:
    """Return the number of operations of a term, each as often as it is written."""
    return 1 + size(term.left) + size(term.right) if isinstance(term, Operation) else 0


def replaced(term: Term, parts: Mapping[Term, str]) -> Term:
    """Return a term with names in place of the operations that have one."""
    if term in parts:
        return parts[term]
    if isinstance(term, Operation):
        return Operation(term.sign, replaced(term.left, parts), replaced(term.right, parts))
    return term


def written(term: Term) -> str:
    """Return a term as an expression with as few brackets as its meaning allows."""
    if isinstance(term, str):
        return term
    if isinstance(term, Fraction):
        return write_number(term)
    rank = _RANK[term.sign]
    sides = []
    for side, tight in ((term.left, False), (term.right, term.sign in "-/")):
        inner = _RANK[side.sign] if isinstance(side, Operation) else None
        slashed = isinstance(side, Fraction) and "/" in write_number(side) and term.sign in "*/"
        bare = not slashed and (inner is None or inner > rank or (inner == rank and not tight))
        sides.append(written(side) if bare else f"({written(side)})")
    return f"{sides[0]} {term.sign} {sides[1]}"
