"""A build with patterns that were made from problems lists their sources, and is under a licence that they allow."""

import json

import pytest

from datasets_cards import write_card
from datasets_cards.release import refuse_unlicensed
from generators.builder.dataset import build, rebuild
from generators.files.manifest import read_manifest
from generators.finished.audit import audit
from generators.finished.recipes import read_recipe
from generators.imports.as_patterns import make_patterns
from generators.imports.sources.request import Request
from solver.refusal import InputError

PRESET = {
    "rows": 4,
    "validation": 0,
    "test": 0,
    "max_len": 1024,
    "phrasings": 1,
    "weights": {"arithmetic": 100},
    "patterns": ["mine"],
}
PROBLEM = "Pia has 6 bags with 14 nuts each. She eats 9 nuts. How many nuts are left?"


@pytest.fixture(scope="module")
def patterns(tmp_path_factory):
    """Return a function that gives the folder of a pattern made from a problem under a licence."""
    place = tmp_path_factory.mktemp("patterns")
    (place / "own.jsonl").write_text(json.dumps({"question": PROBLEM, "sum": "6*14-9", "result": 75}))
    words = {"question": "question", "program": "sum", "answer": "result", "form": "equation"}

    def made(licence, notice="(c) A: 'B' # C"):
        folder = place / licence
        if not folder.exists():
            request = Request(origin=place / "own.jsonl", licence=licence, notice=notice, **words)
            make_patterns(request, folder, workers=1)
        return folder

    return made


def built(tmp_path, folder, **keys):
    """Return the folder of a build from patterns, with its card."""
    folder = build(PRESET | keys, out=tmp_path / "d", patterns=folder, workers=1).folder
    write_card(folder, plots=False)
    return folder


def test_sources_of_patterns_are_listed(tmp_path, patterns):
    """Recipe, manifest and card have the source once, with the notice as it was given, and the build is sound."""
    folder = built(tmp_path, patterns("cc-by-4.0"))

    (source,) = read_manifest(folder).sources
    assert (source.name, source.licence, source.notice) == ("own", "cc-by-4.0", "(c) A: 'B' # C")
    assert read_recipe(folder).sources == (source,)
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-4.0\n" in page
    assert "| own | cc-by-4.0 | (c) A: 'B' # C | name the authors and the licence |" in page
    refuse_unlicensed(folder)
    assert audit(folder).faults == []


def test_a_mixture_lists_wirework_too(tmp_path, patterns):
    """With shipped patterns beside, the licences of both parts stand in the metadata."""
    folder = built(tmp_path, patterns("mit"), patterns=["mine", "price_chain"])

    assert [(one.name, one.licence) for one in read_manifest(folder).sources] == [
        ("own", "mit"),
        ("wirework", "apache-2.0"),
    ]
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "license:\n- mit\n- apache-2.0\n" in page
    assert "- **Licence:** mit and apache-2.0\n" in page


def test_share_alike_holds_for_the_mixture(tmp_path, patterns):
    """A licence that must be passed on is that of the whole dataset, and a preset may not state another."""
    folder = built(tmp_path, patterns("cc-by-sa-4.0"), patterns=["mine", "price_chain"])

    assert "license: cc-by-sa-4.0\n" in (folder / "README.md").read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"^license mit: own is under cc-by-sa-4.0 .+ leave the key out$"):
        build(PRESET | {"license": "mit"}, out=tmp_path / "other", patterns=patterns("cc-by-sa-4.0"))
    assert not (tmp_path / "other").exists()


def test_patterns_of_an_unknown_licence_are_not_published(tmp_path, patterns):
    """A pattern carries the licence of its problem, so a build from it is refused as the import would be."""
    folder = built(tmp_path, patterns("unknown"))

    with pytest.raises(InputError, match=r"may not be published: own \(unknown\): no licence is stated"):
        refuse_unlicensed(folder)


def test_a_pattern_without_a_licence_leaves_it_unstated(tmp_path, patterns, capsys):
    """Beside a pattern of the user's own, nothing is claimed for the whole; the source is listed all the same."""
    (made,) = patterns("mit").glob("*/*.jinja")
    (tmp_path / "p" / "arithmetic").mkdir(parents=True)
    text = made.read_text(encoding="utf-8")
    head = [line for line in text.splitlines(keepends=True) if line.startswith(("source:", "license:", "notice:"))]
    for line in head:
        text = text.replace(line, "")
    (tmp_path / "p" / "vocabulary.yaml").write_bytes((patterns("mit") / "vocabulary.yaml").read_bytes())
    (tmp_path / "p" / "arithmetic" / "made.jinja").write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "p" / "arithmetic" / "mine.jinja").write_text(text.replace("nuts", "figs"), encoding="utf-8")

    folder = built(tmp_path, tmp_path / "p")

    assert [one.name for one in read_manifest(folder).sources] == ["own"]
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "license:" not in page.partition("\n---\n")[0]
    assert "license are not stated on the page" in capsys.readouterr().err


def test_a_build_of_shipped_patterns_lists_no_source(tmp_path):
    """Recipe and manifest are as earlier versions wrote them."""
    folder = build(PRESET | {"patterns": ["price_chain"]}, out=tmp_path / "d").folder

    assert "sources" not in json.loads((folder / "recipe.json").read_text())
    assert "sources" not in json.loads((folder / "manifest.json").read_text())


def test_a_rebuilt_dataset_has_the_same_sources(tmp_path, patterns):
    """The recipe alone is enough to list them again."""
    folder = built(tmp_path, patterns("mit"))

    again = rebuild(folder, tmp_path / "again").manifest

    assert again.sources == read_manifest(folder).sources
    assert again.content == read_manifest(folder).content
