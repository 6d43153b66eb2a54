"""What a person sees of a trace: its steps with their values, verdicts and tables."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from .machine import solve
from .number import write_number
from .ops import write_step
from .program import Program


def steps_table(program: Program) -> Table:
    """Return the table of a program's steps with the values they set; raise TraceError where it cannot run."""
    solution = solve(program)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("", justify="right", style="dim")
    table.add_column("step", footer="answer")
    table.add_column("value", justify="right", footer=Text(write_number(solution.answer), style="bold green"))
    for number, (expert, lines) in enumerate(solution.parts):
        if number:
            table.add_section()
        table.add_row("", Text(expert, style="bold"), "")
        for place, line in enumerate(lines, 1):
            table.add_row(str(place), Text(write_step(line.step)), Text(write_number(line.value)))
    return table


def verdict_table(counts: Mapping[str, Counter[str]], ladder: Sequence[tuple[str, float]]) -> Table:
    """Return the table of verdicts: all rows, each expert, each pattern; an outcome a column, then the mean reward."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("", overflow="ellipsis")
    table.add_column("rows", justify="right", no_wrap=True)
    for outcome, reward in ladder:
        table.add_column(f"{outcome.replace('_', chr(10))}\n{reward}", justify="right", no_wrap=True)
    table.add_column("accuracy", justify="right", no_wrap=True)
    table.add_column("reward", justify="right", no_wrap=True)
    for group in sorted(counts):
        count = counts[group]
        rows = count.total()
        mean = sum(count[outcome] * reward for outcome, reward in ladder) / rows
        name = f"  {group.partition('/')[2]}" if "/" in group else group or "all"
        right = count[ladder[0][0]] / rows
        cells = [f"{count[outcome]:,}" if count[outcome] else "" for outcome, _ in ladder]
        table.add_row(name, f"{rows:,}", *cells, f"{right:.1%}", f"{mean:.3f}", style=None if "/" in group else "bold")
    return table
