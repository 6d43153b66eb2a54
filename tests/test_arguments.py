"""Arguments of the public functions are checked before any work: a wrong type is one clear error."""

from pathlib import Path

import pytest
import yaml

from datasets_cards import push_to_hub, write_card
from generators import build, rebuild, stream
from generators.builder.preset import FOLDER
from generators.finished.audit import audit
from generators.finished.export import export
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver.refusal import InputError

RUN8 = yaml.safe_load((FOLDER / "run8.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: build(None), "weights is None; give text or a path or a mapping"),
        (lambda: build(["run8"]), "weights is ['run8']; give text or a path or a mapping"),
        (lambda: build(rows="10"), "rows is '10'; give a whole number or None"),
        (lambda: build(rows=True), "rows is True; give a whole number or None"),
        (lambda: build(rows=-1), "rows of train is -1; give a whole number of at least 0"),
        (lambda: build(seed=1.5), "seed is 1.5; give a whole number"),
        (lambda: build(out=3), "out is 3; give text or a path or None"),
        (lambda: build(patterns=3), "patterns is 3; give text or a path or None"),
        (lambda: build(tokenizer=3), "tokenizer is 3; give text or a path or None"),
        (lambda: build(against=3), "against is 3; give text or a path or a list or None"),
        (lambda: build(full="yes"), "full is 'yes'; give True or False"),
        (lambda: build(engine=3), "engine is 3; give text"),
        (lambda: build(report=3), "report is 3; give a function or None"),
        (lambda: rebuild(3, "x"), "recipe is 3; give text or a path"),
        (lambda: rebuild("x", None), "out is None; give text or a path"),
        (lambda: stream(3), "preset is 3; give text or a path or a mapping"),
        (lambda: stream(split=3), "split is 3; give text"),
        (lambda: stream(block="3"), "block is '3'; give a whole number"),
        (lambda: stream(max_len=1.0), "max_len is 1.0; give a whole number or None"),
        (lambda: import_problems(3), "request is 3; give text or Request"),
        (lambda: Request(3), "name is 3; give text or None"),
        (lambda: Request("gsm8k", eval_only=1), "eval_only is 1; give True or False"),
        (lambda: import_problems("gsm8k", grade=1), "grade is 1; give text"),
        (lambda: audit(3), "folder is 3; give text or a path"),
        (lambda: export("x", None), "out is None; give text or a path"),
        (lambda: write_card(None), "folder is None; give text or a path"),
        (lambda: write_card("x", published="x"), "published is 'x'; give Published or None"),
        (lambda: push_to_hub("x", 3), "repo_id is 3; give text"),
        (lambda: push_to_hub("x", "a/b", tag=["v1"]), "tag is ['v1']; give text or None"),
    ],
)
def test_a_wrong_type_is_one_error(call, told):
    """The error names the argument, what was found, and what would do."""
    with pytest.raises(InputError) as caught:
        call()

    assert str(caught.value) == told


def test_a_mapping_is_a_preset(run8, tmp_path):
    """The content of a preset file, as a mapping, builds the rows that the file does; any path is a path."""
    built = build(RUN8, out=str(tmp_path / "d"))

    assert built.manifest.content == run8.manifest.content
    assert next(iter(stream(RUN8, "test")))["id"] == next(iter(stream("run8", "test")))["id"]
    assert audit(str(tmp_path / "d")).passed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": 1.5}, "preset: rows is 1.5; write a whole number of at least 0"),
        ({"rows": None}, "preset: rows is missing or not a number; write a whole number of at least 0"),
        ({"rows": True}, "preset: rows is true; write a whole number of at least 0"),
        ({"row": 3}, "preset: unknown key row; did you mean rows?"),
        ({"arithmetic": 30}, "preset: unknown key arithmetic; write it below weights: arithmetic: SHARE"),
        ({3: 4}, "preset: unknown key 3; known are"),
        ({"weights": [1]}, "preset: weights is missing or not a mapping; write name: weight"),
        ({"weights": {"arithmetic": "many"}}, "preset: arithmetic is many; write a whole number of at least 0"),
        ({"system": 3}, "preset: system is empty or not text; write one line, or leave the key out"),
        ({"patterns": None}, "preset: patterns has an entry that is no name; write - NAME, or - NAME: WEIGHT"),
        ({"patterns": [Path("x")]}, "preset: patterns has an entry that is no name"),
    ],
    ids=str,
)
def test_a_bad_mapping_is_told(tmp_path, change, told):
    """A fault in a mapping is the error that it is in a file, without a line."""
    with pytest.raises(InputError) as caught:
        build(RUN8 | change, out=tmp_path / "d")

    assert str(caught.value).startswith(told)
    assert not (tmp_path / "d").exists()
