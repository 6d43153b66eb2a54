"""Audits an imported folder from its files alone: hashes, every trace judged, every operand looked up in its question."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from generators.dataset import file_hash
from generators.layout import MANIFEST
from generators.opinion import second_opinion
from generators.recipe import RECIPE
from generators.rows import SCHEMA
from solver.grammar import AddEntity, Consume, Init
from solver.number import read_number, write_number
from solver.refusal import InputError
from solver.text import fence, read

from . import gsm8k
from .constants import table
from .folder import DROPPED, rows_hash
from .quantities import Quantity, read_quantities


def audit_import(folder: Path) -> tuple[list[str], int]:
    """Return every fault of an imported folder and how many rows it has; raise InputError if it is none."""
    try:
        recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        dropped = (folder / DROPPED).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no finished import: {error}") from None
    faults: list[str] = []
    if hashlib.sha256((folder / RECIPE).read_bytes()).hexdigest() != manifest["recipe"]:
        faults.append(f"{RECIPE}: is not the recipe the manifest names")
    if file_hash(folder / DROPPED) != manifest["dropped"]["sha256"] or len(dropped) != manifest["dropped"]["rows"]:
        faults.append(f"{DROPPED}: changed since it was written")
    rows = 0
    seen: set[str] = set()
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.exists() or file_hash(path) != entry["sha256"]:
            faults.append(f"{name}: missing, or changed since it was written")
            continue
        held = pq.read_table(path)
        if not held.schema.equals(SCHEMA):
            faults.append(f"{name}: its columns are not the schema's")
            continue
        if hashlib.sha256(rows_hash(held).encode()).hexdigest() != manifest["splits"][recipe["split"]]["content"]:
            faults.append(f"{name}: its rows are not those of the content hash")
        rows += len(held)
        faults += _rows(held.to_pylist(), recipe, seen)
    if rows + len(dropped) != manifest["problems"]:
        faults.append(f"{rows} rows and {len(dropped)} dropped are not the {manifest['problems']} problems")
    return faults, rows


def _rows(rows: list[dict[str, Any]], recipe: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """Yield what is wrong with rows, each with its id; `seen` holds the questions met before."""
    for row in rows:
        for fault in _row(row, recipe):
            yield f"{row['id']}: {fault}"
        key = gsm8k.question_key(row["question"])
        if key in seen:
            yield f"{row['id']}: its question is asked twice"
        seen.add(key)


def _row(row: dict[str, Any], recipe: dict[str, Any]) -> list[str]:
    question = row["question"]
    prompt = [{"role": "system", "content": recipe["system"]}, {"role": "user", "content": question}]
    faults = [] if row["prompt"] == prompt else ["its prompt is not system line and question"]
    if recipe["eval_only"]:
        if row["trace"] is not None or row["completion"] is not None or row["expert"] is not None:
            faults.append("an evaluation row with a trace")
        read_number(row["answer"])
        return faults
    if recipe["split"] == "train" and gsm8k.question_key(question) in gsm8k.held_out():
        faults.append("a question of the test split")
    if row["completion"] != [{"role": "assistant", "content": fence(row["trace"])}]:
        faults.append("its completion is not its trace")
    wrong = second_opinion(tuple(row["experts"]), row["trace"], row["answer"])
    return [*faults, *([wrong] if wrong else []), *_operands(row)]


def _operands(row: dict[str, Any]) -> list[str]:
    """Return what is wrong with the provenance of a row: every number of its trace is one of its question's or the table's."""
    quantities = {(q.start, q.end): q for q in read_quantities(row["question"])}
    constants = {constant.name: constant.value for constant in table()}
    faults = []
    metadata = json.loads(row["metadata"])
    for trace, operands in zip(read(row["trace"]), metadata["operands"], strict=True):
        for number, step in enumerate(trace.steps, 1):
            value: Any
            if isinstance(step, Init) and step.value is not None:
                name, value = str(step.var), step.value
            elif isinstance(step, (Consume, AddEntity)):
                name, value = f"step {number}", step.amount
            else:
                continue
            origin = operands.get(name)
            if origin is None:
                faults.append(f"{name} has no provenance")
            elif "constant" in origin:
                if constants.get(origin["constant"]) != value:
                    faults.append(f"{name} is not the constant {origin['constant']}")
            else:
                quantity = quantities.get(tuple(origin["span"]))
                if quantity is None or quantity.text != origin["text"] or value not in _numbers(quantity):
                    faults.append(f"{name} = {write_number(value)} is not read from {origin['text']!r}")
    return faults


def _numbers(quantity: Quantity) -> set[Any]:
    return {quantity.value, quantity.top, quantity.bottom}
