"""The file that proposed wordings are written to: it extends a pattern, and a person reads it before use."""

import re
from collections.abc import Mapping
from pathlib import Path

from generators.patterns.pattern import Pattern
from generators.patterns.wording import MAX_FILE
from solver.document import load
from solver.files import read_text
from solver.refusal import FormatError, InputError

SUFFIX = "_wordings"
_PART = re.compile(r"^(?=---)", re.MULTILINE)


def proposals_path(out: Path, pattern: Pattern) -> Path:
    """Return the path of a pattern's proposals in a folder of patterns."""
    return out / pattern.expert / f"{pattern.name}{SUFFIX}.jinja"


def read_proposals(path: Path, pattern: Pattern) -> tuple[str, ...]:
    """Return the wordings that a file adds to a pattern, each with the lines above it: its mark and slots of its own.

    Wordings that the pattern has already are left out: those of a file that was loaded with it. Raises InputError if the
    file does not extend the pattern.
    """
    if not path.exists():
        return ()
    before, *parts = [part.strip() for part in _PART.split(read_text(path))]
    try:
        extends = load("".join(parts[:1]).removeprefix("---")) == {"extends": pattern.id}
    except FormatError:
        extends = False
    if before or not extends:
        raise InputError(f"{path}: does not begin with extends: {pattern.id}; choose another --out")
    return tuple(part for part in parts[1:] if body_of(part) not in pattern.bodies)


def body_of(part: str) -> str:
    """Return the text of a wording, which stands below its mark and slots of its own."""
    return part.rpartition("\n")[2]


def append_proposal(path: Path, pattern: Pattern, body: str) -> None:
    """Append a wording to a file, which is begun if need be; raise InputError if it gets too long to be read."""
    before = read_text(path) if path.exists() else f"---\nextends: {pattern.id}\n"
    added = f"{'' if before.endswith(chr(10)) else chr(10)}---\n{body}\n"
    if len((before + added).encode()) > MAX_FILE:
        raise InputError(f"{path}: is full; move its wordings to a file of another name, or choose another --out")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(added if path.stat().st_size else before + added)


def grown(texts: Mapping[str, str], pattern: Pattern, parts: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of a library in which the pattern has further wordings."""
    return {**texts, f"{pattern.id}.jinja": "\n".join([pattern.source.rstrip("\n"), *parts, ""])}
