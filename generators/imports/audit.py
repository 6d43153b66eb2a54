"""Audits the rows of an import from its files alone: every trace judged, every operand looked up in its question."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from generators.builder.cross_check import cross_check
from generators.imports.sources.gsm8k import held_out, question_key
from solver.constants import named_constants
from solver.grounding import number_forms
from solver.number import read_number, write_number
from solver.ops import AddEntity, Consume, Init, Query
from solver.quantities import Quantity, read_quantities
from solver.refusal import Refusal
from solver.text import read
from solver.turns import completion, prompt

from .folder import sizes, texts
from .recipe import ImportRecipe


def row_faults(recipe: ImportRecipe, table: pa.Table) -> Iterator[str]:
    """Yield what is wrong with the rows of an import, each with its id."""
    for row, size in zip(table.to_pylist(), sizes(recipe, *texts(table)), strict=True):
        faults = list(_evaluation(row)) if recipe.eval_only else list(_training(row))
        if row["prompt"] != prompt(recipe.system, row["question"]):
            faults.append("its prompt is not system line and question")
        if size > recipe.max_len:
            faults.append(f"it may have up to {size} tokens and max_len is {recipe.max_len}")
        yield from (f"{row['id']}: {fault}" for fault in faults)


def _evaluation(row: dict[str, Any]) -> Iterator[str]:
    if any(row[name] is not None for name in ("trace", "completion", "expert", "experts")):
        yield "an evaluation row with a trace"
    try:
        read_number(row["answer"])
    except ValueError as error:
        yield str(error)


def _training(row: dict[str, Any]) -> Iterator[str]:
    if question_key(row["question"]) in held_out():
        yield "a question of GSM-8K's test split"
    if row["completion"] != completion(row["trace"]):
        yield "its completion is not its trace"
    wrong = cross_check(tuple(row["experts"]), row["trace"], row["answer"], row["question"])
    if wrong:
        yield wrong
        return
    experts = row["experts"]
    if row["expert"] != (experts[0] if len(experts) == 1 else "composition"):
        yield "its expert is not that of its trace"
    steps = [step for part in read(row["trace"]) for step in part.steps]
    if (row["steps"], row["difficulty"]) != (len(steps), sum(not isinstance(step, (Init, Query)) for step in steps)):
        yield "its steps or difficulty are not those of its trace"
    try:
        yield from _operands(row)
    except (KeyError, TypeError, ValueError, AttributeError, Refusal):
        yield "its metadata does not say where its operands come from"


def _operands(row: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the provenance: every number of a trace is one of the question's, or the table's."""
    quantities = {(quantity.start, quantity.end): quantity for quantity in read_quantities(row["question"])}
    constants = {constant.name: constant.value for constant in named_constants()}
    for part, operands in zip(read(row["trace"]), json.loads(row["metadata"])["operands"], strict=True):
        for number, step in enumerate(part.steps, 1):
            value: Any
            if isinstance(step, Init) and step.value is not None:
                name, value = str(step.var), step.value
            elif isinstance(step, (Consume, AddEntity)):
                name, value = f"step {number}", step.amount
            else:
                continue
            origin = operands.get(name)
            if origin is None:
                yield f"{name} has no provenance"
            elif "constant" in origin:
                if constants.get(origin["constant"]) != value:
                    yield f"{name} is not the constant {origin['constant']}"
            else:
                quantity = quantities.get(tuple(origin["span"]))
                if quantity is None or quantity.text != origin["text"] or value not in _numbers(quantity):
                    yield f"{name} = {write_number(value)} is not read from {origin['text']!r}"


def _numbers(quantity: Quantity) -> set[Any]:
    return {quantity.value, quantity.top, quantity.bottom, *(value for _, value in number_forms(quantity))}
