"""Rewrites datasets for an arm: another system prompt, or completions that end at a number of tokens.

A rewritten dataset is a folder like any other, so that training and evaluation need not know. Its manifest names the
dataset and the changes.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from finetune.models.chat import prompt_ids, row_ids
from finetune.runs.folder import write_json
from finetune.runs.rows import ALIASES, trained_content
from solver.dataset import MANIFEST, RECIPE, recipe_path
from solver.files import read_json, read_text
from solver.plurals import counted
from solver.refusal import InputError

Messages = list[dict[str, str]]
Change = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns a row with other values."""


def rewrite(dataset: str, splits: dict[str, pa.Table], change: Change, told: dict[str, Any], folder: Path) -> Path:
    """Write the changed rows of a dataset's splits into a folder, unless it has them already, and return it."""
    content = {split: trained_content(table) for split, table in splits.items()}
    manifest = {"rewritten": {"dataset": dataset, **told, "content": content}}
    if (folder / MANIFEST).exists():
        before = read_json(read_text(folder / MANIFEST), str(folder / MANIFEST))["rewritten"]
        before.setdefault("content", content)  # earlier versions did not record it
        if before != manifest["rewritten"]:
            raise InputError(
                f"{folder}: was made with other settings, or of other rows; delete it, or choose another --out"
            )
        return folder
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for split, table in splits.items():
        rows = pa.Table.from_pylist([change(row) for row in table.to_pylist()], table.schema)
        pq.write_table(rows, folder / "data" / f"{split}-00000-of-00001.parquet")
    recipe = recipe_path(ALIASES.get(dataset, dataset))
    if recipe:  # it says how questions are read
        shutil.copy(recipe, folder / RECIPE)
    write_json(folder / MANIFEST, manifest)
    return folder


def with_system(prompt: Messages, system: str) -> Messages:
    """Return a prompt with another system prompt; an empty one is left out.

    >>> with_system([{"role": "system", "content": "Old."}, {"role": "user", "content": "Hi."}], "New.")
    [{'role': 'system', 'content': 'New.'}, {'role': 'user', 'content': 'Hi.'}]
    """
    first = [{"role": "system", "content": system}] if system else []
    return first + [message for message in prompt if message["role"] != "system"]


def cut(tokenizer: Any, row: dict[str, Any], tokens: int) -> Messages:
    """Return the completion of a row, cut where prompt and completion have so many tokens.

    Raises InputError if the prompt alone has as many.
    """
    prompt, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
    if len(prompt) >= tokens:
        raise InputError(
            f"row {row['id']}: its prompt alone has {counted(len(prompt), 'token')}; cut at more than {tokens:,}"
        )
    if len(whole) <= tokens:
        return list(row["completion"])
    kept = tokenizer.decode(whole[len(prompt) : tokens], skip_special_tokens=True)
    return [*row["completion"][:-1], {**row["completion"][-1], "content": kept}]
