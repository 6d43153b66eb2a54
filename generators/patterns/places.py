"""Finds the line of a pattern's file, or of a file that patterns share, that an error is about."""

from pathlib import PurePath

from solver.document import Place, lines
from solver.refusal import FormatError, InputError, Refusal

from .pattern import COMPOSITION
from .wording import front_line, split

_FIXES = {
    "tab character": "indent with spaces",
    "cannot start any token": "indent with spaces, and quote a text that begins with a sign",
    "mapping values are not allowed": "indent keys alike, and quote a text with a colon in it",
    "could not find expected ':'": "write key: value with a space, - before each step, and --- above the question",
    "did not find expected ',' or": "put commas between entries, and close the bracket",
    "unexpected end of stream": "close the quotes",
    "did not find expected": "indent keys alike, and steps alike",
}
"""Hints for errors of libyaml, by a part of the message; the first that fits is given."""


def told(path: str, source: str, error: Exception) -> InputError:
    """Return an error in the text of a file with the file in front, and the line if the error has a place."""
    place = error.place if isinstance(error, InputError) else _step_place(path, error)
    line = _line(path, source, place) if place else None
    fix = next(
        (f"; {fix}" for part, fix in _FIXES.items() if isinstance(error, FormatError) and part in str(error)), ""
    )
    return InputError(f"{path}: {'' if line is None else f'line {line}: '}{error}{fix}")


def _line(path: str, source: str, place: Place) -> int | None:
    """Return the line of a place, or else of the nearest key or item around it."""
    if path.endswith(".jinja"):
        first = front_line(source)
        known = {(): first} | lines(split(source, extends=True)[0], first)
    else:
        known = lines(source)
    return next((known[place[:end]] for end in range(len(place), -1, -1) if place[:end] in known), None)


def _step_place(path: str, error: Exception) -> Place:
    """Return the place of the step that a refusal names."""
    if not isinstance(error, Refusal) or (error.part is None and error.step is None):
        return ()
    step = () if error.step is None else (error.step - 1,)
    if PurePath(path).parent.name == COMPOSITION:
        return ("trace", (error.part or 1) - 1, "trace", *step)
    return ("trace", *step)
