"""Reads a written solution as steps: its calculator annotations, and the equations in its prose."""

import re
from collections.abc import Iterator
from fractions import Fraction

from generators.text.lexicon import content
from generators.text.proper_names import proper_names
from solver.stems import stem

from .equations import Equation, solve_linear
from .formula import Formula, NoFormula, Op, evaluate, leaves, read_formula
from .prose import prose_steps
from .step import Step, Unread
from .tokens import Token, around, describe, read_tokens
from .unknowns import equations_with_letters
from .unread import unread_results

ANNOTATION = re.compile(r"<<([^<>]*)>>")
_ROUNDED = Fraction(1, 200)
"""Relative error that an annotated result may have: solutions round."""
_WINDOW = 24
"""Tokens in front of a result among which the numbers of its annotation are looked for."""


class BadAnnotation(ValueError):
    """An annotation that is no formula or contradicts itself; the message says which."""


def read_solution(text: str) -> list[Step]:
    """Return the steps of a solution in order; raise BadAnnotation for an annotation that cannot be trusted."""
    steps: list[Step] = []
    equations: list[Equation] = []
    unread: frozenset[Unread] = frozenset()
    for line in text.split("\n"):
        clean, annotations = _without_annotations(line)
        tokens = list(read_tokens(clean))
        stems = frozenset(content([token.text for token in tokens if token.kind == "word"]))
        subject = next((stem(name) for _, _, name in proper_names(clean)), "")
        here = _line_steps(tokens, annotations, stems)
        read = {one.value for one in [*steps, *here]}
        unread |= {*unread_results(tokens, {start for start, _ in annotations}, read)}
        for step in here:
            step.place, step.subject, step.unread = len(steps), subject, unread
            steps.append(step)
        equations += [Equation(left, right, stems, len(steps)) for left, right in equations_with_letters(tokens)]
    steps += [
        Step(solved.formula, solved.value, "equation", solved.stems, (), place=solved.place)
        for solved in solve_linear(equations)
    ]
    steps.sort(key=lambda step: (step.place, step.kind == "annotation"))
    for number, step in enumerate(steps):
        if step.kind == "prose":
            _use_percents(step, steps[number + 1 :])
    return steps


def _line_steps(tokens: list[Token], annotations: list[tuple[int, str]], stems: frozenset[str]) -> list[Step]:
    """Return the steps of a line in order; an annotation that copies a number counts only where nothing gives it."""
    found: list[tuple[int, Step]] = []
    copies: list[tuple[int, Step]] = []
    for start, body in annotations:
        step = _annotated(body, start, tokens, stems)
        (found if isinstance(step.formula, Op) else copies).append((start, step))
    found += list(prose_steps(tokens, {start for start, _ in found}, stems))
    values = {step.value for _, step in found}
    found += [(start, step) for start, step in copies if step.value not in values]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def _use_percents(step: Step, later: list[Step]) -> None:
    """Write a sum of percentages in percents where later steps use it so: `100% - 40% = 60%`, then `60*.01*50`."""
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
    """Return a line without its annotations, and the annotations with their places in that line."""
    clean = ""
    annotations = []
    end = 0
    for match in ANNOTATION.finditer(line):
        clean += line[end : match.start()]
        # A `$` right in front belongs to the result `$40`, not to a number before it.
        annotations.append((len(clean) - clean.endswith("$"), match[1]))
        end = match.end()
    return clean + line[end:], annotations


def _annotated(body: str, start: int, tokens: list[Token], stems: frozenset[str]) -> Step:
    """Return the step of an annotation at a place of its line; its numbers have the words that the line has for them."""
    formula, value = _read_annotation(body)
    result = next((place for place, token in enumerate(tokens) if token.start >= start), len(tokens))
    _describe_leaves(formula, tokens, result)
    after, _ = around(tokens, result) if result < len(tokens) else ((), ())
    money = after[:1] == ("dollar",) or (result < len(tokens) and tokens[result].text.startswith("$"))
    return Step(formula, value, "annotation", stems, after, money)


def _read_annotation(body: str) -> tuple[Formula, Fraction]:
    """Return the formula of an annotation and its exact value; raise BadAnnotation if the two sides differ."""
    formula_text, _, value_text = body.partition("=")
    try:
        formula = read_formula(formula_text)
        told = evaluate(read_formula(value_text))
        value = evaluate(formula)
    except NoFormula as error:
        raise BadAnnotation(f"<<{body[:40]}>>: {error}") from None
    if abs(value - told) > _ROUNDED * abs(told):
        raise BadAnnotation(f"<<{body[:40]}>> contradicts itself")
    return formula, value


def _describe_leaves(formula: Formula, tokens: list[Token], result: int) -> None:
    """Add to the numbers of a formula the words around them in the line, from the result leftwards."""
    cursor = result - 1
    for leaf in reversed(list(leaves(formula))):
        for place in range(cursor, max(-1, cursor - _WINDOW), -1):
            told = tokens[place].leaf
            if told is not None and not told.letter and leaf.value in (told.value, told.value / 100):
                describe(leaf, tokens, place)
                cursor = place - 1
                break
