"""Two evaluations of the same rows: which rows just one of them has right, and how sure that makes us."""

from dataclasses import dataclass
from pathlib import Path

from solver.refusal import InputError

from . import terminal
from .report import read_report
from .significance import mcnemar, wilson


@dataclass(frozen=True)
class Comparison:
    """Rows by who has them right, and the two-sided chance of such a difference between equals."""

    both: int
    only_a: list[str]
    only_b: list[str]
    neither: int

    @property
    def rows(self) -> int:
        """All rows compared."""
        return self.both + self.neither + len(self.only_a) + len(self.only_b)

    @property
    def chance(self) -> float:
        """McNemar's exact p."""
        return mcnemar(len(self.only_a), len(self.only_b))


def compare(a: Path, b: Path) -> Comparison:
    """Compare two evaluations row by row; raise InputError unless they judged the same rows."""
    reports = read_report(a), read_report(b)
    right = [{row["id"]: row["accuracy"] for row in report["rows"]} for report in reports]
    if right[0].keys() != right[1].keys():
        shared = len(right[0].keys() & right[1].keys())
        raise InputError(
            f"{a} judged {len(right[0]):,} rows and {b} {len(right[1]):,}, {shared:,} of them the same; "
            "evaluate both on the same dataset, split and limit"
        )
    contents = [report["settings"]["content"] for report in reports]
    if contents[0] != contents[1]:
        raise InputError(
            f"{a} and {b} read different prompts or answers under the same ids; evaluate one of them again"
        )
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
    sure = "a difference" if found.chance < 0.05 else "no difference that these rows can show"
    terminal.say(f"B minus A {difference:+.1%}; McNemar's exact p = {found.chance:.3g}: {sure}")
    for name, only in (("A", found.only_a), ("B", found.only_b)):
        if only:
            terminal.say(f"right in {name} alone: {', '.join(only[:10])}{', ...' if len(only) > 10 else ''}")
