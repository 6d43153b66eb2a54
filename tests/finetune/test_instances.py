"""The instances of patterns show how much an accuracy changes with the numbers and names of the same problems."""

import json

from commands import predict

from finetune.judge.instances import by_instance
from finetune.judge.report import instances_line, make_report, print_report
from finetune.runs.rows import read_rows


def test_sets_have_one_row_of_each_pattern():
    """The k-th set has the k-th row of every pattern with several rows; mean and spread are those of the sets."""
    rows = [("a", True), ("b", True), ("a", False), ("b", True), ("b", False), ("alone", True)]

    found = by_instance(rows)

    assert found["sets"] == [1.0, 0.5]
    assert (found["patterns"], found["mean"], found["spread"]) == (2, 0.75, 0.25)
    assert (found["mixed"]["hits"], found["mixed"]["rows"]) == (2, 2)


def test_rows_without_a_second_instance_have_no_spread():
    """Nothing is said of patterns that have one row each."""
    found = by_instance([("a", True), ("b", False)])

    assert (found["patterns"], found["sets"]) == (0, [])
    assert instances_line(found) == ""
    assert instances_line(None) == ""


def test_a_report_tells_the_spread(dataset, tmp_path, capsys):
    """An evaluation of several rows a pattern says in terminal and page how accuracy varies over instances."""
    rows = [row | {"pattern": "one"} for row in read_rows(str(dataset), "test").to_pylist()]
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    predict(tmp_path / "e", tmp_path / "rows.jsonl", lambda row, text: text)

    report = make_report(tmp_path / "e")
    print_report(report, tmp_path / "e")

    said = instances_line(report["instances"])
    assert "mean 100.0%, standard deviation 0.0%" in said
    assert said in " ".join(capsys.readouterr().out.split())
    assert said[1:] in (tmp_path / "e" / "report.html").read_text(encoding="utf-8")
