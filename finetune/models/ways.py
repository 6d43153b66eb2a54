"""The ways in which completions are constrained.

Imports neither torch nor transformers: commands name them before anything is loaded.
"""

from typing import Final, Literal

NONNEGATIVE: Final = "nonnegative"
"""The way in which no step gives a value below zero."""
Way = bool | Literal["nonnegative"]
"""Whether, and how, tokens that break a trace are masked."""


def way_name(way: Way) -> str:
    """Return the name of a way to constrain.

    >>> way_name(True), way_name(NONNEGATIVE)
    ('constrained', 'nonnegative')
    """
    return way if isinstance(way, str) else "constrained"
