"""Checks a whole folder of patterns, and reports the fault of every bad file, for the verb `check`."""

from dataclasses import dataclass
from pathlib import Path

from solver.progress import Report
from solver.refusal import InputError

from .checks import try_rows
from .library import OWN, SHIPPED, SUFFIX, Files, Library, clashes, place, try_files, try_patterns
from .overlap import overlap
from .pattern import Pattern
from .places import told

DEEP = 200_000
"""The most assignments of each pattern that are tried."""


@dataclass(frozen=True)
class Soundness:
    """The result of a check."""

    files: int
    """The number of pattern files."""
    patterns: list[Pattern]
    """The sound patterns."""
    assignments: int
    """The number of assignments on which trace and closed form were compared."""
    faults: list[str]
    """A line for each bad file, or for each bad entry of a file that patterns share."""
    beside: list[str]
    """A line for each pattern that no dataset can have together with a shipped one."""


def examine(folder: Path | None = None, report: Report | None = None) -> Soundness:
    """Check the patterns of a user's folder, or else the shipped ones; raise InputError if it has no pattern.

    A user's patterns are also compared with the shipped ones, which a preset may leave out.
    """
    known, errors = try_files(folder)
    read, more = try_patterns(known.texts, None, known.shown)
    found = Library(read, known.texts, known.own)
    errors += more
    patterns = [pattern for pattern in read.values() if folder is None or not found.shipped_alone([pattern.id])]
    spoilt: dict[Pattern, tuple[str, InputError]] = {}
    for clash in clashes(patterns):
        spoilt.setdefault(clash.pattern, (place(clash.pattern, clash.wording, known.shown), clash.error))
    for pattern in patterns:
        if copied := overlap(pattern):
            spoilt.setdefault(pattern, (place(pattern, copied[0], known.shown), InputError(copied[1])))
    errors += [told(path, pattern.source, error) for pattern, (path, error) in spoilt.items()]
    sound: list[Pattern] = []
    assignments = 0
    for number, pattern in enumerate(patterns):
        if report:
            report(number, len(patterns))
        try:
            assignments += try_rows(pattern, DEEP)
            sound += [] if pattern in spoilt else [pattern]
        except (ValueError, ArithmeticError) as error:
            errors.append(told(known.shown(f"{pattern.id}{SUFFIX}"), pattern.source, error))
    others = [pattern for pattern in read.values() if pattern not in patterns]
    beside = {
        clash.pattern: f"{clash.pattern.id} cannot be in one dataset with the shipped {clash.other.id}: {clash.fault}"
        for clash in clashes([*others, *sound])
        if clash.other in others and clash.pattern in sound
    }
    return Soundness(
        _count(folder or SHIPPED, known, patterns), sound, assignments, list(map(str, errors)), list(beside.values())
    )


def _count(folder: Path, known: Files, patterns: list[Pattern]) -> int:
    """Return the number of patterns of a folder: its files, where those that extend one count as the pattern they extend."""
    files = sum(path.suffix == SUFFIX for path in folder.rglob("*"))
    extending = sum(path.startswith(OWN) and path.endswith(SUFFIX) for path in known.texts)
    return files - extending + sum(known.folder is not None and pattern.id not in known.own for pattern in patterns)
