"""A choice among completions follows its measure, breaks ties by likelihood, and needs no right answer."""

from fractions import Fraction
from math import log

import pytest

from finetune.judge.choose import WAYS, Candidate, candidate, choose, pass_at, unused_numbers, weigh
from solver.text import read

QUESTION = "Ann has 3 bags of 5 pears and eats 2 of them. How many pears are left?"


def pool(*found):
    """Return candidates from rows of answer, likelihood, unused numbers and score; an answer of None does not run."""
    made = []
    for place, (answer, share, *more) in enumerate(found):
        unused, score = [*more, 0, 0][:2]
        number = None if answer is None else Fraction(answer)
        made.append(
            Candidate(number, log(share), f"text {place}", unused, score, odd=number is not None and number < 0)
        )
    return made


@pytest.mark.parametrize(
    ("way", "found", "place"),
    [
        ("vote", [(1, 0.5), (2, 0.1), (2, 0.2)], 2),
        ("vote", [(None, 0.9), (None, 0.8), (4, 0.1)], 2),
        ("vote", [(1, 0.1), (2, 0.3)], 1),
        ("vote", [(1, 0.2), (2, 0.2)], 0),
        ("vote", [(None, 0.1), (None, 0.9)], 0),
        ("vote", [(1, 0.3, 1), (1, 0.2, 0)], 1),
        ("likelihood", [(1, 0.5), (2, 0.1), (2, 0.2)], 0),
        ("likelihood", [(1, 0.5), (2, 0.3), (2, 0.3)], 1),
        ("likelihood", [(None, 0.9), (2, 0.3)], 1),
        ("numbers", [(1, 0.5, 1), (1, 0.5, 1), (2, 0.1, 0)], 2),
        ("numbers", [(1, 0.5, 2), (2, 0.1, 1), (3, 0.2, 1), (2, 0.2, 1)], 3),
        ("numbers", [(None, 0.5, 0), (2, 0.1, 1)], 1),
        ("sense-numbers-likelihood", [(1, 0.9, 1), (2, 0.1, 0), (2, 0.1, 0), (3, 0.3, 0)], 3),
        ("sense", [(-1, 0.5), (-1, 0.5), (2, 0.1)], 2),
        ("sense", [(-1, 0.5), (-1, 0.5)], 0),
        ("sense-likelihood", [(-1, 0.9), (2, 0.3), (2, 0.3), (3, 0.5)], 1),
        ("sense-likelihood", [(-1, 0.9), (2, 0.1), (2, 0.1), (3, 0.5)], 3),
        ("sense-numbers", [(-1, 0.5, 0), (2, 0.1, 1), (3, 0.3, 2)], 1),
        ("scorer", [(1, 0.5, 0, -3), (2, 0.1, 0, 4)], 1),
        ("scorer", [(1, 0.5, 0, -1000), (2, 0.1, 0, 1000)], 1),
        ("scorer", [(1, 0.5, 0, 0.1), (1, 0.5, 0, 0.1), (2, 0.1, 0, 4)], 0),
    ],
)
def test_each_way_follows_its_measure(way, found, place):
    """Votes are counted, likelihoods and scores summed by answer; what does not run never beats what runs."""
    assert place == choose(pool(*found), way)


def test_a_repeated_text_has_its_likelihood_once():
    """Two copies of a text are two votes, but no more likely than one."""
    same = Candidate(Fraction(1), log(0.3), "a")
    other = Candidate(Fraction(2), log(0.5), "b")

    assert weigh([same, same, other], "vote") == {1: 2.0, 2: 1.0}
    assert list(weigh([same, same, other], "likelihood")) == [2, 1]


def test_a_choice_does_not_depend_on_the_size_of_likelihoods():
    """Likelihoods too small for a float are compared all the same."""
    found = [Candidate(Fraction(place), -2000.0 - abs(place - 3), str(place)) for place in range(6)]

    assert choose(found, "likelihood") == 3


def test_nothing_that_runs_gives_no_weights():
    """If no candidate runs, no answer has a weight, in any way."""
    assert [weigh(pool((None, 0.5)), way) for way in WAYS] == [{}] * len(WAYS)


def trace(*steps):
    """Return a completion of arithmetic."""
    return "```yaml\nexpert: arithmetic\ntrace:\n" + "".join(f"- {{{step}}}\n" for step in steps) + "```"


PARTS = ("op: init, var: bags, value: 3", "op: init, var: each, value: 5")
PRODUCT = "op: compute, compute_op: mul, args: [bags, each], var: all"


@pytest.mark.parametrize(
    ("text", "answer", "unused"),
    [
        (trace(*PARTS, PRODUCT, "op: query, var: all"), 15, 1),
        (
            trace(
                *PARTS,
                "op: init, var: eaten, value: 2",
                PRODUCT,
                "op: compute, compute_op: sub, args: [all, eaten], var: left",
                "op: query, var: left",
            ),
            13,
            0,
        ),
        (trace("op: init, var: a, value: 99", "op: init, var: b, value: 3", "op: query, var: a"), None, 0),
        (trace("op: query, var: a"), None, 0),
        ("no trace", None, 0),
    ],
    ids=["one number left out", "all numbers", "not grounded", "does not run", "no trace"],
)
def test_a_candidate_is_a_trace_that_runs_and_is_grounded(text, answer, unused):
    """The answer is that of a trace that runs with the question's numbers; else there is none."""
    found = candidate(text, -1.0, QUESTION)

    assert (found.answer, found.unused) == (answer, unused)


@pytest.mark.parametrize(
    ("question", "args", "odd"),
    [
        ("Ann has 3 pears, and 5 plums.", "[a, b]", False),
        ("Ann has 3 pears, and 5 plums.", "[b, a]", True),
        ("Ann has 3 pears, and 5.5 plums.", "[a, b]", False),
    ],
    ids=["whole", "below zero", "a fraction of fractions"],
)
def test_an_answer_below_zero_is_odd(question, args, odd):
    """A fraction is odd only where the question has whole numbers alone."""
    second = "5.5" if "5.5" in question else "5"
    steps = ("op: init, var: b, value: 3", f"op: init, var: a, value: {second}")
    operation = f"op: compute, compute_op: sub, args: {args}, var: c"

    assert candidate(trace(*steps, operation, "op: query, var: c"), -1.0, question).odd is odd


def test_a_number_is_taken_in_any_of_its_forms():
    """A percent is used where its share, its rest or the number itself stands in the trace."""
    program = read(trace("op: init, var: a, value: 0.6", "op: query, var: a")[len("```yaml\n") : -3])

    assert unused_numbers(program, "40 % of them are red.") == 0
    assert unused_numbers(program, "41 % of them are red.") == 1


@pytest.mark.parametrize(
    ("k", "samples", "right", "chance"),
    [(1, 8, 2, 0.25), (8, 8, 1, 1.0), (8, 8, 0, 0.0), (2, 4, 2, 1 - 1 / 6), (3, 4, 2, 1.0)],
)
def test_pass_at_k_is_unbiased(k, samples, right, chance):
    """It is the share of the choices of k samples that have a right one."""
    assert pytest.approx(chance) == pass_at(k, samples, right)
