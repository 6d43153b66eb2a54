"""Parses and evaluates the exact expressions of patterns: slot names, numbers, + - * / // % and parentheses."""

import ast
import operator
import re
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from solver.columns import Column
from solver.number import LIMIT, fits, read_number
from solver.refusal import InputError

from .ratio import Ratio

MAX_LENGTH = 200
"""The most characters an expression may have."""
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_EXAMPLE = "for example count * times - count"
_SLIPS = {
    r"^\s*=": "it without the = in front",
    r"[${}]": "names of slots alone, as in count * times",
    r"%\s*(?:$|[-+*/)%])": "percent / 100, as in price * percent / 100",
    "[\u00d7\u00b7\u00f7\u2212\u2013]": "* / and - for the signs of print",
    r"\d\s*[A-Za-z(]|\)\s*[\w(]|\bx\b": "* between factors, as in 2 * count",
}
"""Hints for texts that are not expressions, by a part of the text; the first that fits is given."""
_OTHERS: dict[type, str] = {
    ast.Pow: "a power; multiply, as in side * side",
    ast.BitXor: "a ^; multiply for a power, as in side * side",
    ast.Call: "a call; write * between factors, and draw what no sign computes from a range",
    ast.Tuple: "a comma; write 1000 for 1,000",
    ast.USub: "a sign in front; subtract, as in 0 - change",
    ast.UAdd: "a sign in front; leave it out",
}
"""Signs that Python has and expressions have not, and what would do."""


class Expression:
    """An exact expression over fractions or columns; raises InputError at any other syntax."""

    def __init__(self, text: str):
        self.text = text.strip()
        if len(self.text) > MAX_LENGTH:
            raise InputError(
                f"the expression has {len(self.text)} characters; at most {MAX_LENGTH}, so split it into several slots"
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)  # such as for `1or a`, which is refused below
                self._tree = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            hint = next((fix for sign, fix in _SLIPS.items() if re.search(sign, self.text)), _EXAMPLE)
            raise InputError(f"{self.text!r} is not an expression; write {hint}") from None
        self.names: list[str] = []
        self.numbers: list[Fraction] = []
        self._values: dict[ast.AST, Fraction] = {}
        """The number of each constant of the tree."""
        self.operations = 0
        """The number of binary operations, a measure of its running time."""
        self._check(self._tree)

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            self._check(node.left)
            self._check(node.right)
            self.operations += 1
        elif isinstance(node, ast.Name):
            self.names.append(node.id)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            try:
                number = read_number(ast.get_source_segment(self.text, node) or "")
            except ValueError as error:
                raise InputError(f"{self.text!r}: {error}") from None
            self.numbers.append(number)
            self._values[node] = number
        else:
            kind = type(getattr(node, "op", node))
            raise InputError(
                f"{self.text!r} has {_OTHERS.get(kind, kind.__name__)}; only names, numbers, + - * / // % and ( )"
            )

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """Return the value for the given slot values, fractions or columns.

        Raises ZeroDivisionError, or OverflowError if an intermediate number exceeds `number.LIMIT`.
        """
        try:
            return self._run(self._tree, values)
        except ZeroDivisionError:
            raise ZeroDivisionError(f"{self.text!r} divides by zero; leave 0 out of the divisor") from None

    def _run(self, node: Any, values: Mapping[str, Any]) -> Any:
        if isinstance(node, ast.BinOp):
            value = _BINARY[type(node.op)](self._run(node.left, values), self._run(node.right, values))
            if not _bounded(value):
                raise OverflowError(
                    f"{self.text!r} computes numbers of more than {len(str(LIMIT)) - 1} digits; use smaller ranges"
                )
            return value
        if isinstance(node, ast.Name):
            return values[node.id]
        return self._values[node]

    def solvable_for(self, name: str, ranges: Mapping[str, tuple[int, int]]) -> bool:
        """Return whether the value determines `name`, given the other names and their ranges.

        It does if the name occurs once, not inside // or %, and every factor or divisor beside it is never 0.
        """
        return self.names.count(name) == 1 and self._solvable(self._tree, name, ranges)

    def _solvable(self, node: Any, name: str, ranges: Mapping[str, tuple[int, int]]) -> bool:
        if not isinstance(node, ast.BinOp):
            return True
        inside, other = (node.left, node.right) if _holds(node.left, name) else (node.right, node.left)
        if not isinstance(node.op, ast.Add | ast.Sub):
            ends = self._interval(other, ranges)
            if isinstance(node.op, ast.FloorDiv | ast.Mod) or ends is None or ends[0] <= 0 <= ends[1]:
                return False
        return self._solvable(inside, name, ranges)

    def interval(self, ranges: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
        """Return the least and greatest value for integers in these ranges, or None if /, // or % leave them open."""
        return self._interval(self._tree, ranges)

    def _interval(self, node: Any, ranges: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
        if isinstance(node, ast.Name):
            return ranges.get(node.id)
        if isinstance(node, ast.BinOp):
            sides = self._interval(node.left, ranges), self._interval(node.right, ranges)
            if isinstance(node.op, ast.Add | ast.Sub | ast.Mult) and sides[0] and sides[1]:
                corners = [_BINARY[type(node.op)](a, b) for a in sides[0] for b in sides[1]]
                ends = min(corners), max(corners)
                return ends if max(map(abs, ends)) < LIMIT else None
            return None
        number = self._run(node, {})
        return (int(number), int(number)) if number.denominator == 1 else None


@lru_cache(maxsize=1 << 16)
def read_expression(text: str) -> Expression:
    """Return the expression of a text; cached, since thousands of patterns have the same conditions."""
    return Expression(text)


def _bounded(value: Any) -> bool:
    return value.bounded if isinstance(value, Column | Ratio) else fits(Fraction(value))


def _holds(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))
