"""The ladder finds the level of a failure: hand-made failures for each level, and programs that are the same."""

import pytest

from finetune.judge.ladder import LEVELS, find_break, same_program
from solver import judge
from solver.text import fence

TIMES_MORE = """expert: comparison
trace:
- {op: init, var: zoe.ribbons, value: 9}
- {op: init, var: factor, value: 4}
- {op: compute, compute_op: mul, args: [zoe.ribbons, factor], var: step1}
- {op: compute, compute_op: sub, args: [step1, zoe.ribbons], var: result}
- {op: query, var: result}
"""
MERGE = """expert: arithmetic
trace:
- {op: init, var: trays, value: 3}
- {op: init, var: per_tray, value: 20}
- {op: compute, compute_op: mul, args: [trays, per_tray], var: baked}
- {op: init, var: sold, value: 15}
- {op: init, var: given, value: 5}
- {op: compute, compute_op: add, args: [sold, given], var: gone}
- {op: compute, compute_op: sub, args: [baked, gone], var: result}
- {op: query, var: result}
"""
COMPOSED = """- expert: percentage
  trace:
  - {op: init, var: tent.price, value: 80}
  - {op: init, var: rate, value: 20}
  - {op: percent_off, base: tent.price, rate: rate, var: result}
  - {op: query, var: result}
- expert: arithmetic
  trace:
  - {op: init, var: prev, source: prev.result}
  - {op: init, var: factor, value: 10}
  - {op: compute, compute_op: add, args: [prev, factor], var: result}
  - {op: query, var: result}
"""
SWAP = """expert: entity_track
trace:
- {op: init, var: ann.beads, value: 30}
- {op: init, var: bo.beads, value: 8}
- {op: transfer, from_entity: ann.beads, to_entity: bo.beads, amount: 6}
- {op: query, var: ann.beads}
"""
LATE = "- {op: init, var: given, value: 5}\n"
SUM = "- {op: compute, compute_op: add, args: [sold, given], var: gone}\n"

FAILURES = [
    pytest.param(TIMES_MORE, "I think it is 27.", "format", id="prose"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("compute_op: mul", "compute_op: times"), "format", id="invented op"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("comparison", "arithmetic"), "routing", id="other expert"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("comparison", "algebra"), "routing", id="no expert"),
    pytest.param(COMPOSED, TIMES_MORE, "routing", id="an expert that no part has"),
    pytest.param(COMPOSED, "expert: arithmetic\n" + MERGE.partition("\n")[2], "decomposition", id="one part of two"),
    pytest.param(COMPOSED, COMPOSED.replace("source: prev.result", "value: 64"), "decomposition", id="not passed on"),
    pytest.param(
        TIMES_MORE,
        TIMES_MORE.replace("- {op: compute, compute_op: sub, args: [step1, zoe.ribbons], var: result}\n", ""),
        "structure",
        id="a step missing",
    ),
    pytest.param(MERGE, MERGE.replace(SUM, SUM + SUM.replace("gone", "more")), "structure", id="a step too many"),
    pytest.param(MERGE, MERGE.replace(LATE, "").replace(SUM, SUM + LATE), "interleaving", id="read before it is set"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("value: 9", "value: 6"), "extraction", id="misread number"),
    pytest.param(SWAP, SWAP.replace("amount: 6", "amount: 8"), "extraction", id="misread amount"),
    pytest.param(COMPOSED, COMPOSED.replace("value: 10", "value: 20"), "extraction", id="in the second part"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("compute_op: sub", "compute_op: add"), "discrimination", id="wrong op"),
    pytest.param(COMPOSED, COMPOSED.replace("percent_off", "percent_of"), "discrimination", id="wrong percent op"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("[step1, zoe", "[factor, zoe"), "wiring", id="wrong argument"),
    pytest.param(
        TIMES_MORE,
        TIMES_MORE.replace("[step1, zoe.ribbons]", "[zoe.ribbons, step1]"),
        "wiring",
        id="order of a difference",
    ),
    pytest.param(SWAP, SWAP.replace("{op: query, var: ann", "{op: query, var: bo"), "wiring", id="query of another"),
    pytest.param(
        MERGE, MERGE.replace("{op: query, var: result", "{op: query, var: gone"), "wiring", id="query of a step"
    ),
    pytest.param(
        TIMES_MORE,
        TIMES_MORE.replace("value: 9", "value: x")
        .replace("x}", "4}", 1)
        .replace("factor, value: 4", "factor, value: 9"),
        "wiring",
        id="numbers in each other's place",
    ),
]

SAME = [
    pytest.param(TIMES_MORE, TIMES_MORE, id="itself"),
    pytest.param(TIMES_MORE, TIMES_MORE.replace("step1", "product").replace("factor", "n"), id="other names"),
    pytest.param(
        TIMES_MORE, TIMES_MORE.replace("[zoe.ribbons, factor]", "[factor, zoe.ribbons]"), id="factors swapped"
    ),
    pytest.param(
        MERGE,
        MERGE.replace(LATE, "").replace("- {op: compute, compute_op: mul", LATE + "- {op: compute, compute_op: mul"),
        id="an init moved up",
    ),
    pytest.param(COMPOSED, COMPOSED.replace("prev.result", "sub0.result"), id="the same source by number"),
]


@pytest.mark.parametrize(("gold", "text", "level"), FAILURES)
def test_each_failure_is_placed_at_its_level(gold, text, level):
    """A failure is placed at the first level that it breaks, with a finding."""
    found = find_break(fence(text) if level != "format" else text, gold)

    assert found
    assert level == found.level
    assert found.found


def test_every_level_has_a_failure_in_the_table():
    """The table has a failure for each level."""
    assert set(LEVELS) == {case.values[2] for case in FAILURES}


@pytest.mark.parametrize(("gold", "text", "level"), FAILURES)
def test_what_is_placed_is_wrong(gold, text, level):
    """The solver judges each hand-made failure as wrong, too."""
    experts = tuple(line.split(": ")[1] for line in gold.splitlines() if "expert:" in line)
    answers = {TIMES_MORE: "27", MERGE: "40", COMPOSED: "74", SWAP: "24"}

    verdict = judge(text, experts, answers[gold])

    assert verdict.outcome != "correct" or level in {"decomposition", "structure"}  # a copied 64, a spare step


@pytest.mark.parametrize(("gold", "text"), SAME)
def test_names_and_order_make_no_difference(gold, text):
    """A program that differs only in names, or in an order that does not matter, is the gold program."""
    assert same_program(fence(text), gold)


def test_another_way_to_the_answer_is_told_apart():
    """A trace that reaches the right answer in another way is not the gold program."""
    other = TIMES_MORE.replace("value: 4", "value: 3").replace(
        "sub, args: [step1, zoe.ribbons]", "add, args: [step1, zoe.ribbons]"
    )

    found = find_break(fence(other), TIMES_MORE)

    assert found
    assert found.level == "extraction"


def test_every_gold_trace_is_its_own_program(rows):
    """No gold trace of the dataset departs from itself."""
    assert [None] * len(rows) == [find_break(fence(row["trace"]), row["trace"]) for row in rows]
