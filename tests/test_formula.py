"""Traces run on formulas: each op of the solver, and any op that is added, says itself what it reads and computes."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from solver.fields import Operand, Var
from solver.formula import program_key, run_formulas
from solver.ops import OPS, Init, Query, Step
from solver.program import Trace
from solver.text import read

GIVEN = "- {op: init, var: a, value: 9}\n- {op: init, var: b, value: 2}\n"
OPERATIONS = [
    ("- {op: init, var: c, value: 7}", {"a": "9", "b": "2", "c": "7"}),
    ("- {op: init, var: c, source: sub0.result}", {"a": "9", "b": "2", "c": "result 1"}),
    ("- {op: compute, compute_op: sub, args: [a, b], var: c}", {"a": "9", "b": "2", "c": "9 - 2"}),
    ("- {op: compute, compute_op: div, args: [a, 3], var: c}", {"a": "9", "b": "2", "c": "9 / 3"}),
    ("- {op: compute, compute_op: add, args: [a, b], var: c}", {"a": "9", "b": "2", "c": "2 + 9"}),
    ("- {op: compute, compute_op: mul, args: [b, a], var: c}", {"a": "9", "b": "2", "c": "2 * 9"}),
    ("- {op: percent_of, base: a, rate: b, var: c}", {"a": "9", "b": "2", "c": "(9 * 2) / 100"}),
    ("- {op: percent_off, base: a, rate: b, var: c}", {"a": "9", "b": "2", "c": "(9 * (100 - 2)) / 100"}),
    ("- {op: percent_increase, base: a, rate: b, var: c}", {"a": "9", "b": "2", "c": "(9 * (100 + 2)) / 100"}),
    ("- {op: consume, entity: a, amount: 20}", {"a": "changed to (9 - 20)", "b": "2"}),
    ("- {op: add_entity, entity: a, amount: b}", {"a": "changed to (9 + 2)", "b": "2"}),
    (
        "- {op: transfer, from_entity: a, to_entity: b, amount: 1}",
        {"a": "changed to (9 - 1)", "b": "changed to (2 + 1)"},
    ),
    ("- {op: query, var: a}", {"a": "9", "b": "2"}),
]


@pytest.mark.parametrize(("line", "state"), OPERATIONS)
def test_each_op_computes_a_formula(line, state):
    """The final state holds how each variable was computed; sums and products are in a fixed order."""
    (trace,) = read(f"expert: arithmetic\ntrace:\n{GIVEN}{line}\n")

    _, final = run_formulas(trace, part=2)

    assert state == {name: str(value) for name, value in final.derived.items()}


def test_the_table_covers_every_op():
    """An op that is added to the solver gets a line in the table above."""
    assert set(OPS) == {line.partition("op: ")[2].partition(",")[0] for line, _ in OPERATIONS}


@dataclass(frozen=True, slots=True)
class Halve(Step):
    """An op that the solver does not have."""

    op: ClassVar[str] = "halve"
    base: Operand
    var: Var

    def run(self, state):
        return state.derive(self.var, state.value(self.base) / 2)


def test_an_op_that_is_added_needs_no_change():
    """The names that an op reads and sets come from its `run`: a read before the init is noted, and the formula is complete."""
    trace = Trace("arithmetic", (Halve("a", "b"), Init("a", 9), Halve("a", "c"), Query("c")))

    values, state = run_formulas(trace, part=1)

    assert [str(value) for value in values] == ["an unset variable / 2", "9", "9 / 2", "9 / 2"]
    assert state.trail.early == [(1, "a")]
    assert state.trail.set_by == {"b": 1, "a": 2, "c": 3}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- {op: init, var: c}", "neither of value and source"),
        ("- {op: compute, compute_op: add, args: [1, 2], var: c}", "computes with literals alone"),
        ("- {op: init, var: c, source: sub7.result}", "sub7.result names no earlier sub-trace"),
    ],
)
def test_a_refused_step_sets_its_variable_to_the_reason(line, reason):
    """Such a step equals no step of a gold trace, and the later ones run on."""
    (trace,) = read(f"expert: arithmetic\ntrace:\n{GIVEN}{line}\n- {{op: query, var: c}}\n")

    values, _ = run_formulas(trace, part=1)

    assert str(values[-1]).startswith(f"no value ({reason}")


PEARS = """expert: arithmetic
trace:
- {op: init, var: bags, value: 3}
- {op: init, var: each, value: 5}
- {op: compute, compute_op: mul, args: [bags, each], var: packed}
- {op: init, var: loose, value: 4}
- {op: compute, compute_op: sub, args: [packed, loose], var: left}
- {op: query, var: left}"""
LINES = PEARS.splitlines()
FIRST = "\n".join([*LINES[:2], LINES[5], *LINES[2:5], *LINES[6:]])
"""PEARS with another order of steps."""


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (PEARS.replace("bags", "a").replace("left", "rest"), True),
        (PEARS.replace("[bags, each]", "[each, bags]"), True),
        (FIRST, True),
        (PEARS.replace("[packed, loose]", "[loose, packed]"), False),
        (PEARS.replace("value: 4", "value: 5"), False),
        (PEARS.replace("compute_op: sub", "compute_op: add"), False),
        (PEARS.replace("query, var: left", "query, var: packed"), False),
        (PEARS.replace("expert: arithmetic", "expert: rate_equation"), False),
        (PEARS.replace("- {op: query", "- {op: init, var: more, value: 9}\n- {op: query"), False),
    ],
    ids=["names", "product", "order of steps", "difference", "number", "operation", "query", "expert", "more steps"],
)
def test_programs_share_a_key_if_they_are_the_same(other, same):
    """Names, the order of steps, and that of sums and products do not count; all else does."""
    assert (program_key(read(PEARS)) == program_key(read(other))) is same
