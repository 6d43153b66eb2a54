"""Chooses among several completions for one question: those that run and are grounded compete by their answers.

Nothing here knows the right answer: a choice rests on the completions, their likelihoods and the question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, exp

from finetune.models.verdicts import SCORER
from solver.completion import extract
from solver.grounding import Reading, literals, number_forms
from solver.program import Program
from solver.quantities import read_quantities
from solver.reward import judge
from solver.text import read


@dataclass(frozen=True)
class Candidate:
    """A completion with the facts on which a choice may rest.

    `answer` is None if its trace does not run or is not grounded; `fault` is then the reason. `unused` is the number of the question's numbers that
    its trace does not take. `odd` says that the answer is below zero, or a fraction where all those numbers are whole. `score` is that of a scorer: the log odds that the trace is right.
    """

    answer: Fraction | None
    logprob: float
    text: str = ""
    unused: int = 0
    score: float = 0.0
    fault: str = ""
    odd: bool = False


def candidate(
    text: str,
    logprob: float,
    question: str,
    reading: Reading = Reading(),  # noqa: B008  # a frozen value
    *,
    score: float = 0.0,
) -> Candidate:
    """Return the candidate of a completion."""
    no_claim = 0  # as the right answer: only whether the trace runs is asked here
    verdict = judge(text, None, no_claim, question, **reading._asdict())
    answer = verdict.answer
    if answer is None or verdict.outcome not in ("correct", "wrong_answer"):
        return Candidate(None, logprob, text, score=score, fault=verdict.reason)
    whole = all(quantity.value.denominator == 1 for quantity in read_quantities(question))
    odd = answer < 0 or (whole and answer.denominator > 1)
    return Candidate(answer, logprob, text, unused_numbers(read(extract(text)), question), score, odd=odd)


def unused_numbers(program: Program, question: str) -> int:
    r"""Return how many numbers of a question a program takes in no form.

    >>> from solver import read
    >>> trace = "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 3}\n- {op: query, var: a}"
    >>> unused_numbers(read(trace), "Ann has 3 pears, and five plums.")
    1
    """
    taken = {abs(value) for trace in program for step in trace.steps for _, value in literals(step)}
    return sum(
        taken.isdisjoint(abs(value) for _, value in number_forms(quantity)) for quantity in read_quantities(question)
    )


@dataclass(frozen=True)
class Way:
    """A way to choose: only candidates with the lowest rank compete, and each gives its weight to its answer."""

    meaning: str
    weights: Callable[[Sequence[Candidate]], list[float]]
    rank: Callable[[Candidate], tuple[int, ...]] = lambda _: ()


def _votes(candidates: Sequence[Candidate]) -> list[float]:
    return [1.0] * len(candidates)


def _likelihoods(candidates: Sequence[Candidate]) -> list[float]:
    """Return the likelihood of each candidate, relative to the greatest; a repeated text counts once."""
    most = max(each.logprob for each in candidates)
    texts = [each.text for each in candidates]
    return [
        exp(each.logprob - most) if each.text not in texts[:place] else 0.0 for place, each in enumerate(candidates)
    ]


def _unused(each: Candidate) -> tuple[int, ...]:
    return (each.unused,)


def _odd(each: Candidate) -> tuple[int, ...]:
    return (each.odd,)


def _odd_and_unused(each: Candidate) -> tuple[int, ...]:
    return (each.odd, each.unused)


def _scores(candidates: Sequence[Candidate]) -> list[float]:
    return [1 / (1 + exp(-max(each.score, -700.0))) for each in candidates]


WAYS = {
    "vote": Way("most completions", _votes),
    "likelihood": Way("the greatest summed likelihood of different completions", _likelihoods),
    "sense": Way("most completions, if it is not below zero, and whole where the question's numbers are", _votes, _odd),
    "sense-likelihood": Way("the greatest summed likelihood among those that make sense", _likelihoods, _odd),
    "numbers": Way("most completions among those that leave out fewest numbers of the question", _votes, _unused),
    "sense-numbers": Way(
        "both: those that make sense, and of them those that leave out fewest", _votes, _odd_and_unused
    ),
    "sense-numbers-likelihood": Way("the same by summed likelihood", _likelihoods, _odd_and_unused),
    SCORER: Way("the greatest summed probability of being right, as a scorer says", _scores),
}
"""The ways to choose an answer."""
DEFAULT = "sense-likelihood"


def weigh(candidates: Sequence[Candidate], way: str) -> dict[Fraction, float]:
    """Return the weight of each answer that competes, the best first; ties are broken by likelihood, then by place."""
    running = [each for each in candidates if each.answer is not None]
    if not running:
        return {}
    lowest = min(map(WAYS[way].rank, running))
    running = [each for each in running if WAYS[way].rank(each) == lowest]
    weights: dict[Fraction, tuple[float, float]] = {}
    for each, weight, likelihood in zip(running, WAYS[way].weights(running), _likelihoods(running), strict=True):
        if each.answer is not None:
            before = weights.get(each.answer, (0.0, 0.0))
            weights[each.answer] = (before[0] + weight, before[1] + likelihood)
    ranked = sorted(weights.items(), key=lambda item: item[1], reverse=True)  # stable: equal ones keep their place
    return {answer: weight for answer, (weight, _) in ranked}


def choose(candidates: Sequence[Candidate], way: str) -> int:
    """Return the place of the chosen candidate: the likeliest with the best answer, or the first if none runs."""
    weights = weigh(candidates, way)
    if not weights:
        return 0
    best = next(iter(weights))
    return max(
        (place for place, each in enumerate(candidates) if each.answer == best),
        key=lambda place: (-candidates[place].unused, candidates[place].logprob, -place),
    )


def pass_at(k: int, samples: int, right: int) -> float:
    """Return the unbiased estimate of the chance that one of k samples is right, from more samples than k.

    >>> pass_at(2, 4, 1)
    0.5
    """
    return 1.0 - comb(samples - right, k) / comb(samples, k)
