"""Rewards of a group of completions: partial credit teaches to be wrong unless it stands beside a right answer."""

import numpy as np
import pytest

from finetune.training.credit import CREDITS, SHORT_CUTS, histogram, rewards_of
from solver import judge
from solver.text import fence

QUESTION = "Ann has 12 pens and buys 5 more. How many pens does she have?"
INIT = "expert: arithmetic\ntrace:\n- {op: init, var: pens, value: 12}\n- {op: init, var: more, value: 5}\n"
STEPS = {
    "right": "- {op: compute, compute_op: add, args: [pens, more], var: all}\n- {op: query, var: all}\n",
    "wrong": "- {op: compute, compute_op: sub, args: [pens, more], var: all}\n- {op: query, var: all}\n",
    "broken": "- {op: compute, compute_op: add, args: [pens, price], var: all}\n- {op: query, var: all}\n",
}
VERDICTS = {name: judge(fence(INIT + steps), "arithmetic", 17, QUESTION) for name, steps in STEPS.items()}


@pytest.mark.parametrize(
    ("credit", "found", "rewards"),
    [
        ("graduated", ["right", "wrong", "broken"], [1.0, 0.7, 0.5]),
        ("graduated", ["wrong", "broken"], [0.7, 0.5]),
        ("gated", ["right", "wrong", "broken"], [1.0, 0.7, 0.5]),
        ("gated", ["wrong", "broken"], [0.0, 0.0]),
        ("binary", ["right", "wrong", "broken"], [1.0, 0.0, 0.0]),
        ("binary", ["wrong", "broken"], [0.0, 0.0]),
    ],
)
def test_partial_credit_is_gated_by_a_right_completion(credit, found, rewards):
    """Gated credit is graduated where a completion of the group is right, and nothing where none is."""
    assert rewards_of([VERDICTS[name] for name in found], credit) == rewards


def test_a_right_answer_from_numbers_that_the_question_lacks_opens_no_gate():
    """Grounding is part of the reward: 8 + 9 is 17 too, and earns no more than a broken trace, alone nothing."""
    text = fence((INIT + STEPS["right"]).replace("12", "8").replace("value: 5", "value: 9"))
    verdict = judge(text, "arithmetic", 17, QUESTION)

    assert verdict.code == "ungrounded"
    assert rewards_of([verdict, VERDICTS["broken"]], "gated") == [0.0, 0.0]
    assert rewards_of([verdict, VERDICTS["right"]], "gated") == [0.5, 1.0]


def reinforced(credit, *, chance=0.8, seed=0, steps=150, size=8, rate=0.1):
    """Train a policy of two habits on four questions by GRPO's rule; return its accuracy on the easy one, step by step.

    To try is right with a chance on the easy question, and gives a broken trace on the three hard ones. To play safe
    gives a valid trace with a wrong answer on all of them. One probability serves all questions, as one model does.
    """
    rng, logit, accuracy = np.random.default_rng(seed), 0.5, []
    for _ in range(steps):
        tries = 1 / (1 + np.exp(-logit))
        accuracy.append(tries * chance)
        gradient = 0.0
        for easy in (True, False, False, False):
            tried = rng.random(size) < tries
            right = easy & (rng.random(size) < chance)
            names = np.where(tried, np.where(right, "right", "broken"), "wrong")
            rewards = np.array(rewards_of([VERDICTS[name] for name in names], credit))
            advantages = (rewards - rewards.mean()) / (rewards.std(ddof=1) + 1e-4)
            gradient += (advantages * (tried - tries)).mean()
        logit += rate * gradient
    return accuracy


def test_graduated_credit_makes_a_policy_forget_what_it_answers_right():
    """Where no completion is right, the valid wrong answer is the best; the model takes to it on the easy question too."""
    accuracy = reinforced("graduated")

    assert accuracy[0] == pytest.approx(0.5, abs=0.01)
    assert accuracy[-1] < 0.1


@pytest.mark.parametrize("credit", ["gated", "binary"])
def test_other_credit_does_not_collapse(credit):
    """The same policy on the same questions learns to try."""
    assert reinforced(credit)[-1] > 0.7


def test_every_credit_is_tested_above():
    """A new way to give credit has to stand the test of the collapse."""
    assert set(CREDITS) == {"gated", "graduated", "binary"}


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("- {op: query, var: pens}\n", "short_circuit"),
        ("- {op: compute, compute_op: mul, args: [pens, 1], var: b}\n- {op: query, var: b}\n", "literal_identity"),
        ("- {op: compute, compute_op: add, args: [12, 5], var: b}\n- {op: query, var: b}\n", "only_literals"),
        ("- {op: init, var: all, value: 17}\n- {op: query, var: all}\n", "short_circuit"),
        ("", "no_query"),
    ],
)
def test_attempts_to_game_the_reward_are_counted(steps, code):
    """Each exploit that an earlier reward paid for is refused by the solver and shows in the histogram."""
    verdicts = [judge(INIT + steps, "arithmetic", 17, QUESTION), judge("no trace", "arithmetic", 17, QUESTION)]

    shares = histogram(verdicts)

    assert code in SHORT_CUTS
    assert (shares[f"short_cut/{code}"], shares["short_cuts"], shares["verdict/broken"]) == (0.5, 0.5, 0.5)
    assert shares["verdict/correct"] == 0
