"""The held-out questions of GSM-8K: hashes of its test split, which no training split may hold."""

from functools import cache
from pathlib import Path

from generators.text.same_question import question_hash
from solver.files import read_text


def question_key(question: str) -> str:
    """Return a short hash of a question's letters and digits."""
    return question_hash(question).hex()[:12]


@cache
def held_out() -> frozenset[str]:
    """Return the keys of the questions of the test split, which no training split may hold."""
    return frozenset(read_text(Path(__file__).parent / "gsm8k_test_keys.txt").split())
