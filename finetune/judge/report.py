"""Reports an evaluation: report.json, tables in the terminal, and report.html, one page that needs no network."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finetune.runs import terminal
from finetune.runs.folder import RUN
from finetune.runs.log import CURVES, HELD_OUT, read_log
from finetune.runs.rows import reading_of
from finetune.runs.trained import told
from solver.files import read_json, read_text
from solver.plurals import counted
from solver.refusal import InputError

from .choose import WAYS
from .evaluate import Evaluation, home_of, read_evaluated, read_settings
from .instances import by_instance
from .judged import TRUNCATED, Judged, judge_row, metrics_of
from .ladder import LEVELS
from .pages import PAGE, render
from .remote import spent, spent_line
from .sampled import cost_line, decoding_line, print_samples, summarise_samples, written_for
from .significance import rate, shown_rate

REPORT = "report.json"
GROUPS = ("expert", "pattern", "steps", "trained")
"""The fields by which rows are grouped."""


def _rates(rows: list[Judged]) -> dict[str, Any]:
    found = {name: [getattr(row, name) for row in rows] for name in metrics_of(rows)}
    return {name: rate(claims.count(True), len(claims) - claims.count(None)) for name, claims in found.items()}


def make_report(folder: Path) -> dict[str, Any]:
    """Write the report of an evaluation, finished or not, to its folder and return it."""
    settings, rows, predictions = read_evaluated(folder)
    reading = reading_of(settings.dataset)
    judged = [judge_row(row, predictions[row["id"]], reading) for row in rows]
    report = summarise(settings, judged)
    report["note"] = reading.limit or ""
    report["samples"] = summarise_samples(rows, predictions, reading)
    report["tokens"] = spent(each for row in judged for each in written_for(predictions[row.id]))
    (folder / REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(report), encoding="utf-8")
    return report


def summarise(settings: Evaluation, judged: list[Judged]) -> dict[str, Any]:
    """Return the report of judged rows."""
    failures = [row for row in judged if row.failed]
    run = _run_of(settings)
    return {
        "settings": asdict(settings),
        "decoded": len(judged),
        "metrics": metrics_of(judged),
        "overall": _rates(judged),
        "by": {name: _rates_by(judged, name) for name in GROUPS},
        "instances": by_instance((row.pattern, row.accuracy) for row in judged if row.pattern),
        "confusion": _confusion(judged),
        "outcomes": dict(Counter(row.outcome for row in judged)),
        "truncated": sum(row.outcome == TRUNCATED for row in judged),
        **_placed(failures, gold=any(row.gold for row in judged)),
        "other_way": sum(row.accuracy and bool(row.gold) and not row.same_program for row in judged),
        "trained": dict(Counter(row.trained for row in judged)),
        "curve": [[line["step"], line["loss"]] for line in read_log(run)] if run else [],
        "held_out": read_log(run, HELD_OUT) if run else [],
        "curves": read_log(run, CURVES) if run else [],
        "rows": [asdict(row) for row in judged],
    }


def _run_of(settings: Evaluation) -> Path | None:
    """Return the folder of the training whose adapter, or whose model, was evaluated; None for a model of others."""
    if settings.adapter:
        return home_of(settings.model, settings.adapter)
    model = Path(settings.model)
    return model if not settings.endpoint and (model / RUN).exists() else None


def _placed(failures: list[Judged], *, gold: bool) -> dict[str, Any]:
    """Return how many failures break at each level of the ladder, and how many at none; without gold, no level."""
    return {
        "ladder": {level: sum(row.level == level for row in failures) for level in LEVELS} if gold else {},
        "unplaced": sum(not row.level and row.outcome != TRUNCATED for row in failures),
    }


def _rates_by(judged: list[Judged], name: str) -> dict[str, Any]:
    """Return the rates of each group of rows; a field that says the same of all rows makes no groups of claims."""
    keys = sorted({getattr(row, name) for row in judged} - {None})
    if name == "trained" and len(keys) == 1:
        return {}
    return {str(key): _rates([row for row in judged if getattr(row, name) == key]) for key in keys}


def _confusion(judged: list[Judged]) -> dict[str, dict[str, int]]:
    return {
        gold: dict(Counter(row.emitted for row in judged if row.expert == gold).most_common())
        for gold in sorted({row.expert for row in judged if row.expert})
    }


def coverage(report: dict[str, Any], name: str | None = None) -> str:
    """Return which rows a report is of: `12 rows of data/run8, split test`, or how many of them are decoded so far.

    `name` is what the dataset is called, by default as on the command line.
    """
    settings, rows = report["settings"], report["settings"]["rows"]
    name = name or str(settings["dataset"])
    source = f"{name}, split {settings['split']}" if settings["split"] else name
    if report["decoded"] == rows:
        return f"{counted(rows, 'row')} of {source}"
    return f"{report['decoded']:,} of {rows:,} decoded: rows of {source}"


def page(report: dict[str, Any]) -> str:
    """Return the page of a report as one self-contained HTML text."""
    shown = [row for row in report["rows"] if not row["accuracy"] or (row["gold"] and not row["same_program"])]
    return render(
        "report.html.jinja",
        report=report,
        instances=instances_line(report["instances"]),
        coverage=coverage(report),
        decoding=decoding_line(report["settings"]),
        cost=cost_line(report["samples"]) if report.get("samples") else "",
        told=told(report["trained"]),
        ways=WAYS,
        tokens=spent_line(report.get("tokens")),
        levels=LEVELS if report["ladder"] else {},
        shown=shown,
        failed={name: {str(row[name]) for row in shown} for name in GROUPS},
        emitted=sorted({name for counts in report["confusion"].values() for name in counts}),
        curve=_curve(report["curve"], report["held_out"]),
        further=_further(report["curves"]),
    )


def _further(lines: list[dict[str, Any]], width: int = 640, height: int = 80) -> dict[str, dict[str, Any]]:
    """Return for each further dataset its lines of the log, and the share of right answers as points of an SVG line."""
    last = max((line["step"] for line in lines), default=1)
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line["dataset"], []).append(line)
    return {
        name: {
            "lines": of_name,
            "points": " ".join(
                f"{line['step'] / last * width:.1f},{height - line['right'] / line['rows'] * height:.1f}"
                for line in of_name
            ),
            "width": width,
            "height": height,
        }
        for name, of_name in found.items()
    }


def _curve(
    points: list[list[float]], held_out: list[dict[str, Any]], width: int = 640, height: int = 160
) -> dict[str, Any]:
    """Return the learning curve and the held-out one as points of SVG lines, with the first and last loss."""
    if len(points) < 2:
        return {}
    steps, losses = [step for step, _ in points], [loss for _, loss in points]
    top = max([*losses, *(line["loss"] for line in held_out)]) or 1.0
    across = (max(steps) - min(steps)) or 1

    def placed(found: Iterable[tuple[float, float]]) -> str:
        return " ".join(
            f"{(step - min(steps)) / across * width:.1f},{height - y / top * height:.1f}" for step, y in found
        )

    return {
        "line": placed((step, loss) for step, loss in points),
        "held_out": placed((line["step"], line["loss"]) for line in held_out),
        "first": losses[0],
        "last": losses[-1],
        "steps": steps[-1],
        "width": width,
        "height": height,
    }


def read_report(folder: Path) -> dict[str, Any]:
    """Return the report of an evaluation's folder; raise InputError if there is none."""
    if not (folder / REPORT).exists():
        read_settings(folder)  # tells a folder that is no evaluation
        raise InputError(f"{folder}: no {REPORT}; the verb report writes it, also of a part of the rows")
    report = read_json(read_text(folder / REPORT), str(folder / REPORT))
    parts = ("settings", "metrics", "overall", "by", "ladder", "trained", "rows")
    lacks = [key for key in parts if not isinstance(report, dict) or key not in report]
    if lacks:
        raise InputError(
            f"{folder / REPORT}: not a report of wirework: it has no {', '.join(lacks)}; evaluate again, or write it again with the verb report"
        )
    return dict(report)


def instances_line(found: dict[str, Any] | None) -> str:
    """Return a sentence on the accuracy over instances of the same patterns, or "" if no pattern has two rows."""
    if not found or len(found["sets"]) < 2:
        return ""
    least, most = min(found["sets"]), max(found["sets"])
    return (
        f"accuracy over {counted(len(found['sets']), 'set')} of instances of {counted(found['patterns'], 'pattern')}: "
        f"mean {found['mean']:.1%}, standard deviation {found['spread']:.1%}, {least:.1%} to {most:.1%}; "
        f"right in some rows and wrong in others: {counted(found['mixed']['hits'], 'pattern')}"
    )


def print_report(report: dict[str, Any], folder: Path) -> None:
    """Print the tables of a report."""
    terminal.say(f"{coverage(report)}; {told(report['trained'])}")
    lines = [("all", report["overall"]), *report["by"]["expert"].items(), *report["by"]["trained"].items()]
    rows = [(name, *(shown_rate(rates.get(metric)) for metric in report["metrics"])) for name, rates in lines]
    terminal.table("rates with 95 % Wilson intervals", ("", *(f">{name}" for name in report["metrics"])), rows)
    if report.get("samples"):
        print_samples(report["samples"], report["settings"]["choose"])
    if told_instances := instances_line(report.get("instances")):
        terminal.say(told_instances)
    if any(report["ladder"].values()):
        found = [(level, count, LEVELS[level]) for level, count in report["ladder"].items() if count]
        terminal.table("failures by level", ("level", ">rows", "meaning"), found)
    other = f", {report['other_way']} right by another program than the gold one" if report["ladder"] else ""
    unplaced = f", {report['unplaced']} wrong without a level" if report["ladder"] and report["unplaced"] else ""
    terminal.say(f"{report['truncated']} cut at the limit{other}{unplaced}")
    if tokens := spent_line(report.get("tokens")):
        terminal.say(f"tokens  {tokens}")
    if report.get("note"):
        terminal.say(f"note    {report['note']}")
    terminal.say(f"report  {folder / REPORT}")
    terminal.say(f"page    {folder / PAGE}")
