"""A source may write the traces itself: they are judged, and a question may have several that differ."""

import json

import pytest

from generators.__main__ import main
from solver.dataset import open_dataset
from solver.schema import SCHEMA

QUESTION = "Ann has 3 bags of 5 pears and 4 loose ones. How many pears does she have?"
OTHER = "A shirt costs $20 and is sold at 25% off. What is the discount in dollars, for one shirt?"


def trace(*steps, expert="arithmetic"):
    """Return a trace with these steps."""
    return "\n".join([f"expert: {expert}", "trace:", *(f"- {{{step}}}" for step in steps)])


def pears(bags="bags", each="each", loose="loose", factors=None, terms=None):
    """Return the right trace for QUESTION with these names, factors and terms."""
    return trace(
        f"op: init, var: {bags}, value: 3",
        f"op: init, var: {each}, value: 5",
        f"op: compute, compute_op: mul, args: [{factors or f'{bags}, {each}'}], var: packed",
        f"op: init, var: {loose}, value: 4",
        f"op: compute, compute_op: add, args: [{terms or f'packed, {loose}'}], var: result",
        "op: query, var: result",
    )


ADDED = trace(
    "op: init, var: each, value: 5",
    "op: compute, compute_op: add, args: [each, each], var: two",
    "op: compute, compute_op: add, args: [two, each], var: three",
    "op: init, var: loose, value: 4",
    "op: compute, compute_op: add, args: [three, loose], var: result",
    "op: query, var: result",
)
"""Another right program, which leaves out the 3."""


def imported(tmp_path, rows, *more):
    """Import rows of question, trace and answer; return the exit status and the folder."""
    path = tmp_path / "traces.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["import", "--from", path, "--question", "question", "--program", "trace", "--format", "trace"]
    out = [] if "--as-patterns" in more else ["--out", tmp_path / "made"]
    return main([str(word) for word in [*words, *more, *out]]), tmp_path / "made"


def row(made, answer=19, question=QUESTION):
    """Return a row of a source."""
    return {"question": question, "trace": made, "answer": answer}


def test_each_program_of_a_question_is_kept_once(tmp_path, capsys):
    """Names, and the order of sums and products, make no other program; what is wrong is dropped with its reason."""
    rows = [
        row(pears()),
        row(pears("a", "b", "c")),
        row(pears(factors="each, bags", terms="loose, packed")),
        row(ADDED),
        row(pears(), answer=20),
        row(pears().replace("value: 4", "value: 7"), answer=22),
        row("expert: arithmetic\ntrace:\n- {op: guess}"),
        row(None),
    ]
    status, folder = imported(tmp_path, rows, "--answer", "answer", "--grade", "B")

    table = open_dataset(folder, "train", SCHEMA.names).to_pylist()
    dropped = [json.loads(line) for line in (folder / "dropped.jsonl").read_text().splitlines()]
    assert status == 0
    assert [made["trace"].strip() for made in table] == [pears(), ADDED]
    assert [json.loads(made["metadata"])["grade"] for made in table] == ["A", "B"]
    assert [line["reason"].partition(":")[0] for line in dropped] == [
        *("twice", "twice", "twice"),
        *("judged", "trace", "no_program"),
    ]
    assert main(["verify", str(folder)]) == 0
    assert "no question with its trace is repeated" in capsys.readouterr().out


def test_numbers_have_their_origin(tmp_path):
    """The metadata says from which number of the question, or from which constant, a number is read, and in what form."""
    discount = trace(
        "op: init, var: price, value: 20",
        "op: init, var: share, value: 0.25",
        "op: compute, compute_op: mul, args: [price, share], var: result",
        "op: query, var: result",
    )
    status, folder = imported(tmp_path, [row(discount, question=OTHER)], "--grade", "B")

    (made,) = open_dataset(folder, "train", SCHEMA.names).to_pylist()
    metadata = json.loads(made["metadata"])
    (operands,) = metadata["operands"]
    assert status == 0
    assert made["answer"] == "5"
    assert metadata["answer"] == "program"
    assert {name: (origin["text"], origin["how"]) for name, origin in operands.items()} == {
        "price": ("$20", "plain"),
        "share": ("25%", "share"),
    }
    assert main(["verify", str(folder)]) == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--as-patterns", "p"], "a trace is none; leave out --as-patterns"),
        (["--split", "test"], "add --eval-only"),
    ],
)
def test_what_traces_cannot_be_made_into_is_one_line(tmp_path, capsys, more, said):
    """Patterns are made of formulas, and the test split is for evaluation."""
    status, _ = imported(tmp_path, [row(pears())], *more)

    assert status == 2
    assert said in capsys.readouterr().err
