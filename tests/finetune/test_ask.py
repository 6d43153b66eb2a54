"""A question is answered with a trace, and the solver says what the trace gives."""

import pytest

from finetune.runs.folder import trained_system_line
from solver.experts import system_line

pytestmark = pytest.mark.filterwarnings("default")


def test_ask_prints_the_trace_and_what_the_solver_says(trained, call):
    """An answer that is not a trace is refused with the reason, and the exit status is 1."""
    status, said, _ = call(
        "ask", "--adapter", trained, "--max-new-tokens", 8, "--dtype", "float32", "How many are 2 and 3?"
    )

    assert status == 1
    assert "refused: " in said
    assert "model " in said.splitlines()[0]


def test_ask_shows_the_candidates(trained, call):
    """With samples, each different completion has its answer or its fault, its votes and its likelihood."""
    words = ["--adapter", trained, "--dtype", "float32", "--max-new-tokens", 20, "--samples", 3, "--seed", 5]
    status, said, _ = call("ask", *words, "How many are 2 and 3?")

    assert status == 1
    assert "completions of 4, by vote" in said
    assert [name in said for name in ("times", "votes", "log-likelihood", "numbers left out")] == [True] * 4
    assert said.count("refused: ") >= 2
    assert call("ask", *words, "How many are 2 and 3?")[1] == said


def test_ask_puts_the_system_prompt_that_the_run_was_trained_with(trained, tiny):
    """A trained model gets the system prompt of its dataset; any other model gets the line that names all experts."""
    assert trained_system_line(trained) == "You are a helpful assistant."
    assert trained_system_line(tiny) == system_line()
