"""Writes an import as a dataset folder: recipe, Parquet of the frozen schema, what was dropped, card, manifest last."""

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from generators.dataset import file_hash, write_table, write_whole
from generators.layout import MANIFEST, README
from generators.length import WRAPPING
from generators.preset import SPLITS
from generators.recipe import RECIPE
from generators.rows import SCHEMA, content_hash
from solver import __version__
from solver.refusal import InputError
from solver.text import fence

from .card import card
from .problem import Dropped, Row

FORMAT = 1
KIND = "import"
DROPPED = "dropped.jsonl"
SYSTEM = (
    "You are a helpful assistant with access to the following experts: "
    "entity_track, arithmetic, rate_equation, comparison, percentage"
)
"""The system line of run8, so that imported prompts are prepared exactly like built ones."""


@dataclass(frozen=True)
class Imported:
    """A finished import: its folder, its rows and what was dropped."""

    folder: Path
    rows: list[Row]
    dropped: list[Dropped]
    left: list[Row]
    """Rows of other grades than asked for; their ids stand in dropped.jsonl."""
    manifest: dict[str, Any]


def tokens_bound(row: Row, system: str) -> int:
    """Return a bound on a row's tokens, one a byte, wrapping included."""
    return len(system.encode()) + WRAPPING + len(row.question.encode()) + len(fence(row.trace or "").encode())


def table_of(rows: list[Row], system: str) -> pa.Table:
    """Return rows as a table of the schema."""
    columns: dict[str, list[Any]] = {
        "id": [row.id for row in rows],
        "prompt": [[{"role": "system", "content": system}, {"role": "user", "content": row.question}] for row in rows],
        "completion": [
            None if row.trace is None else [{"role": "assistant", "content": fence(row.trace)}] for row in rows
        ],
        "question": [row.question for row in rows],
        "trace": [row.trace for row in rows],
        "answer": [row.answer for row in rows],
        "expert": [row.expert for row in rows],
        "experts": [None if row.experts is None else list(row.experts) for row in rows],
        "pattern": [None] * len(rows),
        "steps": [row.steps for row in rows],
        "difficulty": [row.difficulty for row in rows],
        "metadata": [row.metadata_text for row in rows],
    }
    return pa.Table.from_pydict(columns, schema=SCHEMA)


def rows_hash(table: pa.Table) -> str:
    """Return the content hash of a table whose traces may be missing."""
    place = table.schema.get_field_index("trace")
    return content_hash(table.set_column(place, "trace", pc.fill_null(table.column("trace"), "")).combine_chunks())


def write_folder(
    folder: Path, recipe: dict[str, Any], rows: list[Row], dropped: list[Dropped], *, left: list[Row], funnel: list[Any]
) -> Imported:
    """Write a folder and return it; raise InputError if it holds something else or cannot be written."""
    text = json.dumps({"format": FORMAT, "kind": KIND, **recipe}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    held = folder / RECIPE
    if folder.exists() and any(folder.iterdir()):
        if not held.exists():
            raise InputError(f"{folder}: exists and is no dataset of wirework; choose another --out")
        if held.read_text(encoding="utf-8") != text:
            raise InputError(f"{folder}: holds another dataset; choose another --out or remove the folder")
    try:
        return _write(folder, text, recipe, rows, dropped, left=left, funnel=funnel)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}; choose another --out") from None


def _write(
    folder: Path,
    text: str,
    recipe: dict[str, Any],
    rows: list[Row],
    dropped: list[Dropped],
    *,
    left: list[Row],
    funnel: list[Any],
) -> Imported:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    write_whole(folder / RECIPE, text)
    split = recipe["split"]
    path = folder / "data" / f"{split}-00000-of-00001.parquet"
    table = table_of(rows, recipe["system"])
    experts = Counter(row.expert for row in rows if row.expert)
    grades = Counter(row.metadata["grade"] for row in rows if "grade" in row.metadata)
    bounds = [tokens_bound(row, recipe["system"]) for row in rows]
    content = rows_hash(table)
    record = {"rows": len(rows), "content": content}
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            write_table(table, file, record)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    lines = [{"id": drop.id, "reason": drop.reason, "question": drop.question} for drop in dropped]
    lines += [
        {"id": row.id, "reason": f"grade: {row.metadata['grade']} is not asked for", "question": row.question}
        for row in left
    ]
    write_whole(folder / DROPPED, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    splits = {
        name: {
            "rows": len(rows),
            "experts": dict(sorted(experts.items())),
            "patterns": {},
            "longest": {},
            "content": digest,
        }
        if name == split
        else {"rows": 0, "experts": {}, "patterns": {}, "longest": {}, "content": hashlib.sha256(b"").hexdigest()}
        for name in SPLITS
        for digest in [hashlib.sha256(content.encode()).hexdigest()]
    }
    entry = {"rows": len(rows), "bytes": path.stat().st_size, "sha256": file_hash(path)}
    manifest = {
        "format": FORMAT,
        "kind": KIND,
        "recipe": hashlib.sha256(text.encode()).hexdigest(),
        "splits": splits,
        "files": {path.relative_to(folder).as_posix(): entry},
        "content": hashlib.sha256("".join(str(splits[name]["content"]) for name in SPLITS).encode()).hexdigest(),
        "grades": dict(sorted(grades.items())),
        "proved": sum(row.metadata.get("wiring", {}).get("proved", False) for row in rows),
        "dropped": {"rows": len(lines), "sha256": file_hash(folder / DROPPED)},
        "problems": len(rows) + len(lines),
        "funnel": funnel,
        "verification": {
            "judged": sum(row.trace is not None for row in rows),
            "max_len": recipe["max_len"],
            "longest_bound": max(bounds, default=0),
        },
    }
    write_whole(folder / README, card(folder.name, recipe, manifest, rows))
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return Imported(folder, rows, dropped, left, manifest)


def versions() -> dict[str, str]:
    """Return what made an import."""
    return {"wirework": __version__, "pyarrow": pa.__version__}
