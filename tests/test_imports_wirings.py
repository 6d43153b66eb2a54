"""Wirings that were read and found right stay right."""

import json

from conversion import PROBLEMS
from wirings import checked, function, lost


def test_checked_wirings_stay_right():
    """The first problems of GSM-8K have the wirings that were found right."""
    lines = (PROBLEMS / "gsm8k.jsonl").read_text(encoding="utf-8").splitlines()

    assert lost(lines) == []


def test_a_wiring_is_known_by_its_function():
    """Order and names do not matter; another number of the same value does."""
    question = "Ann has 3 cats and 3 dogs. Each cat eats 2 figs. How many figs do the cats eat?"
    cats, swapped, dogs = (
        function(json.dumps({"question": question, "answer": f"{solution}\n#### 6"}))
        for solution in ("3 cats * 2=<<3*2=6>>6 figs", "2*3 cats=<<2*3=6>>6 figs", "3 dogs * 2=<<3*2=6>>6 figs")
    )

    assert cats == swapped
    assert cats != dogs


def test_every_checked_row_has_its_verdicts():
    """A wiring is right, wrong or doubtful; names were judged where it is right."""
    rows = checked().values()

    assert {row["wiring"] for row in rows} == {"right", "wrong", "doubtful", "none"}
    assert {row["second"] for row in rows} == {"right", "wrong", "doubtful", ""}
    assert {row["names"] for row in rows} == {"good", "weak", "false", ""}
    assert all(row["wiring"] == "right" for row in rows if row["names"])
