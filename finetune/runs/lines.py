"""Reads the rows of a file of JSON lines: a question and an answer are enough, and a trace is checked by the solver."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from solver.completion import extract
from solver.files import json_rows, read_text
from solver.number import read_number
from solver.program import Program
from solver.refusal import InputError, Refusal
from solver.reward import judge
from solver.schema import SCHEMA, read_by
from solver.text import fence, read
from solver.turns import asked, completion, prompt, reply

COLUMNS = read_by("training")
"""The columns that training and evaluation read."""
NO_CONVERSATION = "its prompts are not lists of messages with role and content"


def read_lines(path: Path, system: str) -> pa.Table:
    """Return the rows of a file; columns that a row lacks are made from its question, answer and trace.

    `system` is the system prompt of rows without a prompt. Raises InputError that names the line of a bad row.
    """
    found = []
    for number, (place, row) in enumerate(json_rows(read_text(path), str(path)), 1):
        if isinstance(row, InputError):
            raise row
        where = f"{path}, {place}"
        if not isinstance(row, dict):
            raise InputError(f"{where}: not a JSON object; write one row per line")
        found.append(_completed(row, where, f"{path.stem}/{number}", system))
    schema = pa.schema([SCHEMA.field(name) for name in COLUMNS])
    try:
        return pa.Table.from_pylist(found, schema)
    except (pa.ArrowException, TypeError):
        name = next(name for name in COLUMNS if not _column_fits(found, schema.field(name)))
        raise InputError(
            f"{path}: its column {name} holds other values than a dataset does; mend it, or leave it out"
        ) from None


def _column_fits(rows: list[dict[str, Any]], field: pa.Field) -> bool:
    try:
        pa.array([row.get(field.name) for row in rows], field.type)
    except (pa.ArrowException, TypeError):
        return False
    return True


def _completed(row: dict[str, Any], where: str, name: str, system: str) -> dict[str, Any]:
    """Return a row with all columns; raise InputError if it lacks question or answer, or if its trace is wrong."""
    question = row.get("question") or asked(row.get("prompt"))
    if not isinstance(question, str):
        raise InputError(f"{where}: no question; a row needs a question and an answer")
    given = row.get("prompt")
    if given is not None and not is_conversation(given):
        raise InputError(f"{where}: {NO_CONVERSATION}")
    made = {
        "id": str(row.get("id") or name),
        "prompt": given or prompt(system, question),
        "question": question,
        "answer": _answer(row.get("answer"), where),
        **{key: row.get(key) for key in ("expert", "experts", "pattern", "steps")},
    }
    trace = row.get("trace") or _written(row.get("completion"))
    if trace is None:
        return made
    program = _checked(str(trace), made, where)
    experts = [part.expert for part in program]
    derived = {
        "completion": completion(str(trace)),
        "trace": trace,
        "expert": experts[0] if len(experts) == 1 else "composition",
        "experts": experts,
        "steps": sum(len(part.steps) for part in program),
    }
    return made | derived | {key: row[key] for key in derived if row.get(key) is not None}


def is_conversation(given: object) -> bool:
    """Return whether a prompt is a list of messages."""
    return isinstance(given, list) and all(
        isinstance(message, dict) and {"role", "content"} <= message.keys() for message in given
    )


def _answer(value: object, where: str) -> str:
    """Return an answer as text; raise InputError unless it is one exact number."""
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    try:
        read_number(text)
    except ValueError as error:
        reason = error if value is not None else "no answer; a row needs a question and an answer"
        raise InputError(f"{where}: {reason}") from None
    return text


def _written(said: object) -> str | None:
    """Return the trace in a completion, or None if there is no completion."""
    text = reply(said) if said else None
    try:
        return extract(text) if text else None
    except Refusal:
        return text


def _checked(trace: str, row: dict[str, Any], where: str) -> Program:
    """Return the program of a trace; raise InputError unless it gives the row's answer with the question's numbers."""
    verdict = judge(fence(trace), row["experts"], row["answer"], row["question"])
    if verdict.outcome != "correct":
        raise InputError(f"{where}: its trace is refused: {verdict.reason}; mend it, or leave it out to evaluate only")
    return read(trace)
