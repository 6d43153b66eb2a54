"""Renders traces and verdicts as tables for the terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .grounding import UNGROUNDED
from .machine import solve
from .number import write_number
from .ops import write_step
from .program import Program

PIPED = 10_000
"""Columns of output that is no terminal's: as many as any table needs, so that nothing in it is cut or folded."""


NARROW = 80
"""The fewest columns of a terminal to which tables are fitted."""


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Return a console that prints texts as they are, without markup or emoji, and never cuts what is piped.

    A narrower terminal than NARROW breaks the lines itself, since a table that had to fit would lose its words.
    """
    made = Console(stderr=stderr, quiet=quiet, markup=False, emoji=False)
    made.width = max(made.width, NARROW) if made.is_terminal else PIPED
    return made


def steps_table(program: Program) -> Table:
    """Return a table of a program's steps and the values they set; raise TraceError if it cannot run."""
    solution = solve(program)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("", justify="right", style="dim")
    table.add_column("step", footer="answer")
    table.add_column("value", justify="right", footer=Text(write_number(solution.answer), style="bold green"))
    for number, (expert, lines) in enumerate(solution.parts):
        if number:
            table.add_section()
        table.add_row("", Text(expert, style="bold"), "")
        for step, line in enumerate(lines, 1):
            table.add_row(str(step), Text(write_step(line.step)), Text(write_number(line.value)))
    return table


def verdict_summary(counts: Mapping[str, Counter[str]], ladder: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return the verdicts of the whole dataset, of each expert and of each pattern.

    `counts` maps "" (all rows), an expert or `expert/pattern` to the number of each outcome, and of ungrounded traces,
    which are broken ones; `ladder` lists the outcomes and their rewards, best first. The accuracy is the share of the best
    outcome.
    """
    groups = []
    for group, count in sorted(counts.items()):
        expert, _, pattern = group.partition("/")
        rows = sum(count[outcome] for outcome, _ in ladder)
        groups.append(
            {
                "expert": expert or None,
                "pattern": pattern or None,
                "rows": rows,
                "verdicts": {outcome: count[outcome] for outcome, _ in ladder},
                UNGROUNDED: count[UNGROUNDED],
                "accuracy": count[ladder[0][0]] / rows,
                "reward": sum(count[outcome] * reward for outcome, reward in ladder) / rows,
            }
        )
    return groups


def verdict_table(counts: Mapping[str, Counter[str]], ladder: Sequence[tuple[str, float]]) -> Table:
    """Return the summary of verdicts as a table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("", overflow="fold")
    table.add_column("rows", justify="right", no_wrap=True)
    for outcome, reward in ladder:
        table.add_column(f"{outcome.replace('_', chr(10))}\n{reward}", justify="right", no_wrap=True)
    table.add_column("ungrounded\n(broken)", justify="right", no_wrap=True)
    table.add_column("accuracy", justify="right", no_wrap=True)
    table.add_column("reward", justify="right", no_wrap=True)
    for group in verdict_summary(counts, ladder):
        cells = [f"{count:,}" if count else "" for count in (*group["verdicts"].values(), group[UNGROUNDED])]
        name = f"  {group['pattern']}" if group["pattern"] else group["expert"] or "all"
        rates = (f"{group['accuracy']:.1%}", f"{group['reward']:.3f}")
        table.add_row(name, f"{group['rows']:,}", *cells, *rates, style=None if group["pattern"] else "bold")
    return table
