"""Values of JSON files that do not fit are told in plain words, without the names of Python and its libraries."""

import gzip
import json
from typing import Literal

import msgspec
import pytest

from generators.__main__ import main
from solver.dataset import dataset_reading
from solver.files import json_rows
from solver.refusal import InputError
from solver.values import typed


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """A value with all that a message may be about."""

    rows: int
    names: dict[str, list[str]] = {}
    share: float | None = None
    kind: Literal["a", "b"] = "a"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], "it is a list and not a mapping"),
        (None, "it is null and not a mapping"),
        ({}, "it lacks rows"),
        ({"rows": "3"}, "rows is text and not a whole number"),
        ({"rows": 3, "names": {"a": [1]}}, "names[...][0] is a whole number and not text"),
        ({"rows": 3, "share": True}, "share is true or false and not a number or null"),
        ({"rows": 3, "kind": "c"}, "kind has a value that does not fit"),
        ({"rows": 3, "more": 1}, "it has the key more, which this version of wirework does not know"),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named(values, told):
    """The message has the place of the value, what it is, and what it should be."""
    with pytest.raises(InputError) as refused:
        typed(values, Part, "f")

    assert str(refused.value) == f"f: {told}"


@pytest.mark.parametrize(
    "recipe", [[], {"about": "en"}, {"about": {"language": 3}}, {"files": ["a"]}, {"files": {"a": 1}}]
)
def test_a_recipe_of_another_form_is_told(tmp_path, recipe):
    """Whatever a recipe holds, the message is about the recipe, not about our code."""
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))

    with pytest.raises(InputError, match=r"recipe\.json: not a recipe of wirework: (it|about|files)\S* is .* and not "):
        dataset_reading(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "a value is missing (column 1)"),
        ("{x", "a key in double quotes is missing (column 2)"),
        ('{"a" 1}', "a colon is missing (column 6)"),
        ('{"a": 1 "b": 2}', "a comma is missing (column 9)"),
        ('{"a": "b', "a text has no closing quote (column 7)"),
        ('{"a": "\t"}', "a text has a tab or a line break; write \\t or \\n (column 8)"),
        ('{"a": "\\q"}', "a backslash begins no escape; write two (column 8)"),
        ('{"a": 1} 2', "more stands behind the first value (column 10)"),
    ],
    ids=["word", "key", "colon", "comma", "quote", "tab", "escape", "more"],
)
def test_a_fault_of_json_is_told_in_plain_words(text, told):
    """The words of Python's reader are not the user's."""
    ((_, fault),) = json_rows(text, "f")

    assert str(fault) == f"f, line 1: not JSON: {told}"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl.gz", gzip.compress(b'{"question": "a"}\n' * 99)[:30], "cannot be unpacked: it is cut off or damaged"),
        ("a.jsonl.gz", b"\x1f\x8b and no more", "cannot be unpacked: it is cut off or damaged"),
        ("a.csv", b'question,answer\n"a,b\n', "cannot be read as CSV: a quoted cell has no closing quote"),
        ("a.csv", b'question,answer\n"a"b,c\n', "cannot be read as CSV: more text follows the closing quote of a cell"),
        ("a.csv", b"question\n" + b"a" * 200_000, "cannot be read as CSV: a cell has more than 131,072 characters"),
    ],
    ids=["packed, cut off", "not packed", "open quote", "text behind a quote", "long cell"],
)
def test_a_fault_of_a_packed_file_or_a_table_is_told_in_plain_words(tmp_path, capsys, name, content, told):
    """The words of Python's readers are not the user's."""
    (tmp_path / name).write_bytes(content)

    assert main(["import", "gsm8k", "--from", str(tmp_path / name), "--out", str(tmp_path / "d")]) == 2

    assert told in capsys.readouterr().err
