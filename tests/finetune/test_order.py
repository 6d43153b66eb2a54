"""The order of training rows: each epoch has every row once, depends on the seed alone, and may rise in steps."""

import json

import pytest
from commands import losses, sft

from finetune.runs.rows import read_rows
from finetune.training.order import ByLength, rising

pytestmark = pytest.mark.filterwarnings("default")

STEPS = [row % 7 + 1 for row in range(1000)]
LENGTHS = [60 + 10 * steps for steps in STEPS]


def sampled(epoch, **more):
    """Return the rows of an epoch."""
    sampler = ByLength(LENGTHS, 4, 0, **more)
    sampler.set_epoch(epoch)
    return list(sampler)


def mean(steps):
    """Return the mean of some numbers."""
    return sum(steps) / len(steps)


@pytest.mark.parametrize("more", [{}, {"steps": STEPS, "easy": 0.2}], ids=["shuffled", "difficulty"])
def test_an_epoch_has_every_row_once_in_an_order_of_its_own(more):
    """No row is lost or repeated, and the same epoch always has the same order."""
    first, again, second = sampled(0, **more), sampled(0, **more), sampled(1, **more)

    assert sorted(first) == list(range(1000))
    assert first == again
    assert first != second


def test_steps_rise_through_an_epoch():
    """Each fifth of an epoch has more steps a row than the one before; a shuffled epoch has the same throughout."""
    rises, shuffled = ([STEPS[row] for row in rows] for rows in (sampled(0, steps=STEPS, easy=0.2), sampled(0)))
    fifths = [mean(rises[start : start + 200]) for start in range(0, 1000, 200)]

    assert fifths == sorted(fifths)
    assert fifths[-1] - fifths[0] > 3
    assert abs(mean(shuffled[:200]) - mean(shuffled[800:])) < 1


@pytest.mark.parametrize("easy", [0.0, 0.1, 0.2, 0.4])
def test_the_share_of_easy_rows_holds_in_every_stretch(easy):
    """Among the hardest rows, one in 1 / `easy` is of the easier half."""
    order = rising(range(1000), STEPS, easy)

    early = [STEPS[row] <= 4 for row in order[-200:]]
    assert sum(early) == 200 * easy
    for start in range(800, 1000, 20):
        assert sum(STEPS[row] <= 4 for row in order[start : start + 20]) == 20 * easy


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_few_rows_are_ordered_too(rows):
    """A dataset of any size has an order."""
    assert sorted(rising(range(rows), [3] * rows, 0.4)) == list(range(rows))


def test_an_incomplete_batch_comes_last():
    """It would shift all batches behind it, which then had rows of different lengths."""
    order = list(ByLength(list(range(30)), 4, 0))

    assert [max(batch) - min(batch) for batch in (order[start : start + 4] for start in range(0, 28, 4))] == [3] * 7


def test_a_run_with_rising_steps_differs_and_says_so(trained, dataset, tiny, tmp_path, call):
    """`--order difficulty` trains in another order, which run.json records; rows without it are refused in a resume."""
    out = tmp_path / "x"
    status, _, errors = call(*sft(dataset, tiny, out, "--order", "difficulty", "--easy", "0.1"))

    assert status == 0, errors
    settings = json.loads((out / "run.json").read_text())["settings"]
    assert (settings["order"], settings["easy"]) == ("difficulty", 0.1)
    steps = read_rows(str(dataset), "train")["steps"].to_pylist()
    assert len(set(steps)) > 1
    assert losses(out) != losses(trained)
    assert "was begun with order 'difficulty', not 'shuffled'" in call(*sft(dataset, tiny, out, "--resume"))[2]
