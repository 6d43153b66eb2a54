"""One function opens people's text: UTF-8 in the forms that editors write, and one line for every other file."""

import bz2
import lzma

import pytest

from solver.files import decode, json_rows, local, read_json, read_text
from solver.refusal import InputError


@pytest.mark.parametrize(
    "content",
    ["Zoë\nhas 3\n", "\ufeffZoë\nhas 3\n", "Zoë\r\nhas 3\r\n", "Zoë\rhas 3\r", "\ufeffZoë\r\n\ufeffhas 3\r\n"],
    ids=["plain", "mark", "CRLF", "CR", "two files joined"],
)
def test_utf_8_is_read_in_every_form(tmp_path, content):
    """Byte order marks and the line ends of other systems change nothing."""
    (tmp_path / "text").write_bytes(content.encode())

    assert read_text(tmp_path / "text") == "Zoë\nhas 3\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Zoë\n".encode("utf-16"), "f, line 1: not UTF-8 (looks like UTF-16); save it as UTF-8"),
        ("a\nbc\n".encode("utf-16-le"), "f, line 1: not UTF-8 (looks like UTF-16); save it as UTF-8"),
        ("a\nbc\n".encode("utf-16-be"), "f, line 1: not UTF-8 (looks like UTF-16); save it as UTF-8"),
        ("Zoë\n".encode("utf-32"), "f, line 1: not UTF-8 (looks like UTF-32); save it as UTF-8"),
        ("a\nbc\n".encode("utf-32-be"), "f, line 1: not UTF-8 (looks like UTF-32); save it as UTF-8"),
        ("a\nZoë\n".encode("latin-1"), "f, line 2: not UTF-8 (looks like Latin-1 or Windows-1252); save it as UTF-8"),
        ("a\n“b”\n".encode("cp1252"), "f, line 2: not UTF-8 (looks like Latin-1 or Windows-1252); save it as UTF-8"),
        ("a\n日本語\n".encode("shift-jis"), "f, line 2: not UTF-8; save it as UTF-8"),
        (b"\x1f\x8b\x08\x00", "f, line 1: not UTF-8 (looks like gzip); unpack it, or save it as UTF-8"),
        (bz2.compress(b"text"), "f, line 1: not UTF-8 (looks like bzip2); unpack it, or save it as UTF-8"),
        (lzma.compress(b"text"), "f, line 1: not UTF-8 (looks like xz); unpack it, or save it as UTF-8"),
    ],
)
def test_another_encoding_is_named(content, told):
    """The message has the file, the line and the encoding that the bytes seem to have."""
    with pytest.raises(InputError) as caught:
        decode(content, "f")

    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,\n "a": 2}', "f, line 2: a is given twice; keep one"),
        (
            '[{"a": 1}, {"b": {"a": 1}, "a": 2,\n"c": {"d": "{\\"e\\":", "d": 1}}]',
            "f, line 2: d is given twice; keep one",
        ),
        ('{"a":\n "\\ud800"}', "f, line 2: \\ud800 is half a character; write both halves or none"),
        ('{"\\uDC00": 1}', "f, line 1: \\udc00 is half a character; write both halves or none"),
        ('{"a": 1,\n]', "f, line 2: not JSON: a key in double quotes is missing (column 1)"),
        ("[" * 100_000, "f, line 1: its brackets nest too deep"),
        (f"[{'9' * 5_000}]", "f, line 1: it has a number of more digits than can be read"),
    ],
    ids=["twice", "twice deep inside", "half", "half in a key", "no JSON", "deep", "long number"],
)
def test_a_fault_of_json_has_its_line(text, told):
    """A repeated key and half a character are faults, as is whatever is no JSON."""
    with pytest.raises(InputError) as caught:
        read_json(text, "f")

    assert str(caught.value).startswith(told)


def test_whole_characters_are_no_fault():
    """Two halves that make one character are read as it, and a backslash may stand before a u."""
    assert read_json('["\\ud83d\\ude00", "\\\\ud800"]', "f") == ["😀", "\\ud800"]


@pytest.mark.parametrize("text", ['{"a": 1}\n\n{"a": "\\ud800"}\n', '[{"a": 1}, {"a": "\\ud800"}]'])
def test_one_bad_row_spoils_no_other(text):
    """A bad row is an error in its place, and is let through where a model may have written it."""
    (_, good), (place, bad) = json_rows(text, "f")
    rows = [value for _, value in json_rows(text, "f", halves=True)]

    assert good == {"a": 1}
    assert isinstance(bad, InputError)
    assert str(bad) == f"f, {place}: \\ud800 is half a character; write both halves or none"
    assert rows == [{"a": 1}, {"a": "\ud800"}]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", "an empty path"),
        (" ", "an empty path"),
        ("~no-such-user/x", "no user no-such-user"),
        ("~no-such-user", "no user"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(path, told):
    """An empty path, and a home of nobody, are one line."""
    with pytest.raises(InputError, match=told):
        local(path)


def test_a_tilde_is_the_home(monkeypatch):
    """`~` is filled in as the shell does, at the start alone."""
    monkeypatch.setenv("HOME", "/home/zoe")

    assert [str(local(path)) for path in ("~/x", "~", "a~/b", "a/~")] == ["/home/zoe/x", "/home/zoe", "a~/b", "a/~"]
