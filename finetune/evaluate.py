"""Evaluation: held-out rows decoded into predictions.jsonl, one line a row as it is done, so that a stopped one resumes."""

import hashlib
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from solver.refusal import InputError

from . import terminal
from .adapter import fingerprint, load, named_base
from .chat import prompt_ids
from .decode import Completion, Decoder
from .device import find_device, out_of_memory
from .rows import read_rows
from .run import claim, write_json

PREDICTIONS = "predictions.jsonl"
SETTINGS = "evaluation.json"


@dataclass(frozen=True)
class Evaluation:
    """What was decoded of what, with which limits; written before the first row is."""

    model: str
    adapter: str | None
    weights: str | None
    dataset: str
    split: str
    rows: int
    content: str
    max_new_tokens: int
    dtype: str


def evaluate(
    dataset: str,
    folder: Path | None = None,
    *,
    model: str | None = None,
    adapter: Path | None = None,
    split: str = "test",
    limit: int | None = None,
    max_new_tokens: int = 400,
    batch: int = 128,
    dtype: str = "auto",
) -> Path:
    """Decode the rows that are not decoded yet and return the evaluation's folder; raise InputError on what can be mended."""
    device = find_device(dtype)
    base = named_base(model, adapter, device)
    terminal.say(f"model {base}{f' with {adapter}' if adapter else ''} on {device}")
    table = read_rows(dataset, split, limit)
    several = [name for name, count in Counter(table["id"].to_pylist()).items() if count > 1]
    if several:
        raise InputError(f"{dataset}: several rows have the id {several[0]}; predictions are kept by id")
    settings = Evaluation(
        base,
        str(adapter) if adapter else None,
        fingerprint(adapter),
        dataset,
        split,
        len(table),
        content_hash(table),
        max_new_tokens,
        str(device.dtype).removeprefix("torch."),
    )
    folder = folder or default_folder(base, adapter, dataset, split)
    done = _begun(folder, settings)
    rows = [row for row in table.select(["id", "prompt"]).to_pylist() if row["id"] not in done]
    if rows:
        decoder = Decoder(*load(base, adapter, device), max_new_tokens)
        write_json(folder / SETTINGS, asdict(settings))  # now that there is a model: a folder is claimed by what works
        _decode(decoder, rows, folder, batch, len(table))
    return folder


def _decode(decoder: Decoder, rows: list[dict[str, Any]], folder: Path, batch: int, total: int) -> None:
    """Decode rows, each written down as it is done."""
    prompts = [prompt_ids(decoder.tokenizer, row["prompt"]) for row in rows]
    began = time.perf_counter()
    tokens, seconds = 0, 0.0
    bar = terminal.bar("decoding", total, total - len(rows))
    with (
        bar,
        (folder / PREDICTIONS).open("a", encoding="utf-8") as file,
        out_of_memory(f"out of memory with --batch {batch}; try --batch {max(batch // 2, 1)}"),
    ):
        for count, (place, made) in enumerate(decoder.decode(prompts, batch), 1):
            seconds = time.perf_counter() - began
            file.write(json.dumps(_line(rows[place]["id"], made, seconds), ensure_ascii=False) + "\n")
            file.flush()
            tokens += made.tokens
            figures = f"{tokens / seconds:,.0f} tokens/s"
            bar.update(bar.task_ids[0], completed=total - len(rows) + count, figures=figures)
    terminal.say(f"decoded {len(rows):,} rows, {tokens:,} tokens in {seconds:,.0f} s, {tokens / seconds:,.0f} tokens/s")


def _line(row_id: str, made: Completion, seconds: float) -> dict[str, Any]:
    return {
        "id": row_id,
        "completion": made.text,
        "tokens": made.tokens,
        "truncated": made.truncated,
        "seconds": round(seconds, 2),
    }


def default_folder(model: str, adapter: Path | None, dataset: str, split: str) -> Path:
    """Return where an evaluation goes unless it is told: beside its adapter, named after dataset and split."""
    home = adapter or Path("runs") / Path(model).name
    return home / f"eval-{Path(dataset).stem}-{split}"


def content_hash(table: Any) -> str:
    """Return a hash of the rows' ids, prompts and answers, so that two evaluations know whether they read the same."""
    digest = hashlib.sha256()
    for row in table.select(["id", "prompt", "answer"]).to_pylist():
        digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def _begun(folder: Path, settings: Evaluation) -> set[str]:
    """Return the ids that an earlier run of the same evaluation decoded; raise InputError where another thing lies."""
    if (folder / SETTINGS).exists():
        before = read_settings(folder)
        for key, value in asdict(settings).items():
            other = getattr(before, key)
            if other != value and key != "adapter":
                raise InputError(
                    f"{folder}: holds an evaluation with {key} {other!r}, not {value!r}; choose another --out"
                )
        _mend(folder / PREDICTIONS)
        return set(read_predictions(folder))
    claim(folder)
    return set()


def _mend(path: Path) -> None:
    """Cut a half-written last line off, which a killed run leaves."""
    if path.exists():
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            path.write_bytes(whole)


def read_settings(folder: Path) -> Evaluation:
    """Return what was evaluated in a folder; raise InputError if nothing was."""
    try:
        return Evaluation(**json.loads((folder / SETTINGS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"{folder}: no {SETTINGS}, so no evaluation of ours lies there") from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{folder / SETTINGS}: cannot be read: {error}") from None


def read_predictions(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the decoded rows by id."""
    path = folder / PREDICTIONS
    if not path.exists():
        return {}
    found: dict[str, dict[str, Any]] = {}
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        try:
            found |= {line["id"]: line for line in [json.loads(text)]} if text else {}
        except (ValueError, KeyError, TypeError):
            raise InputError(
                f"{path}: line {number} is no prediction; delete it, and its row is decoded again"
            ) from None
    return found
