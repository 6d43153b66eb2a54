"""Checking many rows together finds the same faults as checking each alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_programs, honest_programs, law, mutated_texts, numbers, plain_numbers

from generators.builder import cross_check as opinion
from generators.builder.cross_check import cross_check, cross_checks, grounding_faults, yaml_check, yaml_checks
from solver import Refusal, read, solve, write
from solver.grounding import ungrounded
from solver.number import write_number

TRACE = """\
expert: comparison
trace:
- {op: init, var: ann.pens, value: 12}
- {op: init, var: times, value: 3}
- {op: compute, compute_op: mul, args: [ann.pens, times], var: bob.pens}
- {op: compute, compute_op: sub, args: [bob.pens, ann.pens], var: more_pens}
- {op: query, var: more_pens}
"""
"""12 pens and 3 times as many: 24 more."""


def each_alone(opinion_of, *rows):
    """Return the faults of many rows, checked one by one."""
    found = enumerate(map(opinion_of, *rows))
    return {row: wrong for row, wrong in found if wrong}


@st.composite
def families(draw):
    """Draw rows, some of which differ only in numbers and names: experts, traces, answers."""
    base = write(draw(st.one_of(honest_programs(), any_programs())))
    number = st.one_of(plain_numbers, numbers).map(write_number)
    traces = [base, draw(mutated_texts())]
    for _ in range(draw(st.integers(1, 4))):
        text = re.sub(r"(?<=value: )[0-9./]+|(?<=amount: )[0-9./]+", lambda _: draw(number), base)
        name = draw(st.sampled_from(["result", "results", "a", "no", "$0", "n0", "add", "prev.result"]))
        traces.append(text.replace("result", name))
    experts, answers = [], []
    for trace in traces:
        try:
            program = read(trace)
            said = tuple(part.expert for part in program), write_number(solve(program).answer)
        except Refusal:
            said = ("arithmetic",), "7"
        experts.append(said[0])
        answers.append(said[1])
    wrong = draw(st.integers(-3, len(traces) - 1))
    if wrong >= 0:
        answers[wrong] = draw(st.sampled_from(["1", "no number", "01"]))
    return experts, traces, answers


@law
@given(families())
def test_together_is_as_each_alone(rows):
    """The fault of a row and its message do not depend on the other rows."""
    assert yaml_checks(*rows) == each_alone(yaml_check, *rows)
    assert cross_checks(*rows) == each_alone(cross_check, *rows)


def test_rows_of_one_form_are_read_as_one(monkeypatch):
    """Rows that differ only in names and numbers are never checked alone, unless one is wrong."""
    pens = range(10, 60)
    traces = [TRACE.replace("12", str(count)).replace("bob", f"bob{count}") for count in pens]
    answers = [str(2 * count) for count in pens]
    experts = [("comparison",)] * len(traces)
    alone = []
    monkeypatch.setattr(opinion, "yaml_check", lambda *row: alone.append(row) or yaml_check(*row))

    assert yaml_checks(experts, traces, answers) == {}
    assert alone == []

    answers[17] = "55"

    assert yaml_checks(experts, traces, answers) == {17: "the trace gives 54, expected 55"}
    assert len(alone) < len(traces) / 10


DIVIDED = "compute_op: div, args: [bob.pens, ann.pens]"


@pytest.mark.parametrize(
    ("old", "new", "careless"),
    [
        ("value: 3}", "value: 03}", "24"),
        ("value: 3}", "value: 3.0}", "24"),
        ("value: 3}", "value: $0}", "132"),
        ("value: 3}", "value: +3}", "24"),
        ("value: 3}", "value: '3'}", "24"),
        ("value: 3}", "value: 1_000}", "11988"),
        ("args: [ann.pens, times]", "args: [ann.pens, 3]", "24"),
        ("args: [ann.pens, times]", "args: [ann.pens, 1]", "0"),
        ("value: 3}", "value: 0}", "-12"),
        ("ann.pens, value: 12}", "ann.pens, value: 0}", "0"),
        ("compute_op: sub, args: [bob.pens, ann.pens]", DIVIDED, "3"),
        ("value: 3}", f"value: {'9' * 40}}}", "9" * 40),
        ("times", "ann.pens", "132"),
        ("times", "n0", "24"),
        ("times", "more_pens", "24"),
        ("times", "ann..pens", "24"),
        ("times", "t" * 81, "24"),
        ("comparison", "arithmetic", "24"),
        ("mul", "times", "24"),
        ("- {op: query", "-  {op: query", "24"),
        ("\n- {op: query", "\n\n- {op: query", "24"),
        ("more_pens}\n", "more_pens}", "24"),
        ("- {op: query, var: more_pens}\n", "", "24"),
        (
            "- {op: compute, compute_op: sub, args: [bob.pens, ann.pens], var: more_pens}\n- {op: query, var: more_",
            "- {op: query, var: bob.",
            "36",
        ),
    ],
)
def test_rows_that_are_not_like_their_neighbours(old, new, careless):
    """Rows in other notations, and rows that do not run, are found even if their answers look right."""
    odd = TRACE.replace(old, new)
    assert odd != TRACE
    rows = [("comparison",)] * 4, [TRACE, odd, TRACE, odd], ["24", careless, "24", careless]

    assert yaml_checks(*rows) == each_alone(yaml_check, *rows)
    assert yaml_checks(*rows).keys() <= {1, 3}


def test_a_value_that_is_too_large_on_the_way_is_found_in_company():
    """An intermediate number beyond the bounds is refused even if the answer is small."""
    huge = TRACE.replace("value: 3}", f"value: {'9' * 39}}}").replace(
        "compute_op: sub, args: [bob.pens, ann.pens]", DIVIDED
    )
    rows = [("comparison",)] * 2, [huge, huge], ["9" * 39] * 2

    assert yaml_checks(*rows) == each_alone(yaml_check, *rows)
    assert yaml_checks(*rows).keys() == {0, 1}


@law
@given(honest_programs(most_parts=1), st.lists(st.integers(0, 9).map(str) | st.just("a week of 2.5"), max_size=4))
def test_numbers_are_looked_up_as_the_judge_looks_them_up(program, shown):
    """The fast look-up of numbers in a question finds the faults that the judge finds."""
    trace, question = write(program), f"Ann has {', '.join(shown)}."

    assert (0 in grounding_faults([trace], [question])) is (ungrounded(program, question) is not None)
