"""Reads tables of named constants, such as 7 days per week; a constant is usable where its trigger words stand.

A folder of patterns may bring constants of its own, in a file of the same form.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .document import LOADER, Node, check_plain, load
from .files import read_text
from .number import read_number
from .refusal import FormatError, InputError, did_you_mean
from .stems import WORD, stem

CONSTANTS = "constants.yaml"
"""The name of a file of constants."""
_KEYS = ("value", "words", "beside", "asked")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Constant:
    """A number known without the question: 60 minutes per hour."""

    name: str
    value: Fraction
    words: frozenset[str]
    """Trigger words as stems; the text must have one of them."""
    beside: frozenset[str] = frozenset()
    """Further stems; if there are any, the text must have one of them too: `half` is 30 minutes only beside `hour`."""
    asked: bool = False
    """True if the trigger words must stand in the question itself, not only in the solution."""
    spelled: tuple[str, ...] = ()
    """The trigger words as the file has them."""
    spelled_beside: tuple[str, ...] = ()
    """The further words as the file has them."""

    @property
    def trigger(self) -> str:
        """The words that allow the constant, as a reader is told them."""
        beside = f"; beside them one of {', '.join(self.spelled_beside)}" if self.spelled_beside else ""
        return f"{', '.join(self.spelled)}{beside}"

    def triggered(self, present: frozenset[str]) -> bool:
        """Return True if a text with these stems may use the constant."""
        return bool(self.words & present) and (not self.beside or bool(self.beside & present))


@cache
def named_constants() -> tuple[Constant, ...]:
    """Return the table of constants, in its order."""
    text = read_text(Path(__file__).parent / CONSTANTS)
    return tuple(_constant(name, row) for name, row in yaml.load(text, LOADER).items())  # noqa: S506 - only texts


def own_constants(files: Mapping[str, str]) -> tuple[Constant, ...]:
    """Return the constants that a user's folder brought, from the files that a recipe stores; raise InputError."""
    texts = [text for path, text in files.items() if path.endswith(CONSTANTS)]
    return tuple(constant for text in texts for constant in read_constants(text))


def read_constants(text: str, faults: list[Exception] | None = None) -> tuple[Constant, ...]:
    """Parse a user's file of constants; raise InputError or FormatError.

    With a list of `faults`, errors are added to it, and bad constants are left out.
    """
    found: list[Constant] = []
    try:
        node = load(text)
        if not isinstance(node, dict):
            raise InputError("not a mapping of constants; write name: {value: 7, words: [week, weekly]}")
        for name, row in node.items():
            try:
                found.append(_own_constant(name, row))
            except InputError as error:
                if faults is None:
                    raise
                faults.append(error)
    except (FormatError, InputError) as error:
        if faults is None:
            raise
        faults.append(error)
    return tuple(found)


def _own_constant(name: str, row: Node) -> Constant:
    """Parse one constant of a user's file; raise InputError with its place."""
    check_plain(row, (name,))
    if not _NAME.fullmatch(name):
        raise InputError(f"constant {name!r}: a name is lower-case letters, digits and _").at(name)
    if name in {constant.name for constant in named_constants()}:
        raise InputError(f"constant {name} exists already; choose another name").at(name)
    if not isinstance(row, dict):
        raise InputError(f"constant {name} is not a mapping; write {name}: {{value: 7, words: [week, weekly]}}").at(
            name
        )
    for key, value in row.items():
        if key not in _KEYS:
            raise InputError(f"constant {name}: unknown key {key}; {did_you_mean(key, _KEYS)}").at(name, key)
        if key == "asked" and value != "true":
            raise InputError(f"constant {name}: asked is {value!r}; write asked: true, or leave it out").at(name, key)
    _check_value(name, row.get("value"))
    _check_words(name, "words", row.get("words"))
    if "beside" in row:
        _check_words(name, "beside", row["beside"])
    return _constant(name, row)


def _check_value(name: str, value: Node | None) -> None:
    if not isinstance(value, str):
        raise InputError(f"constant {name}: value is missing or not a number; write value: 7").at(name, "value")
    try:
        number = read_number(value)
    except ValueError as error:
        raise InputError(f"constant {name}: value: {error}").at(name, "value") from None
    if number <= 0:
        raise InputError(f"constant {name}: value is {value}; write a number above 0").at(name, "value")


def _check_words(name: str, key: str, words: Node | None) -> None:
    if not isinstance(words, list) or not words:
        raise InputError(f"constant {name}: {key} is missing or not a list; write {key}: [week, weekly]").at(name, key)
    for number, word in enumerate(words):
        if not isinstance(word, str) or stem(word) not in question_stems(word):
            raise InputError(f"constant {name}: {key} has {word!r}; write single words, such as week").at(
                name, key, number
            )


def _constant(name: str, row: Any) -> Constant:
    words, beside = tuple(row["words"]), tuple(row.get("beside", ()))
    return Constant(
        name,
        Fraction(row["value"]),
        frozenset(map(stem, words)),
        frozenset(map(stem, beside)),
        "asked" in row,
        words,
        beside,
    )


def about(constants: Iterable[Constant], text: str) -> list[Constant]:
    """Return the constants that have a value, or a word in their name or trigger; raise InputError if none has."""
    constants = list(constants)
    try:
        value = read_number(text)
    except ValueError:
        wanted = stem(text)
        found = [one for one in constants if wanted in {*one.words, *one.beside, *map(stem, one.name.split("_"))}]
        hint = did_you_mean(text, {word for one in constants for word in one.spelled})
    else:
        found = [constant for constant in constants if constant.value == value]
        hint = f"a folder of patterns may bring it in {CONSTANTS}"
    if not found:
        raise InputError(f"no constant has {text}; {hint}")
    return found


def triggered(stems: Iterable[str]) -> list[Constant]:
    """Return the constants that a text with these stems may use."""
    present = frozenset(stems)
    if present.isdisjoint(_trigger_words()):
        return []
    return [constant for constant in named_constants() if constant.triggered(present)]


@cache
def _trigger_words() -> frozenset[str]:
    return frozenset().union(*(constant.words for constant in named_constants()))


_PHRASES = {"every other ": "every-other", "to and from ": "to-and-from", "one way ": "one-way"}
"""Phrases that trigger a constant, each as one word."""


def question_stems(question: str) -> set[str]:
    """Return the stems of a question's words, with the phrases and signs that trigger a constant."""
    words = WORD.findall(question)
    stems = {stem(word) for word in words} | {stem(part) for word in words for part in word.split("-")}
    stems |= {sign for sign in "$¢" if sign in question} | ({"percent"} if "%" in question else set())
    return stems | {word for phrase, word in _PHRASES.items() if phrase in question.lower()}
