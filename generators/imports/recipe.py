"""The recipe of an import: its source, split and grade, and the versions that made it."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import pyarrow as pa

from generators.files.recipe import FORMAT, Against, flat, recipe_text
from generators.imports.grading.grade import RULES
from generators.imports.sources.registry import Columns, Source
from generators.imports.sources.registry import sources as shipped
from generators.imports.sources.request import OWN, SPLITS, default_split
from generators.text.guarded import shipped as shipped_set
from solver import __version__
from solver.experts import system_line
from solver.files import local
from solver.licence import UNKNOWN, Licensed, licensed
from solver.schema import filled_in

SHARD_ROWS = 10_000
"""Problems per shard; an interrupted import loses at most the shards that were being made, a minute of one core each."""


@dataclass(frozen=True)
class ImportRecipe:
    """Everything that decides an import's rows besides its source; written as recipe.json before the first row."""

    source: str
    split: str
    hub: str
    origin_sha256: str
    """A hash of the entries that were read."""
    grade: str
    eval_only: bool
    system: str
    max_len: int
    versions: dict[str, str]
    problems: int = 0
    """The number of entries, or 0 in a recipe of an earlier version, which has one shard."""
    shard_rows: int = SHARD_ROWS
    """The number of problems whose rows a shard holds."""
    against: tuple[Against, ...] = ()
    traced: bool = False
    """Whether the source wrote the traces; a question may then have several."""
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns that make the question, the program and the answer; empty in a recipe of an earlier version."""
    programs: str = ""
    """The format of the programs."""
    origin: str = ""
    """The place that was read: a name on the Hub, or a file's name without its folder."""
    language: tuple[str, ...] | None = None
    """The codes of the languages of the questions, for the page; None in a recipe of an earlier version."""
    sources: tuple[Licensed, ...] = ()
    """The source, and those that it was made from, with their licences."""
    kind: Literal["import"] = "import"
    format: int = FORMAT

    @classmethod
    def of(
        cls,
        source: Source,
        split: str,
        origin: str,
        origin_sha256: str,
        *,
        grade: str,
        eval_only: bool,
        max_len: int,
        problems: int,
        shard_rows: int,
        against: tuple[Against, ...],
        earlier: tuple[Licensed, ...] = (),
    ) -> "ImportRecipe":
        """Return the recipe of an import; its system line is the one that builds have by default."""
        place = Path(origin).name if local(origin).exists() else origin
        return cls(
            source=source.name,
            split=split,
            hub=source.hub,
            origin_sha256=origin_sha256,
            grade=grade,
            eval_only=eval_only,
            system=system_line(),
            max_len=max_len,
            problems=problems,
            shard_rows=shard_rows,
            versions={"wirework": __version__, "pyarrow": pa.__version__},
            against=against,
            traced=source.format == "trace" and not eval_only,
            columns=msgspec.structs.asdict(source.columns),
            programs=source.format,
            origin=place,
            language=source.language,
            sources=_sources(source, earlier, place),
        )

    def check(self) -> None:
        """Raise ValueError if no dataset can be made of this recipe; its types were checked when it was read."""
        if self.split not in SPLITS or self.grade not in RULES:
            raise ValueError("split or grade is unknown")
        if self.max_len < 1 or self.shard_rows < 1 or self.problems < 0:
            raise ValueError("max_len or shard_rows is below 1, or problems below 0")

    def text(self) -> str:
        """Return the text of recipe.json."""
        return recipe_text(self, () if self.traced else ("traced",))

    def deciding(self) -> dict[str, Any]:
        """Return all keys but those for the page: another version of wirework may find other traces."""
        return flat({key: value for key, value in asdict(self).items() if key not in ("origin", "sources", "language")})

    def arguments(self) -> list[str]:
        """Return the arguments of the command `import` that makes these rows; recipes of earlier versions tell less.

        A file is named without its folder.
        """
        known = shipped().get(self.source)
        words = [self.source] if known else []
        if self.origin and self.origin != self.hub:
            words += ["--from", self.origin]
        standard = msgspec.structs.asdict(known.columns) if known else {}
        for name in Columns.__struct_fields__:
            columns = self.columns.get(name)
            if columns and columns != standard.get(name) and not (name == "program" and self.eval_only):
                words += [f"--{name}", "+".join(columns)]
        if self.programs and (known is None or self.programs != known.format):
            words += ["--format", self.programs]
        words += self._licence(known)
        words += ["--language", *self.language] if self.language and self.language != (known and known.language) else []
        use = known.use if known else "train"
        if self.split != default_split(use, described=self.eval_only and not known):
            words += ["--split", self.split]
        words += ["--eval-only"] if self.eval_only else ["--grade", self.grade]
        ours = shipped_set().against
        words += [word for one in self.against if one != ours for word in ("--against", one.name)]
        if not self.eval_only and ours not in self.against:
            words.append("--no-gate")
        return words + (["--shard-rows", str(self.shard_rows)] if self.shard_rows != SHARD_ROWS else [])

    def _licence(self, known: Source | None) -> list[str]:
        """Return the arguments that state licence and notice of the source, where it has no licence of its own."""
        if not self.sources or not is_of(self.sources[0], self.source) or (known and known.licence != UNKNOWN):
            return []
        one, notice = self.sources[0], known.notice if known else ""
        words = ["--license", one.licence] if one.licence != UNKNOWN else []
        return words + (["--notice", one.notice] if one.notice != notice else [])

    @property
    def gold(self) -> bool:
        """Whether the source has answers to compare programs with; all recipes without columns are of such sources."""
        return not self.columns or bool(self.columns.get("answer"))

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return dataset_name(self.source, self.split, eval_only=self.eval_only)

    @property
    def filled(self) -> frozenset[str]:
        """The columns that are never null: an evaluation row has no trace, and no imported row has a pattern."""
        return filled_in("every row") if self.eval_only else filled_in("every row", "rows with a trace")

    def shards(self, split: str) -> int:
        """Return how many shards a split has."""
        return max(-(-self.problems // self.shard_rows), 1) if split == self.split else 0


def dataset_name(source: str, split: str, *, eval_only: bool) -> str:
    """Return the name of the dataset that is made of a source."""
    return f"{source}-{split}" if eval_only else source


def is_of(one: Licensed, source: str) -> bool:
    """Return whether an entry in the list of sources is a source itself; that of a user has the place behind its name."""
    return one.name == source or (source == OWN and one.name.startswith(f"{OWN} "))


def _sources(source: Source, earlier: tuple[Licensed, ...], place: str) -> tuple[Licensed, ...]:
    """Return a source and those that it was made from: shipped ones, and those of the dataset that its problems stood in.

    A source without a licence has that of this dataset; without a notice, too, it is nothing beside the dataset. A
    source that a user describes is called after its file, which tells it from others.
    """
    own = source.licensed()
    if source.name == OWN:
        own = tuple(replace(one, name=f"{OWN} {place}") if one.name == OWN else one for one in own)
    if earlier and source.name == OWN and source.licence == UNKNOWN:
        own = (licensed(own[0].name, earlier[0].licence, source.notice),) if source.notice else ()
    return tuple(dict.fromkeys([*own, *earlier]))
