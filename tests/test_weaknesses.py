"""Patterns that are sound but poor are named, each weakness in one sentence."""

import pytest

from generators.__main__ import main
from generators.patterns.library import read_library
from generators.patterns.weaknesses import weaknesses

SHARED = """---
slots:
  who:    person
  item:   things
  boxes:  2..9
  each:   = half * people
  half:   20..90
  people: {people}
  price:  {price}
trace:
  - {{op: init, var: boxes, value: $boxes}}
  - {{op: init, var: each, value: $each}}
  - {{op: compute, compute_op: mul, args: [boxes, each], var: step1}}
  - {{op: init, var: people, value: $people}}
  - {{op: compute, compute_op: div, args: [step1, people], var: step2}}
  - {{op: init, var: $item.price, value: $price}}
  - {{op: compute, compute_op: mul, args: [step2, $item.price], var: result}}
  - {{op: query, var: result}}
answer: boxes * half * price
---
{{{{ who }}}} has {{{{ boxes }}}} boxes of {{{{ each }}}} {{{{ item }}}} for {{{{ people }}}} people. One costs ${{{{ price }}}}. What is a share worth?
"""


@pytest.fixture
def found(texts):
    """Return the function that finds the weaknesses of a pattern of the tiny library, with changes."""

    def find(people="11..40", price="41..50", prices="40..60", **changes):
        source = SHARED.format(people=people, price=price)
        for old, new in changes.values():
            assert old in source
            source = source.replace(old, new)
        vocabulary = f"{texts['vocabulary.yaml']}prices: {{things: {prices}}}\n"
        library = read_library(texts | {"vocabulary.yaml": vocabulary, "arithmetic/shared.jinja": source})
        return weaknesses(library["shared"])

    return find


def test_a_good_pattern_has_none(found):
    """Ranges that hardly meet, prices in their range and steps that all count are no weakness."""
    assert found() == []


def test_steps_that_cancel_are_named(found):
    """A product that is divided by one of its factors in many rows is told with their share."""
    (told,) = found(people="2..9")

    assert told.startswith("step2 undoes step1 in 1")
    assert "of the rows" in told


def test_steps_that_take_slots_themselves_are_looked_at(found):
    """A step may take a number slot in args instead of a variable; steps that cancel are found there, too."""
    slots = {
        "product": ("args: [boxes, each]", "args: [boxes, $each]"),
        "share": ("args: [step1, people]", "args: [step1, $people]"),
    }

    assert not any("undoes" in told for told in found(**slots))
    assert any(told.startswith("step2 undoes step1 in 1") for told in found(people="2..9", **slots))


def test_an_answer_in_the_question_is_named(texts):
    """times_more with 2 times as many asks for a number of the question in a quarter of its rows."""
    (told,) = weaknesses(read_library(texts)["times_more"])

    assert told == "the answer is a number of the question in 24% of the rows; change the ranges"


def test_a_price_outside_its_range_is_named(found):
    """An init `$item.price` is compared with the prices of the item's vocabulary, at both ends."""
    assert found(prices="40..49") == ["$item.price is 41 to 50 dollars, and things cost 40 to 49; change the range"]
    assert found(prices="42..60") == ["$item.price is 41 to 50 dollars, and things cost 42 to 60; change the range"]


def test_a_number_without_effect_is_named(found):
    """A number that the steps take, and that cancels out of the answer in every row, is named."""
    more = """args: [step2, $item.price], var: step3}
  - {op: compute, compute_op: sub, args: [step3, step3], var: step4}
  - {op: compute, compute_op: add, args: [step4, each], var: result}
"""

    told = found(
        steps=("args: [step2, $item.price], var: result}\n", more),
        answer=("answer: boxes * half * price", "answer: each"),
    )

    assert "the answer does not depend on $boxes, which the steps take; its steps cancel" in told
    assert "the answer does not depend on $price, which the steps take; its steps cancel" in told
    assert not any("$each" in sentence for sentence in told)


def test_check_names_the_weaknesses_of_a_folder(tmp_path, texts, capsys):
    """`check DIR` prints the weaknesses of the folder's patterns, not of the shipped ones, and still ends with 0."""
    (tmp_path / "comparison").mkdir()
    source = (
        texts["comparison/times_more.jinja"].replace("things", "collectables").replace("How many", "Tell: how many")
    )
    (tmp_path / "comparison" / "own_times.jinja").write_text(source)

    assert main(["check", str(tmp_path)]) == 0

    found, *counts = capsys.readouterr().out.splitlines()
    assert found.startswith("comparison/own_times: the answer is a number of the question in 2")
    assert [line.split(" ", 1)[0] for line in counts] == ["1", "1"]
