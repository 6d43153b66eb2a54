"""Imports a source into a folder: surveys it, converts its problems shard by shard, and writes the manifest last.

An interrupted import resumes with the missing shards. The rows are the same for any engine and any number of workers.
"""

import hashlib
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from generators.builder.engine import Execution
from generators.builder.recipe import whole_number
from generators.files.folder import HUB, Built, claim, finish
from generators.files.layout import DROPPED, RECIPE, dropped_part, shard_path
from generators.files.manifest import DroppedFile, WrittenShard, finished_shard, known_dropped, known_hashes
from generators.files.recipe import recipe_values
from generators.files.store import Store, digest, new_store, only_writer_of, writable
from generators.imports.grading.grade import RULES
from generators.imports.sources.reading import GOLD_ALONE
from generators.imports.sources.registry import Source, sources
from generators.imports.sources.request import Request
from generators.text.contamination import gate_of
from solver.arguments import checked
from solver.dataset import dataset_language, stated_languages
from solver.licence import UNKNOWN, dataset_sources, sources_of
from solver.progress import Report
from solver.refusal import InputError, did_you_mean

from .entry import Converter
from .folder import manifest_of_import
from .parts import PART, Converted, PartConverter, join_shard, parts_of
from .recipe import SHARD_ROWS, ImportRecipe, dataset_name, is_of
from .survey import Place, Reading, Survey, survey
from .tally import ImportRecord, Tally, reason_kind

MAX_LEN = 4_096
"""The longest row, one token a byte; the longest of GSM-8K's are below 3,600."""


@checked
def import_problems(
    request: str | Request,
    out: str | Path | None = None,
    *,
    grade: str = "A",
    derived_from: str | Path | None = None,
    max_len: int = MAX_LEN,
    shard_rows: int = SHARD_ROWS,
    workers: int | None = None,
    engine: str = "local",
    report: Report | None = None,
    reading: Reading | None = None,
) -> Built:
    """Import problems into a folder and return it; raise InputError for what the caller can mend.

    `request` is the name of a source, or says all that is asked for; `grade` is the lowest that is kept, and
    `derived_from` a dataset folder whose sources the problems come from. Every problem becomes a row, or a line of dropped.jsonl that says why not. `shard_rows` is the number of problems whose rows stand
    in one file; `workers` and `engine` are those of `build`. A source is read twice: `reading` is called now and then
    with the number of problems that were read for the first time, and `report` with the number of finished problems
    and of all.
    """
    request = Request(request) if isinstance(request, str) else request
    eval_only = request.eval_only
    reader = _reader(request.source(), eval_only)
    how = Execution(workers, engine, report)
    whole_number("max_len", max_len, 1)
    whole_number("shard_rows", shard_rows, 1)
    if grade not in RULES:
        raise InputError(f"no grade {grade!r}; {did_you_mean(grade, RULES)}")
    if request.split_of(reader) == "test" and not eval_only:
        raise InputError("the test split is for evaluation; add --eval-only, which writes questions and answers alone")
    if out is not None:
        new_store(out)  # refuses a bad place before anything long begins
    place = Place.of(request, reader)
    found = survey(place, reading)
    held_out = gate_of(request.against, ours=request.gate and not eval_only)
    files = new_store(
        Path("data") / dataset_name(reader.name, place.split, eval_only=eval_only) if out is None else out
    )
    made_from = place.name if derived_from is None else derived_from
    if not reader.language:
        reader = msgspec.structs.replace(reader, language=dataset_language(made_from))
    with writable(files.location), only_writer_of(files):
        stated = _as_stated(request, reader, files)
        recipe = ImportRecipe.of(
            stated,
            place.split,
            place.name,
            found.sha256,
            earlier=dataset_sources(made_from) or (),
            grade=grade,
            eval_only=eval_only,
            max_len=max_len,
            problems=found.problems,
            shard_rows=shard_rows,
            against=held_out.against,
        )
        claim(recipe, files)
        if stated != reader:
            print(f"{files.location}: keeps the {_told(stated, reader)}, which its {RECIPE} states", file=sys.stderr)
        return _Import(recipe, files, place, found).run(
            PartConverter(Converter(reader, recipe, found.columns, held_out)), how
        )


def _reader(asked: Source, eval_only: bool) -> Source:
    """Return a source as it is read; raise InputError for one that has no programs to make training rows of."""
    if eval_only:
        return asked.for_evaluation()
    if asked.use == "evaluation" or asked.format == "none":
        why = f"{asked.name} is for evaluation" if asked.use == "evaluation" else GOLD_ALONE
        raise InputError(f"{why}; add --eval-only, which writes questions and answers alone")
    return asked


def _as_stated(request: Request, reader: Source, files: Store) -> Source:
    """Return a source with the licence, the notice and the language of the folder's recipe where the request has none."""
    if str(files.location).startswith(HUB) or RECIPE not in files.names():
        return reader
    with files.open(RECIPE) as file:
        path = f"{files.location}/{RECIPE}"
        values = recipe_values(file.read(), path)
    language = stated_languages(values, path) or reader.language
    if request.language is None:
        reader = msgspec.structs.replace(reader, language=language)
    known = sources().get(reader.name)
    if known is not None and known.licence != UNKNOWN:
        return reader
    for one in sources_of(values, path):
        if is_of(one, reader.name):
            licence = one.licence if request.licence is None else reader.licence
            notice = one.notice if request.notice is None else reader.notice
            terms = reader.terms if licence == reader.licence else ""
            return msgspec.structs.replace(reader, licence=licence, notice=notice, terms=terms)
    return reader


def _told(stated: Source, asked: Source) -> str:
    """Return the facts that the recipe of the folder states and the request does not."""
    told = []
    if (stated.licence, stated.notice) != (asked.licence, asked.notice):
        told.append(f"licence {stated.licence}" + (f" and the notice {stated.notice!r}" if stated.notice else ""))
    if stated.language != asked.language:
        told.append(f"language {', '.join(stated.language)}")
    return " and the ".join(told)


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
