"""Compares two evaluations of the same rows: which rows only one of them answers correctly, and if that is significant."""

from dataclasses import dataclass
from pathlib import Path

from finetune.runs import terminal
from solver.plurals import counted
from solver.refusal import InputError

from .report import coverage, read_report
from .significance import mcnemar, wilson


@dataclass(frozen=True)
class Comparison:
    """The rows that both, one or neither of two evaluations answer correctly."""

    both: int
    only_a: list[str]
    only_b: list[str]
    neither: int

    @property
    def rows(self) -> int:
        """The number of rows compared."""
        return self.both + self.neither + len(self.only_a) + len(self.only_b)

    @property
    def p_value(self) -> float:
        """The p-value of McNemar's exact test."""
        return mcnemar(len(self.only_a), len(self.only_b))


def compare(a: Path, b: Path) -> Comparison:
    """Compare two evaluations row by row; raise InputError unless they are of the same rows."""
    reports = read_report(a), read_report(b)
    right = [{row["id"]: row["accuracy"] for row in report["rows"]} for report in reports]
    if right[0].keys() != right[1].keys():
        shared = len(right[0].keys() & right[1].keys())
        raise InputError(
            f"{a} has {counted(len(right[0]), 'row')} and {b} {len(right[1]):,}; {shared:,} are the same; "
            "evaluate both on the same dataset, split and limit"
        )
    contents = [report["settings"]["content"] for report in reports]
    if contents[0] != contents[1]:
        raise InputError(f"{a} and {b} have different prompts or answers for the same ids; evaluate one of them again")
    return Comparison(
        both=sum(right[0][row] and right[1][row] for row in right[0]),
        only_a=[row for row in right[0] if right[0][row] and not right[1][row]],
        only_b=[row for row in right[0] if right[1][row] and not right[0][row]],
        neither=sum(not right[0][row] and not right[1][row] for row in right[0]),
    )


def print_comparison(found: Comparison, a: Path, b: Path) -> None:
    """Print a comparison."""
    rows = []
    for folder, only in ((a, found.only_a), (b, found.only_b)):
        hits = found.both + len(only)
        low, high = wilson(hits, found.rows)
        rows.append((folder, f"{hits}/{found.rows}", f"{hits / found.rows:.1%}", f"[{low:.1%}, {high:.1%}]", len(only)))
    terminal.table("accuracy on the same rows", ("", ">right", ">rate", ">95 %", ">right alone"), rows)
    difference = (len(found.only_b) - len(found.only_a)) / found.rows
    for folder, report in ((a, read_report(a)), (b, read_report(b))):
        if report["decoded"] < report["settings"]["rows"]:
            terminal.say(f"{folder}: {coverage(report)}")
    verdict = "a difference" if found.p_value < 0.05 else "no difference that these rows can show"
    terminal.say(f"B minus A {difference:+.1%}; McNemar's exact p = {found.p_value:.3g}: {verdict}")
    for name, only in (("A", found.only_a), ("B", found.only_b)):
        if only:
            terminal.say(f"right in {name} alone: {', '.join(only[:10])}{', ...' if len(only) > 10 else ''}")
