"""The table of an ablation: one row for each arm and evaluation set, in the terminal and in Markdown."""

from statistics import fmean
from typing import Any

from finetune.runs import terminal
from solver.plurals import counted


def columns(found: dict[str, Any]) -> list[str]:
    """Return the headings; those of numbers begin with `>`."""
    return [
        "arm",
        ">rows",
        ">tokens",
        ">seconds",
        ">last loss",
        "evaluated on",
        ">right",
        ">95 %",
        f">against {found['first']}",
        ">p",
    ]


def rows(found: dict[str, Any]) -> list[list[str]]:
    """Return the rows; the cost of an arm, the mean of its runs, stands in its first row alone."""
    body = []
    for arm in found["arms"]:
        cost = [arm["name"], *_cost(arm["runs"])]
        for result in [each for each in found["results"] if each["arm"] == arm["name"]]:
            body.append([*cost, result["set"], shown_right(result), _interval(result), *_against(result)])
            cost = [""] * len(cost)
    return body


def notes(found: dict[str, Any]) -> list[str]:
    """Return the sentences below the table: what is missing, and how to read rates, intervals and tests."""
    tests = sum(each["against"] is not None for each in found["results"])
    meanings: dict[str, dict[str, None]] = {}
    for each in found["results"]:
        meanings.setdefault(each["right"], {})[each["set"]] = None
    several = any(len(arm["runs"]) > 1 for arm in found["arms"])
    return [
        *(
            [f"{found['finished']} of {counted(found['planned'], 'run')} finished"]
            if found["finished"] < found["planned"]
            else []
        ),
        *(f"right on {', '.join(sets)}: {meaning}" for meaning, sets in meanings.items()),
        "95 %: Wilson's interval of the rate, for other questions of this kind"
        + ("; seeds do not narrow it" if several else ""),
        *(
            [f"p: McNemar's exact test on the same rows, not adjusted for {counted(tests, 'comparison')}"]
            if tests
            else []
        ),
    ]


def shown_right(result: dict[str, Any]) -> str:
    """Return a rate with its count, or with the rates of all seeds.

    >>> shown_right({"rows": 120, "hits": {0: 97}, "rate": 97 / 120})
    '97/120 80.8%'
    >>> shown_right({"rows": 120, "hits": {0: 97, 1: 95}, "rate": 96 / 120})
    '80.0% (97, 95 of 120)'
    """
    hits = list(result["hits"].values())
    if len(hits) == 1:
        return f"{hits[0]}/{result['rows']} {result['rate']:.1%}"
    return f"{result['rate']:.1%} ({', '.join(map(str, hits))} of {result['rows']})"


def markdown(found: dict[str, Any]) -> str:
    """Return the table as Markdown, with its notes."""
    headings = columns(found)
    lines = [
        [heading.removeprefix(">") for heading in headings],
        ["---:" if heading.startswith(">") else "---" for heading in headings],
        *rows(found),
    ]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return "\n".join([f"## Ablation: {found['ablation']}\n", table, "", *(f"- {note}" for note in notes(found)), ""])


def print_table(found: dict[str, Any]) -> None:
    """Print the table and its notes."""
    terminal.table(f"ablation {found['ablation']}", columns(found), rows(found))
    for note in notes(found):
        terminal.say(note)


def _cost(runs: list[dict[str, Any]]) -> list[str]:
    losses = [run["final_loss"] for run in runs if run["final_loss"] is not None]
    return [
        *(f"{fmean(run[key] for run in runs):,.0f}" for key in ("rows", "tokens", "seconds")),
        f"{fmean(losses):.3f}" if losses else "",
    ]


def _interval(result: dict[str, Any]) -> str:
    return f"[{100 * result['low']:.1f}, {100 * result['high']:.1f}]"


def _against(result: dict[str, Any]) -> list[str]:
    """Return the difference from the first arm and its p-value, and which seeds were compared if some were not."""
    compared = result["against"]
    if compared is None:
        return ["", ""]
    some = len(compared["seeds"]) < len(result["hits"])
    seeds = f" ({'seed' if len(compared['seeds']) == 1 else 'seeds'} {', '.join(map(str, compared['seeds']))})"
    p = "< 0.001" if compared["p"] < 0.001 else f"{compared['p']:.3f}"
    return [f"{100 * compared['difference']:+.1f} points{seeds if some else ''}", p]
