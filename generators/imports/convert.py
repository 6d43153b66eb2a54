"""A problem as it comes from a source, and as a row with its trace and all that is known of it."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from solver.grammar import Init, Query
from solver.number import write_number
from solver.reward import REWARDS, judge
from solver.text import fence, write

from generators.imports.graph.program import Written, write_program
from generators.imports.solution.formula import leaves
from generators.imports.grading.grade import Grade, grade
from generators.imports.graph.build import Graph, build
from generators.text.lexicon import WORD, stem
from generators.imports.linking.search import Linking, NoLinking, link
from generators.imports.question.mentions import Mention, read_mentions
from generators.imports.naming.names import Namer
from generators.imports.graph.node import Fixed, Input, NoGraph
from generators.imports.solution.step import Step


@dataclass(frozen=True)
class Problem:
    """A question, its solution as steps, and its gold answer."""

    id: str
    question: str
    answer: Fraction
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Dropped:
    """A problem that became no row, and why."""

    id: str
    reason: str
    question: str = ""
    row: "Row | None" = None
    """The row, where it was one, but not of the grade asked for."""


@dataclass(frozen=True)
class Row:
    """A problem with its trace."""

    id: str
    question: str
    answer: str
    trace: str | None = None
    expert: str | None = None
    experts: tuple[str, ...] | None = None
    steps: int | None = None
    difficulty: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


_PHRASES = {"every other ": "every-other", "to and from ": "to-and-from", "one way ": "one-way"}
"""Phrases that trigger a constant, as one word each."""


def spoken(question: str) -> set[str]:
    """Return the stems of a question's words, and of the phrases and signs that trigger a constant."""
    words = WORD.findall(question)
    stems = {stem(word) for word in words} | {stem(part) for word in words for part in word.split("-")}
    stems |= {sign for sign in "$¢" if sign in question} | ({"percent"} if "%" in question else set())
    return stems | {word for phrase, word in _PHRASES.items() if phrase in question.lower()}


def convert(problem: Problem) -> Row | Dropped:
    """Return the row of a problem, its trace judged, or why there is none."""
    mentions = read_mentions(problem.question)
    try:
        linking = link(mentions, problem.steps, problem.answer, spoken(problem.question))
        steps = linking.steps
        graph = build(mentions, steps, linking, problem.question)
        written = write_program(graph, mentions, Namer(problem.question, mentions).name)
    except (NoLinking, NoGraph) as error:
        return Dropped(problem.id, str(error), problem.question)
    text = write(written.program)
    experts = tuple(trace.expert for trace in written.program)
    verdict = judge(fence(text), experts, problem.answer)
    if verdict.reward != REWARDS["correct"] or not verdict.fits_shape:
        return Dropped(problem.id, f"judged: {verdict.reason or 'not its shape'}", problem.question)
    values: set[object] = {list(leaves(steps[place].formula))[number].value for place, number in linking.sources}
    marked = grade(linking, mentions, values, problem.question, graph)
    words = [step for trace in written.program for step in trace.steps]
    return Row(
        problem.id,
        problem.question,
        write_number(problem.answer),
        text,
        experts[0] if len(experts) == 1 else "composition",
        experts,
        len(words),
        sum(not isinstance(step, (Init, Query)) for step in words),
        _metadata(problem, mentions, linking, graph, written=written, marked=marked),
    )


def _metadata(
    problem: Problem, mentions: list[Mention], linking: Linking, graph: Graph, *, written: Written, marked: Grade
) -> dict[str, Any]:
    return {
        "source": problem.id.split("/")[0],
        "grade": marked.letter,
        "reasons": list(marked.reasons),
        "wiring": {
            "proved": linking.proved,
            "linkings": linking.rivals,
            "functions": linking.functions,
            "margin": linking.margin,
        },
        "inferred": len(graph.inferred),
        "operands": [
            {name: _provenance(node, mentions) for name, node in operands.items()} for operands in written.operands
        ],
        "unused": [_span(mentions[index]) for index in sorted({*linking.unused, *graph.cancelled} - {*graph.ones})],
    }


def _span(mention: Mention) -> dict[str, Any]:
    quantity = mention.quantity
    return {"span": [quantity.start, quantity.end], "text": quantity.text}


_PARTS = {
    "": {"word": "word number", "fraction": "a/b", "half": "half", "multiple": "twice", "group": "dozen"},
    "rate": {"percent": "percent"},
}


def _provenance(node: Input | Fixed, mentions: list[Mention]) -> dict[str, Any]:
    """Return where a number comes from: a span of the question and how it is read, or a constant of the table."""
    if isinstance(node, Fixed):
        return {"constant": node.name}
    mention = mentions[node.index]
    how = _PARTS.get(node.part, {}).get(mention.quantity.kind) or node.part or mention.quantity.kind
    return {**_span(mention), "how": how}
