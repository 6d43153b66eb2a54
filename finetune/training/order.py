"""Orders the rows of training: batches of similar length, shuffled, or with the number of steps rising."""

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

SHUFFLED, DIFFICULTY = ORDERS = ("shuffled", "difficulty")
_GROUP = 16
"""The number of batches sorted by length together: enough for little padding, few enough to keep batches mixed."""
_STAGES = 8
"""An epoch whose steps rise has at least so many groups, if it has as many batches."""


class ByLength(Sampler[int]):  # type: ignore[misc]  # torch may be absent where types are checked
    """Draws batches of rows of similar length; the order depends on seed and epoch only.

    With the `steps` of each row, harder rows come later in each epoch, but for the share of `easy` ones.

    The `group_by_length` strategy of transformers draws from torch's global generator instead, so a run resumed within
    an epoch would see other rows than one that was never stopped.
    """

    def __init__(
        self, lengths: list[int], batch: int, seed: int, *, steps: Sequence[int] | None = None, easy: float = 0.0
    ):
        self.lengths = lengths
        self.batch = batch
        self.seed = seed
        self.steps = steps
        self.easy = easy
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration; a resumed run calls it with the epoch it was in."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        order = torch.randperm(len(self.lengths), generator=generator).tolist()
        if self.steps is not None:
            order = rising(order, self.steps, self.easy)
        size = self.batch * (_GROUP if self.steps is None else self._stage())
        groups = [self._batches(order[start : start + size]) for start in range(0, len(order), size)]
        if self.steps is None:
            groups = [[batch for group in groups for batch in group]]
        for batches in groups:  # shuffled as a whole, or each group in its place
            drawn = torch.randperm(len(batches), generator=generator).tolist()
            for place in _short_last(batches, self.batch, drawn):
                yield from batches[place]

    def _stage(self) -> int:
        """Return the number of batches in which harder and easier rows are mixed, because they are sorted by length."""
        return min(_GROUP, max(len(self.lengths) // self.batch // _STAGES, 1))

    def _batches(self, rows: list[int]) -> list[list[int]]:
        """Return batches of the rows of a group, sorted by length."""
        group = sorted(rows, key=lambda row: self.lengths[row])
        return [group[first : first + self.batch] for first in range(0, len(group), self.batch)]


def rising(order: Sequence[int], steps: Sequence[int], easy: float) -> list[int]:
    """Return rows by rising number of steps, with easy ones throughout: `easy` is their share of any stretch.

    The easy ones are drawn from the half of the rows with the fewest steps, and spread evenly. Rows with as many steps keep
    their order.

    >>> rising([4, 3, 2, 1, 0], [1, 1, 2, 3, 4], 0.2)
    [0, 2, 3, 4, 1]
    """
    ranked = sorted(order, key=lambda row: steps[row])
    half, count = set(ranked[: len(ranked) // 2]), int(len(ranked) * easy)
    kept = dict.fromkeys([row for row in order if row in half][:count])
    rest, spread = (row for row in ranked if row not in kept), iter(kept)
    places = [(place + 1) * count // len(ranked) > place * count // len(ranked) for place in range(len(ranked))]
    return [next(spread) if early else next(rest) for early in places]


def _short_last(batches: list[list[int]], size: int, order: list[int]) -> list[int]:
    """Return the order with an incomplete batch moved to the end, so that it does not shift the others."""
    return sorted(order, key=lambda place: len(batches[place]) < size)
