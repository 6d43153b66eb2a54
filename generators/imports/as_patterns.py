"""Makes patterns of a source's problems: one file for each row of grade A whose numbers can vary."""

import hashlib
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from generators.builder.engine import Execution
from generators.builder.preset import seats
from generators.files.entries import Entry
from generators.files.layout import DROPPED, PROBLEMS
from generators.files.store import LocalStore, is_remote, new_store, only_writer_of, writable
from generators.imports.solution.problem import Dropped
from generators.imports.sources.reading import GOLD_ALONE
from generators.imports.sources.registry import Source
from generators.imports.sources.request import Request
from generators.imports.variation.pattern_text import Made, NoPattern, Original
from generators.imports.variation.persons import vocabulary_text
from generators.imports.variation.proof import proved_pattern, words_around
from generators.patterns.library import SUFFIX, VOCABULARY, clashes, shipped
from generators.patterns.pattern import read_pattern
from generators.patterns.vocabulary import Vocabularies, read_vocabularies
from generators.text.contamination import gate_of
from solver.arguments import checked
from solver.document import load
from solver.garbage import rarely_collected
from solver.lock import LOCK
from solver.progress import Report
from solver.refusal import InputError

from .convert import converted
from .entry import Converter
from .folder import line_of
from .parts import PART, Part, parts_of
from .recipe import SHARD_ROWS, ImportRecipe
from .survey import Place, Reading, survey
from .tally import reason_kind

_GRADE = "A"
_ASIDE = ".wirework.new"
"""The folder in which files are written before they get their places."""
_EACH = {"rows": 25, "test": 5}
"""The rows of a made pattern by that preset: for training, or for evaluation alone."""
_MAX_LEN = 4096
"""The limit of their rows in tokens. A row is bounded by its bytes, and a token has about three bytes."""
_NOT_EMPTY = "{}: not an empty folder; choose another place for the patterns"
_BYTES = 1 << 20
"""A bound on texts that are our own, and on rows, which are not written here."""


@dataclass(frozen=True)
class Kept:
    """A pattern that was made and proved."""

    made: Made
    question: str
    draws: int
    """How many different numbers its rows can have."""
    words: str
    """The words of its question that no slot can show; patterns that can ask the same question have the same ones."""


@dataclass(frozen=True)
class MadePatterns:
    """The patterns that were made of a source, and what became of the other problems."""

    folder: Path
    patterns: int
    persons: int
    """How many of them vary a name."""
    draws: list[int] = field(repr=False)
    """How many different numbers the rows of each can have, the fewest first."""
    reasons: list[tuple[str, int]]
    """Why the other problems gave no pattern, the most frequent reason first."""

    @property
    def problems(self) -> int:
        """The number of problems that were read."""
        return self.patterns + sum(count for _, count in self.reasons)


@checked
def make_patterns(
    request: str | Request,
    out: str | Path,
    *,
    workers: int | None = None,
    engine: str = "local",
    report: Report | None = None,
    reading: Reading | None = None,
) -> MadePatterns:
    """Write a folder of patterns made of problems; raise InputError for what the caller can mend.

    The arguments are those of `import_problems`. The patterns' rows are for training or, if the request is for
    evaluation, for the test split alone. Each problem without a pattern stands in dropped.jsonl with the reason.
    """
    request = Request(request) if isinstance(request, str) else request
    reader = request.source()
    _check(reader, request.split_of(reader), eval_only=request.eval_only)
    how = Execution(workers, engine, report)
    files = None if is_remote(out) else new_store(out)
    if not isinstance(files, LocalStore):
        raise InputError(f"{out}: patterns are written to a local folder; give one with --as-patterns")
    if files.location.exists() and not files.location.is_dir():
        raise InputError(_NOT_EMPTY.format(files.location))
    place = Place.of(request, reader)
    with writable(files.location, "--as-patterns"), only_writer_of(files):
        _claim(files.location)
        return _made_patterns(request, place, files.location, how, reading)


def _made_patterns(
    request: Request, place: Place, folder: Path, how: Execution, reading: Reading | None
) -> MadePatterns:
    """Make the patterns of a source and write them into a folder that is locked and empty."""
    reader, eval_only = place.reader, request.eval_only
    found = survey(place, reading)
    held_out = gate_of(None if eval_only else request.against, ours=request.gate and not eval_only)
    recipe = ImportRecipe.of(
        reader,
        place.split,
        place.name,
        found.sha256,
        grade=_GRADE,
        eval_only=False,
        max_len=_BYTES,
        problems=found.problems,
        shard_rows=SHARD_ROWS,
        against=held_out.against,
    )
    maker = PatternMaker(Converter(reader, recipe, found.columns, held_out), eval_only)
    kept: list[Kept] = []
    dropped: list[Dropped] = []
    done = 0
    for results in how.run(
        maker, parts_of(place.entries(hashlib.sha256()), recipe, found, ()), -(-found.problems // PART)
    ):
        kept += [one for one in results if isinstance(one, Kept)]
        dropped += [one for one in results if isinstance(one, Dropped)]
        done += len(results)
        if how.report:
            how.report(done, found.problems)
    twins = _twins(kept, maker.vocabularies)
    dropped += [
        Dropped(kept[place].made.source, f"twin: its question can be that of {other}", kept[place].question)
        for place, other in twins.items()
    ]
    kept = [one for place, one in enumerate(kept) if place not in twins]
    if not kept:
        raise InputError(f"no problem of {reader.name} becomes a pattern; most are dropped as {_most(dropped)[0][0]}")
    preset = _preset_text([one.made.expert for one in kept], reader.language, eval_only=eval_only)
    _write(folder, kept, dropped, preset)
    persons = sum(bool(one.made.persons) for one in kept)
    return MadePatterns(folder, len(kept), persons, sorted(one.draws for one in kept), _most(dropped))


def _check(reader: Source, split: str, *, eval_only: bool) -> None:
    """Raise InputError for a source that has no programs, or that is for evaluation alone."""
    if reader.format == "none":
        raise InputError(f"{GOLD_ALONE}; make patterns of a source with programs, or leave out --as-patterns")
    if reader.format == "trace":
        raise InputError("a pattern is made of a solution's formulas, and a trace is none; leave out --as-patterns")
    if not eval_only and (split == "test" or reader.use == "evaluation"):
        raise InputError(f"{reader.name}, {split} is for evaluation; add --eval-only, whose rows are for test alone")


@dataclass(frozen=True)
class PatternMaker:
    """Makes patterns of the problems of a source, part by part; engines send it to their workers."""

    convert: Converter
    eval_only: bool

    @cached_property
    def header(self) -> dict[str, str]:
        """The keys of every pattern beside its source."""
        reader = self.convert.reader
        notice = "; ".join(one.notice for one in reader.licensed() if one.notice)
        keys = {"license": reader.licence, **({"notice": notice} if notice else {}), "scaffold": "free"}
        return keys | ({"split": "test"} if self.eval_only else {})

    @cached_property
    def vocabularies(self) -> Vocabularies:
        """The vocabularies that made patterns can use."""
        texts = (shipped()[VOCABULARY], vocabulary_text())
        return {name: one for text in texts for name, one in read_vocabularies(load(text, _BYTES)).items()}

    def __call__(self, part: Part) -> list[Kept | Dropped]:
        """Return for each problem of a part its pattern, or why there is none."""
        with rarely_collected():
            return [
                self._made(number, entry, repeated=number in part.repeated)
                for number, entry in enumerate(part.entries, part.first)
            ]

    def _made(self, number: int, entry: Entry, *, repeated: bool) -> Kept | Dropped:
        problem = self.convert.problem(number, entry, repeated=repeated)
        if isinstance(problem, Dropped):
            return problem
        done = converted(problem)
        if isinstance(done, Dropped):
            return done
        grade = str(done.row.metadata["grade"])
        if grade > _GRADE:
            return Dropped(done.row.id, f"grade: {grade}; patterns are made of grade {_GRADE}", problem.question)
        original = Original(problem, done.row, done.mentions, done.linking)
        try:
            proved = proved_pattern(original, {"source": done.row.id, **self.header}, self.vocabularies)
        except NoPattern as error:
            return Dropped(done.row.id, str(error), problem.question)
        return Kept(proved.made, problem.question, proved.draws, words_around(proved.pattern))


def _twins(kept: list[Kept], vocabularies: Vocabularies) -> dict[int, str]:
    """Return the places of patterns that can ask the question of an earlier one, each with the earlier one's id.

    Only patterns with the same words around their slots are read and compared.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(kept):
        groups[one.words].append(place)
    alike = sorted(place for places in groups.values() if len(places) > 1 for place in places)
    read = [(kept[place].made, place) for place in alike]
    patterns = {read_pattern(made.expert, made.name, made.text, vocabularies): place for made, place in read}
    return {patterns[clash.pattern]: clash.other.id for clash in clashes(patterns)}


def _claim(folder: Path) -> None:
    """Remove what a killed run left aside; raise InputError if the folder has other files."""
    _remove(folder / _ASIDE)
    if any(path.name != LOCK for path in folder.iterdir()):
        raise InputError(_NOT_EMPTY.format(folder))


def _preset_text(experts: Sequence[str], language: Sequence[str] = (), *, eval_only: bool) -> str:
    """Return a preset of made patterns alone, with a weight for each expert as near to its share as whole percents allow."""
    counts = Counter(experts)
    weights = seats({expert: Fraction(count, len(experts)) for expert, count in counts.items()}, 100)
    for expert in counts:
        if not weights[expert]:
            weights[expert] = 1
            weights[max(weights, key=lambda name: (weights[name], name))] -= 1
    split = "test" if eval_only else "rows"
    rows = {"rows": 0, "validation": 0, "test": 0, split: _EACH[split] * len(experts)}
    return (
        "# The patterns of this folder alone, with rows for each: python -m generators build --weights FILE --patterns DIR\n"
        + "".join(f"{key}: {count}\n" for key, count in rows.items())
        + f"max_len: {_MAX_LEN}\nphrasings: 1\nweights:\n"
        + "".join(f"  {expert}: {weight}\n" for expert, weight in weights.items())
        + "patterns: []\n"
        + (f"language: [{', '.join(language)}]\n" if language else "")
    )


def _write(folder: Path, kept: Iterable[Kept], dropped: Iterable[Dropped], preset: str) -> None:
    """Write all files aside and move them into their places at the end, so that an interrupted run leaves none there."""
    lines = [json.dumps(line_of(one), ensure_ascii=False) for one in dropped]
    texts = {f"{one.made.expert}/{one.made.name}{SUFFIX}": one.made.text for one in kept}
    texts |= {VOCABULARY: vocabulary_text(), PROBLEMS: preset, DROPPED: "".join(f"{line}\n" for line in lines)}
    aside, names = folder / _ASIDE, list(dict.fromkeys(name.partition("/")[0] for name in texts))
    try:
        for name, text in texts.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        for name in names:
            (aside / name).replace(folder / name)
        aside.rmdir()
    finally:
        if aside.exists():
            for name in (*names, _ASIDE):
                _remove(folder / name)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _most(dropped: Iterable[Dropped]) -> list[tuple[str, int]]:
    return Counter(reason_kind(one.reason) for one in dropped).most_common()
