"""The second opinion on a row: libyaml, exact fractions and the judge, which share nothing with the columns.

It goes over a sample of every group when a dataset is built, and over every row when one is audited.
"""

import re
from functools import lru_cache
from itertools import islice

from solver.document import load
from solver.grammar import Program, Step, Trace, read_step, write_step
from solver.machine import solve
from solver.number import read_number
from solver.refusal import Refusal
from solver.reward import REWARDS, judge
from solver.text import fence, write, yaml_outline

_STEP = re.compile(r"- (\{.*\})\n")
_FRAME = re.compile(r"(?:expert: [a-z_]+\ntrace:\n(?:- \{\}\n)+|(?:- expert: [a-z_]+\n  trace:\n(?:  - \{\}\n)+){2,})")
_STAND_IN = "{op: query, var: x}"
_SHORT = 4096
"""Characters of the longest trace that is read line by line; the bounds on a document are far beyond."""


def second_opinion(experts: tuple[str, ...], trace: str, answer: str) -> str | None:
    """Return what the YAML reader, exact fractions and the judge have against a row, or None."""
    wrong = yaml_opinion(experts, trace, answer)
    if wrong:
        return wrong
    verdict = judge(fence(trace), experts, answer)
    return None if verdict.reward == REWARDS["correct"] else verdict.reason


def yaml_opinion(experts: tuple[str, ...], trace: str, answer: str) -> str | None:
    """Return what the YAML reader and exact fractions have against a row, or None; several times as fast."""
    try:
        program = _by_lines(trace)
        if program is None:
            program = yaml_outline(trace).program()
            if write(program) != trace:
                return "its trace is not in canonical form"
        if not all(part.fits_shape for part in program):
            return "its trace does not have its expert's shape"
        named = tuple(part.expert for part in program)
        if named != experts:
            return f"its trace names {', '.join(named)}; expected {', '.join(experts)}"
        found = solve(program).answer
        gold = read_number(answer)
    except (Refusal, ValueError) as error:
        return str(error)
    return None if found == gold else f"the trace gives {found}, expected {gold}"


def _by_lines(trace: str) -> Program | None:
    """Return the program that libyaml reads in a canonical trace, or None where it must see the whole text.

    Most step lines recur. So libyaml is shown each line alone, once, and once the frame that is left with an
    empty mapping for every step. A flow mapping that is complete on its line means the same on its own.
    """
    pieces = _STEP.split(trace) if len(trace) <= _SHORT else []
    parts = _frame("- {}\n".join(pieces[::2]))
    try:
        steps = [step for step in map(_step, pieces[1::2]) if step]
    except Refusal:
        return None
    if parts is None or len(steps) < sum(count for _, count in parts):
        return None
    rest = iter(steps)
    return tuple(Trace(expert, tuple(islice(rest, count))) for expert, count in parts)


@lru_cache(maxsize=1 << 12)
def _frame(text: str) -> tuple[tuple[str, int], ...] | None:
    """Return each part's expert and number of steps, or None if the text is not laid out canonically."""
    if not _FRAME.fullmatch(text):
        return None
    return tuple((trace.expert, len(trace.steps)) for trace in yaml_outline(text.replace("{}", _STAND_IN)).program())


@lru_cache(maxsize=1 << 16)
def _step(text: str) -> Step | None:
    """Return the step that libyaml reads in a flow mapping, or None if it is not written canonically."""
    step = read_step(load(text))
    return step if write_step(step) == text else None
