"""The gallery has every pattern once, with the solver's steps, and the committed page is up to date."""

import re
from pathlib import Path

import pytest

from generators.__main__ import main
from generators.gallery import markdown, page, samples
from generators.patterns.library import library

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shown():
    """Return the samples of all shipped patterns."""
    return samples(library())


def test_the_page_in_docs_is_the_generated_one(shown):
    """docs/gallery.md is the output of `python -m generators gallery docs/gallery.md`."""
    assert (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8") == markdown(shown)


def test_every_pattern_is_on_the_page_with_its_question_trace_and_steps(shown):
    """The page has every pattern once, and the last value of its steps is the answer."""
    html = page(shown)

    ids = re.findall(r'<article id="([^"]+)"', html)
    assert ids == list(library().patterns)
    assert all(sample.lines[-1][1] == sample.answer for sample in shown)
    assert html.count("<article") == len(shown)


def test_the_page_needs_no_network(shown):
    """The page has no address of another site, so it loads nothing."""
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|https?://""", page(shown))


def test_markup_in_a_question_is_text(shown, tmp_path, texts):
    """A question with angle brackets is shown literally."""
    folder = tmp_path / "mine"
    (folder / "comparison").mkdir(parents=True)
    body = (
        texts["comparison/times_more.jinja"]
        .replace("things", "collectables")
        .replace("{{ more }} has", "<b>{{ more }}</b> has", 1)
    )
    (folder / "comparison" / "bold.jinja").write_text(body)

    assert main(["gallery", str(tmp_path / "g.html"), "--patterns", str(folder)]) == 0
    assert "&lt;b&gt;" in (tmp_path / "g.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("out", "said"), [("gallery.txt", "ends in .html or .md"), ("file/below/g.html", "cannot be written")]
)
def test_a_place_that_cannot_be_is_one_line(tmp_path, capsys, out, said):
    """Another suffix, or a folder that cannot be created, is one line and exit status 2."""
    (tmp_path / "file").write_text("x")

    assert main(["gallery", str(tmp_path / out)]) == 2
    assert said in capsys.readouterr().err
