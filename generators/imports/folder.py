"""Writes an import: its rows in the frozen schema, the problems it dropped, and the manifest computed from both."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import UNSET

from generators.builder.length import Ruler
from generators.files.folder import Built, claim, finish
from generators.files.layout import DROPPED, shard_path
from generators.files.manifest import DroppedFile, Manifest, Split, Verification, WrittenShard, frame
from generators.files.parquet import ShardRecord, to_parquet
from generators.files.store import new_store, only_writer_of
from generators.imports.grading.grade import RULES
from generators.imports.solution.problem import Dropped, Row
from solver.schema import SCHEMA, content_hash
from solver.turns import completion, prompt

from .recipe import ImportRecipe

CONTAMINATED = "contaminated"
"""The kind of the contamination gate's reason."""
_NO_EXPERT = "none"
"""Stands for the expert of an evaluation row, as in the solver's scores."""


def write_folder(out: str | Path, recipe: ImportRecipe, rows: list[Row], dropped: list[Dropped]) -> Built:
    """Write an import and return it; raise InputError if the place holds something else."""
    files = new_store(out)
    with only_writer_of(files):
        claim(recipe, files)
        table = table_of(rows, recipe.system)
        record = ShardRecord(rows=len(table), content=content_hash(table))
        name = shard_path(recipe.split, 0, 1)
        data = to_parquet(table, record)
        files.write(name, data)
        lines = "".join(f"{json.dumps(_line(drop), ensure_ascii=False, sort_keys=True)}\n" for drop in dropped).encode()
        files.write(DROPPED, lines)
        shard = WrittenShard(recipe.split, name, data.size, hashlib.sha256(data).hexdigest(), record)
        return finish(recipe, files, manifest_of_import(recipe, table, lines, shard))


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


def _line(drop: Dropped) -> dict[str, Any]:
    line: dict[str, Any] = {"id": drop.id, "reason": drop.reason, "question": drop.question}
    return line | ({"expert": drop.row.expert, "metadata": drop.row.metadata} if drop.row else {})


def manifest_of_import(recipe: ImportRecipe, table: pa.Table, dropped: bytes, shard: WrittenShard) -> Manifest:
    """Return the manifest of an import, computed from its rows, its dropped problems and its data file."""
    experts = [expert or _NO_EXPERT for expert in table.column("expert").to_pylist()]
    metadata = [json.loads(text) for text in table.column("metadata").to_pylist()]
    lines = [json.loads(line) for line in dropped.decode().split("\n") if line]
    longest: dict[str, int] = {}
    for expert, size in zip(experts, sizes(recipe, *texts(table)), strict=True):
        longest[expert] = max(size, longest.get(expert, 0))
    split = Split(rows=len(table), experts=dict(sorted(Counter(experts).items())), longest=longest)
    return Manifest(
        **frame(recipe, {recipe.split: split}, [shard]),
        verification=Verification(
            read_back=len(table), second_opinion=0 if recipe.eval_only else len(table), max_len=recipe.max_len
        ),
        refused=refused_of(lines) if recipe.against else UNSET,
        kind="import",
        funnel=funnel(recipe, [*zip(experts, metadata, strict=True)], lines),
        grades={grade: sum(row.get("grade") == grade for row in metadata) for grade in RULES},
        proved=sum(row.get("wiring", {}).get("proved", False) for row in metadata),
        dropped=DroppedFile(len(lines), hashlib.sha256(dropped).hexdigest()),
        problems=len(table) + len(lines),
    )


def refused_of(lines: list[dict[str, Any]]) -> list[str]:
    """Return the ids that the contamination gate refused."""
    return [line["id"] for line in lines if reason_kind(line["reason"]) == CONTAMINATED]


def texts(table: pa.Table) -> tuple[list[str], list[str | None]]:
    """Return the questions of a table and their traces."""
    return table.column("question").to_pylist(), table.column("trace").to_pylist()


def sizes(recipe: ImportRecipe, questions: list[str], traces: list[str | None]) -> list[int]:
    """Return a bound on each row's tokens, one a byte."""
    fixed = Ruler(recipe.system, recipe.max_len).fixed
    rows = zip(questions, traces, strict=True)
    return [fixed + len(question.encode()) + len((trace or "").encode()) for question, trace in rows]


def funnel(
    recipe: ImportRecipe, rows: Iterable[tuple[str, dict[str, Any]]], dropped: list[dict[str, Any]]
) -> list[tuple[str, int]]:
    """Return what became of the problems: a label and a count each, all problems first."""
    kept = list(rows)
    solved = [*kept, *((line["expert"], line["metadata"]) for line in dropped if "metadata" in line)]
    table = [("problems", len(kept) + len(dropped))]
    if recipe.eval_only:
        table.append(("questions with an exact answer", len(kept)))
    else:
        table += [
            ("a trace executes to the gold answer", len(solved)),
            ("... without an inferred step", sum(not row["inferred"] for _, row in solved)),
            ("wiring proved", sum(row["wiring"]["proved"] for _, row in solved)),
            *((_grade(recipe, grade), sum(row["grade"] == grade for _, row in solved)) for grade in RULES),
            *((f"expert {name}", count) for name, count in _most(expert for expert, _ in solved)),
        ]
    return table + [
        (f"dropped: {kind}", count) for kind, count in _most(reason_kind(line["reason"]) for line in dropped)
    ]


def _grade(recipe: ImportRecipe, grade: str) -> str:
    """Return the label of a grade, which says how to keep its rows if they were dropped."""
    return f"grade {grade}" if grade <= recipe.grade else f"grade {grade}, kept with --grade {grade}"


def reason_kind(reason: str) -> str:
    """Return what stands before the colon of a reason."""
    return reason.partition(":")[0]


def _most(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))
