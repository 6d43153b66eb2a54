"""Exports a finished dataset to the format of another trainer, for the verb `export`.

TRL reads the dataset folder itself. verl reads one Parquet file per split, with columns of its own, and a reward file.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from generators.files.layout import RECIPE, SPLITS
from generators.files.manifest import file_hash, read_manifest
from generators.files.parquet import ROW_GROUP
from generators.files.store import refuse_pattern
from solver import arrow
from solver.arguments import checked
from solver.files import local
from solver.licence import notice_text
from solver.parquet import read_batches
from solver.refusal import InputError
from solver.schema import SCHEMA

from .recipes import read_recipe

TARGETS = ("chat", "verl")
REWARD = "reward.py"
NOTICE = "NOTICE.txt"
"""Names the sources of the rows and their licences, if they have any."""

_EXTRA = ("split", "index", "id", "question", "expert", "experts", "pattern", "difficulty")
VERL = pa.schema(
    [
        ("data_source", pa.string()),
        ("prompt", SCHEMA.field("prompt").type),
        ("ability", pa.string()),
        ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
        (
            "extra_info",
            pa.struct(
                [
                    (name, SCHEMA.field(name).type if name in SCHEMA.names else kind)
                    for name, kind in zip(_EXTRA, (pa.string(), pa.int64(), *[None] * 6), strict=True)
                ]
            ),
        ),
    ]
)
"""verl's columns; `extra_info` reaches the reward, which reads `experts` from it."""

_REWARD = '''"""The reward of wirework's traces for verl, which loads this file by its path:

    custom_reward_function.path={folder}/{reward} custom_reward_function.name=compute_score
"""

from functools import partial
from pathlib import Path

from solver import compute_score, dataset_reading

# verl logs `acc` as accuracy, and the reward where it is missing. The dataset's recipe lies beside this file.
compute_score = partial(compute_score, as_mapping=True, reading=dataset_reading(Path(__file__).parent))
'''


@checked
def export(folder: str | Path, out: str | Path, to: str = "verl") -> dict[str, int]:
    """Export a dataset folder to a trainer's format in a new folder, atomically; return the number of rows per file.

    Raises InputError if the folder is not a finished dataset or has changed, or if `out` exists.
    """
    folder, out = local(folder), local(out)
    refuse_pattern(out)
    if to not in TARGETS:
        raise InputError(f"{to}: cannot be exported to; known are {', '.join(TARGETS)}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: exists; choose a new folder")
    recipe = read_recipe(folder)
    source = f"wirework/{recipe.name}"
    files = _files(folder)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            if to == "verl":
                rows = {
                    f"{split}.parquet": _write(temporary / f"{split}.parquet", split, paths, source)
                    for split, paths in files.items()
                }
                shutil.copyfile(folder / RECIPE, temporary / RECIPE)
                (temporary / REWARD).write_text(_REWARD.format(folder=out.as_posix(), reward=REWARD), encoding="utf-8")
            else:
                rows = {
                    f"{split}.jsonl": _write_chats(temporary / f"{split}.jsonl", paths, folder)
                    for split, paths in files.items()
                }
            if recipe.sources:
                (temporary / NOTICE).write_text(notice_text(recipe.sources), encoding="utf-8", newline="\n")
            temporary.chmod(0o755)  # a temporary folder is private to its owner
            temporary.replace(out)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}; choose another folder") from None
    return rows


def _files(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each split that has rows; raise InputError if a file differs from the manifest."""
    entries = read_manifest(folder).files
    try:
        changed = [name for name, entry in entries.items() if file_hash(folder / name) != entry.sha256]
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}; build the dataset again") from None
    if changed:
        raise InputError(f"{folder / changed[0]}: changed since it was built; build it again")
    files = {split: [folder / name for name in entries if name.startswith(f"data/{split}-")] for split in SPLITS}
    return {split: paths for split, paths in files.items() if paths}


def _write(path: Path, split: str, shards: list[Path], source: str) -> int:
    """Write one split, a row group at a time; return its number of rows."""
    rows = 0
    with pq.ParquetWriter(path, VERL, compression="zstd") as writer:
        for batch in _batches(shards, [*(name for name in _EXTRA if name in SCHEMA.names), "prompt", "answer"]):
            writer.write_batch(_verl(batch, split, rows, source))
            rows += len(batch)
    return rows


def _write_chats(path: Path, shards: list[Path], folder: Path) -> int:
    """Write one split as chats, a row group at a time, and return its rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in _batches(shards, ["prompt", "completion"]):
            for prompt, completion in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if not completion:
                    raise InputError(f"{folder}: has rows without a completion; export what was built for training")
                file.write(json.dumps({"messages": [*prompt, *completion]}, ensure_ascii=False) + "\n")
            rows += len(batch)
    return rows


def _batches(shards: list[Path], wanted: list[str]) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        yield from read_batches(shard, ROW_GROUP, wanted)


def _verl(batch: pa.RecordBatch, split: str, start: int, source: str) -> pa.RecordBatch:
    """Return rows in verl's columns; `start` is the index of the first row in its split."""
    rows = len(batch)
    extra = {
        "split": _repeat(split, rows),
        "index": arrow.integers(np.arange(start, start + rows)),
        **{name: batch.column(name) for name in _EXTRA if name in SCHEMA.names},
    }
    columns = [
        _repeat(source, rows),
        batch.column("prompt"),
        _repeat("math", rows),
        pc.make_struct(_repeat("rule", rows), batch.column("answer"), field_names=["style", "ground_truth"]),
        pc.make_struct(*(extra[name] for name in _EXTRA), field_names=list(_EXTRA)),
    ]
    return pa.RecordBatch.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, VERL, strict=True)], schema=VERL
    )


def _repeat(text: str, rows: int) -> pa.Array:
    return pa.array([text]).take(pa.array([0] * rows))
