"""Prints the rates of several evaluations in one table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from finetune.runs import terminal

from .pages import PAGE
from .report import coverage
from .significance import shown_rate


def print_overview(found: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    """Print a line of rates for each evaluation, and its page; a rate that not all have is empty elsewhere."""
    metrics = list(dict.fromkeys(metric for _, report in found for metric in report["metrics"]))
    lines = [
        (
            coverage(report),
            *(shown_rate(report["overall"].get(metric)) for metric in metrics),
            "unknown" if report["tokens"]["completion"] is None else report["tokens"]["completion"],
        )
        for _, report in found
    ]
    columns = ("", *(f">{metric}" for metric in metrics), ">tokens")
    terminal.table("rates with 95 % Wilson intervals", columns, lines)
    for folder, _ in found:
        terminal.say(f"page    {folder / PAGE}")
