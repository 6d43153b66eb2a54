"""Asks a model whether a trace is right: the turns of the question, and the two answers."""

from solver.turns import COMPLETION_ROLES, Turn, prompt

SCORER = "scorer"
"""The verb of a scorer's training, and of the way to choose by it."""
RIGHT, WRONG = "yes", "no"
_ASKED = "Does this trace answer the question? Answer yes or no."


def verdict_prompt(system: str, question: str, text: str) -> list[Turn]:
    """Return the turns that ask whether a completion for a question is right."""
    before = prompt(system, question)
    return [*before, answer(text), {"role": before[-1]["role"], "content": _ASKED}]


def answer(text: str) -> Turn:
    """Return the turn of a model with this text."""
    return {"role": COMPLETION_ROLES[0], "content": text}
