"""Turns the verdicts on one question's completions into rewards, and counts outcomes and short cuts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from solver.grounding import UNGROUNDED
from solver.reward import REWARDS, Verdict

CREDITS = {
    "gated": "partial credit, but only beside a right completion of the same question",
    "graduated": "partial credit for each completion",
    "binary": "1 for a right completion, else 0",
}
"""The ways to reward completions that are not right."""

SHORT_CUTS = frozenset(
    {
        "short_circuit",  # the query asks for a number of the text
        "literal_identity",  # mul by 1 or add 0: a copy that looks computed
        UNGROUNDED,  # numbers that the question does not have
        "only_literals",  # the model did the arithmetic itself
        "empty",
        "no_query",
        "two_queries",
        "after_query",
        "set_twice",
        "bad_amount",  # moving nothing, or less than nothing
        "transfer_to_self",
    }
)
"""Faults that earlier rewards paid for without a right answer; when their share rises, the model games the reward."""


def rewards_of(verdicts: Sequence[Verdict], credit: str) -> list[float]:
    """Return the rewards of the completions of one question.

    Rewards are compared within a question alone. Where no completion is right, graduated rewards would teach the model
    to be wrong in a valid way, and it forgets what it answers right elsewhere. So `gated` gives nothing there.
    """
    right = [verdict.outcome == "correct" for verdict in verdicts]
    if credit == "binary" or (credit == "gated" and not any(right)):
        return [float(each) for each in right]
    return [verdict.reward for verdict in verdicts]


def histogram(verdicts: Iterable[Verdict]) -> dict[str, float]:
    """Return the share of each outcome, of each attempted short cut, and of traces that copied a number."""
    found = list(verdicts)
    outcomes = Counter(verdict.outcome for verdict in found)
    tried = Counter(verdict.code for verdict in found if verdict.code in SHORT_CUTS)
    shares = {f"verdict/{name}": outcomes[name] / len(found) for name in REWARDS}
    shares["short_cuts"] = tried.total() / len(found)
    shares |= {f"short_cut/{code}": tried[code] / len(found) for code in sorted(SHORT_CUTS)}
    shares["copies"] = sum(verdict.identities > 0 for verdict in found) / len(found)
    return shares
