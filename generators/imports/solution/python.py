"""Reads straight-line Python as steps, from its syntax tree and by an allow-list; nothing is ever run.

Allowed are assignments of arithmetic to names, at the top or in one function, and a `return` at the end, or one thing
that is printed there. `//` and
`int()` are read as exact where they are exact for the problem's numbers.
"""

import ast
import warnings
from collections.abc import Iterator
from fractions import Fraction
from math import inf

from generators.text.lexicon import content

from .formula import Formula, Leaf, NoFormula, Op, evaluate
from .programs import MOST_TEXT, add_step, beyond, decimal, result
from .step import Step
from .written import ByValue

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "/"}
_DEPTH = 24
"""Operations within each other in one statement."""
_EXACT_CALLS = {"int": int, "float": Fraction, "round": int}
"""Functions of one number that are read where they change nothing."""
_OUTPUTS = ("result", "answer", "ans")
"""Names that hold the answer of a program without a `return`."""


_FORMS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp), "a loop"),
    ((ast.If, ast.IfExp, ast.Match), "a condition"),
    ((ast.Compare, ast.BoolOp, ast.Not), "a comparison"),
    ((ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Subscript, ast.Starred), "a list"),
    ((ast.Constant, ast.JoinedStr), "a text"),
    (ast.Pow, "a power"),
    (ast.Mod, "a remainder"),
    ((ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift, ast.Invert), "an operation on bits"),
    (ast.Attribute, "a part of an object"),
    (ast.Lambda, "a function within another"),
    (ast.Expr, "a value that has no name"),
)
"""Forms of Python that traces do not have, and what they are called."""


def read_python(text: str) -> list[Step]:
    """Return the steps of a program, the last of which gives its result; raise NoFormula for any other Python."""
    if len(text) > MOST_TEXT:
        raise NoFormula(f"more than {MOST_TEXT} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes and comparisons in the program
            body = ast.parse(text.strip("\n")).body
    except SyntaxError as error:
        raise NoFormula(f"not Python, from line {error.lineno or 1}") from None
    except (ValueError, RecursionError, MemoryError):
        raise NoFormula(
            "not Python that can be read: a NUL, a number that is too long, or brackets that nest too deep"
        ) from None
    return _Reader().program(body)


class _Reader:
    """The steps and the names of a program so far."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.names: dict[str, int | Leaf] = {}
        """The step that gives a name its value, or the number that it stands for."""

    def program(self, body: list[ast.stmt]) -> list[Step]:
        """Read all statements and return the steps up to the one that gives the result."""
        last: int | Leaf | None = None
        for statement in _statements(body):
            if isinstance(statement, ast.Return):
                if statement.value is None:
                    raise NoFormula("returns nothing")
                last = self.value(statement.value, "result")
                break
            last = self.assigned(statement)
        else:
            outputs = [self.names[name] for name in _OUTPUTS if name in self.names]
            shown = None if outputs else _shown(body)
            last = outputs[0] if outputs else last if shown is None else self.value(shown, "result")
        if not isinstance(last, int):
            raise NoFormula("its result is a number that it is given")
        return self.steps[: last + 1]

    def assigned(self, statement: ast.stmt) -> int | Leaf:
        """Read an assignment to a name."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, expression = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, expression = statement.target, statement.value
        elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            target = statement.target
            left = ast.Name(target.id, ast.Load())
            expression = ast.BinOp(left, statement.op, statement.value)
        else:
            raise beyond(_told(statement))
        if not isinstance(target, ast.Name):
            raise beyond("an assignment to several names or to a part")
        self.names[target.id] = found = self.value(expression, target.id)
        return found

    def value(self, expression: ast.expr, name: str) -> int | Leaf:
        """Return the step of an expression, or its number; `name` describes a number that stands alone."""
        formula = self.formula(expression, 0)
        if isinstance(formula, Op):
            add_step(self.steps, formula)
            return len(self.steps) - 1
        known = self.named(expression)
        return known if known is not None else Leaf(formula.value, after=_words(name), written=ByValue())

    def named(self, expression: ast.expr) -> int | Leaf | None:
        """Return what a name stands for, also within an exact call."""
        while isinstance(expression, ast.Call):
            expression = expression.args[0]
        return self.names[expression.id] if isinstance(expression, ast.Name) else None

    def formula(self, node: ast.expr, depth: int) -> Formula:
        """Return an expression as a formula."""
        if depth > _DEPTH:
            raise NoFormula("too deep")
        if isinstance(node, ast.Constant):
            return Leaf(_number(node), written=ByValue())
        if isinstance(node, ast.Name):
            return self.read(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Op("-", Leaf(Fraction(0), implied=True), self.formula(node.operand, depth + 1))
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        if not isinstance(node, ast.BinOp) or type(node.op) not in _SIGNS:
            raise beyond(_told(node.op if isinstance(node, ast.BinOp) else node))
        made = Op(_SIGNS[type(node.op)], self.formula(node.left, depth + 1), self.formula(node.right, depth + 1))
        if isinstance(node.op, ast.FloorDiv) and evaluate(made).denominator != 1:
            raise beyond("// with a remainder")
        return made

    def read(self, name: str) -> Leaf:
        """Return a name as a number of a formula."""
        if name not in self.names:
            raise NoFormula(f"{name} before it is set")
        found = self.names[name]
        return (
            result(self.steps, found)
            if isinstance(found, int)
            else Leaf(found.value, after=found.after, written=ByValue())
        )

    def call(self, node: ast.Call, depth: int) -> Formula:
        """Return the operand of a call that changes nothing."""
        name = node.func.id if isinstance(node.func, ast.Name) else "a method"
        if name not in _EXACT_CALLS or len(node.args) != 1 or node.keywords:
            raise beyond(f"{name}()" if isinstance(node.func, ast.Name) else name)
        inner = self.formula(node.args[0], depth + 1)
        value = evaluate(inner)
        if _EXACT_CALLS[name](value) != value:
            raise beyond(f"{name}() that rounds")
        return inner


def _told(node: ast.AST) -> str:
    """Return the name of a form of Python for a reader."""
    return next((told for kinds, told in _FORMS if isinstance(node, kinds)), "such a form of Python")


def _shown(body: list[ast.stmt]) -> ast.expr | None:
    """Return the expression that the last statement of a program prints, or that stands there alone."""
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr):
        return None
    call = last.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print":
        return call.args[0] if len(call.args) == 1 and isinstance(call.args[0], ast.BinOp | ast.Name) else None
    return call if isinstance(call, ast.BinOp | ast.Name) else None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a program: those of its one function, or those at the top, without texts, prints and imports."""
    functions = [one for one in body if isinstance(one, ast.FunctionDef)]
    if len(functions) > 1:
        raise beyond("a second function")
    if functions:
        (one,) = functions
        if one.decorator_list or one.args.args or one.args.vararg or one.args.kwonlyargs or one.args.posonlyargs:
            raise beyond("a function with arguments or decorators")
        body = one.body
    shown = body[-1] if _shown(body) is not None else None
    for statement in body:
        if not isinstance(statement, ast.Import | ast.ImportFrom) and not _says(statement) and statement is not shown:
            yield statement


def _says(statement: ast.stmt) -> bool:
    """Return whether a statement is a text or prints something."""
    if not isinstance(statement, ast.Expr):
        return False
    call = statement.value.func if isinstance(statement.value, ast.Call) else None
    return isinstance(statement.value, ast.Constant) or (isinstance(call, ast.Name) and call.id == "print")


def _number(node: ast.Constant) -> Fraction:
    """Return the value of a constant as it is written."""
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise beyond(repr(node.value)[:40])
    if abs(node.value) == inf:
        raise NoFormula("a number that is too large")
    return decimal(repr(node.value))


def _words(name: str) -> tuple[str, ...]:
    """Return the stems of a name's words, the last first: the noun of `red_apples` is its last word."""
    return tuple(content([word for word in name.split("_")[::-1] if word.isalpha()])[:4])
