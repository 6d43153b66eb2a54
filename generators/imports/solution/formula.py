"""Formulas as solutions write them: leaves and binary operations, read strictly or out of prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(slots=True, eq=False)
class Leaf:
    """A number in a solution, with the words around it where they are known."""

    value: Fraction
    percent: bool = False
    money: bool = False
    after: tuple[str, ...] = ()
    """Stems of the words behind the number, up to the next number or sign."""
    before: tuple[str, ...] = ()
    """Stems of the words in front of it."""
    letter: str = ""
    """The unknown's letter, where the leaf is one."""
    implied: bool = False
    """Whether nobody wrote the number: the 1 in front of `x`."""


@dataclass(slots=True, eq=False)
class Op:
    """A binary operation."""

    sign: str
    left: "Formula"
    right: "Formula"


Formula = Leaf | Op


class NoFormula(ValueError):
    """The text is no formula."""


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield the leaves from left to right."""
    if isinstance(formula, Leaf):
        yield formula
    else:
        yield from leaves(formula.left)
        yield from leaves(formula.right)


def evaluate(formula: Formula) -> Fraction:
    """Return the value; raise NoFormula where it divides by zero or holds an unknown."""
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


Token = Leaf | str
_STRICT = re.compile(r"\d+(?:\.\d+)?|\.\d+|//|[-+*/()]")


def read_formula(text: str) -> Formula:
    """Return the formula of an annotation; raise NoFormula if the text is none."""
    compact = text.replace(" ", "").replace(",", "").replace("$", "")
    tokens: list[Token] = []
    end = 0
    for match in _STRICT.finditer(compact):
        if match.start() != end:
            raise NoFormula(f"{text!r} is no formula")
        end = match.end()
        found = match[0]
        tokens.append(Leaf(Fraction(found)) if found[0].isdigit() or found[0] == "." else found.replace("//", "/"))
    if end != len(compact):
        raise NoFormula(f"{text!r} is no formula")
    return parse(tokens)


def parse(tokens: list[Token]) -> Formula:
    """Return the formula of tokens: leaves, signs and brackets; a missing sign multiplies."""
    formula, place = _sum(tokens, 0, 0)
    if place != len(tokens):
        raise NoFormula("more than one formula")
    return formula


_DEPTH = 12


def _sum(tokens: list[Token], place: int, depth: int) -> tuple[Formula, int]:
    if depth > _DEPTH:
        raise NoFormula("too deep")
    left, place = _product(tokens, place, depth)
    while place < len(tokens) and tokens[place] in ("+", "-"):
        sign = str(tokens[place])
        right, place = _product(tokens, place + 1, depth)
        left = Op(sign, left, right)
    return left, place


def _product(tokens: list[Token], place: int, depth: int) -> tuple[Formula, int]:
    left, place = _factor(tokens, place, depth)
    while place < len(tokens):
        piece = tokens[place]
        if piece in ("*", "/"):
            right, place = _factor(tokens, place + 1, depth)
            left = Op(str(piece), left, right)
        elif piece == "(" or (isinstance(piece, Leaf) and piece.letter):
            right, place = _factor(tokens, place, depth)
            left = Op("*", left, right)
        else:
            break
    return left, place


def _factor(tokens: list[Token], place: int, depth: int) -> tuple[Formula, int]:
    if place >= len(tokens):
        raise NoFormula("ends too early")
    piece = tokens[place]
    if piece == "-":
        inner, place = _factor(tokens, place + 1, depth + 1)
        return Op("-", Leaf(Fraction(0), implied=True), inner), place
    if piece == "+":
        return _factor(tokens, place + 1, depth + 1)
    if piece == "(":
        inner, place = _sum(tokens, place + 1, depth + 1)
        if place >= len(tokens) or tokens[place] != ")":
            raise NoFormula("a bracket is open")
        return inner, place + 1
    if isinstance(piece, Leaf):
        return piece, place + 1
    raise NoFormula(f"{piece} where a number should be")


def with_fractions(formula: Formula, pairs: frozenset[tuple[int, int]]) -> Formula:
    """Return a formula with fractions, given by numerator and denominator, as one number each: `x * 2 / 3` is `x * (2/3)`."""
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
    return (
        isinstance(top, Leaf)
        and not top.letter
        and (top.value.numerator, bottom.value.numerator) in pairs
        and top.value.denominator == bottom.value.denominator == 1
    )


def _joined(top: Formula, bottom: Leaf) -> Leaf:
    before = top.before if isinstance(top, Leaf) else ()
    worth = top.value if isinstance(top, Leaf) else Fraction(1)
    return Leaf(worth / bottom.value, after=bottom.after, before=before)
