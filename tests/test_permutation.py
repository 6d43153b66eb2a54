"""Keyed permutations are bijections of any range, the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.patterns.permutation import Permutation, key_of, mix

SIZES = st.one_of(
    st.integers(1, 400),
    st.sampled_from([2, 3, 101, 65_537]),
    st.integers(2**32, 2**33),
    st.integers(2**61, 2**66),
    st.integers(2**90, 2**100),
)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 97, 100, 1_009, 65_536, 65_537])
def test_is_a_bijection(size):
    """Every number of a small or prime range is the image of exactly one number."""
    moved = Permutation(size, "key")(np.arange(size))

    assert sorted(moved.tolist()) == list(range(size))


@given(SIZES, st.text(max_size=8), st.data())
def test_inverse_undoes_it(size, key, data):
    """The inverse returns every number, beyond 2**32 and 2**64 too."""
    order = Permutation(size, key)
    numbers = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=12))
    array = np.array(numbers, dtype=np.int64 if order.fast else object)

    moved = order(array)

    assert all(0 <= place < size for place in moved.tolist())
    assert order.inverse(moved).tolist() == numbers


@given(SIZES, st.data())
def test_numbers_move_alone_as_in_company(size, data):
    """The image of a number does not depend on the other numbers in the call."""
    order = Permutation(size, "key")
    numbers = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=8))
    kind = np.int64 if order.fast else object

    together = order(np.array(numbers, dtype=kind)).tolist()

    assert together == [order(np.array([number], dtype=kind))[0] for number in numbers]


def test_keys_differ():
    """Different keys give different orders."""
    numbers = np.arange(1_000)

    assert (Permutation(1_000, "a")(numbers) != Permutation(1_000, "b")(numbers)).mean() > 0.9


def test_it_scatters():
    """The images of adjacent numbers are not adjacent."""
    moved = Permutation(10**9, "key")(np.arange(10_000))

    assert abs(np.corrcoef(np.arange(10_000), moved)[0, 1]) < 0.05


def test_hashes_are_the_same_on_every_machine():
    """Keys and hashes are fixed: changing them would change every dataset."""
    assert key_of("shuffle", 0, "train") == 2_397_656_850_913_038_322
    assert mix(np.arange(2, dtype=np.uint64), 7).tolist() == [3_207_296_026_000_306_913, 14_232_521_865_600_346_940]
    assert Permutation(1_000, "golden")(np.arange(5)).tolist() == [11, 837, 165, 229, 225]
    assert Permutation(10**30, "golden")(np.array([0], dtype=object))[0] == 146_206_236_467_109_169_848_217_622_893
