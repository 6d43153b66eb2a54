"""Reads, writes and compares recipe.json, for builds and imports alike."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from solver.files import decode, local, read_bytes, read_json
from solver.licence import Licensed, earlier_source
from solver.lock import unfinished, writer
from solver.refusal import InputError
from solver.values import typed

from .layout import RECIPE

FORMAT = 1


@dataclass(frozen=True)
class Against:
    """A held-out set that a gate was made of, as a recipe names it."""

    name: str
    sha256: str
    questions: int


class DatasetRecipe(Protocol):
    """A frozen dataclass of all inputs that determine a dataset's rows and bytes; stored as recipe.json."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def format(self) -> int:
        """The version of the file format."""

    @property
    def name(self) -> str:
        """The name of the dataset."""

    @property
    def system(self) -> str:
        """The system line of every prompt."""

    @property
    def sources(self) -> tuple[Licensed, ...]:
        """The sources of the problems or patterns, with their licences; none if all patterns are the builder's own."""

    @property
    def max_len(self) -> int:
        """The most tokens that a row may have."""

    def shards(self, split: str) -> int:
        """Return the number of shards of a split."""

    def check(self) -> None:
        """Raise ValueError if the recipe is inconsistent."""

    def text(self) -> str:
        """Return the text of recipe.json."""

    def deciding(self) -> dict[str, Any]:
        """Return all that decides the rows and their files, by name; recipes of one dataset may differ in the rest."""


_LONGEST = 80
"""The most characters of a text that a message quotes whole."""

Kind = TypeVar("Kind", bound=DatasetRecipe)


def recipe_text(recipe: DatasetRecipe, without: Collection[str] = ()) -> str:
    """Return the text of recipe.json, without some keys."""
    values = {key: value for key, value in asdict(recipe).items() if key not in without}
    return json.dumps(values, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read_values(location: Path) -> tuple[dict[str, Any], str]:
    """Return the JSON values of the recipe in a dataset folder or file, and the path of the file; raise InputError."""
    location = local(location)
    path = location / RECIPE if location.is_dir() else location
    if not path.exists():
        if writer(location):
            raise InputError(unfinished(location, RECIPE))
        raise InputError(f"{location}: no {RECIPE}; not a dataset folder of wirework")
    return recipe_values(read_bytes(path), str(path)), str(path)


def recipe_values(content: bytes, path: str) -> dict[str, Any]:
    """Return the JSON values of a recipe.json; raise InputError if it is not a recipe of this format."""
    values = read_json(decode(content, path), path)
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise InputError(f"{path}: not a recipe of wirework: it has no format")
    if values["format"] != FORMAT:
        raise InputError(f"{path}: format {values['format']}; this version of wirework reads format {FORMAT}")
    return values


def parse_recipe(values: dict[str, Any], kind: type[Kind], path: str) -> Kind:
    """Return the recipe of a type from its JSON values; raise InputError naming the file if they do not fit."""
    try:
        values = _renewed(values)
        unknown = sorted(values.keys() - kind.__dataclass_fields__.keys())
        if unknown:
            raise InputError(f"unknown key {unknown[0]}; a later version of wirework may know it")
        recipe = typed(values, kind, "not a recipe of wirework")
        recipe.check()
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (ValueError, ArithmeticError) as error:
        raise InputError(f"{path}: not a recipe of wirework: {str(error)[:100]}") from None
    return recipe


def _renewed(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a recipe of an earlier version as this one writes them."""
    against = values.get("against")
    if against is None or isinstance(against, dict):  # one held-out set, or none
        values = values | {"against": [against] if against else []}
    source = earlier_source(values)
    if source:
        told = {key: value for key, value in values.items() if key not in ("licence", "notice")}
        values = told | {"sources": [asdict(source)]}
    return values


def difference(stored: bytes, path: str, recipe: DatasetRecipe) -> str | None:
    """Return a message on the first thing that decides rows and differs from a stored recipe.json, or None.

    Raises InputError if it is not a recipe of this format. A recipe of the same text is not read, since a thousand
    patterns take seconds.
    """
    if stored == recipe.text().encode():
        return None
    values = recipe_values(stored, path)
    kinds = ["an import" if imported else "a build" for imported in ("kind" in values, hasattr(recipe, "kind"))]
    if kinds[0] != kinds[1]:
        return f"{kinds[0]} is there and {kinds[1]} here"
    made = parse_recipe(values, type(recipe), path)
    unrecorded = [name for name, value in asdict(recipe).items() if value and getattr(made, name) == {}]
    if unrecorded:
        return f"an earlier version of wirework made it, and did not record its {unrecorded[0]}"
    before, after = made.deciding(), recipe.deciding()
    for key in dict.fromkeys([*after, *before]):
        if key not in before or key not in after:
            return f"it has {'no ' if key in after else ''}{key}, and this one has {'one' if key in after else 'none'}"
        if before[key] != after[key] and key == "origin_sha256":
            return f"{values.get('origin') or 'the source'} has changed since it was imported, or another one is read"
        if before[key] != after[key]:
            return _told(key, before[key], after[key])
    return None


def flat(content: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with the entries of inner mappings as `key.inner`."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        found |= {f"{key}.{inner}": item for inner, item in value.items()} if isinstance(value, dict) else {key: value}
    return found


def _told(key: str, there: object, here: object) -> str:
    """Return a message on two values that differ; of lines, and of long texts, it quotes where they begin to."""
    if isinstance(there, tuple) and isinstance(here, tuple):
        pairs = zip_longest(there, here, fillvalue="")
        line, other = next((line, other) for line, other in pairs if line != other)
        return f"{key} has {_quoted(line, other)} there and {_quoted(other, line)} here"
    return f"{key} is {_quoted(there, here)} there and {_quoted(here, there)} here"


def _quoted(value: object, other: object) -> str:
    """Return a value for a message; a long text from shortly before it differs from another."""
    if not isinstance(value, str) or not isinstance(other, str) or len(value) <= _LONGEST:
        return repr(value)
    differs = next((at for at, pair in enumerate(zip(value, other, strict=False)) if len(set(pair)) > 1), len(other))
    start = max(differs - _LONGEST // 4, 0)
    part = value[start : start + _LONGEST]
    return repr(f"{'...' if start else ''}{part}{'...' if start + _LONGEST < len(value) else ''}")
