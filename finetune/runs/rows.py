"""Reads the rows of a dataset: a folder that wirework built, a repository of the Hub, or a file of JSON lines."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from solver.refusal import InputError

COLUMNS = ("id", "prompt", "completion", "question", "trace", "answer", "expert", "experts", "pattern", "steps")
"""The columns that training and evaluation read."""

ALIASES = {"gsm8k": "data/gsm8k-test"}
"""Short names of imported evaluation sets, with the folders that the import writes them to."""


def read_rows(dataset: str, split: str, limit: int | None = None) -> pa.Table:
    """Return the first rows of a split; raise InputError unless the dataset has the columns of wirework."""
    folder = Path(ALIASES.get(dataset, dataset))
    if folder.suffix == ".jsonl":
        table = _from_lines(folder)
    elif folder.is_dir():
        table = _from_folder(folder, split)
    elif dataset in ALIASES:
        raise InputError(
            f"{dataset}: no folder {folder}; import it first: python -m generators import {dataset} --split test --eval-only --out {folder}"
        )
    else:
        table = _from_hub(dataset, split)
    if not len(table):
        raise InputError(f"{dataset}: its {split} split has no rows")
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise InputError(f"{dataset}: not a dataset of wirework: it lacks the columns {', '.join(missing)}")
    if not _is_conversation(table["prompt"][0].as_py()):
        raise InputError(
            f"{dataset}: not a dataset of wirework: its prompts are not lists of messages with role and content"
        )
    return table.select(COLUMNS).slice(0, limit)


def read_training_rows(dataset: str, rows: int | None) -> pa.Table:
    """Return the first training rows; raise InputError if there are fewer than `rows`."""
    table = read_rows(dataset, "train", rows)
    if rows is not None and len(table) < rows:
        raise InputError(f"{dataset}: has {len(table):,} training rows, fewer than --rows {rows:,}")
    return table


def _is_conversation(prompt: object) -> bool:
    return isinstance(prompt, list) and all(
        isinstance(message, dict) and {"role", "content"} <= message.keys() for message in prompt
    )


def _from_folder(folder: Path, split: str) -> pa.Table:
    files = sorted(folder.glob(f"data/{split}-*.parquet"))
    if not files:
        splits = sorted({path.name.partition("-")[0] for path in folder.glob("data/*.parquet")})
        held = f"it has {', '.join(splits)}" if splits else "it is not a dataset folder"
        raise InputError(f"{folder}: no {split} split in it; {held}")
    try:
        return pa.concat_tables(pq.read_table(file) for file in files)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{folder}: its {split} split cannot be read: {error}") from None


def _from_lines(path: Path) -> pa.Table:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        found = [json.loads(line) for line in lines if line.strip()]
        if not all(isinstance(row, dict) for row in found):
            raise InputError(f"{path}: some lines are not JSON objects; write one row per line")
        return pa.Table.from_pylist(found)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read as JSON lines: {error}") from None


def _from_hub(name: str, split: str) -> pa.Table:
    import datasets

    datasets.disable_progress_bars()
    try:
        loaded = datasets.load_dataset(name, split=split)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{name}: neither a dataset folder nor a dataset that the Hub lets us read: {reason}; "
            f"build one here: python -m generators build --weights run8 --out data/run8"
        ) from None
    return loaded.with_format("arrow")[:]


def system_prompt(table: pa.Table) -> str:
    """Return the system prompt of the first row, which all rows share; an empty text if there is none."""
    messages = table["prompt"][0].as_py()
    return next((message["content"] for message in messages if message["role"] == "system"), "")
