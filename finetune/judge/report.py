"""Reports an evaluation: report.json, tables in the terminal, and report.html, one page that needs no network."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from finetune.runs import terminal
from finetune.runs.log import read_log
from finetune.runs.rows import read_rows, reading_of
from solver.files import read_json, read_text
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError
from solver.reward import Verdict, judge

from .evaluate import Evaluation, content_hash, read_predictions, read_settings
from .ladder import LEVELS, find_break
from .significance import wilson

REPORT = "report.json"
PAGE = "report.html"
TEMPLATE = Path(__file__).parent / "report.html.jinja"
TRUNCATED = "truncated"
METRICS = {
    "accuracy": "right answer by the right expert",
    "parsed": "a trace can be read",
    "valid": "the trace runs",
    "routing": "the right expert",
}
"""The rates of a report, and the condition that a row must meet."""
GROUPS = ("expert", "pattern", "steps")
"""The fields by which rows are grouped."""


@dataclass(frozen=True)
class Judged:
    """One row with the model's completion, the solver's verdict and the ladder's finding."""

    id: str
    expert: str
    pattern: str
    steps: int
    question: str
    gold: str
    completion: str
    outcome: str
    reward: float
    reason: str
    level: str
    found: str
    emitted: str
    accuracy: bool
    parsed: bool
    valid: bool
    routing: bool
    same_program: bool

    @property
    def failed(self) -> bool:
        """Whether the answer is wrong or comes from the wrong expert."""
        return not self.accuracy


def judge_row(row: dict[str, Any], prediction: dict[str, Any], reading: Reading) -> Judged:
    """Judge one row; a truncated completion is counted separately, not as wrong."""
    text = prediction["completion"]
    asked = partial(judge, text, answer=row["answer"], question=row["question"], **reading._asdict())
    verdict = asked(experts=row["experts"])
    free = verdict if verdict.outcome != "wrong_expert" else asked(experts=None)
    right = verdict.outcome == "correct"
    cut = prediction["truncated"] and not right
    level, found = ("", "") if cut else _break(text, row["trace"], verdict)
    return Judged(
        id=row["id"],
        expert=row["expert"] or "none",
        pattern=f"{row['expert']}/{row['pattern']}" if row["pattern"] else "none",
        steps=row["steps"] or 0,
        question=row["question"],
        gold=row["trace"] or "",
        completion=text,
        outcome=TRUNCATED if cut else verdict.outcome,
        reward=verdict.reward,
        reason=f"cut after {counted(prediction['tokens'], 'token')}; {verdict.reason}" if cut else verdict.reason,
        level=level,
        found=found,
        emitted=_emitted(verdict.experts),
        accuracy=right,
        parsed=verdict.outcome != "unparsed",
        valid=free.outcome in ("correct", "wrong_answer"),
        routing=verdict.experts == tuple(row["experts"] or verdict.experts) and verdict.outcome != "unparsed",
        same_program=right and bool(row["trace"]) and not level,
    )


def _break(text: str, gold: str | None, verdict: Verdict) -> tuple[str, str]:
    """Return the level of the ladder at which a completion breaks, and what was found there; empty if at none."""
    if gold:
        broke = find_break(text, gold)
        return (broke.level, broke.found) if broke else ("", "")
    return ("format", verdict.reason) if verdict.outcome == "unparsed" else ("", "")


def _emitted(experts: tuple[str, ...]) -> str:
    if not experts:
        return "none"
    return "composition" if len(experts) > 1 else experts[0][:40]


def rate(rows: Iterable[Judged], holds: Callable[[Judged], bool]) -> dict[str, Any]:
    """Return the number of rows for which a claim holds, with the 95 % Wilson interval of its rate."""
    found = [holds(row) for row in rows]
    low, high = wilson(sum(found), len(found))
    return {"hits": sum(found), "rows": len(found), "low": round(low, 4), "high": round(high, 4)}


def _rates(rows: list[Judged]) -> dict[str, Any]:
    return {name: rate(rows, lambda row, name=name: bool(getattr(row, name))) for name in METRICS}  # type: ignore[misc]


def make_report(folder: Path) -> dict[str, Any]:
    """Write the report of an evaluation, finished or not, to its folder and return it."""
    settings = read_settings(folder)
    predictions = read_predictions(folder)
    table = read_rows(settings.dataset, settings.split, settings.rows)
    if content_hash(table) != settings.content:
        raise InputError(
            f"{folder}: {settings.dataset} has changed since its rows were decoded; evaluate again, with another --out"
        )
    reading = reading_of(settings.dataset)
    judged = [judge_row(row, predictions[row["id"]], reading) for row in table.to_pylist() if row["id"] in predictions]
    if not judged:
        raise InputError(f"{folder}: no row is decoded yet; run the evaluation first")
    report = summarise(settings, judged)
    report["note"] = reading.limit or ""
    (folder / REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(report), encoding="utf-8")
    return report


def summarise(settings: Evaluation, judged: list[Judged]) -> dict[str, Any]:
    """Return the report of judged rows."""
    failures = [row for row in judged if row.failed]
    run = Path(settings.adapter) if settings.adapter else None
    return {
        "settings": asdict(settings),
        "decoded": len(judged),
        "overall": _rates(judged),
        "by": {name: _rates_by(judged, name) for name in GROUPS},
        "confusion": _confusion(judged),
        "outcomes": dict(Counter(row.outcome for row in judged)),
        "truncated": sum(row.outcome == TRUNCATED for row in judged),
        **_placed(failures),
        "other_way": sum(row.accuracy and bool(row.gold) and not row.same_program for row in judged),
        "curve": [[line["step"], line["loss"]] for line in read_log(run)] if run else [],
        "rows": [asdict(row) for row in judged],
    }


def _placed(failures: list[Judged]) -> dict[str, Any]:
    """Return how many failures break at each level of the ladder, and how many at none."""
    return {
        "ladder": {level: sum(row.level == level for row in failures) for level in LEVELS},
        "unplaced": sum(not row.level and row.outcome != TRUNCATED for row in failures),
    }


def _rates_by(judged: list[Judged], name: str) -> dict[str, Any]:
    keys = sorted({getattr(row, name) for row in judged})
    return {str(key): _rates([row for row in judged if getattr(row, name) == key]) for key in keys}


def _confusion(judged: list[Judged]) -> dict[str, dict[str, int]]:
    return {
        gold: dict(Counter(row.emitted for row in judged if row.expert == gold).most_common())
        for gold in sorted({row.expert for row in judged})
    }


def page(report: dict[str, Any]) -> str:
    """Return the page of a report as one self-contained HTML text."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["counted"] = counted
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}".removesuffix(".0") + " %"
    shown = [row for row in report["rows"] if not row["accuracy"] or (row["gold"] and not row["same_program"])]
    template = environment.from_string(read_text(TEMPLATE))
    emitted = sorted({name for counts in report["confusion"].values() for name in counts})
    return template.render(
        report=report, metrics=METRICS, levels=LEVELS, shown=shown, emitted=emitted, curve=_curve(report["curve"])
    )


def _curve(points: list[list[float]], width: int = 640, height: int = 160) -> dict[str, Any]:
    """Return the learning curve as the points of an SVG line, with the first and last loss."""
    if len(points) < 2:
        return {}
    steps, losses = [step for step, _ in points], [loss for _, loss in points]
    top = max(losses) or 1.0
    across = (max(steps) - min(steps)) or 1
    line = " ".join(
        f"{(step - min(steps)) / across * width:.1f},{height - loss / top * height:.1f}" for step, loss in points
    )
    return {"line": line, "first": losses[0], "last": losses[-1], "steps": steps[-1], "width": width, "height": height}


def read_report(folder: Path) -> dict[str, Any]:
    """Return the report of an evaluation's folder; raise InputError if there is none."""
    if not (folder / REPORT).exists():
        raise InputError(f"{folder}: no {REPORT}; evaluate first")
    report = read_json(read_text(folder / REPORT), str(folder / REPORT))
    parts = ("settings", "overall", "by", "ladder", "rows")
    lacks = [key for key in parts if not isinstance(report, dict) or key not in report]
    if lacks:
        raise InputError(f"{folder / REPORT}: not a report of wirework: it has no {', '.join(lacks)}; evaluate again")
    return dict(report)


def shown_rate(found: dict[str, Any]) -> str:
    """Return the text of a rate with its count and interval."""
    share = found["hits"] / found["rows"] if found["rows"] else 0.0
    return f"{found['hits']}/{found['rows']} {share:.1%} [{100 * found['low']:.1f}, {100 * found['high']:.1f}]"


def print_report(report: dict[str, Any], folder: Path) -> None:
    """Print the tables of a report."""
    lines = [("all", report["overall"]), *report["by"]["expert"].items()]
    rows = [(name, *(shown_rate(rates[metric]) for metric in METRICS)) for name, rates in lines]
    terminal.table("rates with 95 % Wilson intervals", ("", *(f">{name}" for name in METRICS)), rows)
    if any(report["ladder"].values()):
        found = [(level, count, LEVELS[level]) for level, count in report["ladder"].items() if count]
        terminal.table("failures by level", ("level", ">rows", "meaning"), found)
    counts = f"{report['truncated']} cut at the limit, {report['other_way']} right by another program than the gold one"
    terminal.say(counts + (f", {report['unplaced']} wrong without a gold trace" if report["unplaced"] else ""))
    if report.get("note"):
        terminal.say(f"note    {report['note']}")
    terminal.say(f"report  {folder / REPORT}")
    terminal.say(f"page    {folder / PAGE}")
