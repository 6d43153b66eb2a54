"""Labels a model's own samples with the solver's verdicts: rows that a scorer is trained on."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from finetune.models.verdicts import RIGHT, WRONG, answer, verdict_prompt
from finetune.runs.folder import trained_system_line
from finetune.runs.rows import reading_of
from solver.files import resolved
from solver.plurals import counted
from solver.refusal import InputError

from .evaluate import Evaluation, read_evaluated
from .sampled import candidates_of, completions_of, rights_of


def labelled(folders: Iterable[Path]) -> tuple[pa.Table, str]:
    """Return labelled rows of the samples in folders of evaluations, and the base model that drew them.

    Only completions that compete are rows: those that run and are grounded. Equal completions of a question are one row.
    Raises InputError if the samples are of several base models, or if they are all right, or all wrong.
    """
    rows: list[dict[str, Any]] = []
    models: dict[str, Path] = {}
    places: set[str] = set()
    for folder in folders:
        if resolved(folder) in places:
            raise InputError(f"--samples {folder}: is given twice; give it once")
        places.add(resolved(folder))
        settings, decoded, predictions = read_evaluated(folder)
        if not settings.samples:
            raise InputError(f"{folder}: has no samples; make it with eval --samples, or with sample")
        models.setdefault(settings.model, folder)
        if len(models) > 1:
            raise InputError(
                f"{folder}: is of {settings.model}, and others are of {next(iter(models))}; give one model's"
            )
        for row in decoded:
            rows += _labelled(row, predictions[row["id"]], settings)
    right = sum(row["completion"][0]["content"] == RIGHT for row in rows)
    if not 0 < right < len(rows):
        raise InputError(
            f"{counted(len(rows), 'sample')} to learn from, {right:,} of them right; a scorer needs both kinds"
        )
    return pa.Table.from_pylist(rows), next(iter(models))


def _labelled(row: dict[str, Any], prediction: dict[str, Any], settings: Evaluation) -> Iterator[dict[str, Any]]:
    """Yield the labelled rows of one decoded row."""
    reading = reading_of(settings.dataset)
    system = settings.system or trained_system_line(Path(settings.adapter or settings.model))
    completions = completions_of(prediction)
    candidates = candidates_of(completions, row["question"], reading)
    seen: set[str] = set()
    for place, (each, right) in enumerate(zip(candidates, rights_of(row, prediction, reading), strict=True)):
        if each.answer is None or each.text in seen:
            continue
        seen.add(each.text)
        yield {
            "id": f"{row['id']}/{place}",
            "question": row["question"],
            "prompt": verdict_prompt(system, row["question"], each.text),
            "completion": [answer(RIGHT if right else WRONG)],
        }
