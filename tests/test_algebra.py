"""Algebraic signatures: equal for traces that are the same function of their given numbers, up to renaming."""

from dataclasses import replace

import pytest
from hypothesis import given
from strategies import honest_programs

from generators.patterns.algebra import formula, function, signature
from solver.ops import Compute, Init
from solver.program import Trace
from solver.text import read


def program(*lines):
    """Return an arithmetic program of lines such as `a`, a given number, and `x = a * b`."""
    steps = []
    for line in lines:
        name, _, work = line.partition(" = ")
        if work:
            left, sign, right = work.split()
            word = {"+": "add", "-": "sub", "*": "mul", "/": "div"}[sign]
            steps.append(f"{{op: compute, compute_op: {word}, args: [{left}, {right}], var: {name}}}")
        else:
            steps.append(f"{{op: init, var: {name}, value: {7 + len(steps)}}}")
    steps.append(f"{{op: query, var: {lines[-1].partition(' ')[0]}}}")
    return read("\n".join(["expert: arithmetic", "trace:", *(f"- {step}" for step in steps)]))


PERCENT_OFF = """expert: percentage
trace:
- {op: init, var: price, value: 80}
- {op: init, var: rate, value: 20}
- {op: percent_off, base: price, rate: rate, var: result}
- {op: query, var: result}
"""
TWO_PARTS = """- expert: rate_equation
  trace:
  - {op: init, var: a, value: 3}
  - {op: init, var: time, value: 4}
  - {op: compute, compute_op: mul, args: [a, time], var: result}
  - {op: query, var: result}
- expert: arithmetic
  trace:
  - {op: init, var: prev, source: prev.result}
  - {op: init, var: factor, value: 5}
  - {op: compute, compute_op: sub, args: [prev, factor], var: result}
  - {op: query, var: result}
"""
CONSUMED = """expert: entity_track
trace:
- {op: init, var: a.b, value: 30}
- {op: consume, entity: a.b, amount: 4}
- {op: consume, entity: a.b, amount: 5}
- {op: query, var: a.b}
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (program("a", "b", "x = a + b"), program("p", "q", "x = q + p")),
        (program("a", "b", "c", "x = a * c", "y = b * c", "z = x + y"), program("a", "b", "c", "x = b + a", "z = x * c")),
        (program("a", "b", "c", "x = a - b", "y = x - c"), program("a", "b", "c", "x = b + c", "y = a - x")),
        (program("a", "b", "c", "d", "x = a * b", "y = c * d", "z = x + y"),
         program("a", "b", "c", "d", "x = d * b", "y = a * c", "z = y + x")),
        (program("a", "x = a + a"), program("a", "x = 2 * a")),
        (program("a", "b", "x = 100 - b", "y = a * x", "z = y / 100"), read(PERCENT_OFF)),
        (program("a", "b", "c", "x = a * b", "y = x - c"), read(TWO_PARTS)),
        (program("a", "b", "c", "x = a - b", "y = x - c"), read(CONSUMED)),
    ],
    ids=["renamed", "factored out", "taken together", "products in turn", "twice", "percent", "composed", "amounts"],
)  # fmt: skip
def test_one_function_is_one_shape(one, other):
    """Names, order, brackets and experts do not change a signature."""
    assert signature(one) == signature(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (program("a", "b", "x = a - b"), program("a", "b", "x = a + b")),
        (program("a", "b", "c", "d", "x = a * b", "y = c * d", "z = x + y"),
         program("a", "b", "c", "x = a * c", "y = b * c", "z = x + y")),
        (program("a", "b", "x = a * b", "y = x + b"), program("a", "b", "x = a * b", "y = x - b")),
        (program("a", "b", "x = a * b"), program("a", "b", "c", "x = a * b")),
        (program("a", "x = a * 2"), program("a", "x = a * 3")),
        (program("a", "b", "c", "x = a - b", "y = x / c"), program("a", "b", "c", "x = a / c", "y = x - b")),
    ],
    ids=["sign", "a number twice", "last sign", "a number unused", "literal", "brackets"],
)  # fmt: skip
def test_another_function_is_another_shape(one, other):
    """Repeated given numbers and numbers in `args` change a signature."""
    assert signature(one) != signature(other)


def rearranged(parts):
    """Return a program with its inits first, in reverse order, with other values and commuting arguments swapped."""
    turned = []
    for trace in parts:
        inits = [step for step in trace.steps if isinstance(step, Init)]
        inits = [step if step.value is None else replace(step, value=step.value + 1) for step in reversed(inits)]
        rest = [
            replace(step, args=step.args[::-1])
            if isinstance(step, Compute) and step.compute_op in ("add", "mul")
            else step
            for step in trace.steps
            if not isinstance(step, Init)
        ]
        turned.append(Trace(trace.expert, (*inits, *rest)))
    return tuple(turned)


@given(honest_programs())
def test_a_shape_knows_no_order_and_no_values(parts):
    """Other values, another order and swapped commuting arguments do not change a signature."""
    assert signature(rearranged(parts)) == signature(parts)


def test_a_function_of_many_like_numbers_is_quickly_told():
    """The sum of eight products has one signature in any order, and it is computed quickly."""
    letters = [f"{letter}{k}" for k in range(8) for letter in "ab"]
    products = [f"p{k} = a{k} * b{k}" for k in range(8)]
    sums = ["s1 = p0 + p1", *(f"s{k} = s{k - 1} + p{k}" for k in range(2, 8))]
    other = ["s1 = p7 + p6", *(f"s{k} = p{7 - k} + s{k - 1}" for k in range(2, 8))]

    assert signature(program(*letters, *products, *sums)) == signature(program(*letters[::-1], *products[::-1], *other))


def test_a_formula_is_written_as_people_do():
    """Brackets are written only where they are needed."""
    lines = ("a", "b", "c", "d", "x = a - b", "y = c - d", "z = x - y", "w = z / c", "v = w * x", "u = v + 2")

    assert formula(function(program(*lines))[0]) == "(a - b - (c - d)) / c * (a - b) + 2"
    assert formula(function(read(PERCENT_OFF))[0]) == "a * (100 - b) / 100"


def test_a_formula_of_any_length_is_told_at_once():
    """Steps that double their results sixty times neither take long nor fill the memory."""
    doubled = program("a", "x0 = a + a", *(f"x{k} = x{k - 1} + x{k - 1}" for k in range(1, 60)))

    assert formula(function(doubled)[0]) == f"a formula of {2**60:,} numbers"
    assert signature(doubled) == signature(program("a", f"x = a * {2**60}"))
