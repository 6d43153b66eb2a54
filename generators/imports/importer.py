"""Imports a source into a folder: surveys it, converts its problems shard by shard, and writes the manifest last.

An interrupted import resumes with the missing shards. The rows are the same for any engine and any number of workers.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from generators.builder.engine import Execution, Report
from generators.builder.recipe import whole_number
from generators.files.folder import Built, claim, finish
from generators.files.layout import DROPPED, RECIPE, dropped_part, shard_path
from generators.files.manifest import DroppedFile, WrittenShard, finished_shard, known_dropped, known_hashes
from generators.files.store import Store, digest, new_store, only_writer_of
from generators.imports.grading.grade import RULES
from generators.imports.sources.reading import GOLD_ALONE
from generators.imports.sources.registry import Source, described
from generators.text.contamination import gate_of
from solver.arguments import checked
from solver.refusal import InputError, did_you_mean

from .entry import Converter
from .folder import manifest_of_import
from .parts import PART, Converted, PartConverter, join_shard, parts_of
from .recipe import SHARD_ROWS, SPLITS, ImportRecipe
from .survey import Place, Survey, survey
from .tally import ImportRecord, Tally, reason_kind

MAX_LEN = 4_096
"""The longest row, one token a byte; the longest of GSM-8K's are below 3,600."""


@checked
def import_problems(
    name: str | None = None,
    out: str | Path | None = None,
    *,
    origin: str | Path | None = None,
    question: str | None = None,
    program: str | None = None,
    answer: str | None = None,
    form: str | None = None,
    notice: str | None = None,
    split: str | None = None,
    grade: str = "A",
    eval_only: bool = False,
    against: str | Path | Sequence[str | Path] | None = None,
    gate: bool = True,
    max_len: int = MAX_LEN,
    shard_rows: int = SHARD_ROWS,
    workers: int | None = None,
    engine: str = "local",
    report: Report | None = None,
) -> Built:
    """Import a source into a folder and return it; raise InputError for what the caller can mend.

    `name` is a source of `sources.yaml`; without one, `question`, `program` and `answer` name columns, and `form` the
    format of the programs. `notice` stands on the card and in every copy. `origin` is a local file or a dataset on the Hub, `split` the one that is written, `grade`
    the lowest that is kept, `against` names held-out sets whose questions are refused. So are training rows that copy a
    question of GSM-8K's test split, unless `gate` is false. Every problem becomes a row, or a line of dropped.jsonl that
    says why not. `shard_rows` is the number of problems whose rows stand in one file;
    `workers` and `engine` are those of `build`, and `report` is called now and then with the number of finished
    problems and of all.
    """
    named = described(name, question=question, program=program, answer=answer, form=form)
    reader = _reader(named if notice is None else msgspec.structs.replace(named, notice=notice), eval_only)
    how = Execution(workers, engine, report)
    whole_number("max_len", max_len, 1)
    whole_number("shard_rows", shard_rows, 1)
    split = split or ("test" if reader.use == "evaluation" else "train")
    if split not in SPLITS:
        raise InputError(f"no split {split!r}; {did_you_mean(split, SPLITS)}")
    if grade not in RULES:
        raise InputError(f"no grade {grade!r}; {did_you_mean(grade, RULES)}")
    if split == "test" and not eval_only:
        raise InputError("the test split is for evaluation; add --eval-only, which writes questions and answers alone")
    if out is not None:
        new_store(out)  # refuses a bad place before anything long begins
    place = place_of(reader, origin, split)
    found = survey(place)
    held_out = gate_of(against, ours=gate and not eval_only)
    recipe = ImportRecipe.of(
        reader,
        split,
        found.sha256,
        grade=grade,
        eval_only=eval_only,
        max_len=max_len,
        problems=found.problems,
        shard_rows=shard_rows,
        against=held_out.against,
    )
    files = new_store(Path("data") / recipe.name if out is None else out)
    with only_writer_of(files):
        claim(recipe, files)
        return _Import(recipe, files, place, found).run(
            PartConverter(Converter(reader, recipe, found.columns, held_out)), how
        )


def place_of(reader: Source, origin: str | Path | None, split: str) -> Place:
    """Return the place that a source is read from; raise InputError if it has none."""
    if origin is None and not reader.hub:
        raise InputError(f"{reader.name} has no known address on the Hub; give its file with --from FILE")
    return Place(reader, reader.hub if origin is None else str(origin), split)


def _reader(described: Source, eval_only: bool) -> Source:
    """Return a source as it is read; raise InputError for one that has no programs to make training rows of."""
    if eval_only:
        return described.for_evaluation()
    if described.use == "evaluation" or described.format == "none":
        why = f"{described.name} is for evaluation" if described.use == "evaluation" else GOLD_ALONE
        raise InputError(f"{why}; add --eval-only, which writes questions and answers alone")
    return described


@dataclass(frozen=True)
class _Import:
    """An import into a folder that holds its recipe."""

    recipe: ImportRecipe
    files: Store
    place: Place
    found: Survey

    def run(self, work: PartConverter, how: Execution) -> Built:
        """Write the shards that are missing, dropped.jsonl and the manifest."""
        shards = self._finished()
        joined = len(shards) == self._count and self._is_joined()
        if not joined:
            shards = {number: shard for number, shard in shards.items() if self._has_part(number, shard)}
            self._convert(work, how, shards)
        written = [shards[number] for number in range(self._count)]
        tally = Tally()
        for record in map(_record, written):
            tally.add(record.tally)
        if not tally.kept:
            raise InputError(
                f"{self.place.name}: no line of it becomes a row of {self.recipe.source}; {self._reason()}"
            )
        parts = [dropped_part(number) for number in range(self._count)]
        sha256 = digest(self.files, DROPPED) if joined else self.files.join(DROPPED, parts)
        dropped = DroppedFile(tally.dropped, sha256)
        built = finish(self.recipe, self.files, manifest_of_import(self.recipe, written, tally, dropped))
        for name in parts:
            self.files.remove(name)
        return built

    @property
    def _count(self) -> int:
        return self.recipe.shards(self.recipe.split)

    def _finished(self) -> dict[int, WrittenShard]:
        """Return the shards that an earlier run finished, by number."""
        hashes = known_hashes(self.files)
        names = {number: shard_path(self.recipe.split, number, self._count) for number in range(self._count)}
        found = {
            number: finished_shard(self.files, self.recipe.split, name, ImportRecord, hashes)
            for number, name in names.items()
        }
        return {number: shard for number, shard in found.items() if shard is not None}

    def _is_joined(self) -> bool:
        """Return whether an earlier run joined dropped.jsonl and wrote the manifest."""
        dropped = known_dropped(self.files)
        return dropped is not None and self._holds(DROPPED, dropped.sha256)

    def _has_part(self, number: int, shard: WrittenShard) -> bool:
        """Return whether the part of dropped.jsonl that belongs to a shard is there."""
        return self._holds(dropped_part(number), _record(shard).dropped.sha256)

    def _holds(self, name: str, sha256: str) -> bool:
        try:
            return digest(self.files, name) == sha256
        except FileNotFoundError:
            return False

    def _convert(self, work: PartConverter, how: Execution, shards: dict[int, WrittenShard]) -> None:
        """Convert the problems of the other shards, and add each shard when it is written.

        Raises InputError if the source changed after its survey.
        """
        sha256 = hashlib.sha256()
        parts = parts_of(self.place.entries(sha256), self.recipe, self.found, tuple(shards))
        done = self.recipe.problems - self._missing(shards)
        waiting: list[Converted] = []
        for part in how.run(work, parts, -(-self._missing(shards) // PART)):
            waiting.append(part)
            done += part.problems
            if sum(one.problems for one in waiting) == self._problems(part.shard):
                shards[part.shard] = join_shard(self.files, self.recipe, waiting)
                waiting = []
            if how.report:
                how.report(done, self.recipe.problems)
        if sha256.hexdigest() != self.recipe.origin_sha256:
            for name in [*(shard.path for shard in shards.values()), *map(dropped_part, shards), RECIPE]:
                self.files.remove(name)
            raise InputError(f"{self.place.name}: changed while it was read; run the same command again")

    def _missing(self, shards: dict[int, WrittenShard]) -> int:
        """Return the number of problems of the shards that are not there."""
        return sum(self._problems(number) for number in range(self._count) if number not in shards)

    def _problems(self, shard: int) -> int:
        """Return the number of problems of a shard."""
        return min(self.recipe.shard_rows, self.recipe.problems - shard * self.recipe.shard_rows)

    def _reason(self) -> str:
        """Return the first reason of the kind that is most common; remove what was written."""
        first: dict[str, str] = {}
        kinds: Counter[str] = Counter()
        for number in range(self._count):
            with self.files.open(dropped_part(number)) as file:
                for line in map(json.loads, file):
                    kind = reason_kind(line["reason"])
                    kinds[kind] += 1
                    first.setdefault(kind, f"{line['id']} is: {line['reason']}")
        for name in self.files.names():
            self.files.remove(name)
        return f"most are dropped, as {first[kinds.most_common(1)[0][0]]}"


def _record(shard: WrittenShard) -> ImportRecord:
    """Return the record of a shard of an import."""
    return msgspec.convert(shard.record, ImportRecord, from_attributes=True)
