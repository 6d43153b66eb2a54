"""A written solution as steps: its calculator annotations, and the equations in its prose."""

import re
from collections.abc import Iterator
from fractions import Fraction

from generators.text.lexicon import content
from generators.text.proper_names import proper_names
from solver.stems import stem

from .equations import solve_linear
from .formula import Formula, NoFormula, Op, Token, evaluate, leaves, read_formula
from .prose import equations_with_letters, prose_steps
from .step import Step
from .tokens import Piece, around, describe, read_pieces

ANNOTATION = re.compile(r"<<([^<>]*)>>")


_ROUNDED = Fraction(1, 200)
"""How far an annotated result may lie from what its formula gives: solutions round."""


class BadAnnotation(ValueError):
    """An annotation is no formula, or contradicts itself; says which."""


def read_solution(text: str) -> list[Step]:
    """Return the steps of a solution in order; raise BadAnnotation for one that cannot be trusted."""
    steps: list[Step] = []
    equations: list[tuple[list[Token], list[Token], frozenset[str], int]] = []
    place = 0
    for line in text.split("\n"):
        clean, marks = _without_annotations(line)
        pieces = list(read_pieces(clean))
        stems = frozenset(content([piece.text for piece in pieces if piece.kind == "word"]))
        found: list[tuple[int, Step]] = []
        copies: list[tuple[int, Step]] = []
        for start, body in marks:
            step = _annotated(body, start, pieces, stems)
            (found if isinstance(step.formula, Op) else copies).append((start, step))
        found += list(prose_steps(pieces, {start for start, _ in found}, stems))
        subject = next((stem(name) for _, _, name in proper_names(clean)), "")
        values = {step.value for _, step in found}
        found += [(start, step) for start, step in copies if step.value not in values]
        for _, step in sorted(found, key=lambda pair: pair[0]):
            step.place, step.subject = place, subject
            place += 1
            steps.append(step)
        equations += [(left, right, stems, place) for left, right in equations_with_letters(pieces)]
    for formula, value, stems, where in solve_linear(equations):
        steps.append(Step(formula, value, "equation", stems, (), place=where))
    steps.sort(key=lambda step: (step.place, step.origin == "annotation"))
    for number, step in enumerate(steps):
        if step.origin == "prose":
            _as_used(step, steps[number + 1 :])
    return steps


def _as_used(step: Step, later: list[Step]) -> None:
    """Write a step on percents alone in percents, where that is how its result is used: `100% - 40% = 60%`, `60*.01*50`."""
    told, used = list(leaves(step.formula)), {leaf.value for one in later for leaf in leaves(one.formula)}
    linear = set(_signs(step.formula)) <= {"+", "-"}
    if linear and all(leaf.percent for leaf in told) and step.value not in used and step.value * 100 in used:
        step.value *= 100
        for leaf in told:
            leaf.value *= 100


def _signs(formula: Formula) -> Iterator[str]:
    if isinstance(formula, Op):
        yield formula.sign
        yield from _signs(formula.left)
        yield from _signs(formula.right)


def _without_annotations(line: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the line without its annotations, and where each stood in what is left."""
    clean = ""
    marks = []
    end = 0
    for match in ANNOTATION.finditer(line):
        clean += line[end : match.start()]
        marks.append((len(clean) - clean.endswith("$"), match[1]))  # the result is `$40`, and no number before it
        end = match.end()
    return clean + line[end:], marks


def _annotated(body: str, start: int, pieces: list[Piece], stems: frozenset[str]) -> Step:
    """Return the step of an annotation that stood at `start`, with the words that the line has for its numbers."""
    formula_text, _, value_text = body.partition("=")
    try:
        formula = read_formula(formula_text)
        value = evaluate(read_formula(value_text))
        worked = evaluate(formula)
    except NoFormula as error:
        raise BadAnnotation(f"<<{body[:40]}>>: {error}") from None
    if abs(worked - value) > _ROUNDED * abs(value):
        raise BadAnnotation(f"<<{body[:40]}>> contradicts itself")
    result = next((k for k, piece in enumerate(pieces) if piece.start >= start), len(pieces))
    cursor = result - 1
    for leaf in reversed(list(leaves(formula))):
        for index in range(cursor, max(-1, cursor - 24), -1):
            told = pieces[index].leaf
            if told is not None and not told.letter and leaf.value in (told.value, told.value / 100):
                describe(leaf, pieces, index)
                cursor = index - 1
                break
    after, _ = around(pieces, result) if result < len(pieces) else ((), ())
    money = after[:1] == ("dollar",) or (result < len(pieces) and pieces[result].text.startswith("$"))
    return Step(formula, worked, "annotation", stems, after, money)
