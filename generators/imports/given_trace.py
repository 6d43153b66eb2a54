"""Turns a problem whose source wrote a trace into a row: the trace is judged, and its numbers are looked up."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from generators.imports.solution.problem import Dropped, Problem, Row
from solver.constants import question_stems, triggered
from solver.grounding import number_forms
from solver.ops import AddEntity, Consume, Init, Step
from solver.quantities import Quantity, read_quantities
from solver.reward import REWARDS, judge
from solver.text import fence, read, write

from .row import row_of


def row_of_trace(problem: Problem) -> Row | Dropped:
    """Return the row of a problem with a trace of its own, or the reason why there is none."""
    program = read(problem.trace)
    text = write(program)
    experts = tuple(part.expert for part in program)
    verdict = judge(fence(text), experts, problem.answer, problem.question)
    if verdict.reward != REWARDS["correct"] or not verdict.fits_shape:
        return Dropped(problem.id, f"judged: {verdict.reason or 'not its shape'}", problem.question)
    quantities = read_quantities(problem.question)
    operands = [dict(_origins(part.steps, problem.question, quantities)) for part in program]
    missing = [name for found in operands for name, origin in found.items() if not origin]
    if missing:
        return Dropped(problem.id, f"given: {missing[0]} has no origin that can be shown", problem.question)
    spans = {tuple(origin["span"]) for found in operands for origin in found.values() if "span" in origin}
    unused = [_span(quantity) for quantity in quantities if (quantity.start, quantity.end) not in spans]
    return row_of(
        problem,
        program,
        text,
        {
            "source": problem.id.split("/")[0],
            **({"answer": problem.answer_from} if problem.answer_from else {}),
            "grade": "B" if unused else "A",
            "reasons": [f"unused: {one['text']}" for one in unused] or ["wiring annotated"],
            "wiring": {"how": "annotated", "linkings": 1, "functions": 1, "margin": 99.0},
            "inferred": 0,
            "operands": operands,
            "unused": unused,
        },
    )


def numbers_of(steps: tuple[Step, ...]) -> Iterator[tuple[str, Fraction]]:
    """Yield the numbers that a sub-trace is given, each with the name under which `metadata` has its origin."""
    for number, step in enumerate(steps, 1):
        if isinstance(step, Init) and isinstance(step.value, Fraction):
            yield str(step.var), step.value
        elif isinstance(step, (Consume, AddEntity)) and isinstance(step.amount, Fraction):
            yield f"step {number}", step.amount


def _origins(
    steps: tuple[Step, ...], question: str, quantities: tuple[Quantity, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the origin of each number: the first quantity with such a form that no earlier number has, else a constant.

    The origin is empty if there is none.
    """
    taken: set[Quantity] = set()
    constants = {constant.value: constant.name for constant in reversed(triggered(question_stems(question)))}
    for name, value in numbers_of(steps):
        forms = [
            (quantity, form) for quantity in quantities for form, shown in number_forms(quantity) if shown == value
        ]
        free = [pair for pair in forms if pair[0] not in taken] or forms
        if free:
            quantity, form = free[0]
            taken.add(quantity)
            yield name, {**_span(quantity), "how": form}
        else:
            yield name, {"constant": constants[value]} if value in constants else {}


def _span(quantity: Quantity) -> dict[str, Any]:
    return {"span": [quantity.start, quantity.end], "text": quantity.text}
