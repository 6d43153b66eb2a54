"""Programs of public corpora are read as steps: slot programs, straight-line Python, and equations with one unknown."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.imports.solution.formula import NoFormula, evaluate, leaves
from generators.imports.solution.one_unknown import read_equation
from generators.imports.solution.python import read_python
from generators.imports.solution.slots import Number, read_slots
from generators.imports.solution.written import Constant, Result, Slot

NUMBERS = [Number(10 * place, 10 * place + 1, Fraction(value)) for place, value in enumerate((8, 3, 2))]
"""Three numbers of a question, with made spans."""


@pytest.mark.parametrize(
    ("program", "values"),
    [
        ("multiply(n0,n1)|divide(#0,n2)|", [24, 12]),
        ("divide(multiply(n0, n1), const_100)", [24, Fraction(24, 100)]),
        ("add(n0, const_0_25)", [Fraction(33, 4)]),
        (["[N0]", "[N1]", "*", "[C100]", "/"], [24, Fraction(24, 100)]),
        ("[N0] [N1] [N2] - /", [1, 8]),
        ("- number0 number1", [5]),
        ("- + number0 number1 number2", [11, 9]),
        ("/ number0 7.0", [Fraction(8, 7)]),
        ("subtract(n0,n1)|inverse(#0)", [5, Fraction(1, 5)]),
        ("square_area(n1)", [9]),
    ],
)
def test_slot_programs_of_three_notations_are_read(program, values):
    """Functions, postfix and prefix give the same kind of steps, each with its value."""
    assert [step.value for step in read_slots(program, NUMBERS)] == values


def test_a_slot_program_says_where_its_numbers_are_from():
    """Each number keeps its span, each earlier result its step, and a constant is marked as one."""
    steps = read_slots("subtract(n0,n1)|divide(#0,const_2)", NUMBERS)

    assert [leaf.written for step in steps for leaf in leaves(step.formula)] == [
        Slot(0, 1), Slot(10, 11), Result(0), Constant(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("", "no operation"),
        ("multiply(n0,n7)", "n7 of a question with 3 numbers"),
        ("multiply(#0,n1)", "before it is computed"),
        ("power(n0,n1)|", "power is beyond the trace language"),
        ("add(n0)", "add of 1 is beyond"),
        ("add(n0,n1", "a bracket is open"),
        ("add(n0,n1))", "a bracket too many"),
        ("add(n0,const_pi)", "no operand"),
        ("[N0] [N1]", "no operation"),
        ("[N0] [N1] [N2] +", "a number that no operation takes"),
        ("+ number0", "lacks an operand"),
        ("add(n0,x)", "no operation"),
        ("* number0 0.16666666666666666", "binary decimal"),
        ("divide(n0,const_0)", "division by zero"),
        ("|".join(["multiply(n0,n0)", *(f"multiply(#{k},#{k})" for k in range(20))]), "too many digits"),
        ("|".join(["add(n0,n1)"] * 65), "more than 64 steps"),
    ],
)
def test_other_slot_programs_are_refused_with_the_reason(program, told):
    """A program that is none, or that traces cannot hold, is an error that says why."""
    with pytest.raises(NoFormula, match=told):
        read_slots(program, NUMBERS)


SOURCE = '''
def simple_math_problem() -> int:
    """
    A box has 12 pens. How many pens are in 4 boxes, with 3 pens more?
    """
    pens_per_box = 12
    boxes = 4
    total_pens = pens_per_box * boxes
    total_pens += 3
    result = total_pens
    return result
'''
"""A program in TinyGSM's form."""


def test_straight_line_python_is_read():
    """Names stand for their numbers or for an earlier step, and the step that is returned is the last one."""
    steps = read_python(SOURCE)

    assert [step.value for step in steps] == [48, 51]
    assert [leaf.value for leaf in leaves(steps[0].formula)] == [12, 4]
    assert next(leaves(steps[1].formula)).written == Result(0)


def test_a_number_of_python_has_the_words_of_its_name():
    """`red_apples = 5` says more of the 5 than a bare one: its noun comes first."""
    (step,) = read_python("red_apples = 5\nresult = red_apples + 2")

    assert [leaf.after for leaf in leaves(step.formula)] == [("appl", "red"), ()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a = 7\nb = a // 0.5\nreturned = b", 14),
        ("import math\nx: int = 9\nanswer = int(x / 3)\nprint(answer)", 3),
        ("def f():\n  half = 10 * 0.25\n  return round(half * 2) - -1", 6),
        ("a = 7\nb = 5\nprint(a + b)", 12),
        ("a = 7 + 5\nb = a * 2\nprint(a)", 12),
        ("a = 7\nb = 5\na - b", 2),
        ("a = 7\nb = a + 5\nprint('apples', b)", 12),
    ],
)
def test_exact_calls_and_divisions_are_read(text, value):
    """`//`, `int` and `round` count as exact where they change nothing; imports are passed over, and what is printed last is the result."""
    assert read_python(text)[-1].value == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 7 // 2", "// with a remainder"),
        ("x = int(7 / 2)", "int\\(\\) that rounds"),
        ("x = open('a')", "open\\(\\) is beyond"),
        ("x = __import__('os').getcwd()", "a method is beyond"),
        ("for k in range(3):\n  x = k", "a loop is beyond"),
        ("x = [1, 2]", "a list is beyond"),
        ("x = 2 ** 3", "a power is beyond"),
        ("x = y + 1", "y before it is set"),
        ("x, y = 1, 2", "several names"),
        ("x = True + 1", "True is beyond"),
        ("x = 1e999 + 1", "a number that is too large"),
        ("x = 0.16666666666666666 + 1", "binary decimal"),
        ("x = 3", "a number that it is given"),
        ("x = 3 / 0", "division by zero"),
        ("x = 3 if 1 else 2", "a condition is beyond"),
        ("x = 3 & 1", "an operation on bits is beyond"),
        ("with open('a') as b:\n  x = 1", "such a form of Python is beyond"),
        ("def f(a):\n  return a + 1", "arguments"),
        ("x = (", "not Python"),
        ("x = " + "-" * 7_000 + "1", "too deep|not Python"),
        ("x = " + "1+" * 3_000 + "1", "too deep|not Python"),
        ("#" * 9_000, "characters"),
    ],
)
def test_other_python_is_refused_with_the_reason(text, told):
    """Syntax outside the allowed list is an error that names it; none of it runs."""
    with pytest.raises(NoFormula, match=told):
        read_python(text)


@given(st.text(max_size=60) | st.text("x=+-*/()1.n#[]N, \n", max_size=60))
def test_readers_raise_their_own_error_alone(text):
    """Any text is read or refused."""
    for read in (read_python, read_equation, lambda program: read_slots(program, NUMBERS)):
        try:
            read(text)
        except NoFormula:
            continue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X = 15 + 14.82 + 12.51", "42.33"),
        ("x=(22.0-14.0)/4.0", 2),
        ("5+7=12", 12),
        ("12=5+7", 12),
        ("2+(5*x)=27", 5),
        ("70-x=27", 43),
        ("8.77+10.97+x=20", "0.26"),
        ("miles=4.0/30.0*48.0", "6.4"),
        ("x = 1,200 / 4", 300),
        ("50%*30=15", 15),
        ("20/3=6.67", Fraction(20, 3)),
        ("x = 12 + 5 = 17", 17),
        ("x\uff1d12\u00d75\uff0b7\u00f72\u22121", "62.5"),
    ],
)
def test_equations_with_one_unknown_are_solved(text, value):
    """The unknown may stand on either side, alone or not, and may be left out."""
    assert evaluate(read_equation(text)) == Fraction(value)


def test_the_answer_among_the_numbers_is_the_unknown():
    """`9=3+6` for the answer 6 is the equation 9 = 3 + x."""
    formula = read_equation("9=3+6", Fraction(6))

    assert evaluate(formula) == 6
    assert [leaf.value for leaf in leaves(formula)] == [9, 3]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("19/2=9 r1", "remainder is beyond"),
        ("x+y=52", "2 unknowns"),
        ("GCD(6)=2", "gcd\\(\\) is beyond|GCD\\(\\) is beyond"),
        ("2+3=6", "its sides differ"),
        ("x=2*1e9", "a number with an exponent of ten"),
        ("x+1E3=2", "a number with an exponent of ten"),
        ("7=7", "no operation"),
        ("x*x=4", "not linear"),
        ("x+3", "without an equation"),
        ("432:1080=2:5", "is no formula"),
        ("x = 0.5 - 0.16666666666666666", "binary decimal"),
        ("x=1/0", "division by zero"),
    ],
)
def test_other_equations_are_refused_with_the_reason(text, told):
    """An equation beyond one unknown and four operations is an error that says why."""
    with pytest.raises(NoFormula, match=told):
        evaluate(read_equation(text))
