"""Formulas of solutions: trees of numbers and binary operations, and their parser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .written import Written


@dataclass(slots=True, eq=False)
class Leaf:
    """A number or an unknown of a formula, with the words around it where they are known."""

    value: Fraction
    percent: bool = False
    money: bool = False
    after: tuple[str, ...] = ()
    """Stems of the words behind the number, up to the next number or sign."""
    before: tuple[str, ...] = ()
    """Stems of the words in front of it."""
    letter: str = ""
    """The letter of an unknown."""
    implied: bool = False
    """Whether the number is not written: the 1 in front of `x`."""
    written: Written | None = None
    """The origin that the program gives the number, if it does."""


@dataclass(slots=True, eq=False)
class Op:
    """A binary operation."""

    sign: str
    left: "Formula"
    right: "Formula"


Formula = Leaf | Op


class NoFormula(ValueError):
    """A text that is no formula, or a formula without a value."""


class Beyond(NoFormula):
    """An operation that traces do not have."""


class BinaryDecimal(NoFormula):
    """A fraction that a computer cut: 0.16666666666666666 for a sixth."""


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield the leaves from left to right."""
    if isinstance(formula, Leaf):
        yield formula
    else:
        yield from leaves(formula.left)
        yield from leaves(formula.right)


def evaluate(formula: Formula) -> Fraction:
    """Return the value; raise NoFormula if it divides by zero or holds an unknown."""
    if isinstance(formula, Leaf):
        if formula.letter:
            raise NoFormula("an unknown")
        return formula.value
    return apply(formula.sign, evaluate(formula.left), evaluate(formula.right))


def apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    """Return the result of one operation; raise NoFormula for a division by zero."""
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if right == 0:
        raise NoFormula("division by zero")
    return left / right


Symbol = Leaf | str
_STRICT = re.compile(r"\d+(?:\.\d+)?|\.\d+|//|[-+*/()]")


def read_formula(text: str) -> Formula:
    """Return the formula of an annotation; raise NoFormula if the text is none."""
    compact = text.replace(" ", "").replace(",", "").replace("$", "")
    symbols: list[Symbol] = []
    end = 0
    for match in _STRICT.finditer(compact):
        if match.start() != end:
            raise NoFormula(f"{text!r} is no formula")
        end = match.end()
        found = match[0]
        symbols.append(Leaf(Fraction(found)) if found[0].isdigit() or found[0] == "." else found.replace("//", "/"))
    if end != len(compact):
        raise NoFormula(f"{text!r} is no formula")
    return parse(symbols)


def parse(symbols: list[Symbol]) -> Formula:
    """Return the formula of symbols: leaves, signs and brackets; a missing sign multiplies."""
    formula, place = _sum(symbols, 0, 0)
    if place != len(symbols):
        raise NoFormula("more than one formula")
    return formula


_DEPTH = 12
"""Brackets and signs within each other that a formula may have."""


def _sum(symbols: list[Symbol], place: int, depth: int) -> tuple[Formula, int]:
    if depth > _DEPTH:
        raise NoFormula("too deep")
    left, place = _product(symbols, place, depth)
    while place < len(symbols) and symbols[place] in ("+", "-"):
        sign = str(symbols[place])
        right, place = _product(symbols, place + 1, depth)
        left = Op(sign, left, right)
    return left, place


def _product(symbols: list[Symbol], place: int, depth: int) -> tuple[Formula, int]:
    left, place = _factor(symbols, place, depth)
    while place < len(symbols):
        symbol = symbols[place]
        if symbol in ("*", "/"):
            right, place = _factor(symbols, place + 1, depth)
            left = Op(str(symbol), left, right)
        elif symbol == "(" or (isinstance(symbol, Leaf) and symbol.letter):
            right, place = _factor(symbols, place, depth)
            left = Op("*", left, right)
        else:
            break
    return left, place


def _factor(symbols: list[Symbol], place: int, depth: int) -> tuple[Formula, int]:
    if place >= len(symbols):
        raise NoFormula("ends too early")
    symbol = symbols[place]
    if symbol == "-":
        inner, place = _factor(symbols, place + 1, depth + 1)
        return Op("-", Leaf(Fraction(0), implied=True), inner), place
    if symbol == "+":
        return _factor(symbols, place + 1, depth + 1)
    if symbol == "(":
        inner, place = _sum(symbols, place + 1, depth + 1)
        if place >= len(symbols) or symbols[place] != ")":
            raise NoFormula("a bracket is open")
        return inner, place + 1
    if isinstance(symbol, Leaf):
        return symbol, place + 1
    raise NoFormula(f"{symbol} where a number should be")


def with_fractions(formula: Formula, pairs: frozenset[tuple[int, int]]) -> Formula:
    """Return a formula in which each of the given fractions is one leaf: `x * 2 / 3` becomes `x * (2/3)`."""
    if isinstance(formula, Leaf) or not pairs:
        return formula
    left, right = with_fractions(formula.left, pairs), with_fractions(formula.right, pairs)
    if formula.sign == "/" and isinstance(right, Leaf):
        if _makes(left, right, pairs):
            return _joined(left, right)
        if isinstance(left, Op) and left.sign == "*":
            if _makes(left.right, right, pairs):
                return Op("*", left.left, _joined(left.right, right))
            if _makes(left.left, right, pairs):
                return Op("*", _joined(left.left, right), left.right)
    return Op(formula.sign, left, right)


def _makes(top: Formula, bottom: Leaf, pairs: frozenset[tuple[int, int]]) -> bool:
    """Return whether two operands are numerator and denominator of one of the fractions."""
    return (
        isinstance(top, Leaf)
        and not top.letter
        and (top.value.numerator, bottom.value.numerator) in pairs
        and top.value.denominator == bottom.value.denominator == 1
    )


def _joined(top: Formula, bottom: Leaf) -> Leaf:
    """Return a fraction as one leaf, with the words in front of its numerator and behind its denominator."""
    before = top.before if isinstance(top, Leaf) else ()
    worth = top.value if isinstance(top, Leaf) else Fraction(1)
    return Leaf(worth / bottom.value, after=bottom.after, before=before)
