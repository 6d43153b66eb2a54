"""Chooses the wording of each row: `phrasings` in a preset says which wordings the rows of a split have.

The choice follows from the recipe and the row's index in its pattern's order, which is independent of the slots.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generators.patterns.pattern import Pattern
from solver.document import load
from solver.plurals import counted
from solver.refusal import FormatError, InputError, did_you_mean

Count = int | Literal["all"]
"""How many of a pattern's training wordings are used, from the first."""


@dataclass(frozen=True)
class HeldOut:
    """Wordings per split: `train` training wordings for training, and the held-out ones for validation and test."""

    train: Count
    held_out: bool = True
    """True in every recipe; without held-out wordings, `phrasings` is a count."""


Phrasings = Count | HeldOut
"""The wordings of a dataset. A count alone holds for every split, and leaves out the held-out wordings."""

_FORMS = "write a whole number of at least 1, all, or {train: all, held_out: true}"


def read_phrasings(value: object) -> Phrasings:
    """Return `phrasings` as a preset, a flag or a caller writes it; raise InputError if it has none of the forms."""
    if isinstance(value, str) and value.startswith("{"):  # a flag, as the message below writes it
        value = _mapping(value)
    if not isinstance(value, Mapping):
        return _count("phrasings", value)
    for key in value:
        if key not in ("train", "held_out"):
            raise InputError(f"phrasings has an unknown key {key}; {did_you_mean(key, ('train', 'held_out'))}")
    train = _count("train of phrasings", value.get("train"))
    held_out = str(value.get("held_out", False)).lower()
    if held_out not in ("true", "false"):
        raise InputError(f"held_out of phrasings is {value['held_out']}; write true or false")
    return HeldOut(train) if held_out == "true" else train


def _mapping(text: str) -> object:
    """Return the mapping that a text writes, or the text if it is none."""
    try:
        return load(text, unique=True)
    except FormatError:
        return text


def _count(name: str, value: object) -> Count:
    """Return a count: a whole number of at least 1, also as text, or `all`."""
    if value == "all":
        return "all"
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        value = int(value)
    if type(value) is not int or value < 1:
        found = f"is {value}" if isinstance(value, str | int | float) else "is missing or not a number"
        raise InputError(f"{name} {found}; {_FORMS}")
    return value


def overridden(phrasings: Phrasings, by: object) -> Phrasings:
    """Return the wordings of a preset, overridden by a caller's; a count alone leaves validation and test as they are.

    `by` is as in `read_phrasings`, or None for no override.
    """
    if by is None:
        return phrasings
    given = read_phrasings(by)
    whole = isinstance(by, Mapping) or (isinstance(by, str) and by.startswith("{"))
    keeps = isinstance(phrasings, HeldOut) and not whole
    return HeldOut(given) if keeps and not isinstance(given, HeldOut) else given


def train_count(phrasings: Phrasings) -> Count:
    """Return how many training wordings are used."""
    return phrasings.train if isinstance(phrasings, HeldOut) else phrasings


def most_read(phrasings: Phrasings) -> int | None:
    """Return the number of training wordings beyond which no row has one, or None if rows may have all or held-out ones."""
    return phrasings if isinstance(phrasings, int) else None


def used_wordings(pattern: Pattern, phrasings: Phrasings, split: str) -> tuple[int, ...]:
    """Return the wordings of a pattern that rows of a split may have, by their places in the pattern from 0.

    A pattern that is kept for one split has no wording in the others. None of its wordings is in training, so with
    held-out wordings it uses all.
    """
    alone = pattern.header.split
    if alone and split != alone:
        return ()
    if alone and isinstance(phrasings, HeldOut):
        return tuple(range(len(pattern.wordings)))
    held_out = isinstance(phrasings, HeldOut) and split != "train"
    places = tuple(place for place, wording in enumerate(pattern.wordings) if wording.held_out == held_out)
    count = train_count(phrasings)
    return places if held_out or count == "all" else places[:count]


def wordings_of(used: tuple[int, ...], indices: np.ndarray) -> np.ndarray:
    """Return the wording of each row, one of those used, from its index in the pattern's own order."""
    return np.array(used)[(indices % len(used)).astype(np.int64)]


def remarks(patterns: Mapping[str, Pattern], phrasings: Phrasings) -> list[str]:
    """Return what a user should know: patterns with fewer wordings than asked for, and those without a held-out one."""
    count = train_count(phrasings)
    have = {name: sum(not wording.held_out for wording in pattern.wordings) for name, pattern in patterns.items()}
    fewer = [name for name in have if count != "all" and have[name] < count]
    bare = [name for name, pattern in patterns.items() if not used_wordings(pattern, phrasings, "test")]
    said = []
    if fewer:
        least = min(fewer, key=have.__getitem__)
        said.append(
            f"phrasings {count}: {len(fewer)} of {counted(len(patterns), 'pattern')} have fewer training wordings, "
            f"and use all they have; {least} has {have[least]}"
        )
    if bare:
        said.append(
            f"phrasings held_out: {len(bare)} of {counted(len(patterns), 'pattern')} have no held-out wording, "
            f"and give no rows to validation and test; the first is {bare[0]}"
        )
    return said
