"""The reworded rows: test rows of run8 whose questions were rewritten by hand, with numbers and names kept."""

import re
from collections import Counter
from pathlib import Path

import pytest

from finetune.runs.rows import read_rows
from solver import judge

FILE = Path(__file__).parent / "reworded.jsonl"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def reworded():
    """Return the rows."""
    return read_rows(str(FILE), "test").to_pylist()


def test_there_are_twenty_of_every_expert(reworded):
    """Each expert, compositions among them, has 20 rows, and no row comes twice."""
    assert set(Counter(row["expert"] for row in reworded).values()) == {20}
    assert len({row["expert"] for row in reworded}) == 6
    assert len({row["id"] for row in reworded}) == len({row["question"] for row in reworded}) == 120


def test_the_prompt_asks_the_new_question_and_gold_answers_it(reworded):
    """The prompt holds the reworded question, and the gold completion is right for the stored answer."""
    for row in reworded:
        assert row["question"] == row["prompt"][-1]["content"]
        assert judge(row["completion"][0]["content"], row["experts"], row["answer"]).outcome == "correct"


def test_every_number_of_the_trace_is_in_the_question(reworded):
    """Each number that a trace takes from the text is still in the new wording, or is the word "half"."""
    for row in reworded:
        taken = re.findall(r"(?:value|amount): ([\d.]+)", row["trace"])
        missing = set(taken) - set(NUMBER.findall(row["question"]))
        assert not missing or (missing == {"2"} and "half" in row["question"]), row["question"]
