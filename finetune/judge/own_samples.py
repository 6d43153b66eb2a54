"""Writes the right programs among a model's samples as rows of question, trace and answer, which an import reads."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.models.ways import way_name
from finetune.runs.folder import refuse_taken
from finetune.runs.rows import public_name, reading_of
from solver.completion import extract
from solver.dataset import RECIPE
from solver.files import read_json, read_text
from solver.formula import program_key
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError
from solver.reward import judge
from solver.text import read, write

from .evaluate import Evaluation, read_evaluated
from .sampled import completions_of

SAMPLES = "samples.jsonl"


@dataclass(frozen=True)
class OwnSamples:
    """A file of right programs, and how many completions of how many questions it was made of."""

    path: Path
    settings: Evaluation
    questions: int
    completions: int
    right: int
    """The right completions."""
    programs: int
    """The different programs among them."""
    solved: int
    """The questions with at least one."""

    def __str__(self) -> str:
        """Return a sentence on the counts."""
        return (
            f"{counted(self.right, 'completion')} of {self.completions:,} right: "
            f"{counted(self.programs, 'different program')} for {self.solved:,} of {counted(self.questions, 'question')}"
        )


def refuse_other_dataset(folder: Path) -> None:
    """Raise InputError if a folder holds anything but a dataset of a model's own samples."""
    recipe = folder / RECIPE
    if not recipe.exists():
        refuse_taken(folder)
    elif read_json(read_text(recipe), str(recipe)).get("origin") != SAMPLES:
        raise InputError(f"{folder}: holds another dataset; choose another --out")


def write_own_samples(folder: Path) -> OwnSamples:
    """Write samples.jsonl into the folder of an evaluation with samples and return it; raise InputError if none is right.

    A program is right if it gives the answer, by the expected experts if the row has some, and is grounded. Programs of
    a question that are the same up to names and order are written once.
    """
    settings, rows, predictions = read_evaluated(folder)
    reading = reading_of(settings.dataset)
    completions = right = programs = solved = 0
    lines = []
    for row in rows:
        texts = [each["text"] for each in completions_of(predictions[row["id"]])]
        found = list(_right(texts, row, reading))
        different: dict[str, str] = {}
        for trace in found:
            different.setdefault(program_key(read(trace)), trace)
        completions, right = completions + len(texts), right + len(found)
        programs, solved = programs + len(different), solved + bool(different)
        lines += [
            json.dumps({"id": row["id"], "question": row["question"], "trace": trace, "answer": row["answer"]})
            for trace in different.values()
        ]
    if not lines:
        raise InputError(
            f"{folder}: none of {counted(completions, 'completion')} is right; sample more with another --out, or train first"
        )
    path = folder / SAMPLES
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return OwnSamples(path, settings, len(rows), completions, right, programs, solved)


def _right(texts: list[str], row: Mapping[str, Any], reading: Reading) -> Iterator[str]:
    """Yield the traces of the right completions in their canonical text."""
    for text in texts:
        verdict = judge(text, row["experts"], row["answer"], row["question"], **reading._asdict())
        if verdict.outcome == "correct":
            yield write(read(extract(text)))


def notice_of(settings: Evaluation) -> str:
    """Return the line of a dataset that says how its rows were sampled, without a path of this machine."""
    adapter = f" with adapter {Path(settings.adapter).name}, weights {settings.weights}," if settings.adapter else ""
    source = public_name(settings.dataset, settings.hub_dataset)
    held = f", {way_name(settings.constrained)}" if settings.constrained else ""
    return (
        f"traces sampled by {Path(settings.model).name}{adapter} for questions of {source}"
        f"{f', split {settings.split}' if settings.split else ''}: the greedy completion and "
        f"{counted(settings.samples, 'sample')} at temperature {settings.temperature:g}, seed {settings.seed}{held}"
    )
