"""Reads GSM-8K: questions with solutions that carry calculator annotations and end in `#### answer`."""

from functools import cache
from pathlib import Path
from typing import Any

from generators.imports.solution.annotations import BadAnnotation, read_solution
from generators.imports.solution.problem import Dropped, Problem
from generators.text.same_question import question_hash
from solver.files import read_text
from solver.quantities import plain_number


def read_problem(row_id: str, row: dict[str, Any], *, bare: bool = False) -> Problem | Dropped:
    """Return the problem of a line, or the reason why there is none; `bare` leaves the solution unread."""
    question, solution = row.get("question"), row.get("answer")
    if not isinstance(question, str) or not isinstance(solution, str) or not question.strip():
        return Dropped(row_id, "line: no question and answer as texts")
    told, mark, gold = solution.rpartition("####")
    if not mark:
        return Dropped(row_id, "answer: the solution has no ####", question)
    try:
        answer = plain_number(gold)
    except ValueError as error:
        return Dropped(row_id, f"answer: {error}", question)
    try:
        return Problem(row_id, question.strip(), answer, [] if bare else read_solution(told))
    except BadAnnotation as error:
        return Dropped(row_id, f"annotation: {error}", question)


def question_key(question: str) -> str:
    """Return a short hash of a question's letters and digits."""
    return question_hash(question).hex()[:12]


@cache
def held_out() -> frozenset[str]:
    """Return the keys of the questions of the test split, which no training split may hold."""
    return frozenset(read_text(Path(__file__).parent / "gsm8k_test_keys.txt").split())
