"""Imports a source: reads it, converts its problems, sorts them by grade, and writes the folder."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from solver.number import write_number
from solver.refusal import InputError

from . import gsm8k, svamp
from .folder import SYSTEM, Imported, tokens_bound, versions, write_folder
from .problem import Dropped, Problem, Row, convert

GRADES = "ABC"
MAX_LEN = 4_096
"""The longest row, one token a byte; the longest of GSM-8K's are below 3,600."""
Report = Callable[[int, int], None]


class Source(Protocol):
    """A module that reads one source."""

    NAME: str
    HUB: tuple[str, str | None]
    LICENCE: str

    def read_problem(self, row_id: str, row: dict[str, Any], *, bare: bool = False) -> Problem | Dropped:
        """Return the problem of a line, or why it is none."""


SOURCES: dict[str, Any] = {gsm8k.NAME: gsm8k, svamp.NAME: svamp}


def import_problems(
    source: str,
    out: Path,
    *,
    origin: str | None = None,
    split: str = "train",
    grade: str = "C",
    eval_only: bool = False,
    max_len: int = MAX_LEN,
    report: Report | None = None,
) -> Imported:
    """Import a source into a folder and return it; raise InputError for what the caller can mend.

    `origin` is a local file or a dataset on the Hub, `grade` the lowest that is kept.
    """
    reader = SOURCES[source]
    if split not in ("train", "test"):
        raise InputError(f"split {split!r}; there are train and test")
    if split == "test" and not eval_only:
        raise InputError("the test split is for evaluation; add --eval-only, which writes questions and answers alone")
    if grade not in GRADES:
        raise InputError(f"grade {grade!r}; grades are A, B and C")
    lines, digest = read_lines(origin, reader, split)
    rows: list[Row] = []
    dropped: list[Dropped] = []
    seen: set[str] = set()
    for number, line in enumerate(lines):
        done = _convert(reader, f"{source}/{split}/{number}", line, split, seen, bare=eval_only)
        if isinstance(done, Row) and tokens_bound(done, SYSTEM) > max_len:
            done = Dropped(done.id, f"too_long: up to {tokens_bound(done, SYSTEM)} tokens", done.question)
        if isinstance(done, Row):
            rows.append(done)
        else:
            dropped.append(done)
        if report:
            report(number + 1, len(lines))
    if not rows:
        raise InputError(f"{origin or reader.HUB[0]}: no line of it is a problem of {source}; {_reasons(dropped)}")
    kept = [row for row in rows if eval_only or row.metadata["grade"] <= grade]
    left = [row for row in rows if not eval_only and row.metadata["grade"] > grade]
    recipe = {
        "source": source,
        "split": split,
        "hub": reader.HUB[0],
        "licence": reader.LICENCE,
        "origin_sha256": digest,
        "grade": grade,
        "eval_only": eval_only,
        "system": SYSTEM,
        "max_len": max_len,
        "versions": versions(),
    }
    return write_folder(out, recipe, kept, dropped, left=left, funnel=funnel_of(rows, dropped, eval_only=eval_only))


def _convert(reader: Any, row_id: str, line: Any, split: str, seen: set[str], *, bare: bool) -> Row | Dropped:
    if isinstance(line, str):
        return Dropped(row_id, f"line: {line}")
    problem = reader.read_problem(row_id, line, bare=bare)
    if isinstance(problem, Dropped):
        return problem
    key = gsm8k.question_key(problem.question)
    if key in seen:
        return Dropped(row_id, "twice: its question stood before", problem.question)
    seen.add(key)
    if split == "train" and key in gsm8k.held_out():
        return Dropped(row_id, "held_out: a question of the test split", problem.question)
    if bare:
        metadata = {"source": reader.NAME, "eval_only": True}
        return Row(row_id, problem.question, write_number(problem.answer), metadata=metadata)
    return convert(problem)


def read_lines(origin: str | None, reader: Any, split: str) -> tuple[list[Any], str]:
    """Return the entries of a source, an unreadable one as the text that says why, and a hash of them."""
    path = Path(origin) if origin else None
    if path is None or not path.exists():
        return _from_hub(origin, reader, split)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text: {error}; give a jsonl or json file") from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    if text.lstrip().startswith("["):
        try:
            entries = json.loads(text)
        except ValueError as error:
            raise InputError(f"{path}: not JSON: {error}") from None
        return [entry if isinstance(entry, dict) else "not a mapping" for entry in entries], digest
    lines = list(_entries(text))
    if not any(isinstance(line, dict) for line in lines):
        raise InputError(f"{path}: no line is a JSON mapping, so it is no jsonl; give one problem a line")
    return lines, digest


def _entries(text: str) -> Iterator[Any]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield f"not JSON: {error}"
            continue
        yield entry if isinstance(entry, dict) else "not a mapping"


def _from_hub(origin: str | None, reader: Any, split: str) -> tuple[list[Any], str]:
    name, config = (origin, None) if origin else reader.HUB
    if origin and origin.count("/") != 1:
        raise InputError(f"{origin}: no such file; give a jsonl file or ORG/NAME on the Hub")
    from datasets import load_dataset

    try:
        dataset = load_dataset(name, config if name == reader.HUB[0] else None, split=split)
    except Exception as error:  # noqa: BLE001 - datasets raises many kinds for no network and no such dataset
        raise InputError(f"{name}: cannot be loaded from the Hub: {error}; give --from FILE") from None
    entries = [dict(row) for row in dataset]
    return entries, hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()


def _reasons(dropped: list[Dropped]) -> str:
    most = Counter(drop.reason for drop in dropped).most_common(1)
    return f"most are dropped for {most[0][0]!r}" if most else "it is empty"


def funnel_of(rows: list[Row], dropped: list[Dropped], *, eval_only: bool) -> list[tuple[str, int, int]]:
    """Return the funnel: what, how many, and of how many."""
    total = len(rows) + len(dropped)
    table: list[tuple[str, int, int]] = [("problems", total, total)]
    if eval_only:
        table.append(("questions with an exact answer", len(rows), total))
    else:
        table.append(("a trace executes to the gold answer", len(rows), total))
        table.append(("... without an inferred step", sum(not row.metadata["inferred"] for row in rows), total))
        table.append(("wiring proved", sum(row.metadata["wiring"]["proved"] for row in rows), total))
        table += [(f"grade {letter}", sum(row.metadata["grade"] == letter for row in rows), total) for letter in GRADES]
        table += [
            (f"expert {name}", count, total) for name, count in Counter(str(row.expert) for row in rows).most_common()
        ]
    reasons = Counter(drop.reason.partition(":")[0] for drop in dropped).most_common()
    return table + [(f"dropped: {reason}", count, total) for reason, count in reasons]
