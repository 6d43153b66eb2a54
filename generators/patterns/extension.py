"""Adds wordings to a pattern from a file elsewhere: `extends: comparison/times_more`, and wordings below it."""

import re
from collections.abc import Mapping
from dataclasses import replace

from solver.document import load
from solver.grounding import ENGLISH
from solver.refusal import InputError

from .checks import check
from .pattern import Pattern
from .vocabulary import Vocabulary
from .wording import read_wording, split

_EXTENDS = re.compile(r"\s*---[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*['\"]?extends['\"]?[ \t]*:")


def is_extension(text: str) -> bool:
    """Return whether the first key of a file is `extends`, so that it has no pattern of its own."""
    return _EXTENDS.match(text) is not None


def extended_id(text: str) -> str:
    """Return the id of the pattern that a file extends; raise InputError if the file says anything else."""
    front, _ = split(text, extends=True)
    document = load(front, unique=True)
    keys = list(document) if isinstance(document, dict) else []
    name = document["extends"] if isinstance(document, dict) and keys == ["extends"] else None
    if not isinstance(name, str):
        others = [key for key in keys if key != "extends"]
        raise InputError(
            "beside extends: EXPERT/NAME, such a file has wordings alone; leave out slots, trace and answer"
        ).at(*(others or keys)[:1])
    return name


def extend(
    pattern: Pattern, text: str, file: str, vocabularies: Mapping[str, Vocabulary], language: str = ENGLISH
) -> Pattern:
    """Return a pattern with the wordings of a file added behind its own; raise InputError if one is not sound."""
    wordings = list(pattern.wordings)
    places = {_words(wording.body): wording for wording in wordings}
    for part in split(text, extends=True)[1]:
        added = replace(read_wording(part, pattern.slots, vocabularies), file=file)
        earlier = places.setdefault(_words(added.body), added)
        if earlier is not added:
            raise InputError(f"{added.where}: {earlier.seen_from(added)} has the same text; leave one out")
        wordings.append(added)
    return check(replace(pattern, wordings=tuple(wordings)), language)


def _words(body: str) -> str:
    return " ".join(body.split())
