"""Writes the page of a run of reinforcement learning: its steps, and the completions that it sampled."""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from finetune.runs.completions import learning, told
from finetune.runs.folder import Run
from finetune.runs.log import COMPLETIONS, read_log
from solver.refusal import InputError
from solver.reward import REWARDS

from .pages import PAGE, render

_SHOWN = 300
"""The number of questions on a page, the last ones; all stand in completions.jsonl."""


def make_page(folder: Path) -> Path:
    """Write the page of a run, finished or not, and return its path."""
    run = Run.read(folder)
    lines = read_log(folder, COMPLETIONS)
    if not lines:
        raise InputError(f"{folder}: no completions in it; go on with the run first")
    steps = read_log(folder)
    found = learning(folder) | {"steps": len(steps)}
    place = folder / PAGE
    place.write_text(_page(run, steps, lines, told(found)), encoding="utf-8")
    return place


def _page(run: Run, steps: list[dict[str, Any]], lines: list[dict[str, Any]], sentence: str) -> str:
    """Return the page as HTML."""
    groups = [list(group) for _, group in groupby(lines, key=lambda line: (line["step"], line["id"]))]
    outcomes = Counter(line["verdict"] for line in lines)
    return render(
        "reinforced.html.jinja",
        settings=run.settings,
        told=sentence,
        steps=steps,
        outcomes={name: outcomes[name] for name in REWARDS},
        short_cuts=Counter(line["code"] for line in lines if line["short_cut"]).most_common(),
        completions=len(lines),
        groups=groups[-_SHOWN:],
        questions=len(groups),
        kept=COMPLETIONS,
    )
