"""Keeps how often each question was answered right, and draws questions whose pass rate is near one half."""

from collections.abc import Sequence

import numpy as np


class PassRates:
    """The right and the sampled completions of each question; older ones count half, since the model has changed."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, float]] = {}

    def record(self, name: str, right: int, sampled: int) -> None:
        """Add the completions that a step sampled for a question."""
        earlier = self._found.get(name, (0.0, 0.0))
        self._found[name] = (earlier[0] / 2 + right, earlier[1] / 2 + sampled)

    def weight(self, name: str) -> float:
        """Return the expected p (1 - p) of a question, where p is its pass rate, unknown before it is sampled.

        It is largest where half of many completions were right, and falls as all or none are: the expectation under a
        uniform prior, which a new question has.
        """
        right, sampled = self._found.get(name, (0.0, 0.0))
        a, b = 1 + right, 1 + sampled - right
        return a * b / ((a + b) * (a + b + 1))

    def draw(self, names: Sequence[str], count: int, rng: np.random.Generator) -> list[int]:
        """Return the places of different questions, drawn by weight."""
        weights = np.array([self.weight(name) for name in names])
        return [int(place) for place in rng.choice(len(names), count, replace=False, p=weights / weights.sum())]
