"""Lists the sources of a build's patterns: the problems that made patterns come from, and wirework's own patterns."""

import re
from collections.abc import Collection

from generators.patterns.header import Header
from generators.patterns.library import Library
from solver.licence import UNKNOWN, Licensed, licensed

from .about import WIREWORK

_ROW = re.compile(r"(.+?)/(train|validation|test)/\d+")
"""A row of a source, as the header of a made pattern names it."""


def credits_of(library: Library, ids: Collection[str]) -> tuple[Licensed, ...]:
    """Return the sources of patterns, each once; none if no pattern was made from a source."""
    headers = {name: library.patterns[name].header for name in sorted(ids)}
    found = dict.fromkeys(_credit(name, header) for name, header in headers.items() if _is_credited(header))
    ours = found and any(name not in library.own for name in ids)
    return (*found, *((WIREWORK,) if ours else ()))


def all_licensed(library: Library, ids: Collection[str]) -> bool:
    """Return whether the licence of every pattern is known: a shipped one, or one whose header states a source."""
    added = any(wording.file for name in ids for wording in library.patterns[name].wordings)
    return not added and all(_is_credited(library.patterns[name].header) for name in library.own & set(ids))


def origin_of(header: Header) -> tuple[str, str] | None:
    """Return the source and the split that a made pattern's problem comes from, or None if the header names no such row."""
    row = _ROW.fullmatch(header.source or "")
    return (row[1], row[2]) if row else None


def _is_credited(header: Header) -> bool:
    return any((header.source, header.licence, header.notice))


def _credit(name: str, header: Header) -> Licensed:
    origin = origin_of(header)
    return licensed(origin[0] if origin else header.source or name, header.licence or UNKNOWN, header.notice or "")
