"""Converts a problem with its solution to a row: links the numbers, builds the graph, and writes and judges the trace."""

from typing import Any, NamedTuple

from generators.imports.grading.grade import Grade, grade
from generators.imports.graph.build import Graph, build
from generators.imports.graph.node import Fixed, Input, NoGraph
from generators.imports.graph.program import write_program
from generators.imports.graph.traces import Written
from generators.imports.linking.choice import Linking
from generators.imports.linking.search import NoLinking, link
from generators.imports.linking.written import written_linking
from generators.imports.naming.names import Namer
from generators.imports.question.mentions import Mention, read_mentions
from generators.imports.solution.problem import Dropped, Problem, Row
from solver.constants import question_stems
from solver.grounding import ungrounded
from solver.reward import REWARDS, judge
from solver.text import fence, write

from .row import row_of


class Converted(NamedTuple):
    """The row of a problem, and how the numbers of its solution were linked to those of its question."""

    row: Row
    mentions: list[Mention]
    linking: Linking


def convert(problem: Problem) -> Row | Dropped:
    """Return the row of a problem with its judged trace, or the reason why there is none."""
    done = converted(problem)
    return done.row if isinstance(done, Converted) else done


def converted(problem: Problem) -> Converted | Dropped:
    """Return the row of a problem with its linking, or the reason why there is none."""
    mentions = read_mentions(problem.question)
    try:
        linking = _linked(problem, mentions)
        graph = build(mentions, linking.steps, linking, problem.question)
        written = write_program(graph, mentions, Namer(problem.question, mentions).name)
    except (NoLinking, NoGraph) as error:
        return Dropped(problem.id, str(error), problem.question)
    text = write(written.program)
    experts = tuple(trace.expert for trace in written.program)
    verdict = judge(fence(text), experts, problem.answer)
    if verdict.reward != REWARDS["correct"] or not verdict.fits_shape:
        return Dropped(problem.id, f"judged: {verdict.reason or 'not its shape'}", problem.question)
    marked = grade(linking, mentions, problem.question, graph)
    row = row_of(
        problem, written.program, text, _metadata(problem, mentions, linking, graph, written=written, marked=marked)
    )
    fault = ungrounded(written.program, problem.question)
    if fault:
        return Dropped(problem.id, f"{fault.code}: {fault}", problem.question, row)
    return Converted(row, mentions, linking)


def _linked(problem: Problem, mentions: list[Mention]) -> Linking:
    """Return the linking that the program writes down, or else the likeliest one."""
    stems = frozenset(question_stems(problem.question))
    return written_linking(mentions, problem.steps, stems) or link(mentions, problem.steps, problem.answer, stems)


def _metadata(
    problem: Problem, mentions: list[Mention], linking: Linking, graph: Graph, *, written: Written, marked: Grade
) -> dict[str, Any]:
    """Return the metadata of a row: source, grade, wiring, and the origin of every operand."""
    from_program = {"answer": problem.answer_from} if problem.answer_from else {}
    return {
        "source": problem.id.split("/")[0],
        **from_program,
        "grade": marked.letter,
        "reasons": list(marked.reasons),
        "wiring": {
            "how": linking.how,
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


_READINGS = {
    "": {"word": "word number", "fraction": "a/b", "half": "half", "multiple": "twice", "group": "dozen"},
    "rate": {"percent": "percent"},
}
"""How a number is read, by its form and the kind of its quantity; others are called after one of the two."""


def _provenance(node: Input | Fixed, mentions: list[Mention]) -> dict[str, Any]:
    """Return the origin of a number: a span of the question and its reading, or a named constant."""
    if isinstance(node, Fixed):
        return {"constant": node.name}
    mention = mentions[node.index]
    how = _READINGS.get(node.form, {}).get(mention.quantity.kind) or node.form or mention.quantity.kind
    return {**_span(mention), "how": how}
