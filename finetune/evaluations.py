"""Finds the evaluations of a model: those in its folder, and those that `eval --out` wrote elsewhere."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.judge.evaluate import ELSEWHERE, PREDICTIONS, SETTINGS
from finetune.judge.report import REPORT, read_report
from finetune.models.adapter import WEIGHTS, fingerprint
from solver.files import read_text


@dataclass(frozen=True)
class Evaluations:
    """The reports of a model's evaluations, and a sentence on each one that has none to show."""

    reports: list[dict[str, Any]]
    missing: list[str]


def find_evaluations(folder: Path) -> Evaluations:
    """Return the evaluations of the adapter or model in a folder.

    Those of earlier weights are named, not shown. So are all but the newest of several with the same settings.
    """
    weights = fingerprint(folder) if (folder / WEIGHTS).exists() else None
    found: dict[Path, dict[str, Any]] = {}
    missing = []
    for place in sorted({path.parent for path in folder.glob(f"eval-*/{SETTINGS}")} | _elsewhere(folder)):
        if not (place / REPORT).exists():
            missing.append(f"{place}: its evaluation has no {REPORT}, so the card does not show it")
            continue
        report = read_report(place)
        if weights and report["settings"]["weights"] not in (None, weights):
            missing.append(f"{place}: is of earlier weights, so the card does not show it; evaluate again")
            continue
        found[place] = report
    newest: list[Path] = []
    for place in sorted(found, key=_written, reverse=True):
        same = next((other for other in newest if found[other]["settings"] == found[place]["settings"]), None)
        if same:
            missing.append(f"{place}: {same} is the same evaluation again, and newer, so the card shows that one")
        else:
            newest.append(place)
    return Evaluations([report for place, report in found.items() if place in newest], missing)


def _written(place: Path) -> int:
    """Return when an evaluation was decoded; a report can be written again, so its time counts where it stands alone."""
    files = [place / name for name in (PREDICTIONS, REPORT)]
    return next(path.stat().st_mtime_ns for path in files if path.exists())


def _elsewhere(folder: Path) -> set[Path]:
    path = folder / ELSEWHERE
    return {Path(line) for line in read_text(path).splitlines() if line} if path.exists() else set()
