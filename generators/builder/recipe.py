"""The recipe of a dataset: all that made it, so that any row can be made and audited again from it alone."""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import pyarrow as pa

from generators.patterns.library import Library, read_library
from generators.patterns.pattern import Pattern
from generators.patterns.permutation import Permutation
from solver import __version__
from solver.refusal import InputError

from .preset import SPLITS, Preset, apportion

if TYPE_CHECKING:
    from generators.imports.recipe import ImportRecipe

FORMAT = 1
RECIPE = "recipe.json"
CUTS = {"train": (0, 8), "validation": (8, 9), "test": (9, 10)}
"""Which tenths of a pattern's own order each split draws from, whatever the seed."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the rows and their bytes; written as recipe.json before the first row."""

    preset: str
    seed: int
    rows: dict[str, int]
    shares: dict[str, str]
    system: str
    max_len: int
    tokenizer: str | None
    phrasings: int
    shard_rows: int
    versions: dict[str, str]
    files: dict[str, str]
    against: dict[str, Any] | None = None
    """The held-out set whose questions the contamination gate refused, where it ran."""
    format: int = FORMAT

    @classmethod
    def of(cls, preset: Preset, library: Library, **overrides: Any) -> "Recipe":
        """Return the recipe of a preset: only the patterns it uses are kept; raise InputError at a bad number."""
        rows = {split: preset.rows[split] for split in SPLITS} | overrides.pop("rows", {})
        max_len = overrides.pop("max_len")
        for name, value, least in (
            *((f"rows of {split}", count, 0) for split, count in rows.items()),
            ("max_len", preset.max_len if max_len is None else max_len, 1),
            ("shard_rows", overrides["shard_rows"], 1),
            ("seed", overrides["seed"], None),
        ):
            whole_number(name, value, least)
        shares = preset.shares(library)
        files = {
            path: text
            for path, text in library.texts.items()
            if not path.endswith(".jinja") or path.removesuffix(".jinja") in shares
        }
        recipe = cls(
            preset=preset.name,
            rows=rows,
            shares={name: str(share) for name, share in shares.items()},
            system=preset.system,
            max_len=preset.max_len if max_len is None else max_len,
            phrasings=preset.phrasings,
            versions={"wirework": __version__, "pyarrow": pa.__version__},
            files=files,
            **overrides,
        )
        recipe.__dict__["library"] = Library({name: library.patterns[name] for name in shares}, files)
        return recipe

    @classmethod
    def read(cls, place: Path) -> "Recipe":
        """Return the recipe of a built dataset's folder, or in a file; raise InputError if there is none."""
        recipe = read_recipe(place)
        if not isinstance(recipe, cls):
            raise InputError(f"{place}: was imported and not built; only a build can be made again from its recipe")
        return recipe

    @property
    def name(self) -> str:
        """What the dataset is called."""
        return self.preset

    def check(self) -> None:
        """Raise ValueError or TypeError if this is no recipe that could have been written here."""
        counts = [*self.rows.values(), self.max_len, self.phrasings, self.shard_rows]
        if sorted(self.rows) != sorted(SPLITS) or any(type(count) is not int or count < 0 for count in counts):
            raise ValueError("rows are not whole numbers per split")
        if min(self.max_len, self.phrasings, self.shard_rows) < 1 or type(self.seed) is not int:
            raise ValueError("max_len, phrasings, shard_rows or seed is out of range")
        if not isinstance(self.system, str) or not all(isinstance(text, str) for text in self.files.values()):
            raise ValueError("the system line or a file is no text")
        if sum(self.fractions.values()) != 1 or min(self.fractions.values()) <= 0:
            raise ValueError("the shares of its patterns are not positive, or do not add up to 1")
        missing = [name for name in self.shares if f"{name}.jinja" not in self.files]
        if missing:
            raise ValueError(f"pattern {missing[0]} is not among its files")
        self.check_spaces()

    def text(self) -> str:
        """Return the text of recipe.json."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @cached_property
    def library(self) -> Library:
        """The patterns, made again from the recipe's own texts."""
        return read_library(self.files, frozenset(self.shares))

    @cached_property
    def fractions(self) -> dict[str, Fraction]:
        """Each pattern's share of the rows."""
        return {name: Fraction(share) for name, share in self.shares.items()}

    def seats(self, rows: int) -> dict[str, int]:
        """Return how many of the first rows of a split are each pattern's."""
        if rows not in self._seats:
            self._seats[rows] = apportion(self.fractions, rows)
        return self._seats[rows]

    @cached_property
    def _seats(self) -> dict[int, dict[str, int]]:
        return {}

    def shards(self, split: str) -> int:
        """Return how many shards a split has."""
        return -(-self.rows[split] // self.shard_rows)

    @property
    def jobs(self) -> list[tuple[str, int]]:
        """All shards, as split and number."""
        return [(split, number) for split in SPLITS for number in range(self.shards(split))]

    def spans(self, split: str, shard: int) -> dict[str, range]:
        """Return which of each pattern's rows of the split lie in a shard."""
        first = shard * self.shard_rows
        last = min(first + self.shard_rows, self.rows[split])
        before, after = self.seats(first), self.seats(last)
        return {name: range(before[name], after[name]) for name in before if after[name] > before[name]}

    def places(self, pattern: Pattern, split: str, rows: range) -> np.ndarray:
        """Return where in the pattern's own order the numbered rows of a split stand; raise InputError if it ends."""
        start, size = cut(pattern, split)
        if rows.stop > size:
            raise InputError(
                f"{pattern.id} has {size:,} {split} questions and {rows.stop:,} are asked for; "
                "ask for fewer rows, weigh it less, or widen its slots"
            )
        order = Permutation(size, f"wirework seed {self.seed} {split} {pattern.id}")
        placed = order(np.arange(rows.start, rows.stop))
        return placed + start if pattern.order.fast else placed.astype(object) + start

    def check_spaces(self) -> None:
        """Raise InputError if any pattern is asked for more rows than its splits hold."""
        for split in SPLITS:
            for name, count in self.seats(self.rows[split]).items():
                self.places(self.library.patterns[name], split, range(count, count))


AnyRecipe = Union[Recipe, "ImportRecipe"]
"""What a recipe.json can hold: a build's recipe or an import's."""


def read_recipe(place: Path) -> AnyRecipe:
    """Return the recipe of a dataset folder, or in a file; raise InputError if there is none or it is not whole."""
    path = place / RECIPE if place.is_dir() else place
    try:
        return parse_recipe(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise InputError(f"{place}: no {RECIPE}; not a dataset folder of wirework") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def parse_recipe(content: bytes, path: str) -> AnyRecipe:
    """Return the recipe that a file holds; raise InputError naming the file."""
    try:
        keys = json.loads(content)
        recipe = _class(keys)(**keys)
        if recipe.format == FORMAT:
            recipe.check()
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise InputError(f"{path}: not a recipe of wirework: {str(error)[:100]}") from None
    if recipe.format != FORMAT:
        raise InputError(f"{path}: format {recipe.format}; this version of wirework reads format {FORMAT}")
    return recipe


def _class(keys: dict[str, Any]) -> "type[AnyRecipe]":
    """Return the class of a recipe by its `kind`; a build's says none."""
    if "kind" not in keys:
        return Recipe
    from generators.imports.recipe import ImportRecipe

    return ImportRecipe


def whole_number(name: str, value: object, least: int | None) -> None:
    """Raise InputError unless the value of an argument is a whole number of at least `least`."""
    if type(value) is not int or (least is not None and value < least):
        bound = "" if least is None else f" of at least {least}"
        raise InputError(f"{name} is {value!r}; give a whole number{bound}")


def cut(pattern: Pattern, split: str) -> tuple[int, int]:
    """Return where a split's slice of the pattern's own order begins, and its size."""
    low, high = CUTS[split]
    start = pattern.space * low // 10
    return start, pattern.space * high // 10 - start


def difference(old: AnyRecipe, new: AnyRecipe) -> str | None:
    """Return the first key in which two recipes differ, with both values, or None."""
    for key, value in _flat(asdict(new)).items():
        other = _flat(asdict(old)).get(key)
        if other != value:
            return f"{key} is {_short(other)} there and {_short(value)} here"
    gone = [key for key in _flat(asdict(old)) if key not in _flat(asdict(new))]
    return f"{gone[0]} is there and not here" if gone else None


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= {f"{key}.{inner}": item for inner, item in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:18]}...{text[-18:]}"
