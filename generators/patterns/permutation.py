"""Keyed permutations of a range: they map row numbers to distinct rows without storing either.

A Feistel network over two halves with cycle walking. Any number can be mapped on its own, and the inverse is as fast.
It is not cryptographically secure.
"""

from hashlib import blake2b
from math import isqrt

import numpy as np

ROUNDS = 8
"""Rounds of the network."""
_FAST = 2**62
"""Up to this size the halves fit in 32 bits and numpy is used; larger sizes use Python integers."""


class Permutation:
    """A bijection of range(size), keyed by a string; calling it maps an array of numbers."""

    def __init__(self, size: int, key: str):
        self.size = size
        self.left = isqrt(max(size - 1, 0)) + 1
        self.right = -(-size // self.left) if size else 1
        self.fast = size <= _FAST
        digest = blake2b(key.encode(), digest_size=8 * ROUNDS).digest()
        self.keys = [int.from_bytes(digest[8 * k : 8 * k + 8], "little") for k in range(ROUNDS)]

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        """Return the images of an array of numbers: int64, or Python integers if the size exceeds 2**62."""
        return self._walk(numbers, range(ROUNDS), 1)

    def inverse(self, images: np.ndarray) -> np.ndarray:
        """Return the numbers that have these images."""
        return self._walk(images, range(ROUNDS - 1, -1, -1), -1)

    def _walk(self, numbers: np.ndarray, rounds: range, sign: int) -> np.ndarray:
        """Apply the network until every number is in the range; few need more than once, as its range is barely larger."""
        moved = self._pass(np.asarray(numbers, dtype=np.int64 if self.fast else object), rounds, sign)
        outside = np.flatnonzero(moved >= self.size)
        while len(outside):
            moved[outside] = self._pass(moved[outside], rounds, sign)
            outside = outside[moved[outside] >= self.size]
        return moved

    def _pass(self, numbers: np.ndarray, rounds: range, sign: int) -> np.ndarray:
        halves = [numbers // self.right, numbers % self.right]
        for number in rounds:
            side = number % 2
            bound = (self.left, self.right)[side]
            moved = halves[side] + sign * self._scramble(halves[1 - side], number, bound)
            # Both were below the bound, so one addition replaces the remainder, which takes several times as long.
            halves[side] = moved - sign * bound * (moved >= bound if sign > 0 else moved < 0)
        return halves[0] * self.right + halves[1]

    def _scramble(self, half: np.ndarray, number: int, bound: int) -> np.ndarray:
        """Return a pseudo-random number below `bound` for each value, keyed by the round."""
        key = self.keys[number]
        if self.fast:
            return ((mix(half.astype(np.uint64), key) >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32)).astype(
                np.int64
            )
        width = bound.bit_length() // 8 + 9
        scrambled = np.empty(len(half), dtype=object)
        for row, value in enumerate(half):
            text = f"{key}:{value}".encode()
            blocks = b"".join(blake2b(text, salt=bytes([block])).digest() for block in range(-(-width // 64)))
            scrambled[row] = int.from_bytes(blocks[:width], "little") % bound
        return scrambled


def mix(values: np.ndarray, key: int) -> np.ndarray:
    """Return a keyed 64-bit hash of each uint64 value: the finaliser of SplitMix64."""
    values = (values + np.uint64(key)) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def key_of(*parts: object) -> int:
    """Return a 64-bit key of names and numbers, the same on every machine."""
    return int.from_bytes(blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest(), "little")
