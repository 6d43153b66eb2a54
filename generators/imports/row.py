"""Makes the row of an imported problem from its program."""

from typing import Any

from generators.imports.solution.problem import Problem, Row
from solver.number import write_number
from solver.ops import Init, Query
from solver.program import Program


def row_of(problem: Problem, program: Program, text: str, metadata: dict[str, Any]) -> Row:
    """Return the row of a problem whose program, as the writer has it in `text`, gives its answer."""
    experts = tuple(trace.expert for trace in program)
    steps = [step for trace in program for step in trace.steps]
    return Row(
        problem.id,
        problem.question,
        write_number(problem.answer),
        text,
        experts[0] if len(experts) == 1 else "composition",
        experts,
        len(steps),
        sum(not isinstance(step, (Init, Query)) for step in steps),
        metadata,
    )
