"""The recipe of a build: all inputs of a dataset, from which any row can be made again and audited."""

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from generators.files.layout import SPLITS
from generators.files.recipe import FORMAT, Against, flat, parse_recipe, read_values, recipe_text
from generators.patterns.joint import MAX_TRIES, MAX_TUPLES, SEARCH, Search
from generators.patterns.library import Library, read_library
from generators.patterns.pattern import Pattern
from generators.patterns.permutation import Permutation
from solver import __version__
from solver.grounding import Reading
from solver.licence import Licensed, refuse_wider
from solver.plurals import counted
from solver.refusal import InputError

from .about import About, stated
from .credits import all_licensed, credits_of
from .preset import Preset, apportion
from .tokenizer import load_tokenizer
from .used_parts import used_parts
from .wordings import Phrasings, most_read, overridden, remarks, train_count, used_wordings

CUTS = {"train": (0, 8), "validation": (8, 9), "test": (9, 10)}
"""The tenths of a pattern's own order from which each split draws, for every seed."""

Job = tuple[str, int]
"""A shard to make: its split and its number, from 0."""


@dataclass(frozen=True)
class Recipe:
    """All inputs that determine the rows and their bytes; written as recipe.json before the first shard.

    `rows` counts rows per split, `shares` has each pattern's share as a fraction, `max_len` is in tokens, `files` has the
    texts of patterns and vocabularies by path.
    """

    preset: str
    seed: int
    rows: dict[str, int]
    shares: dict[str, str]
    system: str
    max_len: int
    tokenizer: str | None
    phrasings: Phrasings
    shard_rows: int
    versions: dict[str, str]
    files: dict[str, str]
    against: tuple[Against, ...] = ()
    """The held-out sets whose questions the contamination gate refused in training rows."""
    about: About | None = None
    """The language, licence, name and tags for the page; None in a recipe of an earlier version."""
    where: Search | None = None
    """The bounds of the search for number tuples, or None if no pattern has conditions."""
    sources: tuple[Licensed, ...] = ()
    """The sources that patterns were made from, with their licences."""
    format: int = FORMAT

    @classmethod
    def of(
        cls,
        preset: Preset,
        library: Library,
        *,
        seed: int,
        shard_rows: int,
        rows: Mapping[str, int] | None = None,
        max_len: int | None = None,
        tokenizer: str | None = None,
        phrasings: object = None,
        against: tuple[Against, ...] = (),
    ) -> "Recipe":
        """Return the recipe of a preset, with only the patterns it uses; raise InputError at a bad number.

        `rows`, per split, `max_len` and `phrasings` override those of the preset.
        """
        rows = {split: preset.rows[split] for split in SPLITS} | dict(rows or {})
        max_len = preset.max_len if max_len is None else max_len
        for split, count in rows.items():
            whole_number(f"rows of {split}", count, 0)
        whole_number("max_len", max_len, 1)
        whole_number("shard_rows", shard_rows, 1)
        whole_number("seed", seed, None)
        if tokenizer is not None:
            load_tokenizer(tokenizer)  # rows may need it late, or not at all; a wrong name is refused at once
        shares = preset.shares(library)
        sources = credits_of(library, shares.keys())
        if isinstance(preset.about.license, str):
            refuse_wider(preset.about.license, sources)
        return cls(
            preset=preset.name,
            seed=seed,
            rows=rows,
            shares={name: str(share) for name, share in shares.items()},
            system=preset.system,
            max_len=max_len,
            tokenizer=tokenizer,
            phrasings=overridden(preset.phrasings, phrasings),
            shard_rows=shard_rows,
            versions={"wirework": __version__, "pyarrow": pa.__version__},
            files=library.texts_of(shares.keys()),
            against=against,
            about=stated(
                preset.about,
                shipped_alone=library.shipped_alone(shares.keys()),
                sources=sources if all_licensed(library, shares.keys()) else (),
            ),
            where=SEARCH if any(library.patterns[name].conditions for name in shares) else None,
            sources=sources,
        )

    @classmethod
    def read(cls, location: Path) -> "Recipe":
        """Return the recipe in the folder of a build, or in a file; raise InputError if there is none."""
        values, path = read_values(location)
        if "kind" in values:
            raise InputError(f"{location}: was imported; only a build can be made again from its recipe")
        return parse_recipe(values, cls, path)

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return self.preset

    def check(self) -> None:
        """Raise ValueError if the recipe is inconsistent; its types were checked when it was read."""
        if sorted(self.rows) != sorted(SPLITS) or min(self.rows.values()) < 0:
            raise ValueError("rows are not whole numbers per split")
        count = train_count(self.phrasings)
        if min(self.max_len, self.shard_rows) < 1 or (count != "all" and count < 1):
            raise ValueError("max_len, phrasings or shard_rows is below 1")
        if self.where and not (1 <= self.where.tuples <= MAX_TUPLES and 1 <= self.where.tries <= MAX_TRIES):
            raise ValueError(
                f"where has bounds outside 1 to {counted(MAX_TUPLES, 'tuple')} and 1 to {counted(MAX_TRIES, 'try')}"
            )
        if sum(self.fractions.values()) != 1 or min(self.fractions.values()) <= 0:
            raise ValueError("the shares of its patterns are not positive, or do not add up to 1")
        missing = [name for name in self.shares if f"{name}.jinja" not in self.files]
        if missing:
            raise ValueError(f"pattern {missing[0]} is not among its files")
        self.check_spaces()

    def text(self) -> str:
        """Return the text of recipe.json; without `where` and `sources` if there are none, as earlier versions wrote it."""
        return recipe_text(self, [key for key in ("where", "sources") if not getattr(self, key)])

    def deciding(self) -> dict[str, Any]:
        """Return all that decides the rows and their files, by name.

        The versions, the facts for the page, and parts of the stored files that no row uses are left out.
        """
        idle = ("versions", "files", "about", "sources")
        rest = {key: value for key, value in asdict(self).items() if key not in idle}
        patterns = self.library.patterns
        return flat(rest) | used_parts(
            (patterns[name] for name in self.shares),
            lambda pattern: {place for split in SPLITS for place in self.used_wordings(pattern, split)},
        )

    @cached_property
    def library(self) -> Library:
        """The patterns, parsed from the texts in the recipe, in the wordings that rows can have."""
        language, most = self.reading.language, most_read(self.phrasings)
        return read_library(
            self.files, frozenset(self.shares), language=language, most=most, search=self.where or SEARCH
        )

    @cached_property
    def whole_library(self) -> Library:
        """The patterns in all their wordings."""
        search = self.where or SEARCH
        return read_library(self.files, frozenset(self.shares), language=self.reading.language, search=search)

    @cached_property
    def reading(self) -> Reading:
        """How the questions are read: their language, and the named constants that the patterns bring."""
        return Reading.of(self.about.language if self.about else (), self.files)

    @cached_property
    def fractions(self) -> dict[str, Fraction]:
        """Each pattern's share of the rows, by id."""
        return {name: Fraction(share) for name, share in self.shares.items()}

    def used_wordings(self, pattern: Pattern, split: str) -> tuple[int, ...]:
        """Return the wordings that a pattern's rows of a split may have, by their places in the pattern from 0."""
        return used_wordings(pattern, self.phrasings, split)

    def remarks(self) -> list[str]:
        """Return the sentences on wordings that a user should read before a build."""
        return remarks({name: self.library.patterns[name] for name in self.shares}, self.phrasings)

    def fractions_of(self, split: str) -> dict[str, Fraction]:
        """Return the share of a split's rows of each pattern that has a wording for the split, by id; they sum to 1."""
        if split not in self._fractions:
            patterns = self.library.patterns
            shares = {name: one for name, one in self.fractions.items() if self.used_wordings(patterns[name], split)}
            total = sum(shares.values())
            self._fractions[split] = {name: share / total for name, share in shares.items()}
        return self._fractions[split]

    def seats(self, split: str, rows: int) -> dict[str, int]:
        """Return the number of each pattern's rows among the first `rows` rows of a split."""
        if (split, rows) not in self._seats:
            self._seats[split, rows] = apportion(self.fractions_of(split), rows)
        return self._seats[split, rows]

    @cached_property
    def _fractions(self) -> dict[str, dict[str, Fraction]]:
        return {}

    @cached_property
    def _seats(self) -> dict[tuple[str, int], dict[str, int]]:
        return {}

    def shards(self, split: str) -> int:
        """Return the number of shards of a split."""
        return -(-self.rows[split] // self.shard_rows)

    @property
    def jobs(self) -> list[Job]:
        """All shards, in order of split and number."""
        return [(split, number) for split in SPLITS for number in range(self.shards(split))]

    def spans(self, split: str, shard: int) -> dict[str, range]:
        """Return the rows of each pattern in a shard, as ranges of the pattern's row numbers in the split."""
        first = shard * self.shard_rows
        last = min(first + self.shard_rows, self.rows[split])
        before, after = self.seats(split, first), self.seats(split, last)
        return {name: range(before[name], after[name]) for name in before if after[name] > before[name]}

    def indices(self, pattern: Pattern, split: str, rows: range) -> np.ndarray:
        """Return the indices in the pattern's own order of the given row numbers of a split.

        Raises InputError if the split has fewer questions.
        """
        start, size = cut(pattern, split)
        if rows.stop > size:
            raise InputError(
                f"{pattern.id} has {counted(size, f'{split} question')} and {rows.stop:,} are asked for; "
                "ask for fewer rows, lower its weight, or widen its slots"
            )
        order = Permutation(size, f"wirework seed {self.seed} {split} {pattern.id}")
        offsets = order(np.arange(rows.start, rows.stop))
        return offsets + start if pattern.order.fast else offsets.astype(object) + start

    @property
    def for_test_alone(self) -> bool:
        """True if every pattern was made for evaluation."""
        return all(self.library.patterns[name].header.split == "test" for name in self.shares)

    def _lack(self, split: str) -> str:
        """Return why no pattern gives rows to a split, and what would do."""
        if split != "test" and self.for_test_alone:
            return "every pattern writes its rows to test alone; ask for no rows here, or take other patterns, too"
        return "no pattern has a held-out wording; mark one with --- held out, or leave held_out out of phrasings"

    def check_spaces(self) -> None:
        """Raise InputError if a split has rows and no pattern for them, or a pattern has fewer questions than its share."""
        for split in SPLITS:
            if self.rows[split] and not self.fractions_of(split):
                raise InputError(f"{split} has {counted(self.rows[split], 'row')}, and {self._lack(split)}")
            for name, count in self.seats(split, self.rows[split]).items():
                self.indices(self.library.patterns[name], split, range(count, count))


def tell(recipe: Recipe, preset: Preset, library: Library) -> None:
    """Print the remarks on a recipe and its preset, a line each on stderr: few questions, few wordings, no rows."""
    few = note_on_small_patterns(recipe.library.patterns.values(), preset.min_questions)
    for note in filter(None, [*recipe.remarks(), few, preset.idle(library), recipe.reading.limit]):
        print(f"note: {note}", file=sys.stderr)


def whole_number(name: str, value: object, least: int | None) -> None:
    """Raise InputError unless an argument is a whole number, of at least `least` if that is given."""
    if type(value) is not int or (least is not None and value < least):
        bound = "" if least is None else f" of at least {least}"
        raise InputError(f"{name} is {value!r}; give a whole number{bound}")


def cut(pattern: Pattern, split: str) -> tuple[int, int]:
    """Return the start and the size of a split's slice of the pattern's own order."""
    alone = pattern.header.split
    low, high = CUTS[split] if alone is None else (0, 10 if split == alone else 0)
    start = pattern.space * low // 10
    return start, pattern.space * high // 10 - start


def note_on_small_patterns(patterns: Collection[Pattern], least: int) -> str | None:
    """Return a line on the patterns with fewer than `least` distinct questions: their number, and the smallest of them."""
    few = [pattern for pattern in patterns if pattern.space < least]
    if not few:
        return None
    (smallest,) = few_questions([min(few, key=lambda pattern: pattern.space)], least)
    if len(few) == 1:
        return smallest
    return (
        f"{len(few):,} of {counted(len(patterns), 'pattern')} have fewer than "
        f"{counted(least, 'distinct question')}; {smallest}; `python -m generators check DIR` lists the others"
    )


def few_questions(patterns: Iterable[Pattern], least: int) -> list[str]:
    """Return a line for each pattern with fewer than `least` distinct questions: the most rows that it can give."""
    return [
        f"{pattern.id} has {pattern.space:,} distinct questions: at most "
        + ", ".join(f"{cut(pattern, split)[1]:,} {split}" for split in SPLITS)
        + " rows"
        for pattern in patterns
        if pattern.space < least
    ]
