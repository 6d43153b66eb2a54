"""The recipe of an import: its source, split and grade, and the versions that made it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow as pa

from generators.files.recipe import FORMAT, Against, flat, recipe_text
from generators.imports.grading.grade import RULES
from generators.imports.sources.registry import Source
from solver import __version__
from solver.experts import system_line
from solver.schema import filled_in

SPLITS = ("train", "test")
SHARD_ROWS = 10_000
"""Problems per shard; an interrupted import loses at most the shards that were being made, a minute of one core each."""


@dataclass(frozen=True)
class ImportRecipe:
    """Everything that decides an import's rows besides its source; written as recipe.json before the first row."""

    source: str
    split: str
    hub: str
    licence: str
    notice: str
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
    kind: Literal["import"] = "import"
    format: int = FORMAT

    @classmethod
    def of(
        cls,
        source: Source,
        split: str,
        origin_sha256: str,
        *,
        grade: str,
        eval_only: bool,
        max_len: int,
        problems: int,
        shard_rows: int,
        against: tuple[Against, ...],
    ) -> "ImportRecipe":
        """Return the recipe of an import; its system line is the one that builds have by default."""
        return cls(
            source=source.name,
            split=split,
            hub=source.hub,
            licence=source.licence,
            notice=source.notice,
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
        """Return all keys: another version of wirework may find other traces."""
        return flat(asdict(self))

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return f"{self.source}-{self.split}" if self.eval_only else self.source

    @property
    def filled(self) -> frozenset[str]:
        """The columns that are never null: an evaluation row has no trace, and no imported row has a pattern."""
        return filled_in("every row") if self.eval_only else filled_in("every row", "rows with a trace")

    def shards(self, split: str) -> int:
        """Return how many shards a split has."""
        return max(-(-self.problems // self.shard_rows), 1) if split == self.split else 0
