"""Problems of two strings, converted as an import converts them."""

from pathlib import Path

from generators.imports.convert import convert
from generators.imports.solution.annotations import read_solution
from generators.imports.solution.problem import Problem

PROBLEMS = Path(__file__).parent / "problems"
"""The folder of the first problems of GSM-8K and of SVAMP."""


def problem(question, solution):
    """Return a problem whose answer is the value of the last step of its annotated solution."""
    steps = read_solution(solution)
    return Problem("x/train/0", question, steps[-1].value, steps)


def converted(question, solution):
    """Return the row of a problem, or the reason why it becomes none."""
    return convert(problem(question, solution))
