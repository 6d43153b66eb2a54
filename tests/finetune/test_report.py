"""A report counts outcomes, places failures at their levels, and is one page that needs no network."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from commands import predict
from processes import HOME

from finetune.judge.evaluate import PREDICTIONS
from finetune.judge.report import make_report, print_report
from finetune.runs.rows import read_rows

NO_GOLD = dict.fromkeys(("completion", "trace", "expert", "experts", "pattern", "steps"))

pytestmark = pytest.mark.filterwarnings("default")


def test_gold_completions_are_all_right(dataset, tmp_path):
    """Gold traces score 100 % on every rate and leave the ladder empty."""
    rows = predict(tmp_path / "e", dataset, lambda row, text: text)

    report = make_report(tmp_path / "e")

    assert {key: report["overall"]["accuracy"][key] for key in ("hits", "rows")} == {"hits": 12, "rows": 12}
    assert all(rates["hits"] == len(rows) for rates in report["overall"].values())
    assert not any(report["ladder"].values())
    assert report["other_way"] == 0
    assert "None: every row is right" in (tmp_path / "e" / "report.html").read_text()


@pytest.mark.parametrize("trained_here", [True, False])
def test_a_model_whose_weights_were_all_trained_has_its_learning_curve(dataset, trained, tmp_path, trained_here):
    """Its folder has a run.json, like that of an adapter; any other folder of a model has no training to show."""
    model = tmp_path / "model"
    model.mkdir()
    for name in ("log.jsonl", *(["run.json"] if trained_here else [])):
        shutil.copy(trained / name, model)
    predict(tmp_path / "e", dataset, lambda row, text: text)
    settings = json.loads((tmp_path / "e" / "evaluation.json").read_text())
    (tmp_path / "e" / "evaluation.json").write_text(json.dumps(settings | {"model": str(model)}))

    report = make_report(tmp_path / "e")

    assert bool(report["curve"]) == trained_here
    assert ("Learning curve" in (tmp_path / "e" / "report.html").read_text()) == trained_here


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_without_a_character_shows_its_code(dataset, tmp_path, encoding):
    """A report is printed on every console, whatever its folder is called."""
    predict(tmp_path / "Zo\u00eb \u0142 [1]", dataset, lambda row, text: text)

    done = subprocess.run(
        [sys.executable, "-m", "finetune", "report", str(tmp_path / "Zo\u00eb \u0142 [1]")],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(HOME), "PYTHONIOENCODING": encoding},
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert rb" \u0142 [1]" in done.stdout


def test_a_report_of_other_rows_than_were_decoded_is_refused(dataset, tmp_path, call):
    """If the dataset has changed since an evaluation, its completions are not judged by the new answers."""
    predict(tmp_path / "e", dataset, lambda row, text: text)
    settings = json.loads((tmp_path / "e" / "evaluation.json").read_text())
    rows = read_rows(str(dataset), "test").to_pylist()
    (tmp_path / "other.jsonl").write_text(
        "".join(json.dumps(row | NO_GOLD | {"answer": "9999"}) + "\n" for row in rows)
    )
    settings["dataset"] = str(tmp_path / "other.jsonl")
    (tmp_path / "e" / "evaluation.json").write_text(json.dumps(settings))

    status, _, said = call("report", tmp_path / "e")

    assert status == 2
    assert "has changed since its rows were decoded" in said
    assert not (tmp_path / "e" / "report.json").exists()


def spoil(row, text):
    """Break the rows of each expert in a different way."""
    if row["expert"] == "comparison":
        return text.replace("expert: comparison", "expert: arithmetic")
    if row["expert"] == "composition":
        return text[:60]
    return text.replace("value: ", "value: 1")


def test_failures_are_placed_and_cut_ones_are_not(dataset, tmp_path, capsys):
    """Wrong experts count as routing, wrong numbers as extraction, cut texts as truncated; the counts add up."""
    rows = predict(tmp_path / "e", dataset, spoil)

    report = make_report(tmp_path / "e")
    print_report(report, tmp_path / "e")

    count = {name: sum(row["expert"] == name for row in rows) for name in ("comparison", "composition", "arithmetic")}
    assert report["ladder"]["routing"] == count["comparison"]
    assert report["ladder"]["extraction"] == count["arithmetic"]
    assert report["truncated"] == count["composition"]
    assert report["confusion"]["comparison"] == {"arithmetic": count["comparison"]}
    assert report["overall"]["accuracy"]["hits"] == 0
    assert report["overall"]["answer"]["hits"] == count["comparison"]  # right, though by another expert
    said = capsys.readouterr().out
    assert "routing" in said
    assert f"{count['composition']} cut at the limit" in said


def write_rows(path, rows):
    """Write rows as a file of JSON lines and return its path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rows_without_gold_have_neither_routing_nor_levels(dataset, tmp_path, capsys):
    """Of an answer alone, a report tells whether it is right, and invents no expert, steps or ladder."""
    rows = [row | NO_GOLD for row in read_rows(str(dataset), "test").to_pylist()]
    path = write_rows(tmp_path / "real.jsonl", rows)
    golden = {row["id"]: row["trace"] for row in read_rows(str(dataset), "test").to_pylist()}
    predict(
        tmp_path / "e", path, lambda row, text: f"```yaml\n{golden[row['id']]}```" if row != rows[0] else "no trace```"
    )

    report = make_report(tmp_path / "e")
    print_report(report, tmp_path / "e")

    said = capsys.readouterr().out + (tmp_path / "e" / "report.html").read_text()
    assert report["metrics"]["accuracy"] == "right answer"
    assert {name: rates["hits"] for name, rates in report["overall"].items()} == dict.fromkeys(report["metrics"], 11)
    assert (report["ladder"], report["confusion"], set(map(len, report["by"].values()))) == ({}, {}, {0})
    assert not [word for word in ("routing", "right expert", "by level", "gold program", "None step") if word in said]


def test_parsed_means_the_same_in_the_table_and_in_the_ladder(dataset, tmp_path):
    """A trace with an operation that the notation lacks is read by nobody: it is not parsed, and breaks the format."""
    predict(tmp_path / "e", dataset, lambda row, text: text.replace("op: query", "op: ask"))

    report = make_report(tmp_path / "e")

    assert report["overall"]["parsed"]["hits"] == 0
    assert report["ladder"]["format"] == 12


def test_a_partial_evaluation_says_so_everywhere(dataset, tmp_path, call):
    """While rows are missing, the terminal, the page and a comparison say how many are decoded."""
    for name in "ab":
        predict(tmp_path / name, dataset, lambda row, text: text)
        lines = (tmp_path / name / PREDICTIONS).read_text().splitlines(keepends=True)
        (tmp_path / name / PREDICTIONS).write_text("".join(lines[:3]))

    said = [call("report", tmp_path / name)[1] for name in "ab"] + [call("compare", tmp_path / "a", tmp_path / "b")[1]]

    texts = [*said, (tmp_path / "a" / "report.html").read_text()]
    assert ["3 of 12 decoded" in text for text in texts] == [True] * 4


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


OFF_SCREEN = """[...document.querySelectorAll("td")]
  .filter(cell => cell.textContent && cell.getBoundingClientRect().right > innerWidth).map(cell => cell.textContent)"""
"""The cells of tables that a reader would have to scroll to."""


@pytest.fixture
def chromium():
    """Return the path of Chromium; a gate without it fails, a developer's machine skips."""
    path = os.environ.get("WIREWORK_CHROMIUM") or shutil.which("chromium")
    if not path:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("Chromium is not installed; apt-get install chromium, or set WIREWORK_CHROMIUM to its path")
    return path


def test_a_page_opens_in_a_browser_and_filters_its_failures(dataset, tmp_path, chromium):
    """Headless Chromium shows the tables, choosing a level hides the other failures, and a phone is wide enough."""
    from playwright.sync_api import sync_playwright

    rows = predict(tmp_path / "e", dataset, spoil)
    report = make_report(tmp_path / "e")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"file://{tmp_path}/e/report.html")
        page.select_option("#level", "routing")
        visible = page.locator("article:visible").count()
        told = page.locator("#count").inner_text()
        page.select_option("#level", "")
        page.locator("a[data-group=expert]", has_text="composition").click()
        reached = page.locator("article:visible").count(), page.url
        page.set_viewport_size({"width": 320, "height": 800})
        across = page.evaluate("document.documentElement.scrollWidth")
        hidden = page.evaluate(OFF_SCREEN)
        browser.close()

    assert report["ladder"]["routing"] == visible
    assert f"{visible} rows" == told
    assert reached == (sum(row["expert"] == "composition" for row in rows), page.url)
    assert page.url.endswith("#failures")
    assert across == 320
    assert hidden == []
    assert not wrong
    assert len(asked) == 1
