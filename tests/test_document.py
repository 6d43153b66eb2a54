"""YAML text becomes plain nodes, or one refusal; nothing is interpreted, expanded or constructed."""

import pytest
from hypothesis import given
from strategies import hostile_texts, law

from solver.document import MAX_DEPTH, MAX_EVENTS, MAX_TEXT, Odd, load
from solver.refusal import FormatError


@law
@given(hostile_texts)
def test_any_text_is_nodes_or_a_refusal(text):
    """Loading any text gives strings, lists, mappings and odd nodes, or a FormatError."""
    try:
        nodes = [load(text)]
    except FormatError as error:
        nodes = [error.code]
    while nodes:
        node = nodes.pop()
        assert isinstance(node, str | list | dict | Odd)
        if isinstance(node, list | dict):
            nodes += node if isinstance(node, list) else [*node, *node.values()]


@pytest.mark.parametrize(
    "scalar",
    [
        "off",
        "no",
        "y",
        "null",
        "~",
        "1:30",
        "010",
        "0x1F",
        "1_000",
        "1e3",
        ".nan",
        ".inf",
        "2024-01-01",
        "true",
        "=",
        "2/3",
    ],
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_scalars_stay_text(scalar, quote):
    """No YAML 1.1 rule turns a scalar into anything but its text, quoted or not."""
    assert {"a": scalar} == load(f"a: {quote}{scalar}{quote}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: &x 1", "a YAML anchor"),
        ("a: &x [1]", "a YAML anchor"),
        ("a: *x", "a YAML alias"),
        ("a: !!int 1", "a YAML tag"),
        ("a: ! 1", "a YAML tag"),
        ("a: !!python/object/apply:os.system [ls]", "a YAML tag"),
        ("a: !<tag:x> {b: c}", "a YAML tag"),
        ("{a: 1, a: 1}", "given twice"),
        ("{a: 1, a: 1, a: 1}", "given twice"),
    ],
)
def test_odd_yaml_is_marked_where_it_stands(text, what):
    """Anchors, aliases, tags and repeated keys become odd nodes, so that the field's reader can name the field."""
    assert {"a": Odd(what)} == load(text)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("", "not_yaml", "0 YAML documents; write exactly one"),
        ("# nothing", "not_yaml", "0 YAML documents; write exactly one"),
        ("a\n---\nb", "not_yaml", "2 YAML documents; write exactly one"),
        ("a: b: c", "not_yaml", "not YAML in line 1: mapping values are not allowed"),
        ("a\n\tb: c", "not_yaml", "not YAML in line"),
        ("\0", "not_yaml", "not YAML"),
        ("\ud800", "not_yaml", "not valid Unicode"),
        ("[a]: b", "not_yaml", "a key that is not a plain word"),
        ("&a b: c", "not_yaml", "a key that is not a plain word"),
        ("*a : c", "not_yaml", "a key that is not a plain word"),
        ("[", "not_yaml", "not YAML in line 2"),
        ("x" * (MAX_TEXT + 1), "too_long", f"at most {MAX_TEXT} are read"),
        ("é" * (MAX_TEXT // 2 + 1), "too_long", f"{MAX_TEXT + 2} bytes; at most {MAX_TEXT}"),
        ("[" + "a," * MAX_EVENTS + "]", "too_long", f"more than {MAX_EVENTS} YAML nodes"),
        ("[" * (MAX_DEPTH + 1), "too_deep", f"brackets nest more than {MAX_DEPTH} deep"),
        ("]" * 99 + "[" * (MAX_DEPTH + 1), "too_deep", f"brackets nest more than {MAX_DEPTH} deep"),
        ("- " * (MAX_DEPTH + 1) + "a", "too_deep", f"lists and mappings nest more than {MAX_DEPTH} deep"),
        ("".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 1)), "too_deep", "lists and mappings nest"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_small_document_is_refused(text, code, reason):
    """A text that is not one small YAML document is refused with the rule's code, the number found and the bound."""
    with pytest.raises(FormatError) as refusal:
        load(text)

    assert code == refusal.value.code
    assert reason in str(refusal.value)


def test_the_bounds_themselves_are_taken():
    """A document of exactly the largest size and depth is read."""
    assert load("x" * MAX_TEXT) == "x" * MAX_TEXT
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH)[0][0][0][0][0][0][0] == []
