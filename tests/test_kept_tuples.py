"""Tuples are found once for a text and a version of the code, and a cache that fails is no error."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import TEXTS

from generators.patterns import joint, kept_tuples
from generators.patterns.joint import Search
from generators.patterns.library import read_library
from generators.patterns.pattern import read_pattern
from generators.patterns.vocabulary import read_vocabularies
from solver.document import load

NAME = "comparison/times_more.jinja"
WHERE = TEXTS[NAME].replace("trace:", "where: [count > times]\ntrace:")
FOUND = np.array([[3, 1], [0, 300]])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Keep the tuples of a test in a folder of its own."""
    monkeypatch.setattr(kept_tuples, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def searches(monkeypatch):
    """Return a list that grows with each search for tuples."""
    made, plain = [], joint._found
    monkeypatch.setattr(joint, "_found", lambda *args: made.append(1) or plain(*args))
    return made


def read(text=WHERE, *, keep=True, search=joint.SEARCH):
    """Return the columns of the numbers of a pattern, which is read anew."""
    words = read_vocabularies(load(TEXTS["vocabulary.yaml"]))
    pattern = read_pattern("comparison", "times_more", text, words, keep=keep, search=search)
    return {
        name: (slot.column.fractions(), slot.texts.to_pylist(), slot.places.tolist())
        for name, slot in pattern.slots.items()
        if pattern.kind(name) == "number"
    }


def test_a_second_reading_searches_for_nothing(searches):
    """The tuples of a file that was read before are the same, and no candidate is tried."""
    first = read()

    assert (read(), len(searches)) == (first, 1)


@pytest.mark.parametrize(
    "changed",
    [{"text": WHERE.replace("5..25", "5..26")}, {"search": Search(40)}, {"keep": False}],
    ids=["text", "bounds", "not asked for"],
)
def test_another_text_or_other_bounds_are_searched_for(searches, changed):
    """Kept tuples are those of the same text and the same bounds alone."""
    read()

    found = read(**changed)

    assert len(searches) == 2
    assert found == read(**changed | {"keep": False})


def test_another_version_of_the_code_reads_no_tuples(monkeypatch, tmp_path):
    """The folder is named by the code, so that a change of any module begins another one."""
    pages = []
    for content in ("one", "two"):
        module = tmp_path / content / "module.py"
        module.parent.mkdir()
        module.write_text(content, encoding="utf-8")
        monkeypatch.setattr(kept_tuples, "__file__", str(module))
        kept_tuples._version.cache_clear()
        pages.append(kept_tuples._version())
    kept_tuples._version.cache_clear()

    assert pages[0] != pages[1]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 200, None, b"half"],
    ids=["empty", "foreign", "another byte", "half"],
)
def test_a_broken_file_is_written_again(folder, content):
    """A file that is not as it was written is neither read nor an error."""
    kept_tuples.kept("a", lambda: FOUND)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes({None: whole[:-1] + b"\7", b"half": whole[: len(whole) // 2]}.get(content, content))

    assert kept_tuples.kept("a", lambda: FOUND).tolist() == FOUND.tolist()
    assert [path.read_bytes() for path in folder.iterdir()] == [whole]


@pytest.mark.parametrize("place", ["a file", "missing", "none"])
def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch, tmp_path, place):
    """The tuples are then found each time."""
    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setattr(kept_tuples, "_folder", lambda: None if place == "none" else tmp_path / place)

    assert kept_tuples.kept("a", lambda: FOUND).tolist() == FOUND.tolist()


def test_a_file_in_the_place_of_the_cache_is_no_error(monkeypatch, tmp_path):
    """Where the libraries' cache folder can be none, nothing is kept."""
    monkeypatch.undo()
    (tmp_path / "assets").write_bytes(b"")
    monkeypatch.setattr("huggingface_hub.utils._cache_assets.HF_ASSETS_CACHE", str(tmp_path / "assets"))

    assert kept_tuples._folder.__wrapped__() is None


def test_writers_at_once_leave_one_whole_file(folder):
    """Each writes beside the place and renames, so that a reader meets a whole file, whoever wrote last."""
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: kept_tuples.kept("a", lambda: FOUND).tolist(), range(200)))

    assert found == [FOUND.tolist()] * 200
    assert len(list(folder.iterdir())) == 1


def test_loading_a_library_keeps_the_tuples_of_its_patterns(folder):
    """Only patterns with conditions have a file."""
    read_library(TEXTS | {NAME: WHERE})

    assert len(list(folder.iterdir())) == 1
