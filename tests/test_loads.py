"""A folder that `load_dataset` would not load as its dataset is found without loading it."""

import pytest

from datasets_cards import write_card
from generators.files.manifest import read_manifest
from generators.finished.loads import loading_faults


@pytest.fixture(scope="module")
def folder(run8, tmp_path_factory):
    """Return run8 with its card, which has the rows and columns of its splits."""
    pages = tmp_path_factory.mktemp("card")
    write_card(run8.folder, "acme/run8", plots=False, pages=pages)
    return run8.folder, (pages / "README.md").read_text()


def faults(folder, **files):
    """Return the faults of a folder with its card and some other files."""
    place, card = folder
    held = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file()}
    return list(loading_faults("run8", {**held, "README.md": card.encode(), **files}, read_manifest(place)))


def test_a_folder_with_its_card_loads(folder):
    """A folder with its card has no faults, also beside files of other kinds, and neither has one without a card."""
    place, _ = folder
    without = {path.relative_to(place).as_posix(): path for path in place.glob("data/*")}

    assert faults(folder) == faults(folder, **{"notes.py": b"", "more/a.csv": b"a,b\n1,2\n"}) == []
    assert list(loading_faults("run8", without, read_manifest(place))) == []


MORE = "- config_name: more\n  data_files: more/*.csv\n"
EDITS = {
    "the files of another split": (
        "path: data/train-*",
        "path: data/test-*",
        "its configs lead load_dataset to data/test-00000-of-00001.parquet for the split train",
    ),
    "no files": ("path: data/test-*", "path: data/tests-*", "load_dataset fails: ValueError: "),
    "a split less": (
        "  - split: test\n    path: data/test-*\n",
        "",
        "its configs lead load_dataset to no file for the split test",
    ),
    "other rows": ("num_examples: 500", "num_examples: 501", "its dataset_info has 501 rows for the split train"),
    "other columns": (
        "name: steps\n    dtype: int32",
        "name: steps\n    dtype: string",
        "its dataset_info describes other columns than the data: steps",
    ),
    "two defaults": ("configs:\n", f"configs:\n{MORE}  default: true\n", "load_dataset fails: ValueError"),
    "another kind of files first": ("configs:\n", f"configs:\n{MORE}", "load_dataset reads the data as Csv"),
    "no YAML": ("tags:", "tags: [", "load_dataset fails: ParserError"),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_page_that_does_not_lead_to_the_rows(folder, what):
    """A page that leads elsewhere, or that cannot be read, is a fault that says what is wrong."""
    place, card = folder
    old, new, said = EDITS[what]
    assert old in card

    found = faults((place, card.replace(old, new, 1)), **{"more/a.csv": b"a,b\n1,2\n"})

    assert found[0].startswith(f"README.md: {said}")


def test_other_files_that_keep_a_folder_from_loading(folder):
    """A loading script of the folder's name and old settings that are no JSON are faults."""
    assert faults(folder, **{"run8.py": b""})[0].startswith("run8.py: load_dataset takes it for a loading script")
    assert "JSONDecodeError" in faults(folder, **{"dataset_infos.json": b"{"})[0]
