"""`verify` finds every fault of a finished dataset from its files alone."""

import hashlib
import json
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from processes import python

from generators import build
from generators.__main__ import main
from generators.files.parquet import to_parquet
from generators.finished.audit import audit
from solver.refusal import InputError
from solver.schema import SCHEMA, content_hash

TEST = "data/test-00000-of-00001.parquet"
TRAIN = "data/train-00000-of-00001.parquet"


@pytest.fixture
def folder(run8, tmp_path):
    """Return a copy of run8 that a test may change."""
    return shutil.copytree(run8.folder, tmp_path / "run8")


def spoil(folder, name, change):
    """Rewrite a Parquet file through `change` and repair every hash, as a forger would."""
    rows = change(pq.read_table(folder / name).to_pylist())
    table = pa.Table.from_pylist(rows, schema=pq.read_schema(folder / name).remove_metadata())
    (folder / name).write_bytes(to_parquet(table, {}))
    manifest = json.loads((folder / "manifest.json").read_text())
    data = (folder / name).read_bytes()
    manifest["files"][name] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": len(rows)}
    entry = manifest["splits"][name.removeprefix("data/").partition("-")[0]]
    entry |= {"rows": len(rows), "content": hashlib.sha256(content_hash(table).encode()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_honest_dataset_is_sound(run8):
    """Every row of an untouched dataset passes."""
    found = audit(run8.folder)

    assert found.faults == []
    assert dict(found.rows) == run8.counts


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("name", [TEST, TRAIN])
def test_one_flipped_byte_is_found(folder, name, share):
    """One flipped bit anywhere in a data file is found."""
    data = bytearray((folder / name).read_bytes())
    data[int((len(data) - 1) * share)] ^= 1
    (folder / name).write_bytes(data)

    (fault,) = audit(folder).faults
    told = ("changed since it was built (sha256 differs)", "is damaged", "is cut off", "is not a Parquet file")
    assert fault.startswith(tuple(f"{name}: {what}" for what in told))


def encoded(folder, name, **more):
    """Write a Parquet file again, with other settings."""
    pq.write_table(pq.read_table(folder / name), folder / name, **more)


@pytest.mark.parametrize("names", [[TEST], [TEST, TRAIN]], ids=["one file", "two files"])
def test_a_file_that_was_encoded_again_is_named(folder, names):
    """Files with the same rows in other bytes are named as such, and nothing else is a fault."""
    for name in names:
        encoded(folder, name, compression="gzip")

    assert audit(folder).faults == [f"{name}: same rows, other bytes (sha256 differs)" for name in names]


@pytest.mark.parametrize("key", ["answer", "steps", "prompt"])
def test_a_file_that_was_encoded_with_another_value_is_changed(folder, key):
    """A changed value, in whichever column, is not called the same rows."""
    rows = pq.read_table(folder / TEST).to_pylist()
    rows[3][key] = {"answer": "17", "steps": 99, "prompt": []}[key]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), folder / TEST)

    assert audit(folder).faults == [f"{TEST}: changed since it was built (sha256 differs)"]


PAGES = {
    "train leads to test": lambda text: text.replace("data/train-*", "data/test-*"),
    "a split less": lambda text: text.replace("  - split: test\n    path: data/test-*\n", ""),
    "other rows": lambda text: text.replace(
        "configs:", "dataset_info:\n  splits:\n  - name: train\n    num_examples: 7\nconfigs:"
    ),
    "another default": lambda text: text.replace(
        "configs:", "configs:\n- config_name: more\n  default: true\n  data_files: data/test-*"
    ),
    "no YAML": lambda text: text.replace("configs:", "configs: ["),
}


@pytest.mark.parametrize("what", PAGES)
def test_a_page_that_leads_elsewhere_is_found(folder, what, capsys):
    """A page by which `load_dataset` does not find the rows is a fault, and `verify` exits with 1."""
    path = folder / "README.md"
    before = path.read_text()
    path.write_text(PAGES[what](before))
    assert path.read_text() != before

    assert main(["verify", str(folder)]) == 1
    assert "fault README.md: " in capsys.readouterr().out


def test_a_loading_script_is_found(folder):
    """A Python file of the folder's name keeps `load_dataset` from the rows."""
    (folder / "run8.py").write_text("")

    assert audit(folder).faults[0].startswith("run8.py: load_dataset takes it for a loading script")


def test_verify_says_what_it_does_not_audit(folder, capsys):
    """Files beside the dataset, and the words of the page, are named as not audited."""
    (folder / "LICENSE").write_text("mine")

    assert main(["verify", str(folder)]) == 0
    assert "not audited: LICENSE, the text of README.md\n" in capsys.readouterr().out


def test_missing_and_foreign_files_are_found(folder):
    """A missing data file and a foreign one are both named."""
    (folder / TEST).rename(folder / "data" / "extra.parquet")

    assert audit(folder).faults == ["data/extra.parquet: not a file of this dataset", f"{TEST}: missing"]


def test_a_changed_recipe_is_found(folder):
    """A recipe other than the one that made the rows is found."""
    recipe = (folder / "recipe.json").read_text()
    (folder / "recipe.json").write_text(recipe.replace('"seed": 0', '"seed": 1'))

    assert audit(folder).faults == ["recipe.json: is not the recipe that the manifest names"]


def edited(key, change):
    """Return a forger's change of one value of row 3."""

    def change_row(rows):
        rows[3][key] = change(rows[3][key])
        return rows

    return change_row


FORGED = {
    "answer": edited("answer", lambda answer: f"1{answer}"),
    "trace": edited("trace", lambda trace: trace.replace("value: ", "value: 1", 1)),
    "question": edited("question", lambda question: question.replace(" ", "  ", 1)),
    "prompt": edited("prompt", lambda turns: [*turns[:-1], {"role": "user", "content": "What is 1 + 1?"}]),
    "completion": edited("completion", lambda turns: [{"role": "assistant", "content": "42"}]),
    "experts": edited("experts", lambda names: [*names, "arithmetic"]),
    "steps": edited("steps", lambda steps: steps + 1),
    "id": edited("id", lambda name: f"{name}9"),
    "id of nothing": edited("id", lambda name: "arithmetic/nothing/3"),
    "row twice": lambda rows: [*rows[:-1], rows[3]],
    "row less": lambda rows: rows[:-1],
    "rows swapped": lambda rows: [rows[1], rows[0], *rows[2:]],
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_row_is_found_even_with_mended_hashes(folder, what):
    """A changed value is found by parsing, solving and making the row again, and the row is named."""
    before = pq.read_table(folder / TEST)["id"].to_pylist()
    spoil(folder, TEST, FORGED[what])

    found = audit(folder)

    assert not found.passed
    if what not in ("row less", "rows swapped", "row twice", "id", "id of nothing"):
        assert any(before[3] in fault for fault in found.faults)


def test_every_number_of_a_row_is_looked_up_in_its_question(folder):
    """A question without its numbers is a fault of its own, beside the question's being another one."""
    spoil(folder, TEST, edited("question", lambda question: re.sub(r"\d+", "some", question)))

    assert any("is neither in the question nor a named constant" in fault for fault in audit(folder).faults)


def test_a_row_of_another_split_is_found(folder):
    """A test row in the training split is found, although the row itself is sound."""
    stray = pq.read_table(folder / TEST).to_pylist()[0]
    spoil(folder, TRAIN, lambda rows: [*rows[:-1], stray])

    assert any("not in the slice that train draws from" in fault for fault in audit(folder).faults)


def test_verify_needs_nothing_but_the_folder(tmp_path, texts):
    """A dataset made with a user's patterns is audited without their files."""
    own = tmp_path / "patterns" / "entity_track"
    own.mkdir(parents=True)
    (own / "own_pattern.jinja").write_text(texts["entity_track/consume.jinja"].replace("things", "own_things"))
    words = texts["vocabulary.yaml"].partition("\n")[2].replace("things", "own_things")
    (tmp_path / "patterns" / "vocabulary.yaml").write_text(words)
    built = build("run8", rows=60, out=tmp_path / "d", patterns=tmp_path / "patterns")
    shutil.rmtree(tmp_path / "patterns")

    assert "entity_track/own_pattern" in built.manifest.splits["train"].patterns
    assert audit(built.folder).passed


def test_an_unfinished_folder_is_no_dataset(folder):
    """A folder without a manifest is an error with the way to resume; one without a recipe is not a dataset."""
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match="the build was not finished; run it again to resume"):
        audit(folder)

    (folder / "recipe.json").unlink()
    with pytest.raises(InputError, match="not a dataset folder of wirework"):
        audit(folder)


UNREADABLE = {
    "an answer that is no number": ("answer", "abc"),
    "no answer": ("answer", None),
    "no trace": ("trace", None),
    "no question": ("question", None),
    "no id": ("id", None),
    "no experts": ("experts", None),
    "no completion": ("completion", None),
    "an id with another digit": ("id", "comparison/times_more/\u00b2"),
    "an id with huge digits": ("id", "comparison/times_more/" + "9" * 30),
    "an id with markup": ("id", "[/red]"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_forged_value_of_any_kind_is_a_fault(folder, what, capsys):
    """Any value in a row is reported as a fault with exit status 1; `verify` never crashes."""
    key, value = UNREADABLE[what]
    spoil(folder, TEST, edited(key, lambda _: value))

    assert main(["verify", str(folder)]) == 1
    assert "fault" in capsys.readouterr().out


def rewritten(folder, name, change):
    """Change a JSON file of a dataset and, for the recipe, its hash in the manifest, as a forger would."""
    path = folder / name
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    if name == "recipe.json":
        rewritten(folder, "manifest.json", lambda m: m.update(recipe=hashlib.sha256(path.read_bytes()).hexdigest()))


MANIFESTS = {
    "no hash of a file": lambda m: m["files"][TEST].pop("sha256"),
    "files as a list": lambda m: m.update(files=[]),
    "no test split": lambda m: m["splits"].pop("test"),
    "splits as a list": lambda m: m.update(splits=[]),
    "rows of a pattern": lambda m: m["splits"]["test"]["patterns"].update({"comparison/times_more": 9_999}),
    "rows of an expert": lambda m: m["splits"]["test"]["experts"].update(comparison=9_999),
    "rows of a file": lambda m: m["files"][TEST].update(rows=1),
    "the content hash": lambda m: m.update(content="0"),
    "rows that were proved": lambda m: m["verification"].update(read_back=10**9),
    "test numbers in training": lambda m: m["test_numbers_in_train"].update(rows=0),
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_a_forged_manifest_is_found(folder, what):
    """A manifest that disagrees with the rows, or is not a manifest, is a fault or one clear error."""
    rewritten(folder, "manifest.json", MANIFESTS[what])

    assert main(["verify", str(folder)]) in (1, 2)


PATTERN = "comparison/times_more"
RECIPES = {
    "no rows in a shard": lambda r: r.update(shard_rows=0),
    "rows that are a text": lambda r: r["rows"].update(train="x"),
    "no rows of a split": lambda r: r["rows"].pop("test"),
    "rows as a list": lambda r: r.update(rows=[]),
    "a share over zero": lambda r: r["shares"].update({PATTERN: "1/0"}),
    "a share that is no number": lambda r: r["shares"].update({PATTERN: "x"}),
    "a share of nothing": lambda r: r["shares"].update({"comparison/nope": "1/2"}),
    "shares that sum to half": lambda r: r.update(shares={PATTERN: "1/2"}),
    "no shares": lambda r: r.update(shares={}),
    "a negative share": lambda r: r.update(shares={PATTERN: "3/2", "comparison/more_less": "-1/2"}),
    "no system line": lambda r: r.update(system=None),
    "a length that is a text": lambda r: r.update(max_len="x"),
    "no files": lambda r: r.update(files=None),
    "another format": lambda r: r.update(format=2),
    "a key too many": lambda r: r.update(extra=2),
}


@pytest.mark.parametrize("what", RECIPES)
def test_a_strangers_recipe_is_read_with_care(folder, what, tmp_path, capsys):
    """A recipe that no build writes is one clear error or a list of faults, in `verify` and in `build`."""
    rewritten(folder, "recipe.json", RECIPES[what])

    assert main(["verify", str(folder)]) in (1, 2)
    assert main(["build", "--recipe", str(folder), "--out", str(tmp_path / "again")]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["recipe.json", "manifest.json"])
@pytest.mark.parametrize("text", ["[" * 100_000, "null", "[]", '"x"', "{", "9" * 5_000, "\ud800"])
def test_a_file_that_is_no_json_of_ours_is_told(folder, name, text):
    """A recipe or manifest with other content is one clear error."""
    (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")

    assert main(["verify", str(folder)]) in (1, 2)


@pytest.mark.parametrize("shares", [{PATTERN: "1/2"}, {PATTERN: "1"}], ids=["half of them", "all of them"])
@pytest.mark.parametrize("verb", ["verify", "build"])
def test_a_recipe_of_billions_of_rows_is_refused_at_once(folder, tmp_path, verb, shares):
    """A recipe of more rows than its patterns or files have is refused at once."""
    rows = {"train": 10**12, "validation": 0, "test": 0}
    rewritten(folder, "recipe.json", lambda recipe: recipe.update(rows=rows, shares=shares))
    place = [str(folder)] if verb == "verify" else ["--recipe", str(folder), "--out", str(tmp_path / "again")]

    run = python("-m", "generators", verb, *place, timeout=120)

    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
