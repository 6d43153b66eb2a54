"""The recipe of an import: which source, which split, which grade, and what made it."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from generators.builder.preset import read_preset
from generators.imports.grading.grade import RULES
from generators.imports.sources.registry import Source
from generators.text.contamination import Against
from solver import __version__

SPLITS = ("train", "test")
_FILLED = frozenset(["id", "prompt", "question", "answer", "metadata"])


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
    against: dict[str, Any] | None = None
    kind: str = "import"
    format: int = 1

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
        against: Against | None,
    ) -> "ImportRecipe":
        """Return the recipe of an import; its system line is run8's, so that prompts are prepared exactly like built ones."""
        return cls(
            source=source.name,
            split=split,
            hub=source.hub,
            licence=source.licence,
            notice=source.notice,
            origin_sha256=origin_sha256,
            grade=grade,
            eval_only=eval_only,
            system=read_preset("run8").system,
            max_len=max_len,
            versions={"wirework": __version__, "pyarrow": pa.__version__},
            against=asdict(against) if against else None,
        )

    def check(self) -> None:
        """Raise ValueError if this is no recipe that could have been written here."""
        texts = (self.source, self.hub, self.licence, self.notice, self.origin_sha256, self.system)
        if self.split not in SPLITS or self.grade not in RULES or type(self.eval_only) is not bool:
            raise ValueError("split, grade or eval_only is none that there is")
        if not all(isinstance(text, str) for text in texts) or type(self.max_len) is not int or self.max_len < 1:
            raise ValueError("a text is none, or max_len is out of range")

    def text(self) -> str:
        """Return the text of recipe.json."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @property
    def name(self) -> str:
        """What the dataset is called."""
        return f"{self.source}-{self.split}" if self.eval_only else self.source

    @property
    def filled(self) -> frozenset[str]:
        """The columns that hold something in every row; an evaluation row has no trace, and no row a pattern."""
        return (
            _FILLED if self.eval_only else _FILLED | {"completion", "trace", "expert", "experts", "steps", "difficulty"}
        )

    def shards(self, split: str) -> int:
        """Return how many shards a split has."""
        return int(split == self.split)
