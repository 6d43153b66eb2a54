"""Linear equations in prose are solved by ordinary arithmetic."""

import pytest

from generators.imports.solution.equations import Equation, solve_linear
from generators.imports.solution.formula import Leaf
from generators.imports.solution.tokens import read_tokens
from generators.imports.solution.unknowns import equations_with_letters
from solver.number import write_number


def solved(*lines):
    """Return the formulas for the unknowns of lines of prose, each with its value."""
    equations = [
        Equation(left, right, frozenset(), place)
        for place, line in enumerate(lines)
        for left, right in equations_with_letters(list(read_tokens(line)))
    ]
    return [f"{shown(one.formula)} = {write_number(one.value)}" for one in solve_linear(equations)]


def shown(formula):
    """Return a formula as text."""
    if isinstance(formula, Leaf):
        return write_number(formula.value)
    return f"({shown(formula.left)} {formula.sign} {shown(formula.right)})"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["2x + 3 = 11"], ["((11 - 3) / 2) = 4"]),
        (["5*x + 2 = 3*x + 10"], ["((10 - 2) / (5 - 3)) = 4"]),
        (["3*x + 10 = 5*x + 2"], ["((10 - 2) / (5 - 3)) = 4"]),
        (["j = 2*b", "j + b = 12"], ["(12 / (2 + 1)) = 4", "(2 * (12 / (2 + 1))) = 8"]),
        (["x = 12 - 4", "2*x = 16"], ["(12 - 4) = 8", "(2 * (12 - 4)) = 16"]),
        (["x = 8", "x = 9"], ["8 = 8"]),
    ],
    ids=["one unknown", "both sides", "positive coefficient", "defined by another", "checked", "contradiction"],
)
def test_an_unknown_is_a_formula(lines, expected):
    """Coefficients and constants are subtracted; unknowns that others define are substituted."""
    assert solved(*lines) == expected


@pytest.mark.parametrize("line", ["x * x = 9", "2 / x = 9", "x + 9 = 3", "x + y + z = 3", "x = y"])
def test_other_equations_are_passed_over(line):
    """Products of unknowns, negative values and too many unknowns have no formula."""
    assert solved(line) == []
