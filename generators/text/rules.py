"""Ordered tables of named rules: the first rule that has an opinion decides.

A rule is a function of one case that returns a result, or None where it does not apply. Its name is the function's
name, so that a rule can be found, tested and removed by name.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Case = TypeVar("Case")
Result = TypeVar("Result")


def first(rules: Sequence[Callable[[Case], Result | None]], case: Case) -> Result | None:
    """Return the result of the first rule that applies to a case, or None if none does."""
    for rule in rules:
        result = rule(case)
        if result is not None:
            return result
    return None
