"""The rows of an import as a table, the lines of dropped.jsonl, and the manifest."""

import json
from typing import Any

import pyarrow as pa
from msgspec import UNSET

from generators.builder.length import Ruler
from generators.files.manifest import DroppedFile, Manifest, Split, Verification, WrittenShard, frame
from generators.imports.grading.grade import RULES, WIRINGS
from generators.imports.solution.problem import Dropped, Row
from solver.schema import SCHEMA
from solver.turns import completion, prompt

from .recipe import ImportRecipe
from .tally import Tally, funnel


def table_of(rows: list[Row], system: str) -> pa.Table:
    """Return rows as a table of the schema."""
    columns: dict[str, list[Any]] = {
        "id": [row.id for row in rows],
        "prompt": [prompt(system, row.question) for row in rows],
        "completion": [None if row.trace is None else completion(row.trace) for row in rows],
        "question": [row.question for row in rows],
        "trace": [row.trace for row in rows],
        "answer": [row.answer for row in rows],
        "expert": [row.expert for row in rows],
        "experts": [None if row.experts is None else list(row.experts) for row in rows],
        "pattern": [None] * len(rows),
        "steps": [row.steps for row in rows],
        "difficulty": [row.difficulty for row in rows],
        "metadata": [json.dumps(row.metadata, ensure_ascii=False, sort_keys=True) for row in rows],
    }
    return pa.Table.from_pydict(columns, schema=SCHEMA).combine_chunks()


def line_of(drop: Dropped) -> dict[str, Any]:
    """Return a dropped problem as dropped.jsonl has it."""
    line: dict[str, Any] = {"id": drop.id, "reason": drop.reason, "question": drop.question}
    return line | ({"expert": drop.row.expert, "metadata": drop.row.metadata} if drop.row else {})


def manifest_of_import(
    recipe: ImportRecipe, shards: list[WrittenShard], tally: Tally, dropped: DroppedFile
) -> Manifest:
    """Return the manifest of an import, computed from its shards and what became of its problems."""
    split = Split(rows=tally.kept, experts=tally.of("kept", "expert "), longest=tally.longest)
    return Manifest(
        **frame(recipe, {recipe.split: split}, shards),
        verification=Verification(
            read_back=tally.kept, second_opinion=0 if recipe.eval_only else tally.kept, max_len=recipe.max_len
        ),
        refused=tally.refused if recipe.against else UNSET,
        kind="import",
        funnel=funnel(recipe, tally),
        grades={grade: tally.counts.get(f"kept: grade {grade}", 0) for grade in RULES},
        wirings={how: tally.counts.get(f"kept: wiring {how}", 0) for how in WIRINGS},
        dropped=dropped,
        problems=tally.kept + tally.dropped,
    )


def texts(table: pa.Table) -> tuple[list[str], list[str | None]]:
    """Return the questions of a table and their traces."""
    return table.column("question").to_pylist(), table.column("trace").to_pylist()


def sizes(recipe: ImportRecipe, questions: list[str], traces: list[str | None]) -> list[int]:
    """Return a bound on each row's tokens, one a byte."""
    fixed = Ruler(recipe.system, recipe.max_len).fixed
    rows = zip(questions, traces, strict=True)
    return [fixed + len(question.encode()) + len((trace or "").encode()) for question, trace in rows]
