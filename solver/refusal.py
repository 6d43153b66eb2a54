"""The exceptions of wirework: a refused trace, and a user's bad file or flag; and hints for misspelt words."""

from collections.abc import Iterable
from difflib import get_close_matches


class Refusal(ValueError):
    """A refused text or trace: `code` names the broken rule, `reason` states the fault and the fix.

    `part` and `step` locate the fault, counted from 1; they are None where they do not apply.
    """

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.part: int | None = None
        self.step: int | None = None

    def at(self, part: int | None, step: int | None) -> "Refusal":
        """Set the sub-trace and the step, both counted from 1, and return self."""
        self.part, self.step = part, step
        return self

    def __str__(self) -> str:
        """Return the location, if known, and the reason."""
        part = None if self.part is None else f"sub-trace {self.part}"
        step = None if self.step is None else f"step {self.step}"
        location = ", ".join(filter(None, (part, step)))
        return f"{location}: {self.reason}" if location else self.reason


class FormatError(Refusal):
    """The text cannot be parsed as a trace (reward 0.0, P9)."""


class TraceError(Refusal):
    """The trace can be parsed, but breaks a rule or cannot be run (reward 0.5, P9)."""


_LONGEST = 40
"""The most characters that are compared: comparing 64 names of 80 characters takes over 30 ms."""
_MOST = 12
"""The most known words that are listed when none is similar."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a hint for an unknown word: up to three similar known words, whatever their case, or else a dozen of them."""
    known = sorted(known)
    spelled: dict[str, list[str]] = {}
    for name in known:
        if len(name) <= _LONGEST:
            spelled.setdefault(name.lower(), []).append(name)
    near = [name for lower in get_close_matches(str(word)[:_LONGEST].lower(), spelled, n=3) for name in spelled[lower]]
    if near:
        return f"did you mean {' or '.join(near[:3])}?"
    more = f" and {len(known) - _MOST:,} more" if len(known) > _MOST else ""
    return f"known are {', '.join(known[:_MOST])}{more}"


class InputError(ValueError):
    """A user error: the message names the file, flag or row, what was found, and the fix. The CLI exits with 2.

    `place` has the keys and positions, from 0, that lead to the fault in a document: ("slots", "count").
    """

    place: tuple[str | int, ...] = ()

    def at(self, *place: str | int) -> "InputError":
        """Put keys and positions before the place and return self; callers know the outer ones."""
        self.place = (*place, *self.place)
        return self
