"""What can be wrong with a trace, as two exceptions: the text is no trace, or the trace breaks a rule."""

from collections.abc import Iterable
from difflib import get_close_matches


class Refusal(ValueError):
    """A text or trace that was refused; `code` names the rule, `reason` says what is wrong and the mend."""

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.part: int | None = None
        self.step: int | None = None

    def at(self, part: int | None, step: int | None) -> "Refusal":
        """Note where it happened: the sub-trace and the step, both counted from 1; return self."""
        self.part, self.step = part, step
        return self

    def __str__(self) -> str:
        """Say the place, if known, and the reason."""
        part = None if self.part is None else f"sub-trace {self.part}"
        step = None if self.step is None else f"step {self.step}"
        place = ", ".join(filter(None, (part, step)))
        return f"{place}: {self.reason}" if place else self.reason


class FormatError(Refusal):
    """The text cannot be read as a trace at all (reward 0.0)."""


class TraceError(Refusal):
    """The trace can be read, but breaks a rule or cannot be run (reward 0.5)."""


_LONGEST = 40
"""Characters of the longest word that likenesses are looked for: comparing 64 names of 80 takes 30 ms and more."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return the mend for an unknown word: the nearest known ones, or all of them."""
    known = sorted(known)
    near = get_close_matches(str(word)[:_LONGEST], [name for name in known if len(name) <= _LONGEST], n=3)
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}"


class InputError(ValueError):
    """A bad file, flag or row of the user's; says which, what was found and what would do. The CLI exits 2."""
