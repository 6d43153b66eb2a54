"""The proof reads the emitted text: a row with any change fails."""

import numpy as np
import pytest

from generators.builder.cross_check import cross_check
from generators.builder.proof import prove
from generators.patterns.render import render
from generators.patterns.row_error import RowError
from solver import arrow

ROWS = 50


@pytest.fixture(scope="module")
def group(small):
    """Return a pattern, its traces and answers as texts, and the column of its closed form."""
    pattern = small["times_more"]
    draw = pattern.draw(np.arange(ROWS))
    closed = pattern.answer(draw.numbers)
    return pattern, render(pattern.trace, draw).to_pylist(), closed.text().to_pylist(), closed


def test_honest_rows_prove(group):
    """Rows as they were rendered pass the proof and the cross-check."""
    pattern, traces, answers, closed = group

    prove(pattern, arrow.texts(traces), arrow.texts(answers), closed)

    assert [cross_check(pattern.experts, *row) for row in zip(traces, answers, strict=True)] == [None] * ROWS


BROKEN = {
    "a digit more": lambda t: t.replace("var: factor, value: ", "var: factor, value: 1"),
    "a leading zero": lambda t: t.replace("var: factor, value: ", "var: factor, value: 0"),
    "a point": lambda t: t.replace("}\n- {op: init, var: factor", ".0}\n- {op: init, var: factor"),
    "no number": lambda t: t.replace("var: factor, value: ", "var: factor, value: x"),
    "hexadecimal": lambda t: t.replace("var: factor, value: ", "var: factor, value: 0x"),
    "another op": lambda t: t.replace("compute_op: mul", "compute_op: add"),
    "arguments swapped": lambda t: t.replace("args: [step1, ", "args: [step2, "),
    "a space more": lambda t: t.replace("op: query", "op:  query"),
    "a line less": lambda t: t.rsplit("- {", 1)[0],
    "a line more": lambda t: t + "- {op: query, var: result}\n",
    "no newline": lambda t: t.rstrip("\n"),
    "another name once": lambda t: t.replace("- {op: init, var: ", "- {op: init, var: x", 1),
    "a name that is none": lambda t: t.replace(".", ".-"),
    "another expert": lambda t: t.replace("comparison", "arithmetic"),
    "empty": lambda t: "",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_trace_is_found(group, how):
    """Any change in one trace is found, and the row is named if the column identifies it."""
    pattern, traces, answers, closed = group
    row = 17
    changed = [*traces]
    changed[row] = BROKEN[how](traces[row])
    assert changed != traces

    with pytest.raises(RowError) as caught:
        prove(pattern, arrow.texts(changed), arrow.texts(answers), closed)

    assert caught.value.row in (None, row)


def test_two_names_that_meet_are_found(small):
    """A trace in which two names became equal is found."""
    pattern = small["consume"]
    draw = pattern.draw(np.arange(3))
    closed = pattern.answer(draw.numbers)
    traces = [trace.replace("entity: ", "entity: x", 1) for trace in render(pattern.trace, draw).to_pylist()]

    with pytest.raises(RowError):
        prove(pattern, arrow.texts(traces), closed.text(), closed)


@pytest.mark.parametrize(
    "change", [lambda a: f"{a}0", lambda a: f"{a}.0", lambda a: f"0{a}", lambda a: "", lambda a: f"-{a}"]
)
def test_a_wrong_answer_is_found(group, change):
    """An answer that differs from the solver's, or is not canonical, is found with its row."""
    pattern, traces, answers, closed = group
    changed = [*answers]
    changed[9] = change(answers[9])

    with pytest.raises(RowError, match="row 9: the solver's answer is not the stored one"):
        prove(pattern, arrow.texts(traces), arrow.texts(changed), closed)


def test_a_wrong_closed_form_is_found(group):
    """A closed form that disagrees with the trace is found with its row."""
    pattern, traces, answers, closed = group
    units = closed.units.copy()
    units[30] += 1

    with pytest.raises(RowError, match="row 30: the solver's answer is not the closed form's"):
        prove(pattern, arrow.texts(traces), arrow.texts(answers), type(closed)(units))
