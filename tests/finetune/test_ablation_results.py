"""Arms are compared on the same rows, and several seeds are no further rows."""

import pytest

from finetune.ablate.results import against, rated
from finetune.ablate.table import notes, rows
from finetune.judge.judged import METRICS, METRICS_OF_ANSWERS
from finetune.judge.significance import mcnemar, wilson
from solver.refusal import InputError


def right(text):
    """Return the answers that a text of 1 and 0 writes, a row each."""
    return {f"row {number}": sign == "1" for number, sign in enumerate(text)}


def test_one_seed_is_compared_by_mcnemars_test():
    """Rows that only one of two arms has right decide; the others do not count."""
    found = against({0: right("1110000001")}, {0: right("1101110001")})

    assert (found["better"], found["worse"]) == (3, 1)
    assert found["p"] == mcnemar(1, 3)
    assert found["difference"] == pytest.approx(0.2)


def test_several_seeds_are_compared_row_by_row():
    """A row counts once, for the arm that has it right with more seeds; seeds of only one arm are left out."""
    first = {0: right("0011"), 1: right("0101")}
    arm = {0: right("1010"), 1: right("1110"), 2: right("1111")}

    found = against(first, arm)

    assert found["seeds"] == [0, 1]
    assert (found["better"], found["worse"]) == (2, 1)  # of the second row, both arms have one seed right
    assert found["difference"] == pytest.approx((5 - 4) / 8)


def test_the_interval_of_a_mean_is_that_of_its_questions():
    """Three seeds with the same answers say no more than one of them."""
    one, three = rated({0: right("110")}), rated(dict.fromkeys(range(3), right("110")))

    assert (one["low"], one["high"]) == (three["low"], three["high"]) == tuple(round(end, 4) for end in wilson(2, 3))
    assert three["hits"] == {0: 2, 1: 2, 2: 2}
    assert three["rate"] == pytest.approx(2 / 3)


def test_different_rows_are_not_compared():
    """Two arms that answered other questions have no difference to show."""
    with pytest.raises(InputError, match="evaluated on different rows"):
        against({0: right("11")}, {0: right("110")})


def test_the_table_says_which_seeds_were_compared():
    """An arm with more seeds than the first one is compared on the seeds that both have."""
    run = {"rows": 10, "tokens": 2000, "seconds": 3.2, "final_loss": None}
    first, more = {0: right("1100")}, {0: right("1110"), 1: right("1111")}
    found = {
        "first": "a",
        "arms": [{"name": "a", "runs": [run]}, {"name": "b", "runs": [run, run | {"tokens": 4000}]}],
        "results": [
            {"arm": "a", "set": "s", **rated(first), "against": None},
            {"arm": "b", "set": "s", **rated(more), "against": against(first, more)},
        ],
    }

    assert rows(found) == [
        ["a", "10", "2,000", "3", "", "s", "2/4 50.0%", "[15.0, 85.0]", "", ""],
        ["b", "10", "3,000", "3", "", "s", "87.5% (3, 4 of 4)", "[39.6, 98.7]", "+25.0 points (seed 0)", "1.000"],
    ]


def test_the_table_says_what_right_means_on_each_set():
    """Rows with a trace ask for the expert too, rows with an answer alone do not: a reader must not take one for the other."""
    by_expert, answer = METRICS["accuracy"], METRICS_OF_ANSWERS["accuracy"]
    found = {
        "planned": 2,
        "finished": 2,
        "arms": [{"name": "a", "runs": []}, {"name": "b", "runs": []}],
        "results": [
            {"arm": arm, "set": name, "right": meaning, "against": None}
            for arm in "ab"
            for name, meaning in (("own", by_expert), ("school", answer), ("others", by_expert))
        ],
    }

    assert notes(found)[:2] == [f"right on own, others: {by_expert}", f"right on school: {answer}"]
