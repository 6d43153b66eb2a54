"""A report counts what happened, says where failures broke, and is one page that opens without a network."""

import json
import os
import shutil

import pytest

from finetune.evaluate import Evaluation, content_hash
from finetune.report import make_report, print_report
from finetune.rows import read_rows
from solver.text import fence

pytestmark = pytest.mark.filterwarnings("default")


def predict(folder, dataset, change):
    """Write an evaluation by hand: every row's gold completion, changed by `change(row, text)`."""
    table = read_rows(str(dataset), "test")
    rows = table.to_pylist()
    settings = Evaluation("tiny", None, None, str(dataset), "test", len(rows), content_hash(table), 400, "float32")
    folder.mkdir()
    (folder / "evaluation.json").write_text(json.dumps(settings.__dict__))
    lines = []
    for row in rows:
        text = change(row, fence(row["trace"]))
        lines.append(
            {"id": row["id"], "completion": text, "tokens": 100, "truncated": not text.endswith("```"), "seconds": 1.0}
        )
    (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return rows


def test_gold_completions_are_all_right(dataset, tmp_path):
    """Gold traces score 100 % on every rate and leave the ladder empty."""
    rows = predict(tmp_path / "e", dataset, lambda row, text: text)

    report = make_report(tmp_path / "e")

    assert {key: report["overall"]["accuracy"][key] for key in ("hits", "rows")} == {"hits": 12, "rows": 12}
    assert all(rates["hits"] == len(rows) for rates in report["overall"].values())
    assert not any(report["ladder"].values())
    assert report["other_way"] == 0
    assert "None: every row is right" in (tmp_path / "e" / "report.html").read_text()


def test_a_report_of_other_rows_than_were_decoded_is_refused(dataset, tmp_path, call):
    """Where the dataset has changed under an evaluation, its completions are not judged by the new answers."""
    predict(tmp_path / "e", dataset, lambda row, text: text)
    settings = json.loads((tmp_path / "e" / "evaluation.json").read_text())
    rows = read_rows(str(dataset), "test").to_pylist()
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(row | {"answer": "9999"}) + "\n" for row in rows))
    settings["dataset"] = str(tmp_path / "other.jsonl")
    (tmp_path / "e" / "evaluation.json").write_text(json.dumps(settings))

    status, _, said = call("report", tmp_path / "e")

    assert status == 2
    assert "has changed since its rows were decoded" in said
    assert not (tmp_path / "e" / "report.json").exists()


def spoil(row, text):
    """Break the rows of each expert in a way of its own."""
    if row["expert"] == "comparison":
        return text.replace("expert: comparison", "expert: arithmetic")
    if row["expert"] == "composition":
        return text[:60]
    return text.replace("value: ", "value: 1")


def test_failures_are_placed_and_cut_ones_are_not(dataset, tmp_path, capsys):
    """Wrong experts are routing, wrong numbers extraction, cut texts truncated; the counts add up."""
    rows = predict(tmp_path / "e", dataset, spoil)

    report = make_report(tmp_path / "e")
    print_report(report, tmp_path / "e")

    count = {name: sum(row["expert"] == name for row in rows) for name in ("comparison", "composition", "arithmetic")}
    assert report["ladder"]["routing"] == count["comparison"]
    assert report["ladder"]["extraction"] == count["arithmetic"]
    assert report["truncated"] == count["composition"]
    assert report["confusion"]["comparison"] == {"arithmetic": count["comparison"]}
    assert report["overall"]["accuracy"]["hits"] == 0
    said = capsys.readouterr().out
    assert "routing" in said
    assert f"{count['composition']} cut at the limit" in said


def test_a_right_answer_by_another_program_is_not_hidden(dataset, tmp_path):
    """A trace that adds a harmless detour is right, and is reported as another way."""

    def detour(row, text):
        if row["expert"] != "arithmetic":
            return text
        return text.replace(
            "- {op: query, var: result}",
            "- {op: compute, compute_op: add, args: [result, result], var: twice}\n- {op: query, var: result}",
        )

    rows = predict(tmp_path / "e", dataset, detour)

    report = make_report(tmp_path / "e")

    ways = [row for row in report["rows"] if row["accuracy"] and not row["same_program"]]
    assert report["overall"]["accuracy"]["hits"] == 12
    assert report["other_way"] == len(ways) == sum(row["expert"] == "arithmetic" for row in rows)
    assert {"structure"} == {row["level"] for row in ways}


def test_a_page_loads_nothing_and_escapes_what_models_write(dataset, tmp_path):
    """The page names no other file or address, and a completion cannot become part of it."""
    predict(tmp_path / "e", dataset, lambda row, text: "<script>alert(1)</script>```")

    make_report(tmp_path / "e")

    text = (tmp_path / "e" / "report.html").read_text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not [word for word in ("http://", "https://", "src=", "@import", "url(") if word in text]


@pytest.mark.skipif(not shutil.which("chromium") and not os.environ.get("WIREWORK_CHROMIUM"), reason="needs chromium")
def test_a_page_opens_in_a_browser_and_its_browser_of_failures_sifts(dataset, tmp_path):
    """A headless Chromium shows the tables, choosing a level hides the other failures, and a telephone is wide enough."""
    from playwright.sync_api import sync_playwright

    predict(tmp_path / "e", dataset, spoil)
    report = make_report(tmp_path / "e")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("WIREWORK_CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"file://{tmp_path}/e/report.html")
        page.select_option("#level", "routing")
        visible = page.locator("article:visible").count()
        told = page.locator("#count").inner_text()
        page.set_viewport_size({"width": 320, "height": 800})
        across = page.evaluate("document.documentElement.scrollWidth")
        browser.close()

    assert report["ladder"]["routing"] == visible
    assert f"{visible} rows" == told
    assert across == 320
    assert not wrong
    assert len(asked) == 1


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
    [('{"overall": {}, "rows": []}', "settings, by, ladder"), ("7", "settings, overall, by, ladder, rows")],
)
def test_a_file_that_is_no_report_is_one_line(dataset, tmp_path, call, content, lacks):  # fixtures
    """What it lacks is named."""
    predict(tmp_path / "a", dataset, lambda row, text: text)
    make_report(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "report.json").write_text(content)

    status, _, said = call("compare", tmp_path / "a", tmp_path / "b")

    assert status == 2
    assert f"report.json: no report of ours, it has no {lacks}; evaluate again" in " ".join(said.split())
