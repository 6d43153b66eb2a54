"""Reads SVAMP: short problems, each with one equation of one or two operations."""

from typing import Any

from generators.imports.solution.formula import NoFormula, evaluate, leaves, read_formula
from generators.imports.solution.problem import Dropped, Problem
from generators.imports.solution.step import Step
from generators.text.lexicon import content
from solver.quantities import plain_number
from solver.stems import WORD


def read_problem(row_id: str, row: dict[str, Any], *, bare: bool = False) -> Problem | Dropped:
    """Return the problem of an entry, or the reason why there is none; `bare` leaves the equation unread."""
    body, asked, equation = (row.get(key) for key in ("Body", "Question", "Equation"))
    if not (isinstance(body, str) and isinstance(asked, str) and isinstance(equation, str)):
        return Dropped(row_id, "line: no Body, Question and Equation as texts")
    body = body.strip()
    question = f"{body}{'' if body.endswith(('.', '?', '!', ',')) else ','} {asked.strip()}"
    try:
        answer = plain_number(str(row.get("Answer")))
    except ValueError as error:
        return Dropped(row_id, f"answer: {error}", question)
    if bare:
        return Problem(row_id, question, answer)
    try:
        formula = read_formula(equation)
        value = evaluate(formula)
    except NoFormula as error:
        return Dropped(row_id, f"equation: {error}", question)
    stems = tuple(content(WORD.findall(asked)))
    if value != answer:
        return Dropped(row_id, "equation: it does not give the answer", question)
    for leaf in leaves(formula):
        leaf.before = stems[:6]
    return Problem(row_id, question, answer, [Step(formula, value, "annotation", frozenset(stems), ())])
