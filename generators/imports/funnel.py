"""The funnel of an import as a table in the terminal."""

from rich import box
from rich.table import Table


def funnel_table(funnel: list[tuple[str, int, int]]) -> Table:
    """Return the funnel as a table: what, how many problems, and which share."""
    table = Table(title="", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("problems", justify="right")
    table.add_column("share", justify="right")
    for label, count, total in funnel:
        table.add_row(label, f"{count:,}", f"{count / max(total, 1):.1%}")
    return table
