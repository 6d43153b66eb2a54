"""Tells whether two questions are the same: a hash of their letters and digits."""

import hashlib
import re

SIZE = 16
"""The bytes of a hash."""


def question_hash(question: str) -> bytes:
    """Return a hash of SIZE bytes of a question's letters and digits, whatever their case."""
    return hashlib.sha256(re.sub(r"[^a-z0-9]+", " ", question.lower()).strip().encode()).digest()[:SIZE]
