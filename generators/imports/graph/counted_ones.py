"""Tells whether a one is a quantity: `2 cats and 1 dog` counts a dog; `per 1 cup` and `only one pen` count nothing.

Solutions leave out a factor of one. A counted one that is left out makes a trace that holds for this number alone.
"""

import re

from generators.imports.question.mentions import Mention

_PREPOSITION = re.compile(
    r"\b(?:per|every|each|in|for|of|than|from|during|after|within|over|at|to|about|least|only|other|another|any|this|that|just"
    r"|the|on|by|if|when|takes?|assuming)\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)


def is_counted(mention: Mention, text: str) -> bool:
    """Return whether a number is a one in digits that counts things, and follows no preposition."""
    quantity = mention.quantity
    counts = quantity.value == 1 and quantity.kind == "plain" and bool(mention.phrase)
    return counts and _PREPOSITION.search(text, 0, quantity.start) is None
