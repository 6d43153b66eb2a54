"""A question is answered with a trace, and the solver says what the trace gives."""

import pytest

from finetune.judge.ask import ask, not_asked
from finetune.judge.choose import DEFAULT
from finetune.judge.completion import Completion
from finetune.judge.decode import Decoder
from finetune.runs.folder import trained_system_line
from solver.experts import system_line
from solver.text import fence, read

pytestmark = pytest.mark.filterwarnings("default")


def test_ask_prints_the_trace_and_what_the_solver_says(trained, call):
    """An answer that is not a trace is refused with the reason, and the exit status is 1."""
    status, said, _ = call(
        "ask", "--adapter", trained, "--max-new-tokens", 8, "--dtype", "float32", "How many are 2 and 3?"
    )

    assert status == 1
    assert "refused: " in said
    assert "model " in said.splitlines()[0]


def test_an_empty_question_is_refused(trained, call):
    """Nothing is loaded for it."""
    status, said, told = call("ask", "--adapter", trained, "  ")

    assert (status, said) == (2, "")
    assert told == "error: the question is empty; write one\n"


def test_ask_shows_the_candidates(trained, call):
    """With samples, each different completion has its answer or its fault, its votes and its likelihood."""
    words = ["--adapter", trained, "--dtype", "float32", "--max-new-tokens", 20, "--samples", 3, "--seed", 5]
    status, said, _ = call("ask", *words, "How many are 2 and 3?")

    assert status == 1
    assert f"completions of 4, by {DEFAULT}" in said
    assert [name in said for name in ("times", "votes", "log-likelihood", "numbers left out")] == [True] * 4
    assert said.count("refused: ") >= 2
    assert call("ask", *words, "How many are 2 and 3?")[1] == said


def test_ask_puts_the_system_prompt_that_the_run_was_trained_with(trained, tiny):
    """A trained model gets the system prompt of its dataset; any other model gets the line that names all experts."""
    assert trained_system_line(trained) == "You are a helpful assistant."
    assert trained_system_line(tiny) == system_line()


TRACE = """expert: arithmetic
trace:
- {op: init, var: trays, value: 12}
- {op: init, var: rolls, value: %s}
- {op: compute, compute_op: mul, args: [trays, rolls], var: baked}
- {op: compute, compute_op: sub, args: [baked, %s], var: left}
- {op: query, var: left}
"""


@pytest.mark.parametrize(
    ("numbers", "question", "said"),
    [
        (("8", "70"), "A baker makes 12 trays of 8 rolls and sells 70. How many are left?", None),
        (("8", "70"), "A baker makes a dozen trays of eight rolls and sells seventy. How many are left?", None),
        (("8", "2"), "A baker makes 12 trays of 8 rolls and sells some. How many are left?", None),
        (
            ("9", "70"),
            "A baker makes 12 trays of 8 rolls and sells 70.",
            "9 is not in the question; the model made it up",
        ),
        (("9", "71"), "A baker makes 12 trays of 8 rolls.", "9, 71 are not in the question; the model made them up"),
        (("71", "71"), "A baker makes 12 trays.", "71 is not in the question; the model made it up"),
    ],
    ids=["all there", "in words", "a free number of args", "one", "two", "one, twice"],
)
def test_numbers_that_the_question_lacks_are_named(numbers, question, said):
    """A warning names each number of a trace once that is no form of a number of the question."""
    assert not_asked(read(TRACE % numbers), question) == (said and f"warning: {said}")


def test_ask_warns_of_a_trace_that_runs_with_invented_numbers(tiny, capsys, monkeypatch):
    """The trace is run and shown; one line below it says that a number was made up."""
    text = fence(TRACE % ("9", "70"))
    monkeypatch.setattr(Decoder, "stream", lambda *_: Completion(text, 40, truncated=False, logprob=-1.0))

    runs = ask("A baker makes 12 trays of 8 rolls and sells 70. How many are left?", model=str(tiny), dtype="float32")

    assert runs
    assert capsys.readouterr().out.splitlines()[-1].startswith("warning: 9 is not in the question")
