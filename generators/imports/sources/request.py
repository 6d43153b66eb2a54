"""The problems that a caller asks for: a shipped source by its name, or a user's own by its columns and format."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from generators.builder.about import known_language
from solver.arguments import check_fields
from solver.licence import UNKNOWN, known_licence
from solver.refusal import InputError, did_you_mean

from .registry import FORMATS, Columns, Source, source

OWN = "own"
"""The name of a source that a user describes by its columns."""
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Request:
    """A source, the place and the split that it is read from, and its use; raises InputError at a bad value.

    `name` is a source of `sources.yaml`; without one, `question`, `program` and `answer` name columns, and `form` the
    format of the programs. `licence` is an identifier of the Hub and `notice` names the authors, for a source whose
    licence is not known here; `language` is the code of the language of the questions. `origin` is a local file or a dataset on the Hub. With `eval_only`, no row is for
    training. Training rows that copy a question of GSM-8K's test split are refused, unless `gate` is false; `against`
    names more held-out sets.
    """

    name: str | None = None
    origin: str | Path | None = None
    question: str | None = None
    program: str | None = None
    answer: str | None = None
    form: str | None = None
    licence: str | None = None
    notice: str | None = None
    language: str | None = None
    split: str | None = None
    eval_only: bool = False
    against: str | Path | Sequence[str | Path] | None = None
    gate: bool = True

    def __post_init__(self) -> None:
        check_fields(self)
        if self.form is not None and self.form not in FORMATS:
            raise InputError(f"no format {self.form!r}; {did_you_mean(self.form, FORMATS)}")
        if self.split is not None and self.split not in SPLITS:
            raise InputError(f"no split {self.split!r}; {did_you_mean(self.split, SPLITS)}")
        if self.name is None and (self.question is None or self.form is None):
            raise InputError("name a source, or describe one with --from, --question, --program, --answer and --format")

    def source(self) -> Source:
        """Return the source with the columns, the format and the licence that are asked for."""
        known = self._known()
        columns = Columns(
            known.columns.question if self.question is None else _split(self.question),
            known.columns.program if self.program is None else _split(self.program),
            known.columns.answer if self.answer is None else _split(self.answer),
        )
        if len(columns.answer) > 2:
            raise InputError(
                f"--answer {self.answer}: give one column, or two: the options and the letter of the right one"
            )
        language = known.language if self.language is None else (known_language(self.language),)
        made = replace(
            known, columns=columns, format=known.format if self.form is None else self.form, language=language
        )
        if made.format != "none" and not columns.program:
            raise InputError(f"format {made.format} needs the column of the programs; give it with --program")
        if made.format == "none" and not columns.answer:
            raise InputError("answers alone need a column; give it with --answer")
        return made

    def _known(self) -> Source:
        """Return the source of the name, or one of no columns, with the licence that is stated."""
        if self.name is None:
            # A text that no tokeniser took apart is left as it is.
            known = Source(name=OWN, columns=Columns(()), format="none", licence=UNKNOWN, notice="", tokenised=True)
        else:
            known = source(self.name)
        if self.licence is None and self.notice is None:
            return known
        if known.licence != UNKNOWN:
            raise InputError(f"{known.name} is under {known.licence}; leave out --license and --notice")
        licence = known.licence if self.licence is None else known_licence(self.licence)
        notice = known.notice if self.notice is None else " ".join(self.notice.split())
        return replace(known, licence=licence, notice=notice, terms="" if self.licence else known.terms)

    def split_of(self, asked: Source) -> str:
        """Return the split to read: the one that is asked for, or that of the source's use."""
        return self.split or default_split(asked.use, described=self.name is None and self.eval_only)


def default_split(use: str, *, described: bool) -> str:
    """Return the split of a source by its use; one that is described for evaluation alone is a test split."""
    return "test" if use == "evaluation" or described else "train"


def _split(columns: str) -> tuple[str, ...]:
    """Return the columns of `Body+Question`; raise InputError if one has no name."""
    names = tuple(name.strip() for name in columns.split("+"))
    if not all(names):
        raise InputError(f"{columns!r} has a column without a name; write COL or COL+COL")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"{columns!r} names the column {twice} twice; name it once")
    return names
