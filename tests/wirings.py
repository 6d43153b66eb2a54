"""Compares the wirings of imported problems with those that were read and found right.

    python tests/wirings.py train.jsonl

`problems/wirings.csv` has problems of GSM-8K's train split by id: 250 drawn by `Random(20261130250)`, and the first 40. A
wiring is told by the function of the question's numbers that it computes, so names and forms of a trace do not matter.
A second reader, who saw no verdict, read those of the 250 that have a row. A wiring is right if every reader says so.
"""

import csv
import json
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from generators.imports.graph.build import Graph, build
from generators.imports.graph.node import Fixed, Input, Literal, Node, NoGraph
from generators.imports.linking.equivalence import PRIME
from generators.imports.linking.search import NoLinking, link
from generators.imports.question.mentions import Mention, read_mentions
from generators.imports.solution.problem import Dropped
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import source
from solver.constants import question_stems

CHECKED = Path(__file__).parent / "problems" / "wirings.csv"


def function(line: str) -> str:
    """Return the function of the wiring of a problem as a hash, or an empty text where it has none."""
    problem = read_problem(source("gsm8k"), "gsm8k/train/0", json.loads(line))
    if isinstance(problem, Dropped):
        return ""
    mentions = read_mentions(problem.question)
    try:
        linking = link(mentions, problem.steps, problem.answer, question_stems(problem.question))
        graph = build(mentions, linking.steps, linking, problem.question)
    except (NoLinking, NoGraph):
        return ""
    return f"{function_of(graph, mentions):016x}"


def function_of(graph: Graph, mentions: list[Mention]) -> int:
    """Return the value of a graph in a prime field, where each number of the question has a point of its own."""
    known: dict[Node, int] = {}
    for work in graph.works:
        left, right = (known[node] if node in known else _leaf(node, mentions) for node in (work.left, work.right))
        share = right * _inverse(100)
        known[work] = {
            "+": left + right,
            "-": left - right,
            "*": left * right,
            "/": left * _inverse(right),
            "of": left * share,
            "off": left * (1 - share),
            "up": left * (1 + share),
        }[work.sign] % PRIME
    return known[graph.final]


def _leaf(node: Node, mentions: list[Mention]) -> int:
    if isinstance(node, Fixed | Literal):
        value = Fraction(node.value)
        return value.numerator * _inverse(value.denominator) % PRIME
    assert isinstance(node, Input)
    quantity = mentions[node.index].quantity
    x, y = (int(sha256(f"{quantity.start} {one}".encode()).hexdigest()[:15], 16) for one in "xy")
    if quantity.kind == "fraction":
        return {"": x * _inverse(y), "top": x, "bottom": y, "divisor": y * _inverse(x)}[node.form] % PRIME
    if quantity.kind == "half":
        return _inverse(x) if node.form in ("divisor", "bottom") else x
    if quantity.kind == "group":
        return {"": x * quantity.bottom, "groups": x, "size": quantity.bottom}[node.form]
    return y if node.form == "minute" else x


def _inverse(value: int) -> int:
    return pow(value, -1, PRIME) if value % PRIME else 0


def checked() -> dict[int, dict[str, str]]:
    """Return the problems that were read, by their places in the train split."""
    with CHECKED.open(encoding="utf-8", newline="") as file:
        return {int(row["id"]): row for row in csv.DictReader(file)}


def right() -> dict[int, dict[str, str]]:
    """Return the problems whose wiring every reader found right."""
    return {place: row for place, row in checked().items() if {row["wiring"], row["second"] or "right"} == {"right"}}


def lost(lines: list[str]) -> list[int]:
    """Return the places of the problems whose wiring was right and is another function now."""
    found = ((place, row) for place, row in right().items() if place < len(lines))
    return [place for place, row in found if function(lines[place]) != row["function"]]


if __name__ == "__main__":
    places = lost(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    count = len(right())
    print(f"{count - len(places)} of {count} wirings are those that were found right", *places)
    sys.exit(bool(places))
