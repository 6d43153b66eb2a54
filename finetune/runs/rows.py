"""Reads the rows of a dataset: a folder that wirework built, a repository of the Hub, or a file of JSON lines."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from solver.command import pasted
from solver.dataset import dataset_reading, hub_place, open_dataset
from solver.experts import system_line
from solver.files import local
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError

from . import terminal
from .lines import COLUMNS, NO_CONVERSATION, is_conversation, read_lines

ALIASES = {"gsm8k": "data/gsm8k-test"}
"""Short names of imported evaluation sets, with the folders that the import writes them to."""


BENCHMARKS = {"gsm8k": "openai/gsm8k"}
"""The datasets on the Hub from which evaluation sets are imported."""
LINES = ".jsonl"
"""The suffix of a file of rows; such a file has no splits."""


def split_of(dataset: str, split: str | None, usual: str) -> str | None:
    """Return the split to read: the one asked for, else the usual one; None for a file of rows, which has no splits.

    Raises InputError if a split of a file is asked for.
    """
    folder = local(ALIASES.get(dataset, dataset))
    if folder.suffix == LINES:
        if split:
            raise InputError(f"{dataset}: a file of rows has no splits; leave out --split {split}")
        return None
    place = None if folder.is_dir() else hub_place(dataset)
    named = place.split if place else None
    if split and named and split != named:
        raise InputError(f"{dataset}: names the split {named}; leave out --split {split}")
    return named or split or usual


def splits_of(datasets: Sequence[str], split: str | None) -> list[str | None]:
    """Return the split that is asked for of each dataset; None for a file of rows beside datasets with splits."""
    files = [local(dataset).suffix == LINES for dataset in datasets]
    return [None if file and not all(files) else split for file in files]


def tested(dataset: str) -> bool:
    """Return whether a dataset has a test split that is not its training split."""
    try:
        if split_of(dataset, None, "test") != "test" or split_of(dataset, None, "train") == "test":
            return False
        return len(read_rows(dataset, "test", 1)) > 0
    except InputError:
        return False


def labels(datasets: Sequence[str]) -> list[str]:
    """Return a name for each dataset, which folders of evaluations can have; raise InputError if one is given twice.

    It is the last part of the path, with earlier parts and the configuration where several are called the same:

    >>> labels(["acme/five", "data/five", "data/six"])
    ['acme-five', 'data-five', 'six']
    """
    stems = [short_name(dataset) for dataset in datasets]
    parts = [_parts(dataset) for dataset in datasets]
    for place, dataset in enumerate(datasets):
        if parts[place] in parts[:place]:
            raise InputError(f"--dataset {dataset}: is given twice; give it once")
    found = [
        stem if stems.count(stem) == 1 else _shortest(own, [each for each in parts if each != own])
        for stem, own in zip(stems, parts, strict=True)
    ]
    same = next((label for label in found if found.count(label) > 1), None)
    if same:
        raise InputError(
            f"{found.count(same)} of the datasets are called {same}, so their evaluations would share a folder; "
            "evaluate them one after another, each with its own --out"
        )
    return found


def _parts(dataset: str) -> tuple[str, ...]:
    place = local(dataset)
    return place.resolve().parts[1:] if place.exists() else tuple(part for part in re.split("[/:]", dataset) if part)


def _shortest(own: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> str:
    """Return the fewest last parts, two at least, that no other dataset ends with."""
    count = next((n for n in range(2, len(own)) if all(each[-n:] != own[-n:] for each in others)), len(own))
    return "-".join(own[-count:])


def hub_dataset(dataset: str) -> str | None:
    """Return the name of a dataset on the Hub, or None for a folder or a file of this machine."""
    place = None if local(dataset).exists() else hub_place(dataset)
    return BENCHMARKS.get(dataset) or (place.repo if place else None)


def public_name(dataset: str, hub: str | None) -> str:
    """Return the name of a dataset without the path to it."""
    return hub or Path(dataset).name


def short_name(dataset: str) -> str:
    """Return the name of a dataset within the name of a folder.

    >>> short_name("data/run1.5"), short_name("mine.jsonl"), short_name("acme/run8:hard/test")
    ('run1.5', 'mine', 'run8-hard')
    """
    place = None if local(dataset).exists() or dataset.endswith(LINES) else hub_place(dataset)
    if place:
        return "-".join(filter(None, (Path(place.repo).name, place.config)))
    return Path(dataset).name.removesuffix(LINES)


def read_rows(dataset: str, split: str | None, limit: int | None = None, system: str | None = None) -> pa.Table:
    """Return the first rows of a split, or of a file of rows where the split is None; raise InputError on bad rows.

    `system` is the system prompt of rows without a prompt, by default the line that names all experts.
    """
    folder = local(ALIASES.get(dataset, dataset))
    if dataset in ALIASES and not folder.is_dir():
        command = pasted("generators", "import", dataset, "--split", "test", "--eval-only", "--out", folder)
        raise InputError(f"{dataset}: no folder {folder}; import it first: {command}")
    if folder.suffix == LINES or split is None:
        table = read_lines(folder, system_line() if system is None else system)
    else:
        table = open_dataset(folder, split, COLUMNS)
    if not len(table):
        raise InputError(f"{dataset}: {f'its {split} split' if split else 'the file'} has no rows")
    if not is_conversation(table["prompt"][0].as_py()):
        raise InputError(f"{dataset}: not a dataset of wirework: {NO_CONVERSATION}")
    return table.slice(0, limit)


def read_training_rows(dataset: str, rows: int | None) -> pa.Table:
    """Return the first training rows; raise InputError if there are fewer than `rows`, or if one has no trace."""
    split = split_of(dataset, None, "train")
    table = read_rows(dataset, split, rows)
    if rows is not None and len(table) < rows:
        raise InputError(f"{dataset}: has {counted(len(table), 'training row')}, fewer than --rows {rows:,}")
    for row in table.select(["id", "trace", "completion"]).to_pylist():
        if not row["completion"] or row["trace"] is None:
            raise InputError(f"{dataset}: row {row['id']} has no trace to learn from; it is for evaluation only")
    return table


def read_validation_rows(dataset: str) -> pa.Table | None:
    """Return the validation rows that have a trace; None if there are none, which a note tells."""
    try:
        split = split_of(dataset, None, "validation")
        if split != "validation":
            raise InputError(f"{dataset}: {f'names the split {split}' if split else 'a file of rows has no splits'}")
        table = read_rows(dataset, split)
    except InputError as error:
        terminal.note(f"note: no validation rows: {error}")
        return None
    table = table.filter(table["trace"].is_valid())
    return table if len(table) else None


def read_check_rows(dataset: str, rows: int, system: str) -> pa.Table:
    """Return rows evenly spaced over a dataset's validation split, or its test split where it has no other.

    `system` is the system prompt of rows without a prompt.
    """
    split = split_of(dataset, None, "validation")
    try:
        table = read_rows(dataset, split, system=system)
    except InputError:
        if split != "validation":
            raise
        table = read_rows(dataset, "test", system=system)
    return spaced(table, rows)


def spaced(table: pa.Table, rows: int) -> pa.Table:
    """Return rows that are evenly spaced over a table; all of them if it has no more."""
    count = min(rows, len(table))
    return table.take([place * len(table) // count for place in range(count)])


def reading_of(dataset: str) -> Reading:
    """Return how the questions of a dataset are read, from its recipe."""
    return dataset_reading(ALIASES.get(dataset, dataset))


def content_hash(table: pa.Table, columns: Sequence[str] = ("id", "prompt", "answer")) -> str:
    """Return a hash of columns of rows, which shows whether two commands read the same rows in the same order."""
    digest = hashlib.sha256()
    for batch in table.select(columns).to_batches(10_000):  # rows in Python take many times the memory
        for row in batch.to_pylist():
            digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def trained_content(table: pa.Table) -> str:
    """Return the hash of the rows that a model is trained on."""
    return content_hash(
        table, [name for name in ("id", "prompt", "completion", "answer") if name in table.column_names]
    )


def system_prompts(table: pa.Table) -> list[str]:
    """Return the different system prompts of rows, in the order of the rows; an empty text for a row that has none."""
    found = (
        next((message["content"] for message in messages if message["role"] == "system"), "")
        for messages in table["prompt"].to_pylist()
    )
    return list(dict.fromkeys(found))
