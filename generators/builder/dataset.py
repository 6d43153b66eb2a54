"""Builds a dataset folder: writes the recipe first, then the shards, and the manifest last.

A folder with a manifest is complete. An interrupted build resumes with the missing shards, because a shard is a pure
function of the recipe and its number. A folder that holds another recipe is refused.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import UNSET

from generators.files.folder import Built, claim, finish
from generators.files.layout import SPLITS
from generators.files.manifest import Manifest, Overlap, Split, Verification, WrittenShard, frame
from generators.files.store import new_store, only_writer_of, writable
from generators.text.contamination import OPEN, Gate, gate_of
from generators.text.guarded import shipped
from solver.arguments import checked
from solver.files import local
from solver.progress import Report
from solver.refusal import InputError

from .about import unstated
from .engine import Execution
from .length import Ruler
from .memory import kept_memory
from .preset import read_preset
from .recipe import Recipe, tell
from .row_gate import row_gate
from .shard import BuiltRecord, ShardWriter

SHARD_ROWS = 100_000
"""Rows per shard; a worker holds them in memory."""


@checked
def build(
    weights: str | Path | Mapping[str, object] = "run8",
    *,
    rows: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    max_len: int | None = None,
    tokenizer: str | Path | None = None,
    phrasings: int | str | Mapping[str, object] | None = None,
    shard_rows: int = SHARD_ROWS,
    patterns: str | Path | None = None,
    against: str | Path | Sequence[str | Path] | None = None,
    gate: bool = True,
    workers: int | None = None,
    full: bool = False,
    engine: str = "local",
    report: Report | None = None,
) -> Built:
    """Build the dataset of a preset, prove every row, and return it.

    `weights` is a preset's name or file, or a mapping of its keys (P8), `rows` the number of training rows, and `max_len` the most tokens of a row
    (P10); both default to the preset's values, as does `phrasings`, which is how many training wordings of each pattern
    are used: a number, "all", or a mapping as in a preset. `tokenizer`, a name or path, counts the tokens of rows whose bytes exceed
    `max_len`. `patterns` is a folder of additional patterns. `out` is a folder or a URL that fsspec supports
    (`s3://bucket/run8`), by default data/PRESET. Training rows that copy a question of GSM-8K's test split are
    refused, unless `gate` is false; `against` names more held-out sets: files, or datasets on the Hub. `shard_rows` is the number of rows per file. `workers` is the number of processes (None: one per
    core), `full` cross-checks every row, `engine` is "local" or "ray", and `report` is called after each shard with the
    number of finished rows and of all rows. Raises InputError for errors that the caller can fix; the folder then has no
    manifest.
    """
    how = Execution(workers, engine, report)
    preset = read_preset(weights)
    out = Path("data") / preset.name if out is None else out
    new_store(out)  # refuses a bad place before anything long begins
    held_out = gate_of(against, ours=gate)
    library = preset.library(None if patterns is None else local(patterns))
    recipe = Recipe.of(
        preset,
        library,
        seed=seed,
        rows=None if rows is None else {"train": rows},
        max_len=max_len,
        tokenizer=None if tokenizer is None else str(tokenizer),
        phrasings=phrasings,
        shard_rows=shard_rows,
        against=held_out.against,
    )
    recipe.check_spaces()
    tell(recipe, preset, library)
    lacking = unstated(recipe.about) if recipe.about else None
    if lacking:
        print(f"note: {lacking}", file=sys.stderr)
    return make(recipe, out, how, held_out, full=full)


@checked
def rebuild(
    recipe: str | Path,
    out: str | Path,
    *,
    against: str | Path | Sequence[str | Path] | None = None,
    workers: int | None = None,
    full: bool = False,
    engine: str = "local",
    report: Report | None = None,
) -> Built:
    """Build the dataset of a recipe.json, or of a folder with one, again, and return it.

    `against` must be the held-out sets that the recipe names beside the shipped one; the other arguments are those of `build`.
    Raises InputError as `build` does.
    """
    how = Execution(workers, engine, report)
    new_store(out)
    read = Recipe.read(local(recipe))
    gate = gate_of(against, ours=shipped().against in read.against)
    if gate.against != read.against:
        sets = [f"{one.name} (sha256 {one.sha256[:16]})" for one in read.against if one != shipped().against]
        named = " and ".join(sets) or "no further held-out set"
        raise InputError(f"{recipe}: was built against {named}; give the same with --against")
    return make(read, out, how, gate, full=full)


def make(
    recipe: Recipe,
    out: str | Path,
    how: Execution | None = None,
    gate: Gate = OPEN,
    *,
    full: bool = False,
) -> Built:
    """Build the folder of a recipe, or resume it; raise InputError if the folder holds something else."""
    files = new_store(out)
    with writable(out), only_writer_of(files):
        claim(recipe, files)
        written = _written(
            ShardWriter(recipe, files.location, full=full, gate=row_gate(recipe, gate)), how or Execution()
        )
        return finish(recipe, files, manifest_of(recipe, written))


def _written(write_shard: ShardWriter, how: Execution) -> list[WrittenShard]:
    """Write all shards and return them; a small build is done before several processes have started."""
    jobs, total = write_shard.recipe.jobs, sum(write_shard.recipe.rows.values())
    written: list[WrittenShard] = []
    done = 0
    with kept_memory():
        for shard in how.run(write_shard, jobs, min(total // SHARD_ROWS + 1, len(jobs))):
            written.append(shard)
            done += shard.record.rows
            if how.report:
                how.report(done, total)
    return written


def manifest_of(recipe: Recipe, shards: list[WrittenShard]) -> Manifest:
    """Return the manifest of a build, computed from the records of its shards."""
    records = [(shard.split, shard.record) for shard in shards if isinstance(shard.record, BuiltRecord)]
    splits = {split: _split([record for where, record in records if where == split]) for split in SPLITS}
    ruler = Ruler(recipe.system, recipe.max_len)
    bounds = {name: ruler.bound(recipe.library.patterns[name]) for name in recipe.shares}
    verification = Verification(
        read_back=sum(record.rows for _, record in records),
        second_opinion=sum(record.sampled for _, record in records),
        max_len=recipe.max_len,
        bounds=bounds,
        fit_by_pattern=sorted(name for name, bound in bounds.items() if bound <= recipe.max_len),
    )
    return Manifest(
        **frame(recipe, splits, shards),
        verification=verification,
        refused=[row_id for _, record in records for row_id in record.refused] if recipe.against else UNSET,
        test_numbers_in_train=Overlap(_overlapping(record for _, record in records), recipe.rows["test"]),
    )


def _overlapping(records: Iterable[BuiltRecord]) -> int:
    """Return the number of test rows that share all their drawn numbers with a row of any of these shards."""
    overlap: dict[str, set[int]] = {}
    for record in records:
        for name, numbers in record.overlap.items():
            overlap.setdefault(name, set()).update(numbers)
    return sum(map(len, overlap.values()))


def _split(records: list[BuiltRecord]) -> Split:
    """Return the manifest's entry of a split, computed from the records of its shards."""
    patterns: Counter[str] = Counter()
    experts: Counter[str] = Counter()
    longest: dict[str, int] = {}
    for record in records:
        patterns.update(record.patterns)
        for name, size in record.longest.items():
            longest[name] = max(size, longest.get(name, 0))
    for name, count in patterns.items():
        experts[name.partition("/")[0]] += count
    return Split(
        rows=sum(record.rows for record in records),
        experts=dict(sorted(experts.items())),
        patterns=dict(sorted(patterns.items())),
        longest=dict(sorted(longest.items())),
    )
