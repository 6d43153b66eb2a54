"""Reads the rows of a dataset: a folder that wirework built, a repository of the Hub, or a file of JSON lines."""

from pathlib import Path

import pyarrow as pa

from solver.command import pasted
from solver.dataset import dataset_reading, open_dataset, select
from solver.files import json_rows, local, read_text
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError
from solver.schema import read_by

COLUMNS = read_by("training")
"""The columns that training and evaluation read."""

ALIASES = {"gsm8k": "data/gsm8k-test"}
"""Short names of imported evaluation sets, with the folders that the import writes them to."""


def read_rows(dataset: str, split: str, limit: int | None = None) -> pa.Table:
    """Return the first rows of a split; raise InputError unless the dataset has the columns of wirework."""
    folder = local(ALIASES.get(dataset, dataset))
    if dataset in ALIASES and not folder.is_dir():
        command = pasted("generators", "import", dataset, "--split", "test", "--eval-only", "--out", folder)
        raise InputError(f"{dataset}: no folder {folder}; import it first: {command}")
    table = _from_lines(folder) if folder.suffix == ".jsonl" else open_dataset(folder, split, COLUMNS)
    if not len(table):
        raise InputError(f"{dataset}: its {split} split has no rows")
    if not _is_conversation(table["prompt"][0].as_py()):
        raise InputError(
            f"{dataset}: not a dataset of wirework: its prompts are not lists of messages with role and content"
        )
    return table.slice(0, limit)


def read_training_rows(dataset: str, rows: int | None) -> pa.Table:
    """Return the first training rows; raise InputError if there are fewer than `rows`."""
    table = read_rows(dataset, "train", rows)
    if rows is not None and len(table) < rows:
        raise InputError(f"{dataset}: has {counted(len(table), 'training row')}, fewer than --rows {rows:,}")
    return table


def reading_of(dataset: str) -> Reading:
    """Return how the questions of a dataset are read, from its recipe."""
    return dataset_reading(ALIASES.get(dataset, dataset))


def _is_conversation(prompt: object) -> bool:
    return isinstance(prompt, list) and all(
        isinstance(message, dict) and {"role", "content"} <= message.keys() for message in prompt
    )


def _from_lines(path: Path) -> pa.Table:
    found = []
    for place, row in json_rows(read_text(path), str(path)):
        if isinstance(row, InputError):
            raise row
        if not isinstance(row, dict):
            raise InputError(f"{path}, {place}: not a JSON object; write one row per line")
        found.append(row)
    try:
        return select(pa.Table.from_pylist(found), COLUMNS, path) if found else pa.table({})
    except pa.ArrowException as error:
        raise InputError(f"{path}: its rows differ in the types of a column: {error}") from None


def system_prompt(table: pa.Table) -> str:
    """Return the system prompt of the first row, which all rows share; an empty text if there is none."""
    messages = table["prompt"][0].as_py()
    return next((message["content"] for message in messages if message["role"] == "system"), "")
