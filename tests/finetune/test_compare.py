"""Two evaluations of the same rows are compared pairwise by an exact test."""

import json

import pytest
from commands import predict

from finetune.judge.report import make_report

pytestmark = pytest.mark.filterwarnings("default")


def test_compare_needs_more_than_three_rows(dataset, tmp_path, call):
    """Two evaluations of the same rows are compared pairwise by an exact test, and other rows are refused."""
    predict(tmp_path / "a", dataset, lambda row, text: text)
    predict(tmp_path / "b", dataset, lambda row, text: "nothing```" if row["expert"] == "arithmetic" else text)
    reports = [make_report(tmp_path / name) for name in "ab"]
    only = 12 - reports[1]["overall"]["accuracy"]["hits"]

    status, said, _ = call("compare", tmp_path / "a", tmp_path / "b")

    assert status == 0
    assert f"p = {2 / 2**only:.3g}" in said
    assert ("no difference" in said) == (only < 6)
    report = json.loads((tmp_path / "b" / "report.json").read_text())
    report["rows"] = report["rows"][:-1]
    (tmp_path / "b" / "report.json").write_text(json.dumps(report))
    assert call("compare", tmp_path / "a", tmp_path / "b")[0] == 2


@pytest.mark.parametrize(
    ("content", "lacks"),
    [
        ('{"overall": {}, "rows": []}', "settings, metrics, by, ladder, trained"),
        ("7", "settings, metrics, overall, by, ladder, trained, rows"),
    ],
)
def test_a_file_that_is_no_report_is_one_line(dataset, tmp_path, call, content, lacks):
    """The message names the missing parts."""
    predict(tmp_path / "a", dataset, lambda row, text: text)
    make_report(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "report.json").write_text(content)

    status, _, said = call("compare", tmp_path / "a", tmp_path / "b")

    assert status == 2
    assert f"report.json: not a report of wirework: it has no {lacks}; evaluate again" in " ".join(said.split())
