"""Imports write whole folders: every line is a row or dropped with its reason, every row is proved again by the audit."""

import json
from fractions import Fraction

import pyarrow.parquet as pq
import pytest

from generators.imports.__main__ import main
from generators.imports.audit import audit_import
from generators.imports.importer import import_problems
from generators.rows import SCHEMA
from solver.refusal import InputError
from solver.reward import judge

LINES = [
    {"question": "Ann has 1,200 red beads. She gives 200 beads to Ben. How many beads are left?",
     "answer": "Ann has 1200-200=<<1200-200=1,000>>1,000 beads left.\n#### 1,000"},
    {"question": "A coat costs $80. It is 25% off. How much is it now?",
     "answer": "The discount is 80*.25=$<<80*.25=20>>20.\nSo it is 80-20=$<<80-20=60>>60.\n#### 60"},
    {"question": "Tom reads 9 pages on each of 4 days and 7 more pages. How many pages is that?",
     "answer": "He reads 9*4=<<9*4=36>>36 pages.\nThat is 36+7=<<36+7=43>>43 pages.\n#### 43"},
    {"question": "Bob is x years old, three times as old as Al. Together they are 48. How old is Al?",
     "answer": "Let x be Al's age. x + 3x = 48. So 4x = 48 and x = 12.\n#### 12"},
]  # fmt: skip
BAD = [
    '{"question": 3}',
    "no json",
    '{"question": "How many?", "answer": "#### many"}',
    '{"question": "Q?", "answer": "none"}',
]


@pytest.fixture
def source(tmp_path):
    """A jsonl with four problems and four lines that are none."""
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join([json.dumps(line) for line in LINES] + BAD), encoding="utf-8")
    return path


@pytest.fixture
def imported(source, tmp_path):
    """The folder of that jsonl."""
    return import_problems("gsm8k", tmp_path / "out", origin=str(source))


def test_rows_and_dropped_are_all_problems(imported):
    """Nothing is lost: each line is a row, or stands in dropped.jsonl with a reason."""
    dropped = [json.loads(line) for line in (imported.folder / "dropped.jsonl").read_text().splitlines()]

    assert (len(imported.rows), len(dropped), imported.manifest["problems"]) == (4, 4, 8)
    assert all(line["reason"] for line in dropped)


def test_every_trace_scores_one_and_has_the_schema(imported):
    """Every gold trace is worth 1.0, in the schema of built datasets."""
    table = pq.read_table(next(imported.folder.glob("data/train-*.parquet")))

    assert table.schema.equals(SCHEMA)
    assert [judge(r["completion"][0]["content"], r["experts"], r["answer"]).reward for r in table.to_pylist()] == [
        1.0
    ] * 4
    assert table.column("answer").to_pylist() == ["1000", "60", "43", "12"]


def test_percent_idioms_fold(imported):
    """A discount worked out and taken off becomes one percent_off of the written rate."""
    trace = imported.rows[1].trace

    assert "op: percent_off" in trace
    assert "value: 25}" in trace


def test_operands_name_their_spans(imported):
    """Each operand's span in the metadata is the text it was read from."""
    for row in imported.rows:
        for operands in row.metadata["operands"]:
            for origin in operands.values():
                if "span" in origin:
                    start, end = origin["span"]
                    assert row.question[start:end] == origin["text"]


def test_the_audit_passes_and_sees_a_changed_row(imported):
    """A whole folder is sound; one changed byte of its data is a fault."""
    assert audit_import(imported.folder) == ([], 4)

    path = next(imported.folder.glob("data/train-*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"0")

    assert audit_import(imported.folder)[0]


def test_the_same_file_gives_the_same_rows(source, tmp_path, imported):
    """An import is deterministic."""
    again = import_problems("gsm8k", tmp_path / "again", origin=str(source))

    assert imported.manifest["content"] == again.manifest["content"]


def test_evaluation_rows_have_no_trace(source, tmp_path):
    """With eval_only a row is a prompt and an exact answer, in the same schema."""
    done = import_problems("gsm8k", tmp_path / "eval", origin=str(source), split="test", eval_only=True)
    rows = pq.read_table(next(done.folder.glob("data/test-*.parquet"))).to_pylist()

    assert [Fraction(1000), 60, 43, 12] == [Fraction(row["answer"]) for row in rows]
    assert all(row["trace"] is None and row["expert"] is None and row["prompt"][1]["role"] == "user" for row in rows)
    assert audit_import(done.folder)[0] == []


def test_the_test_split_needs_eval_only(source, tmp_path):
    """The test split is never given traces to train on."""
    with pytest.raises(InputError, match="--eval-only"):
        import_problems("gsm8k", tmp_path / "test", origin=str(source), split="test")


def test_a_file_that_is_no_jsonl_is_one_error(tmp_path, capsys):
    """A file without any JSON line is one clear error and exit status 2."""
    path = tmp_path / "plain.txt"
    path.write_text("hello\nworld\n", encoding="utf-8")

    assert main(["gsm8k", "--from", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "no jsonl" in capsys.readouterr().err


def test_svamp_reads_its_equations(tmp_path):
    """A SVAMP entry becomes a trace of its equation."""
    path = tmp_path / "svamp.json"
    entry = {"Body": "Each pack costs 76 dollars. There is a discount of 25 dollars", "Question": "What is the price?",
             "Equation": "( 76.0 - 25.0 )", "Answer": 51.0}  # fmt: skip
    path.write_text(json.dumps([entry]), encoding="utf-8")

    (row,) = import_problems("svamp", tmp_path / "out", origin=str(path)).rows

    assert row.answer == "51"
