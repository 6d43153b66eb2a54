"""Reasons to doubt a wiring because of the numbers of the question that it leaves over."""

import re

from generators.text.lexicon import stem_set
from solver.plurals import counted

from .case import Case

_MANY = 3
"""Unused numbers that are too many to be said in passing: solutions that are read in part leave these."""
_PART = re.compile(r"\s*(?:of|as|the|that|this|his|her|their|its)\b")
"""Follows a half of something."""
_ONE_HALF = re.compile(r"\b(?:first|second|other|one|last|top|bottom) $", re.IGNORECASE)


def unused_number(case: Case) -> str | None:
    """Doubt a wiring that leaves over a number, if the others could be linked in several ways, or three of them."""
    count = len(case.left_over)
    if count < (1 if case.linking.rivals > 1 else _MANY):
        return None
    return f"{counted(count, 'number')} of the question unused: {', '.join(one.text for one in case.left_over)}"


def unread_half(case: Case) -> str | None:
    """Doubt a wiring without a half of something: the half that is left has the same value."""
    unread = [
        mention.quantity.text
        for mention in (case.mentions[index] for index in case.linking.unused)
        if mention.quantity.kind == "half"
        and _PART.match(case.question, mention.quantity.end)
        and not _ONE_HALF.search(case.question, mention.sentence_span[0], mention.quantity.start)
        and not {*mention.after[:1]} & stem_set("units_of_time")
    ]
    return f"not read: {', '.join(unread)}" if unread else None
