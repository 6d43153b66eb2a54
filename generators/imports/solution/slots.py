"""Reads slot programs, whose wiring is written down: each number is named by its place in the question.

Three notations: functions `multiply(n0,n1)|divide(#0,n2)`, postfix `[N0] [N1] * [C100] /`, and prefix
`- number0 number1`. `#0` is the first result.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.plurals import counted

from .formula import Formula, Leaf, NoFormula, Op
from .programs import MOST_TEXT, add_step, beyond, decimal, result
from .step import Step
from .written import Constant, Slot

_FUNCTION = re.compile(
    r"\s*(?:(?P<name>[a-z_]+)\(|(?P<argument>(?:n|#)\d+|const_\w+|\d+(?:\.\d+)?|\.\d+)|(?P<sign>[(),|]))"
)
_NUMBER = re.compile(r"\[?(?:n|number|temp_|num)_?(\d+)\]?", re.IGNORECASE)
_RESULT = re.compile(r"#(\d+)")
_CONSTANT = re.compile(r"\[c(\d+(?:\.\d+)?)\]|const_(\d+(?:_\d+)?)|(\d+(?:\.\d+)?|\.\d+)", re.IGNORECASE)
_SIGNS = frozenset("+-*/^")


class Number(NamedTuple):
    """A number of the question by the source's own counting: its span and its value."""

    start: int
    end: int
    value: Fraction


Operands = list[Formula]
_BINARY: dict[str, Callable[[Formula, Formula], Formula]] = {
    "add": lambda a, b: Op("+", a, b),
    "subtract": lambda a, b: Op("-", a, b),
    "multiply": lambda a, b: Op("*", a, b),
    "divide": lambda a, b: Op("/", a, b),
    "speed": lambda a, b: Op("/", a, b),
    "rectangle_area": lambda a, b: Op("*", a, b),
    **{sign: lambda a, b, sign=sign: Op(sign, a, b) for sign in "+-*/"},  # type: ignore[misc]
}
"""The operations on two numbers, as formulas."""
_UNARY: dict[str, Callable[[Formula], Formula]] = {
    "inverse": lambda a: Op("/", Leaf(Fraction(1), written=Constant()), a),
    "negate": lambda a: Op("-", Leaf(Fraction(0), implied=True), a),
    "square_area": lambda a: Op("*", a, a),
}
"""The operations on one number."""


def read_slots(program: str | Sequence[str], numbers: Sequence[Number]) -> list[Step]:
    """Return the steps of a slot program on the numbers of a question; raise NoFormula if it is none."""
    text = program if isinstance(program, str) else " ".join(program)
    if len(text) > MOST_TEXT:
        raise NoFormula(f"more than {MOST_TEXT} characters")
    tokens = text.replace(",", " ").split()
    if not tokens:
        raise NoFormula("no operation")
    one = _Reader(numbers)
    if "(" in text:
        one.functions(text)
    elif tokens[0] in _SIGNS:
        one.stack(reversed(tokens), swapped=True)
    else:
        one.stack(tokens, swapped=False)
    return one.steps


class _Reader:
    """The steps of a program so far."""

    def __init__(self, numbers: Sequence[Number]):
        self.numbers = numbers
        self.steps: list[Step] = []

    def functions(self, text: str) -> None:
        """Read calls, one within another or one behind another."""
        open_calls: list[tuple[str, Operands]] = []
        last: Formula | None = None
        for kind, symbol in _function_tokens(text):
            if kind == "name":
                open_calls.append((symbol, []))
            elif kind == "argument":
                if not open_calls:
                    raise NoFormula(f"{symbol} outside of an operation")
                open_calls[-1][1].append(self.operand(symbol))
            elif symbol == ")":
                if not open_calls:
                    raise NoFormula("a bracket too many")
                name, operands = open_calls.pop()
                last = self.call(name, operands)
                if open_calls:
                    open_calls[-1][1].append(last)
        if open_calls or last is None:
            raise NoFormula("a bracket is open" if open_calls else "no operation")

    def stack(self, tokens: Iterable[str], *, swapped: bool) -> None:
        """Read operands and signs; with `swapped` the operand read last is the left one."""
        waiting: Operands = []
        for token in tokens:
            if token not in _SIGNS:
                waiting.append(self.operand(token))
                continue
            if len(waiting) < 2:
                raise NoFormula(f"{token} lacks an operand")
            second, first = waiting.pop(), waiting.pop()
            waiting.append(self.call(token, [second, first] if swapped else [first, second]))
        if len(waiting) != 1 or not self.steps:
            raise NoFormula("a number that no operation takes" if self.steps else "no operation")

    def operand(self, token: str) -> Leaf:
        """Return a number of the question, an earlier result, or a constant."""
        if match := _NUMBER.fullmatch(token):
            place = int(match[1][:9])
            if place >= len(self.numbers):
                raise NoFormula(f"{token} of a question with {counted(len(self.numbers), 'number')}")
            number = self.numbers[place]
            return Leaf(number.value, written=Slot(number.start, number.end))
        if match := _RESULT.fullmatch(token):
            place = int(match[1][:9])
            if place >= len(self.steps):
                raise NoFormula(f"{token} before it is computed")
            return result(self.steps, place)
        if match := _CONSTANT.fullmatch(token):
            figures = match[1] or (match[2] or "").replace("_", ".") or match[3]
            return Leaf(decimal(figures), written=Constant())
        raise NoFormula(f"{token[:40]!r} is no operand")

    def call(self, name: str, operands: Operands) -> Leaf:
        """Append the step of an operation and return its result."""
        known = _BINARY.get(name) if len(operands) == 2 else _UNARY.get(name) if len(operands) == 1 else None
        if known is None:
            raise beyond(f"{name} of {len(operands)}" if name in _BINARY or name in _UNARY else name)
        add_step(self.steps, known(*operands))
        return result(self.steps, len(self.steps) - 1)


def _function_tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the tokens of calls with their kinds; raise NoFormula where there is none."""
    end = 0
    for match in _FUNCTION.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        kind = str(match.lastgroup)
        yield kind, match[kind]
    if text[end:].strip():
        raise NoFormula(f"{text[end:].strip()[:40]!r} is no operation")
