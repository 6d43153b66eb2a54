"""Judges model output: gives any text a verdict with the graduated reward of P9; reward functions for TRL and verl."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Rational
from typing import Any

from .completion import find
from .experts import EXPERTS
from .grounding import ENGLISH, Constants, Reading, ungrounded
from .machine import solve
from .number import read_number, write_number
from .program import Program
from .refusal import FormatError, InputError, Refusal, TraceError, did_you_mean
from .turns import asked, reply

REWARDS = {"correct": 1.0, "wrong_answer": 0.7, "broken": 0.5, "wrong_expert": 0.3, "unparsed": 0.0}
"""The outcomes, best first, and the reward of each (P9)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a completion: its outcome, and for a fault the reason, the rule's code and the location.

    `traces` is the number of complete traces behind any reasoning; the last one is judged. `part` and `step` locate the fault, counted from 1. `answer` is the trace's answer, None if it did not run. `experts`
    are those that the completion names. `fits_shape` and `identities` are metrics; they do not change the reward.
    """

    outcome: str
    reason: str = ""
    code: str = ""
    part: int | None = None
    step: int | None = None
    answer: Fraction | None = None
    experts: tuple[str, ...] = ()
    fits_shape: bool = False
    identities: int = 0
    traces: int = 0

    @property
    def reward(self) -> float:
        """The reward of the outcome, 0.0 to 1.0."""
        return REWARDS[self.outcome]


def judge(
    completion: object,
    experts: str | Sequence[str] | None,
    answer: Fraction | int | str,
    question: object = None,
    language: str = ENGLISH,
    *,
    constants: Constants = (),
) -> Verdict:
    """Judge a completion against the expected experts, the exact answer and the question.

    Total: every completion gets a verdict, in bounded time and on any thread. `experts` is one name, the names of a
    composition in order, or None to accept any. `question` is a text, or a prompt whose last user message asks; a trace
    that runs must be grounded in it. Without a text, that is not checked. `language` is that of the question,
    `constants` are the named constants that the dataset's patterns brought (`solver.constants.own_constants`). Raises
    ValueError only for the caller's data: an `answer` that is not an exact number, or an expert that does not exist.
    """
    gold = _gold(answer)
    wanted = (experts,) if isinstance(experts, str) else () if experts is None else tuple(experts)
    for name in wanted:
        if name not in EXPERTS:
            raise InputError(f"no expert {str(name)[:40]!r}; {did_you_mean(name, EXPERTS)}")
    found: tuple[str, ...] = ()
    traces = 0
    text = completion if isinstance(completion, str) else reply(completion)
    if text is None:
        return Verdict("unparsed", "no text", "no_trace")
    try:
        trace = find(text)
        document, traces = trace.document, trace.traces
        found = document.experts
        if wanted and found != wanted:
            return Verdict("wrong_expert", _misrouted(found, wanted), "wrong_expert", experts=found, traces=traces)
        program = document.program()
        solution = solve(program)
    except FormatError as error:
        return _refused("unparsed", error, found, traces)
    except TraceError as error:
        return _refused("broken", error, found, traces)
    shaped = all(trace.fits_shape for trace in program)
    right = solution.answer == gold
    verdict = Verdict(
        "correct" if right else "wrong_answer",
        "" if right else f"the trace gives {write_number(solution.answer)}, expected {write_number(gold)}",
        "" if right else "wrong_answer",
        answer=solution.answer,
        experts=found,
        fits_shape=shaped,
        identities=solution.identities,
        traces=traces,
    )
    return verdict if question is None else _grounded(verdict, program, question, language, constants)


def _grounded(verdict: Verdict, program: Program, question: object, language: str, constants: Constants) -> Verdict:
    """Return the verdict on a trace that runs: broken if it takes a number that the question does not have."""
    text = asked(question)
    fault = None if text is None else ungrounded(program, text, language, constants)
    if fault is None:
        return verdict
    return replace(verdict, outcome="broken", reason=str(fault), code=fault.code, part=fault.part, step=fault.step)


def _gold(answer: Fraction | int | str) -> Fraction:
    if isinstance(answer, str):
        return read_number(answer)
    if isinstance(answer, Rational):
        return Fraction(answer)
    raise ValueError(f"{answer!r} is not an exact number; give a text such as 7.4 or 2/3, an integer or a Fraction")


def _misrouted(found: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """Return the reason of a wrong expert."""
    named = " then ".join(name[:40] for name in found[: len(wanted) + 1])
    hint = "; write names in lower case" if tuple(name.lower() for name in found) == wanted else ""
    return f"{named}; expected {' then '.join(wanted)}{hint}"


def _refused(outcome: str, error: Refusal, experts: tuple[str, ...], traces: int) -> Verdict:
    return Verdict(outcome, str(error), error.code, error.part, error.step, experts=experts, traces=traces)


def judge_all(
    completions: Iterable[Any],
    experts: Iterable[Any],
    answers: Iterable[Any],
    questions: Iterable[Any] | None = None,
    language: str = ENGLISH,
    *,
    constants: Constants = (),
) -> list[Verdict]:
    """Judge a batch: one verdict per completion; completions are strings or lists of messages, as for `judge`."""
    if questions is None:
        return [judge(*row) for row in zip(completions, experts, answers, strict=True)]
    return [
        judge(*row, language, constants=constants) for row in zip(completions, experts, answers, questions, strict=True)
    ]


def trace_reward(
    completions: list[Any],
    answer: list[str | None],
    experts: list[Any] | None = None,
    prompts: list[Any] | None = None,
    *,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
    **_columns: Any,
) -> list[float | None]:
    """Return one reward per completion, 0.0 to 1.0: a reward function for TRL.

    `answer` and `experts` are columns of the dataset; without `experts` any expert is accepted. TRL passes `prompts`: the
    last user message of each is the question. `reading` is how the dataset's questions are read
    (`solver.dataset_reading`), for datasets with named constants of their own or in another language. A row whose answer is None gets None: the function abstains, as TRL allows
    where a dataset mixes tasks.

    >>> trace_reward(["no trace", "no trace"], answer=["42", None])
    [0.0, None]
    """
    none = [None] * len(completions)
    names, questions = (none if column is None else column for column in (experts, prompts))
    rows = zip(completions, names, answer, questions, strict=True)
    return [
        None if gold is None else judge(text, name, gold, prompt, reading.language, constants=reading.constants).reward
        for text, name, gold, prompt in rows
    ]


def compute_score(
    data_source: str | None = None,  # noqa: ARG001  # verl passes it by name
    solution_str: object = None,
    ground_truth: Any = None,
    extra_info: Mapping[str, Any] | None = None,
    *,
    as_mapping: bool = False,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
    **batch: Any,
) -> Any:
    """Return the reward of one completion, or of a batch: a reward function for verl.

    `extra_info` may hold `experts` and `question`. verl's batch manager passes `solution_strs`, `ground_truths` and `extra_infos`, and
    gets a list. With `as_mapping`, each result is a mapping: `score` is the reward, and `acc` is 1.0 for a correct
    completion and else 0.0, since verl logs a bare reward as accuracy. `reading` is that of `trace_reward`. Other keyword arguments are ignored.
    """
    if "solution_strs" not in batch:
        return _score(solution_str, ground_truth, extra_info, as_mapping, reading)
    solutions = batch["solution_strs"]
    infos = batch.get("extra_infos")
    infos = [None] * len(solutions) if infos is None else infos
    return [_score(*row, as_mapping, reading) for row in zip(solutions, batch["ground_truths"], infos, strict=True)]


def _score(
    text: object, answer: Any, extra_info: Mapping[str, Any] | None, as_mapping: bool, reading: Reading
) -> float | dict[str, float]:
    info = extra_info or {}
    verdict = judge(
        text, info.get("experts"), answer, info.get("question"), reading.language, constants=reading.constants
    )
    return {"score": verdict.reward, "acc": float(verdict.outcome == "correct")} if as_mapping else verdict.reward
