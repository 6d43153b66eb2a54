"""Datasets are pure functions of their recipes, complete or refused, and loadable with `datasets`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import TIMES_MORE
from folders import column, contents, rows_of
from processes import HOME, python

from generators import build
from generators.builder.about import About
from generators.builder.dataset import make, rebuild
from generators.builder.length import Ruler
from generators.builder.recipe import Recipe
from generators.builder.shard import make_shard
from generators.files.manifest import read_manifest
from generators.files.recipe import difference
from generators.finished.audit import audit
from generators.patterns import library
from generators.patterns.library import read_library
from solver import fence
from solver.refusal import InputError
from solver.schema import SCHEMA


@pytest.fixture(scope="module")
def first(cook, tmp_path_factory):
    """Return a small dataset of three training shards."""
    return make(cook(), tmp_path_factory.mktemp("first") / "d").folder


def test_no_question_stands_twice(first):
    """All questions and ids of a dataset differ, across its splits too."""
    for name in ("question", "id"):
        held = [value for split in ("train", "validation", "test") for value in column(first, name, split)]

        assert len(set(held)) == len(held) == 420


def test_splits_never_meet_whatever_the_seed(cook, first, tmp_path):
    """A training row of any seed is never a validation or test row of another seed."""
    other = make(cook(rows=2_000, seed=1), tmp_path / "d").folder

    train = set(column(first, "id")) | set(column(other, "id"))
    held_out = {
        row for folder in (first, other) for split in ("validation", "test") for row in column(folder, "id", split)
    }

    assert not train & held_out
    assert set(column(first, "id")) != set(column(other, "id")[:300])


def test_growing_only_adds(cook, first, tmp_path):
    """A larger dataset keeps every row in the same order, and its test rows."""
    grown = make(cook(rows=900, shard_rows=1_000), tmp_path / "grown").folder
    whole = make(cook(shard_rows=1_000), tmp_path / "whole").folder

    before = column(whole, "id")
    kept = set(before)

    assert [row for row in column(grown, "id") if row in kept] == before
    assert set(column(first, "id")) == kept
    assert column(grown, "question", "test") == column(first, "question", "test")


def test_a_shard_alone_is_the_shard_of_the_build(cook, first):
    """Any shard can be made without the others."""
    recipe = cook()

    alone = make_shard(recipe, "train", 2, Ruler(recipe.system, recipe.max_len)).table

    assert alone.equals(pq.read_table(first / "data" / "train-00002-of-00003.parquet").replace_schema_metadata(None))


def test_workers_and_order_do_not_matter(first, tmp_path, cook):
    """The bytes do not depend on the number of processes or the order of shards."""
    other = tmp_path / "d"
    other.mkdir()
    made = make(cook(), other)
    (other / "data" / "train-00001-of-00003.parquet").unlink()
    (other / "manifest.json").unlink()
    make(cook(), other)

    assert made.counts == {"train": 300, "validation": 40, "test": 80}
    assert contents(other) == contents(first)


@pytest.mark.slow
def test_two_processes_make_the_same_bytes(tmp_path):
    """Two worker processes write the same bytes as one process."""
    for workers in (1, 2):
        build("run8", rows=120_000, shard_rows=60_000, workers=workers, out=tmp_path / str(workers))

    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_the_same_preset_and_seed_give_the_same_bytes(run8, tmp_path):
    """Another build, in another process with another hash seed, has the same bytes."""
    script = "import sys; from generators import build; build('run8', out=sys.argv[1])"
    python("-c", script, tmp_path / "d", env=os.environ | {"PYTHONHASHSEED": "123"})

    assert contents(tmp_path / "d") == contents(run8.folder)


def test_a_row_comes_back_from_its_id(first):
    """The id of a row and the recipe in the folder make the row again."""
    recipe = Recipe.read(first)

    for row in rows_of(first, "test")[:5]:
        name, _, place = row["id"].rpartition("/")
        pattern = recipe.library.patterns[name]
        draw = pattern.draw(np.array([int(place)]))
        assert pattern.answer(draw.numbers).text()[0].as_py() == row["answer"]


def test_a_new_pattern_moves_no_row(cook, texts, first, tmp_path):
    """An additional pattern does not change the rows of the others."""
    extra = texts["entity_track/consume.jinja"].replace("uses", "eats")
    wider = read_library(texts | {"entity_track/consume_again.jinja": extra})

    made = make(cook(wider), tmp_path / "d").folder
    old = dict(zip(column(first, "id"), column(first, "question"), strict=True))
    shared = [
        (row, question)
        for row, question in zip(column(made, "id"), column(made, "question"), strict=True)
        if row in old
    ]

    assert len(shared) > 200
    assert all(old[row] == question for row, question in shared)


def test_a_build_reads_each_pattern_once(tmp_path, monkeypatch):
    """Neither the recipe nor the end of a build reads the patterns of a user's folder again."""
    text = TIMES_MORE.replace("things", "cogs").replace("{{ more }} has", "{{ more }} owns")
    (tmp_path / "mine" / "comparison").mkdir(parents=True)
    (tmp_path / "mine" / "comparison" / "cogs.jinja").write_text(text, encoding="utf-8")
    (tmp_path / "mine" / "vocabulary.yaml").write_text("cogs: {cog: cogs, nut: nuts}\n", encoding="utf-8")
    read, plain = [], library.read_pattern
    monkeypatch.setattr(library, "read_pattern", lambda *args, **more: read.append(args[1]) or plain(*args, **more))
    weights = {"rows": 9, "validation": 0, "test": 0, "max_len": 999, "weights": {"comparison": 100}}

    build({**weights, "patterns": ["cogs"]}, patterns=tmp_path / "mine", out=tmp_path / "d")

    assert read == ["cogs"]


def test_an_exhausted_pattern_is_named(cook, tmp_path):
    """More rows than a pattern has are an error with its name and its number of questions; nothing is written."""
    with pytest.raises(
        InputError, match=r"arithmetic/chained_mul_sum has [0-9,]+ train questions and [0-9,]+ are asked for"
    ):
        build("run8", rows=10**9, out=tmp_path / "d")

    assert not (tmp_path / "d").exists()


def test_the_manifest_says_what_the_files_hold(run8):
    """Counts per split, expert and pattern are those of the Parquet files, which have the schema."""
    for split, entry in run8.manifest.splits.items():
        table = pq.read_table(run8.folder / "data" / f"{split}-00000-of-00001.parquet")
        assert table.schema.equals(SCHEMA)
        assert entry.rows == len(table)
        assert entry.experts == {
            e: table["expert"].to_pylist().count(e) for e in sorted(set(table["expert"].to_pylist()))
        }
    assert run8.counts == {"train": 500, "validation": 100, "test": 400}
    assert run8.manifest.verification.read_back == 1_000


def test_numbers_of_test_rows_in_training_are_counted_right(first, cook):
    """The number of test rows that share their numbers with a training row equals a plain count."""
    recipe = cook()
    numbers = {}
    for split in ("train", "test"):
        numbers[split] = [
            (
                row.rpartition("/")[0],
                tuple(part for part in trace.replace("}", " ").replace(",", " ").split() if part.isdigit()),
            )
            for row, trace in zip(column(first, "id", split), column(first, "trace", split), strict=True)
        ]
    known = set(numbers["train"])

    plain = sum(row in known for row in numbers["test"])

    assert json.loads((first / "manifest.json").read_text())["test_numbers_in_train"] == {
        "rows": plain,
        "of": recipe.rows["test"],
    }


def test_load_dataset_gives_the_rows(run8, tmp_path):
    """`load_dataset` on the folder gives the same rows, splits and columns."""
    import datasets

    loaded = datasets.load_dataset(str(run8.folder), cache_dir=str(tmp_path))

    assert {split: len(rows) for split, rows in loaded.items()} == run8.counts
    assert loaded["test"]["id"][:] == column(run8.folder, "id", "test")
    assert loaded["train"][0]["prompt"][0]["role"] == "system"
    assert loaded["train"][0]["completion"][0] == {"role": "assistant", "content": fence(loaded["train"][0]["trace"])}


# Builds with the keywords of argv[2] into argv[1], and kills itself: with the progress after argv[3] rows have been
# written, or instead of renaming the file argv[3].
KILLED = """
    import json, os, signal, sys
    from pathlib import Path
    from generators import build

    def kill():
        os.kill(os.getpid(), signal.SIGKILL)

    def report(done, total):
        if moment.isdigit() and done >= int(moment):
            kill()

    def replace(path, target):
        if Path(target).name == moment:
            kill()
        return rename(path, target)

    out, keywords, moment = sys.argv[1:]
    rename, Path.replace = Path.replace, replace
    build("run8", out=out, report=report, **json.loads(keywords))
"""


def killed_build(out, keywords, moment):
    """Start a build that kills itself at a moment; return its exit status once all its processes have ended.

    All of them write to the pipe that communicate() reads to its end.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), out, json.dumps(keywords), moment],
        cwd=HOME,
        stderr=subprocess.PIPE,
    )
    process.communicate(timeout=300)
    return process.returncode


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("400", {"recipe.json", "data/train-00000-of-00006.parquet"}),
        ("2400", {"recipe.json", *(f"data/train-0000{shard}-of-00006.parquet" for shard in range(6))}),
        ("recipe.json", set()),
        ("train-00001-of-00006.parquet", {"recipe.json", "data/train-00000-of-00006.parquet"}),
    ],
    ids=["after a shard", "after all training shards", "while the recipe is written", "while a shard is written"],
)
def test_a_killed_build_resumes_to_the_same_bytes(tmp_path, moment, left):
    """SIGKILL at any moment leaves no partial file, and the same command completes the same dataset."""
    keywords = {"rows": 2_400, "shard_rows": 400, "workers": 1}

    assert killed_build(tmp_path / "d", keywords, moment) == -signal.SIGKILL
    assert {name for name in contents(tmp_path / "d") if not name.endswith(".tmp")} == left

    build("run8", out=tmp_path / "d", **keywords)
    build("run8", out=tmp_path / "e", **keywords)

    assert contents(tmp_path / "d") == contents(tmp_path / "e")


@pytest.mark.slow
def test_no_process_outlives_a_killed_build(tmp_path):
    """If a build of two processes is killed, they end too, and the same command completes the dataset."""
    keywords = {"rows": 100_000, "shard_rows": 10_000, "workers": 2}

    assert killed_build(tmp_path / "d", keywords, "1") == -signal.SIGKILL
    assert not (tmp_path / "d" / "manifest.json").exists()

    build("run8", out=tmp_path / "d", **keywords)
    build("run8", out=tmp_path / "e", **keywords | {"workers": 1})

    assert contents(tmp_path / "d") == contents(tmp_path / "e")


def test_a_build_killed_before_its_recipe_resumes(cook, first, tmp_path):
    """A folder whose build was killed before its recipe was written can be resumed."""
    place = tmp_path / "d"
    (place / "data").mkdir(parents=True)
    (place / ".recipe.json.77.tmp").write_text("{")

    make(cook(), place)

    assert contents(place) == contents(first)


def test_a_recipe_makes_its_dataset_again(first, tmp_path):
    """recipe.json alone, without its pattern files, makes the same bytes."""
    rebuilt = rebuild(first / "recipe.json", tmp_path / "again")

    assert contents(rebuilt.folder) == contents(first)


def test_another_dataset_is_not_overwritten(first, cook):
    """A folder with another recipe is refused with the first differing key, and is not changed."""
    before = contents(first)

    with pytest.raises(InputError, match="holds another dataset: seed is 0 there and 5 here"):
        make(cook(seed=5), first)

    assert contents(first) == before


CONSUME = "entity_track/consume.jinja"
ASKS = "{{ who }} has {{ had }} {{ item }}, uses {{ first }} and then {{ then }}. How many {{ item }} are left?"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (CONSUME, lambda text: f"{text}---\nOf {{{{ had }}}} {{{{ item }}}}, {ASKS}\n"),
        (CONSUME, lambda text: f"{text}--- held out\nOf {{{{ had }}}} {{{{ item }}}}, {ASKS}\n"),
        (CONSUME, lambda text: text.replace("slots:\n", "# what varies\nslots:\n\n")),
        ("vocabulary.yaml", lambda text: f"{text}towns: [Ashford, Brightwater]\n"),
        (
            "vocabulary.yaml",
            lambda text: f"{text}pronouns: {{person: {{she: [{text.split('[')[1].split(',')[0]}]}}}}\n",
        ),
        ("vocabulary.yaml", lambda text: f"# names\n{text}"),
        ("own vocabulary.yaml", lambda text: "towns: [Ashford, Brightwater]\n"),
        ("own constants.yaml", lambda text: "strings_per_guitar: {value: 6, words: [guitar]}\n"),
    ],
    ids=[
        "wording",
        "held-out wording",
        "comment",
        "vocabulary",
        "pronouns",
        "other comment",
        "vocabulary file",
        "constants",
    ],
)
def test_a_folder_of_another_version_resumes(cook, texts, first, tmp_path, path, change):
    """A build resumes if only parts of files, versions or facts for the page differ that none of its rows uses."""
    place = shutil.copytree(first, tmp_path / "d")
    for name in ("manifest.json", "data/train-00001-of-00003.parquet"):
        (place / name).unlink()
    changed = read_library(texts | {path: change(texts.get(path, ""))})
    recipe = replace(cook(changed), versions={"wirework": "9.9", "pyarrow": "99"}, about=About(tags=("school",)))

    made = make(recipe, place)

    assert made.manifest.content == read_manifest(first).content
    assert Recipe.read(place) == recipe
    assert audit(place).passed


def test_a_finished_folder_takes_other_facts_for_its_page(cook, first, tmp_path):
    """Building again over a finished dataset changes what its page states, and no row."""
    place = shutil.copytree(first, tmp_path / "d")

    make(replace(cook(), about=About(license="mit")), place)

    assert Recipe.read(place).about == About(license="mit")
    assert audit(place).passed
    assert {name for name, data in contents(place).items() if contents(first)[name] != data} == {
        "manifest.json",
        "recipe.json",
    }


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        (
            CONSUME,
            "and then {{ then",
            "then {{ then",
            "uses {{ first }} and then {{ then }}. How many {{ item }} are left?' there",
        ),
        (CONSUME, "left:  5..25", "left:  5..26", "has '  left:  5..25' there and '  left:  5..26' here"),
        (
            "vocabulary.yaml",
            "[Balo, ",
            "[Bala, Balo, ",
            "vocabulary person has 'Balo, balo' there and 'Bala, bala' here",
        ),
        ("vocabulary.yaml", "aib: aibs", "aib: aibz", "vocabulary things has 'aibs' there and 'aibz' here"),
    ],
    ids=["wording", "slot", "word", "form"],
)
def test_a_real_difference_is_quoted(cook, texts, first, path, old, new, told):
    """If rows would differ, the first lines that differ are quoted, and nothing is written."""
    before = contents(first)
    assert old in texts[path]

    with pytest.raises(InputError) as caught:
        make(cook(read_library(texts | {path: texts[path].replace(old, new)})), first)

    assert told in str(caught.value)
    assert contents(first) == before


def test_long_texts_are_quoted_where_they_differ(cook):
    """Of two long system lines a message quotes where they begin to differ, not two equal ends."""
    stored, other = (
        replace(cook(), system=f"{'You wire. ' * 30}{word} here.{' And so on.' * 30}") for word in ("A", "B")
    )

    told = difference(stored.text().encode(), "recipe.json", other)

    assert told.startswith("system is '...You wire. You wire. A here. And so on.")
    assert "...' there and '...You wire. You wire. B here. And so on." in told
    assert len(told) < 250


def test_an_import_is_no_build(cook):
    """A folder of an import is told apart from one of a build."""
    stored = json.dumps({"format": 1, "kind": "import"}).encode()

    assert difference(stored, "recipe.json", cook()) == "an import is there and a build here"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_foreign_place_is_not_touched(cook, tmp_path, kind):
    """A folder or file that is not a dataset of wirework is refused and not changed."""
    place = tmp_path / "mine"
    if kind == "folder":
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    else:
        place.write_text("mine")
    before = contents(tmp_path)

    with pytest.raises(InputError, match="exists and is not a dataset of wirework"):
        make(cook(), place)

    assert contents(tmp_path) == before


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """A folder that cannot be created is one line."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError, match="cannot be written"):
        build("run8", out=tmp_path / "file" / "below")


def test_a_full_disk_leaves_no_half_dataset(tmp_path):
    """A failing write leaves no partial file and no manifest, and a later build completes."""
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from generators import build
        from solver.refusal import InputError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
        try:
            build("run8", rows=3_000, shard_rows=1_000, out=sys.argv[1], workers=1)
        except InputError as error:
            print(error)
        """
    )
    assert "cannot be written" in python("-c", script, tmp_path / "d").stdout
    assert not list((tmp_path / "d").rglob("*.tmp"))
    assert not (tmp_path / "d" / "manifest.json").exists()
    assert build("run8", rows=3_000, shard_rows=1_000, out=tmp_path / "d", workers=1).counts["train"] == 3_000


@pytest.mark.parametrize("content", ['{"title": "soup"}', "", "[]", "not even JSON"])
def test_a_foreign_recipe_is_not_overwritten(cook, tmp_path, content):
    """A folder with someone else's recipe.json is refused and not changed."""
    place = tmp_path / "soups"
    place.mkdir()
    (place / "recipe.json").write_text(content)
    (place / "notes.txt").write_text("mine")
    before = contents(tmp_path)

    with pytest.raises(InputError):
        make(cook(), place)

    assert contents(tmp_path) == before


@pytest.mark.parametrize("size", [0, 4, 500])
def test_a_damaged_shard_is_made_again(first, cook, tmp_path, size):
    """A truncated shard does not keep a build from resuming to the same bytes."""
    place = shutil.copytree(first, tmp_path / "d")
    (place / "manifest.json").unlink()
    shard = place / "data" / "train-00001-of-00003.parquet"
    shard.write_bytes(shard.read_bytes()[:size])

    make(cook(), place)

    assert contents(place) == contents(first)


def test_building_again_does_not_bless_a_damaged_file(first, cook, tmp_path):
    """Over a finished dataset with a flipped byte, a build repairs it or refuses; it never records the wrong hash."""
    place = shutil.copytree(first, tmp_path / "d")
    shard = place / "data" / "train-00001-of-00003.parquet"
    damaged = bytearray(shard.read_bytes())
    damaged[len(damaged) // 3] ^= 1
    shard.write_bytes(damaged)

    with suppress(InputError):
        make(cook(), place)

    assert (
        contents(place) == contents(first)
        or (place / "manifest.json").read_bytes() == (first / "manifest.json").read_bytes()
    )


@pytest.mark.parametrize(
    "knobs",
    [
        {"rows": -5},
        {"rows": 2.5},
        {"rows": "10"},
        {"shard_rows": 0},
        {"shard_rows": -1},
        {"max_len": 0},
        {"max_len": -3},
        {"workers": -1, "rows": 150_000},
        {"weights": "run\0"},
    ],
    ids=str,
)
def test_a_knob_that_makes_no_sense_is_told(tmp_path, knobs):
    """In Python too, a bad argument is one clear error, and nothing is written."""
    with pytest.raises(InputError):
        build(**{"weights": "run8", "out": tmp_path / "d"} | knobs)

    assert not (tmp_path / "d" / "manifest.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["file", "stdin"])
def test_a_plain_script_builds_with_two_processes(tmp_path, how):
    """A script of three lines without a `__main__` guard builds with several processes."""
    script = f"from generators import build\nbuild('run8', rows=100_000, out={str(tmp_path / 'd')!r}, workers=2)\nprint('done')\n"
    (tmp_path / "script.py").write_text(script)
    argv = [sys.executable, str(tmp_path / "script.py") if how == "file" else "-"]

    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOME,
        env=os.environ | {"PYTHONPATH": str(HOME)}, start_new_session=True,
    )  # fmt: skip
    try:
        shown, told = process.communicate(script, timeout=300)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    assert shown == "done\n" or told.splitlines()[-1].startswith("solver.refusal.InputError")
