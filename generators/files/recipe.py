"""Reads, writes and compares recipe.json, for builds and imports alike."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from solver.files import decode, local, read_bytes, read_json
from solver.refusal import InputError

from .layout import RECIPE

FORMAT = 1


@dataclass(frozen=True)
class Against:
    """The held-out set that a gate was made of, as a recipe names it."""

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
    def max_len(self) -> int:
        """The most tokens that a row may have."""

    def shards(self, split: str) -> int:
        """Return the number of shards of a split."""

    def check(self) -> None:
        """Raise ValueError if the recipe is inconsistent."""

    def text(self) -> str:
        """Return the text of recipe.json."""


Kind = TypeVar("Kind", bound=DatasetRecipe)


def recipe_text(recipe: DatasetRecipe) -> str:
    """Return the text of recipe.json."""
    return json.dumps(asdict(recipe), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read_values(location: Path) -> tuple[dict[str, Any], str]:
    """Return the JSON values of the recipe in a dataset folder or file, and the path of the file; raise InputError."""
    location = local(location)
    path = location / RECIPE if location.is_dir() else location
    if not path.exists():
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
        recipe = msgspec.convert(values, kind)
        recipe.check()
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (msgspec.ValidationError, ValueError, ArithmeticError) as error:
        raise InputError(f"{path}: not a recipe of wirework: {str(error)[:100]}") from None
    return recipe


def difference(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Return a message naming the first key in which two recipes differ and both values, or None if they are equal."""
    before, after = _flat(old), _flat(new)
    for key, value in after.items():
        if before.get(key) != value:
            return f"{key} is {_short(before.get(key))} there and {_short(value)} here"
    gone = [key for key in before if key not in after]
    return f"{gone[0]} is there and not here" if gone else None


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= {f"{key}.{inner}": item for inner, item in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:18]}...{text[-18:]}"
