"""A trace is found in whatever a model wrote around it, and the last complete one counts."""

import os
import time
from functools import partial
from random import Random

import pytest
from docs.completions import COMPOSED, FORMS, JSON, PROSE, PYTHON, TRACE
from hypothesis import given
from strategies import completions, honest_programs, law, model_output
from test_reward import LIMIT
from timing import least_seconds

from solver import REWARDS, FormatError, extract, fence, judge, read, write
from solver.completion import MAX_COMPLETION, _search, find

CASES = [
    pytest.param(*form[1:], id=f"{group}, {number}")
    for group, forms in FORMS.items()
    for number, form in enumerate(forms, 1)
]


@pytest.mark.parametrize(("completion", "outcome", "traces"), CASES)
def test_every_form_of_the_table_gets_its_verdict(completion, outcome, traces):
    """Each completion of the table in the documentation has the outcome and the number of traces that stand there."""
    verdict = judge(completion, "arithmetic", 42)

    assert (outcome, traces) == (verdict.outcome, verdict.traces), verdict.reason


@pytest.mark.parametrize(
    "wrap", [str, fence, lambda text: PROSE + fence(text) + PROSE, "{}```".format, "```\n{}".format]
)
@pytest.mark.parametrize("text", [TRACE, COMPOSED], ids=["single", "composed"])
def test_the_trace_is_extracted(text, wrap):
    """Fences and prose around a trace or a composition do not lose it (P13)."""
    assert read(text) == read(extract(wrap(text)))


@law
@given(honest_programs())
def test_a_written_program_is_found_alike_by_both_ways(program):
    """Canonical text is one complete trace, for the fast path and for the search."""
    for text in (write(program), fence(write(program)), f"{PYTHON}{fence(write(program))}"):
        slow = _search(text)

        assert find(text).traces == slow.traces == 1
        assert find(text).document.program() == slow.best.document.program() == program


@law
@given(completions)
def test_extracting_cuts_and_never_invents(completion):
    """The extracted text is part of the completion, except for kinds of spaces and line ends, and has no closed fence."""
    text = extract(completion)

    assert text in _search(completion).text
    assert "```" not in text


@law
@given(completions)
def test_judging_reads_what_is_extracted(completion):
    """The verdict on a completion is the verdict on its extracted trace."""
    whole, cut = judge(completion, None, 42), judge(extract(completion), None, 42)

    assert (whole.outcome, whole.code, whole.answer) == (cut.outcome, cut.code, cut.answer)


def test_mutated_model_outputs_are_judged():
    """Whatever is done to what models write, judging never raises, tells the same again, and takes no longer than the limit.

    EXAMPLES=300000 looks longer, at texts of its own.
    """
    examples = os.environ.get("EXAMPLES")
    random = Random(examples or 19)
    slowest = 0.0
    for _ in range(int(examples or 2_000)):
        completion = model_output(random)
        began = time.thread_time()
        verdict = judge(completion, "arithmetic", 42)
        seconds = time.thread_time() - began
        if seconds > slowest:
            slowest = min(seconds, least_seconds(partial(judge, completion, "arithmetic", 42), LIMIT))

        assert verdict.reward in REWARDS.values()
        assert (verdict.outcome == "correct") <= (verdict.experts == ("arithmetic",))
        assert (verdict.outcome == "unparsed") <= (verdict.traces == 0)
        assert slowest < LIMIT, completion[:200]
    print(f"slowest: {slowest * 1000:.1f} ms")


def test_a_completion_beyond_the_bound_is_refused():
    """A completion that no model writes is refused by its length, and one of the bound is searched."""
    padding = "x" * (MAX_COMPLETION - len(fence(TRACE)) - 1)

    assert extract(f"{padding}\n{fence(TRACE)}") == TRACE
    with pytest.raises(FormatError, match=f"at most {MAX_COMPLETION} are searched"):
        extract(f"{padding}x\n{fence(TRACE)}")


BAD = TRACE.replace("value: 41}", "value: 41")


@pytest.mark.parametrize(
    ("completion", "line"),
    [
        (BAD, 4),
        (fence(BAD), 5),
        (f"{PROSE}\n{PYTHON}{fence(BAD)}", 10),
        (f"<think>\n{TRACE}</think>\n{fence(BAD)}", 12),
        (f"<think>\n{TRACE}</think>\n{fence(BAD)}".replace("\n", "\r\n"), 12),
        (f"{PROSE}\nSo:\n{BAD}", 7),
        (f"{PROSE}<answer>{BAD}</answer>", 5),
    ],
    ids=["bare", "fenced", "other blocks", "reasoning", "CRLF", "prose", "tag"],
)
def test_an_error_names_the_line_of_the_text(completion, line):
    """The line of a YAML error is counted in the text that the model wrote, not in the block that was cut out."""
    assert f"not YAML in line {line}:" in judge(completion, None, 42).reason


def test_a_trace_outside_of_the_answer_is_named():
    """Where the only trace stands in the reasoning, the reason says so."""
    reason = judge(f"{fence(TRACE)}</think>I give up.", None, 42).reason

    assert reason == "no trace in the answer, only before or behind it; write it as the answer"
    assert judge(f"<think>{JSON}", None, 42).reason == reason
