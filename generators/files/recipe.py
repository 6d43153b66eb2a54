"""The part of a recipe that every dataset folder needs: its file, its format, and how two recipes differ."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

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
    """Everything that decides the rows of a dataset and their bytes; a frozen dataclass, written as recipe.json."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def format(self) -> int:
        """The version of the file's form."""

    @property
    def name(self) -> str:
        """The name of the dataset."""

    @property
    def system(self) -> str:
        """The system line of every prompt."""

    @property
    def max_len(self) -> int:
        """The tokens that every row must fit."""

    def shards(self, split: str) -> int:
        """Return how many shards a split has."""

    def check(self) -> None:
        """Raise ValueError if no dataset can be made of this recipe."""

    def text(self) -> str:
        """Return the text of recipe.json."""


Kind = TypeVar("Kind", bound=DatasetRecipe)


def recipe_text(recipe: DatasetRecipe) -> str:
    """Return the text of recipe.json."""
    return json.dumps(asdict(recipe), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read_values(place: Path) -> tuple[dict[str, Any], str]:
    """Return the plain values of the recipe of a dataset folder, or in a file, and its path; raise InputError."""
    path = place / RECIPE if place.is_dir() else place
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{place}: no {RECIPE}; not a dataset folder of wirework") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return recipe_values(content, str(path)), str(path)


def recipe_values(content: bytes, path: str) -> dict[str, Any]:
    """Return the plain values of a recipe.json; raise InputError naming the file, also at another format."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a recipe of wirework: {str(error)[:100]}") from None
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise InputError(f"{path}: not a recipe of wirework: it has no format")
    if values["format"] != FORMAT:
        raise InputError(f"{path}: format {values['format']}; this version of wirework reads format {FORMAT}")
    return values


def parse_recipe(values: dict[str, Any], kind: type[Kind], path: str) -> Kind:
    """Return the recipe of one kind that plain values hold; raise InputError naming the file."""
    try:
        recipe = msgspec.convert(values, kind)
        recipe.check()
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (msgspec.ValidationError, ValueError, ArithmeticError) as error:
        raise InputError(f"{path}: not a recipe of wirework: {str(error)[:100]}") from None
    return recipe


def difference(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Return the first key in which the values of two recipes differ, with both values, or None."""
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
