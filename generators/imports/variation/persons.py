"""Finds the persons of a problem whose names can vary: those whose pronoun is sure, named always alike."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from generators.patterns.library import VOCABULARY, shipped
from generators.text.proper_names import proper_names
from generators.text.slugs import slug
from solver.files import read_text

_SHE = re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:[Mm]rs?|[Mm]s|[Dd]r|[Ss]t|Sir|Miss|[Uu]ncle|[Aa]unt(?:ie)?|[Gg]rand(?:ma|pa|mother|father)|Coach|King|Queen|Prince|"
    r"Princess|Saint|Captain|Farmer|Chef|Judge|Officer|Sergeant|Father|Sister|Brother|Mother|Santa|President|Baby|Professor|"
    r"Lake|Fort|Mount|San|Los|New|[A-Z])\.? $"
)
_NO_PERSON = re.compile(
    r"(?:['\u2019]s)? (?:Street|Avenue|Road|River|Lake|Island|City|Beach|School|Park|Day)\b|-[A-Za-z]| [A-Z]\b"
)
_OWNED_NAME = re.compile(r"['\u2019]s? (?=[A-Z][a-z])")
VOCABULARIES = {"she": "woman", "he": "man"}
"""The vocabulary of a made pattern for each pronoun."""


class Person(NamedTuple):
    """A person whose name varies."""

    name: str
    slot: str
    vocabulary: str
    places: tuple[tuple[int, int], ...]
    """The start and end of each mention; an apostrophe behind a final s belongs to it."""


@cache
def _known() -> Mapping[str, str]:
    """Return the pronoun of each known given name."""
    listed = yaml.safe_load(read_text(Path(__file__).parent / "given_names.yaml"))
    names = {name: pronoun for pronoun, known in listed.items() for name in known}
    return {name: pronoun for pronoun, listed in _drawn().items() for name in listed} | names


@cache
def _drawn() -> Mapping[str, tuple[str, ...]]:
    """Return the names that made patterns draw: the shipped persons that have a pronoun."""
    listed = yaml.safe_load(shipped()[VOCABULARY])["pronouns"]["person"]
    return {pronoun: tuple(names) for pronoun, names in listed.items()}


def vocabulary_text() -> str:
    """Return the vocabulary file of a folder of made patterns."""
    lines = ["# given names, whose bearers are called she or he in the questions of these patterns"]
    lines += [f"{VOCABULARIES[pronoun]}: [{', '.join(names)}]" for pronoun, names in _drawn().items()]
    return "\n".join(lines) + "\n"


def persons(text: str, parts_of_names: frozenset[str]) -> list[Person]:
    """Return the persons of a question whose names vary; `parts_of_names` are the words of the trace's names."""
    named = list(dict.fromkeys(name for _, _, name in proper_names(text)))
    found = [_person(text, name, named) for name in named]
    varied = [one for one in found if one is not None and _in_trace(one.name, parts_of_names)]
    kept = set(re.findall(r"[^\W\d_]+", text)) - {one.name for one in varied}
    if kept & {name for names in _drawn().values() for name in names}:
        return []  # a drawn name could be that of another
    return varied


def _person(text: str, name: str, named: list[str]) -> Person | None:
    if re.search(rf"\b{re.escape(name.lower())}\b", text):
        return None  # "customer A", and "Customer B"
    pronoun = _pronoun(text, name, named)
    places = [found.span() for found in re.finditer(rf"\b{re.escape(name)}\b", text)]
    if pronoun is None or not all(_stands_alone(text, start, end) for start, end in places):
        return None
    if re.search(rf"\b{re.escape(name)}(?:e?s|['\u2019]s?-)\b(?!['\u2019])", text, re.IGNORECASE) and not name.endswith(
        "s"
    ):
        return None  # "the Smiths"
    ends = [(start, end + _apostrophe(text, name, end)) for start, end in places]
    return Person(name, slug(name), VOCABULARIES[pronoun], tuple(ends))


def _apostrophe(text: str, name: str, end: int) -> int:
    """Return the length of an apostrophe that stands alone behind a final s: `James' pens`."""
    return int(name.endswith("s") and re.match(r"['\u2019](?!s)", text[end:]) is not None)


def _pronoun(text: str, name: str, named: list[str]) -> str | None:
    """Return the pronoun of a name: that of the text if it names nobody else, or else that of the table."""
    she, he = bool(_SHE.search(text)), bool(_HE.search(text))
    if len(named) == 1 and she != he:
        told = "she" if she else "he"
        return told if _known().get(name, told) == told else None
    return _known().get(name)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a mention of a name is no part of a longer one, of a title or of the name of a place."""
    if _TITLE.search(text, max(0, start - 14), start) or _NO_PERSON.match(text, end):
        return False
    neighbours = {(other_start, other_end) for other_start, other_end, _ in proper_names(text)}
    beside = any(other_end == start - 1 or other_start == end + 1 for other_start, other_end in neighbours)
    owned = _OWNED_NAME.match(text, end)
    return not beside and not owned and text[start - 1 : start] not in ("-", "'")


def _in_trace(name: str, parts: frozenset[str]) -> bool:
    """Return whether the trace has a name as a whole part of its names, if at all."""
    own = slug(name)
    return not any(own in part.split("_") and own != part for part in parts)
