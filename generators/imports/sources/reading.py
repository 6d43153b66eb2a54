"""Reads an entry of a source as a problem: its question, its gold answer, and its program as steps."""

from collections.abc import Callable
from typing import Any, NamedTuple

from generators.imports.solution.annotations import BadAnnotation, read_solution
from generators.imports.solution.formula import Beyond, BinaryDecimal, NoFormula, Op, evaluate, leaves
from generators.imports.solution.one_unknown import read_equations
from generators.imports.solution.problem import Dropped, Problem
from generators.imports.solution.python import read_python
from generators.imports.solution.slots import read_slots
from generators.imports.solution.step import Step
from generators.imports.solution.written import Slot
from generators.text.lexicon import content
from solver.machine import solve
from solver.quantities import TOO_LONG
from solver.refusal import Refusal
from solver.stems import WORD
from solver.text import read

from .answers import Answer, NoAnswer, read_answer
from .questions import NoQuestion, Question, counts, read_question
from .registry import NUMBERS, Source

GOLD_ALONE = "gold answers alone are no program"
"""The reason why a source without programs makes no rows to train on."""


_NO_VALUE = "no_value: the program does not give the answer"


class _Unread(ValueError):
    """An entry that is no problem; the message is the reason."""


def read_problem(source: Source, row_id: str, entry: dict[str, Any], *, bare: bool = False) -> Problem | Dropped:
    """Return the problem of an entry, or the reason why there is none; `bare` leaves the program unread."""
    told = ""
    try:
        question = _question(source, entry)
        told = question.text
        if TOO_LONG.search(told):
            raise _Unread("line: a number of the question has too many digits")
        answer = _answer(source, entry)
        if bare:
            if answer is None:
                raise _Unread("answer: the source has none")
            return Problem(row_id, told, answer.value)
        if source.format == "trace":
            return _traced(row_id, told, answer, _program(source, entry))
        return _solved(source, row_id, question, answer, _steps(source, entry, question, answer))
    except _Unread as reason:
        return Dropped(row_id, str(reason), told)


class _Program(NamedTuple):
    """The lines of a program, and the question and answer that it is for."""

    lines: list[str]
    question: Question
    answer: Answer | None


def _question(source: Source, entry: dict[str, Any]) -> Question:
    parts = [entry.get(name) for name in source.columns.question]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts) or not any(map(str.strip, texts)):
        raise _Unread(f"line: no {' and '.join(source.columns.question)} as texts")
    try:
        return read_question(texts, tokenised=source.tokenised, numbers=entry.get(NUMBERS))
    except NoQuestion as error:
        raise _Unread(f"line: {error}") from None


def _answer(source: Source, entry: dict[str, Any]) -> Answer | None:
    """Return the gold answer, or None for a source that has none."""
    columns = source.columns.answer
    if not columns:
        return None
    found = [entry.get(name) for name in columns]
    if columns == source.columns.program and isinstance(found[0], str) and "####" not in found[0]:
        raise _Unread("answer: the solution has no ####")
    try:
        return read_answer(found)
    except NoAnswer as error:
        raise _Unread(f"answer: {error}") from None


def _steps(source: Source, entry: dict[str, Any], question: Question, answer: Answer | None) -> list[Step]:
    """Return the steps of an entry's program."""
    return _READERS[source.format](_Program(_program(source, entry), question, answer))


def _program(source: Source, entry: dict[str, Any]) -> list[str]:
    """Return the lines of an entry's program."""
    program = next((entry[name] for name in source.columns.program if entry.get(name) is not None), None)
    if program is None or source.format == "none":
        raise _Unread(f"no_program: {GOLD_ALONE}")
    return _texts(program)


def _traced(row_id: str, question: str, answer: Answer | None, lines: list[str]) -> Problem:
    """Return the problem of an entry with a trace; without a gold answer, the trace's own is taken."""
    text = "\n".join(lines)
    try:
        program = read(text)
        value = solve(program).answer if answer is None else answer.value
    except Refusal as error:
        raise _Unread(f"trace: {error}") from None
    return Problem(row_id, question, value, answer_from="" if answer else "program", trace=text)


def _of_annotations(program: _Program) -> list[Step]:
    text = "\n".join(program.lines)
    try:
        steps = read_solution(text.rpartition("####")[0] or text)
    except BadAnnotation as error:
        raise _Unread(f"annotation: {error}") from None
    if not any(isinstance(step.formula, Op) for step in steps):
        raise _Unread(f"no_program: {GOLD_ALONE}")
    return steps


def _of_equation(program: _Program) -> list[Step]:
    """Return the steps of equations; their numbers have the words of the sentence that asks around them."""
    stems = tuple(content(WORD.findall(program.question.asked)))
    steps: list[Step] = []
    try:
        for formula in read_equations(program.lines, program.answer and program.answer.value):
            for leaf in leaves(formula):
                leaf.before = stems[:6]
            steps.append(Step(formula, evaluate(formula), "annotation", frozenset(stems), (), place=len(steps)))
    except NoFormula as error:
        raise _Unread(_reason("equation", error)) from None
    return steps


def _of_slots(program: _Program) -> list[Step]:
    """Return the steps by the way of counting that gives the answer; if two do, the numbers' places are left open."""
    fault, found = "", []
    for numbers in counts(program.question):
        try:
            steps = read_slots(" ".join(program.lines), numbers)
        except NoFormula as error:
            fault = fault or _reason("slots", error)
            continue
        if program.answer is None or program.answer.fits(steps[-1].value):
            found.append(steps)
    if not found:
        raise _Unread(fault or _NO_VALUE)
    if len(found) > 1 and _wiring(found[0]) != _wiring(found[1]):
        for leaf in (leaf for step in found[0] for leaf in leaves(step.formula)):
            leaf.written = None if isinstance(leaf.written, Slot) else leaf.written
    return found[0]


def _wiring(steps: list[Step]) -> list[Any]:
    """Return the origins of all numbers; a figure and the quantity around it count as one."""
    return [
        (leaf.value, leaf.written.end) if isinstance(leaf.written, Slot) else leaf.written
        for step in steps
        for leaf in leaves(step.formula)
    ]


def _of_python(program: _Program) -> list[Step]:
    try:
        return read_python("\n".join(program.lines))
    except NoFormula as error:
        raise _Unread(_reason("python", error)) from None


def _reason(kind: str, error: NoFormula) -> str:
    """Return the reason for a program that cannot be read, with its own kind where the program is sound."""
    if isinstance(error, Beyond):
        kind = "beyond"
    return f"{'binary_decimal' if isinstance(error, BinaryDecimal) else kind}: {error}"


_READERS: dict[str, Callable[[_Program], list[Step]]] = {
    "annotations": _of_annotations,
    "equation": _of_equation,
    "slots": _of_slots,
    "python": _of_python,
}
"""The readers of the formats."""


def _texts(program: Any) -> list[str]:
    """Return a program as lines: a text is one, a list has several."""
    lines = [program] if isinstance(program, str) else program
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        raise _Unread("line: its program is neither a text nor a list of texts")
    if not any(line.strip() for line in lines):
        raise _Unread(f"no_program: {GOLD_ALONE}")
    if any(map(TOO_LONG.search, lines)):
        raise _Unread("beyond: a number of the program has too many digits")
    return list(lines)


def _solved(source: Source, row_id: str, question: Question, answer: Answer | None, steps: list[Step]) -> Problem:
    """Return the problem with its answer: the source's, or the program's exact value where the source rounds it."""
    value = steps[-1].value
    if answer is None:
        return Problem(row_id, question.text, value, steps, answer_from="program")
    if source.format == "annotations" or value == answer.value:
        return Problem(row_id, question.text, answer.value, steps)
    if not answer.fits(value):
        raise _Unread(_NO_VALUE)
    return Problem(row_id, question.text, value, steps, answer_from=f"program; the source rounds it to {answer.text}")
