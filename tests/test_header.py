"""A pattern's header says where it comes from and goes to, and frees it from its expert's scaffold."""

import hashlib
import json

import pytest
from folders import rows_of

from datasets_cards.sentences import wordings
from generators.builder.dataset import make
from generators.builder.recipe import cut
from generators.builder.wordings import HeldOut
from generators.finished.audit import audit
from generators.patterns.header import Header
from generators.patterns.library import read_library
from solver.refusal import InputError

NAME = "comparison/times_more"
INIT = "  - {op: init, var: z, value: $count}\n"
KEYS = "scaffold: free\nsplit: test\nsource: school/train/12\nlicense: mit\nnotice: Copyright (c) 2021 A School\n"


def sha256(text):
    """Return the sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_keys(texts, keys):
    """Return the files with keys above the slots of one pattern."""
    path = f"{NAME}.jinja"
    return texts | {path: texts[path].replace("slots:", f"{keys}slots:", 1)}


def test_a_pattern_has_the_facts_of_its_header(texts):
    """Each key is read, and a pattern without keys has none of the facts."""
    read, plain = (read_library(files).patterns[NAME].header for files in (with_keys(texts, KEYS), texts))

    assert read == Header(
        free=True, split="test", source="school/train/12", licence="mit", notice="Copyright (c) 2021 A School"
    )
    assert plain == Header()


@pytest.mark.parametrize("key", ["scaffold: loose", "split: train", "source: [a, b]", "license:", "notice: ''"])
def test_a_value_that_its_key_does_not_know_is_refused(texts, key):
    """The message names the line and the key."""
    with pytest.raises(InputError, match=rf"line 2: {key.partition(':')[0]} is .*leave the key out"):
        read_library(with_keys(texts, f"{key}\n"))


def test_a_free_pattern_keeps_its_shape_and_needs_no_scaffold(texts):
    """It may name its variables as it likes, also as the first pattern of its expert, whose others keep theirs."""
    other = {"comparison/more.jinja": texts[f"{NAME}.jinja"].replace(" has ", " owns ")}
    named = texts | {f"{NAME}.jinja": texts[f"{NAME}.jinja"].replace("factor", "multiplier")}
    free = with_keys(named, "scaffold: free\n")

    assert NAME in read_library(other | free).patterns
    assert NAME in read_library(free | other).patterns
    with pytest.raises(InputError, match="its scaffold is"):
        read_library(other | named)
    with pytest.raises(InputError, match="do not have the shape"):
        read_library({path: text.replace("  - {op: query", f"{INIT}  - {{op: query") for path, text in free.items()})


@pytest.mark.parametrize("phrasings", [1, HeldOut("all")], ids=["one wording", "held-out wordings"])
def test_the_rows_of_a_test_pattern_are_in_the_test_split_alone(texts, cook, tmp_path, phrasings):
    """Other splits have none, its whole space is the test split's, and an audit finds the rows that the build wrote."""
    path = "entity_track/consume.jinja"
    held_out = (
        texts[path]
        + "--- held out\nOf {{ had }} {{ item }} that {{ who }} had, {{ first }} and {{ then }} went. How many stayed?\n"
    )
    library = read_library(with_keys(texts, "split: test\n") | {path: held_out})
    recipe = cook(library, phrasings=phrasings if isinstance(phrasings, int) else {"train": "all", "held_out": True})

    built = make(recipe, tmp_path / "d")
    found = {
        split: {row["pattern"] for row in rows_of(built.folder, split)} for split in ("train", "validation", "test")
    }

    assert found == {"train": {"consume"}, "validation": {"consume"}, "test": {"consume", "times_more"}}
    assert cut(library.patterns[NAME], "test") == (0, library.patterns[NAME].space)
    assert audit(built.folder).faults == []
    assert "The rows of 1 pattern are in the test split alone." in wordings(recipe)


def test_rows_of_a_test_pattern_in_training_are_faults(texts, cook, tmp_path):
    """An audit finds them, also in a folder whose recipe and hashes were made to fit."""
    folder = make(cook(), tmp_path / "d").folder
    row = next(row["id"] for row in rows_of(folder) if row["id"].startswith(NAME))
    recipe, manifest = ((folder / name).read_text() for name in ("recipe.json", "manifest.json"))
    forged = json.dumps(json.loads(recipe) | {"files": with_keys(texts, "split: test\n")})
    (folder / "recipe.json").write_text(forged)
    (folder / "manifest.json").write_text(manifest.replace(sha256(recipe), sha256(forged)))

    assert f"{row}: not in the slice that train draws from" in "\n".join(audit(folder).faults)


def test_splits_without_a_pattern_are_refused(texts, cook):
    """If every pattern writes to test alone, no row of training can be asked for."""
    library = read_library({path: text.replace("slots:", "split: test\nslots:", 1) for path, text in texts.items()})

    cook(library, rows=0, validation=0).check_spaces()
    with pytest.raises(InputError, match=r"train has 300 rows, and every pattern writes its rows to test alone"):
        cook(library).check_spaces()
