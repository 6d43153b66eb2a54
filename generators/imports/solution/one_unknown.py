"""Reads an equation that stands alone: `x=(22.0-14.0)/4.0`, `2+(5*x)=27`, `5+7=12`, or `9=3+6` for the 6."""

import re
from collections.abc import Sequence
from fractions import Fraction

from solver.plurals import counted

from .equations import Equation, solve_linear
from .formula import Formula, Leaf, NoFormula, Op, Symbol, evaluate, parse
from .programs import MOST_TEXT, beyond, decimal
from .tokens import SIGNS

_PLAIN = str.maketrans(SIGNS | {"\u22c5": "*", "\uff0b": "+", "\uff1d": "="})
_SYMBOL = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(\s*%)?|([A-Za-z_]+)([(\[]?)|//|[-+*/()]")
_UNIT = re.compile(r"\((?=[^()]*[A-Za-z]{2})[A-Za-z /.]+\)")
_DECLARED = re.compile(r"[A-Za-z]\s*:[^=]*")
_EXPONENT = re.compile(r"\d[eE]\d")
_REMAINDER = re.compile(r"\b\d+\s*r\.?\s*\d+")


def read_equations(lines: Sequence[str], answer: Fraction | None = None) -> list[Formula]:
    """Return the formulas of equations, one a line or parted by semicolons; raise NoFormula.

    Notes on units and on the unknown are passed over: `2 (hours) * 60 (min/hour)`, `x: the number`.
    """
    parts = [part.strip() for line in lines for part in line.split(";") if part.strip()]
    told = [_UNIT.sub("", part) for part in parts if not _DECLARED.fullmatch(part)]
    if not told:
        raise NoFormula("no operation")
    if len(told) == 1:
        return [read_equation(told[0], answer)]
    if any(char.isalpha() for char in "".join(told)):
        raise NoFormula(f"{counted(len(told), 'equation')} with unknowns")
    return [read_equation(one) for one in told]


def read_equation(text: str, answer: Fraction | None = None) -> Formula:
    """Return the formula of the one unknown of an equation, or of the side that is computed; raise NoFormula.

    If no side is worth the answer but one number of the equation is, that number is the unknown.
    """
    if len(text) > MOST_TEXT:
        raise NoFormula(f"more than {MOST_TEXT} characters")
    if _REMAINDER.search(text):
        raise beyond("a division with a remainder")
    if _EXPONENT.search(text):
        raise NoFormula("a number with an exponent of ten")
    text = text.translate(_PLAIN)
    sides = [_symbols(side) for side in text.replace("==", "=").split("=") if side.strip()]
    letters = {leaf.letter for leaf in _leaves(sides) if leaf.letter}
    if len(letters) > 1:
        raise NoFormula(f"{counted(len(letters), 'unknown')}")
    if not letters:
        computed = _computed(sides)
        if answer is None or len(sides) != 2 or evaluate(computed) == answer:
            return computed
        same = [leaf for leaf in _leaves(sides) if leaf.value == answer]
        if len(same) != 1:
            return computed
        same[0].letter = "x"
    return _solved(sides)


def _solved(sides: list[list[Symbol]]) -> Formula:
    """Return the formula of the unknown of an equation."""
    if len(sides) > 2 and _is_letter(sides[0]) and not any(leaf.letter for leaf in _leaves(sides[1:])):
        return _computed(sides[1:])  # x = 12 + 5 = 17
    if len(sides) != 2:
        raise NoFormula("an unknown without an equation")
    for side, other in (sides, sides[::-1]):
        if _is_letter(side) and not any(leaf.letter for leaf in _leaves([other])):
            return parse(other)
    solved = next(solve_linear([Equation(sides[0], sides[1], frozenset(), 0)]), None)
    if solved is None:
        raise NoFormula("not linear in its unknown, or its value is not above 0")
    return solved.formula


def _leaves(sides: list[list[Symbol]]) -> list[Leaf]:
    return [symbol for side in sides for symbol in side if isinstance(symbol, Leaf)]


def _is_letter(side: list[Symbol]) -> bool:
    return len(side) == 1 and isinstance(side[0], Leaf) and bool(side[0].letter)


def _computed(sides: list[list[Symbol]]) -> Formula:
    """Return the first side that is an operation; the others must have its value."""
    if len(sides) == 1:
        return parse(sides[0])
    formulas = [parse(side) for side in sides]
    computed = next((one for one in formulas if isinstance(one, Op)), None)
    if computed is None:
        raise NoFormula("no operation")
    if not all(_agree(evaluate(computed), evaluate(one)) for one in formulas):
        raise NoFormula("its sides differ")
    return computed


def _agree(value: Fraction, told: Fraction) -> bool:
    """Return whether a side is worth what another says, or rounds it to the decimals that it writes: 20/3=6.67."""
    if value == told:
        return True
    places = next((places for places in range(1, 15) if 10**places % told.denominator == 0), 0)
    return told.denominator > 1 and places > 0 and abs(value - told) * 2 * 10**places <= 1


def _symbols(side: str) -> list[Symbol]:
    """Return the symbols of a side; raise NoFormula for a text that is no formula."""
    compact = re.sub(r"(?<=\d),(?=\d{3}(?!\d))|\$|\s", "", side)
    symbols: list[Symbol] = []
    end = 0
    for match in _SYMBOL.finditer(compact):
        if match.start() != end:
            break
        end = match.end()
        figures, percent, word = match[1], match[2], match[3]
        if figures:
            value = decimal(figures)
            symbols.append(Leaf(value / 100 if percent else value, percent=bool(percent)))
        elif word:
            if match[4] and len(word) > 1:
                raise beyond(f"{word}()")
            symbols += [Leaf(Fraction(1), letter=word.lower()), *match[4]]
        else:
            symbols.append(match[0].replace("//", "/"))
    if compact[end:]:
        raise NoFormula(f"{side.strip()!r} is no formula")
    return symbols
