"""The page of an ablation: the table, the rates with their intervals, and the curves of all runs."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from finetune.judge.pages import render

from .table import columns, notes, rows, shown_right

WIDTH, HEIGHT = 640, 200
_POINTS = 100
"""The most points of a curve; the loss of single steps is noise."""


def page(found: dict[str, Any]) -> str:
    """Return the page of results as one self-contained HTML text."""
    colours = {arm["name"]: number % 8 for number, arm in enumerate(found["arms"])}
    runs = [(arm["name"], run) for arm in found["arms"] for run in arm["runs"]]
    return render(
        "page.html.jinja",
        Path(__file__).parent,
        found=found,
        columns=[(name.removeprefix(">"), name.startswith(">")) for name in columns(found)],
        rows=rows(found),
        notes=notes(found),
        sets=list(dict.fromkeys(result["set"] for result in found["results"])),
        colours=colours,
        shown_right=shown_right,
        width=WIDTH,
        height=HEIGHT,
        loss=lines([(name, run["loss"]) for name, run in runs]),
        held_out=lines(
            [(name, [[line["step"], line["right"] / line["rows"]] for line in run["held_out"]]) for name, run in runs],
            top=1.0,
        ),
    )


def lines(curves: Sequence[tuple[str, Sequence[Sequence[float]]]], top: float = 0.0) -> dict[str, Any]:
    """Return curves of (step, value) as points of SVG lines on common axes from 0; without curves, an empty dictionary.

    `top` is the end of the axis, by default the greatest value.
    """
    thin = [(name, thinned(points)) for name, points in curves if points]
    if not thin:
        return {}
    last = max(points[-1][0] for _, points in curves if points)
    top = top or max(value for _, points in thin for _, value in points) or 1.0
    return {
        "steps": round(last),
        "top": top,
        "lines": [
            {
                "arm": name,
                "points": " ".join(
                    f"{step / last * WIDTH:.1f},{HEIGHT - value / top * HEIGHT:.1f}" for step, value in points
                ),
            }
            for name, points in thin
        ],
    }


def thinned(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Return at most 100 points of a curve; each is the mean of as many neighbours.

    >>> thinned([[1, 4.0], [2, 2.0]])
    [(1.0, 4.0), (2.0, 2.0)]
    >>> thinned([[step, float(step % 2)] for step in range(200)])[:2]
    [(0.5, 0.5), (2.5, 0.5)]
    """
    size = -(-len(points) // _POINTS)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [(fmean(step for step, _ in group), fmean(value for _, value in group)) for group in groups]
