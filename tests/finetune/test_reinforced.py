"""The page of a run of reinforcement, and its figures, from a folder that is written by hand."""

import json
import re

import pytest

from finetune.judge.reinforced import make_page
from finetune.runs.completions import learning, told

SETTINGS = {"adapter": "runs/first", "dataset": "data/run8", "model": "tiny", "rows": 2, "steps": 2, "credit": "gated"}
FIGURES = {"groups": 1.0, "short_cuts": 0.5, "kl": 0.0}


def line(step, name, verdict, reward, code="", text="a < b"):
    """Return one line of completions.jsonl."""
    return {
        "step": step,
        "id": name,
        "question": f"How many in {name}?",
        "text": text,
        "reward": reward,
        "verdict": verdict,
        "code": code,
        "reason": code.replace("_", " "),
        "short_cut": code == "short_circuit",
        "flat": name == "flat",
    }


@pytest.fixture
def folder(tmp_path):
    """Write the folder of a run of two steps, one of which had equal rewards."""
    lines = [
        line(1, "useful", "correct", 1.0),
        line(1, "useful", "broken", 0.5, "short_circuit"),
        line(2, "flat", "unparsed", 0.0, "no_trace"),
        line(2, "flat", "unparsed", 0.0, "no_trace"),
    ]
    steps = [
        {"step": 1, "flat": 0.0, "grad_norm": 0.25, "verdict/correct": 0.5, **FIGURES},
        {"step": 2, "flat": 1.0, "grad_norm": 0.0, "verdict/correct": 0.0, **FIGURES},
    ]
    (tmp_path / "run.json").write_text(json.dumps({"settings": SETTINGS | {"generations": 2}, "result": {}}))
    for name, content in (("completions.jsonl", lines), ("log.jsonl", steps)):
        (tmp_path / name).write_text("".join(json.dumps(each) + "\n" for each in content))
    return tmp_path


def test_the_figures_count_groups_and_steps_that_taught_nothing(folder):
    """They come from the files alone, so that a resumed run has those of the whole run."""
    found = learning(folder)

    assert found == {
        "groups": 2,
        "flat_groups": 1,
        "zero_gradient_steps": 1,
        "completions": 4,
        "right_completions": 1,
    }
    assert told(found | {"steps": 2}) == (
        "1 of 4 completions right; 1 of 2 groups had equal rewards, and 1 of 2 steps gradient 0"
    )


def test_the_page_shows_each_completion_with_its_verdict(folder):
    """Each question stands once, with all of its completions, their rewards and reasons; texts are escaped."""
    page = make_page(folder).read_text()

    articles = re.findall(r"<article data-kinds=\"(.*?)\">(.*?)</article>", page, re.DOTALL)
    assert [kinds.split() for kinds, _ in articles] == [["correct", "broken", "short_cut"], ["unparsed", "flat"]]
    assert articles[0][1].count("<pre>a &lt; b</pre>") == 2
    assert "0.5: short circuit" in articles[0][1]
    assert "1 of 2 groups had equal rewards" in page
    assert re.search(r"<td>short circuit</td><td class=\"n\">1</td>", page)
    assert 'points="0.0,80.0 640.0,160.0 "' in page  # from half right in the first step to none in the last
    assert "http" not in page


def test_a_long_run_shows_its_last_questions(folder, monkeypatch):
    """The page says how many groups there were, and where the others stand."""
    monkeypatch.setattr("finetune.judge.reinforced._SHOWN", 1)

    page = make_page(folder).read_text()

    assert page.count("<article") == 1
    assert "The last 1 of 2 groups; all stand in completions.jsonl" in page


def test_a_line_that_no_run_wrote_is_told(folder, call):
    """A file of completions that was edited by hand is one line, not a traceback."""
    (folder / "completions.jsonl").write_text('{"step": 1, "id": "x"}\n')

    status, _, told = call("report", folder)

    assert status == 2
    assert "completions.jsonl: a line has no question, text, reward, verdict, code, short_cut, flat, so" in told


def test_the_page_is_written_again_by_the_verb_report(folder, call):
    """`report` takes the folder of a run of rl as well, finished or not."""
    status, said, errors = call("report", folder)

    assert status == 0, errors
    assert str(folder / "report.html") in said.replace("\n", "")
