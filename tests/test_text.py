"""Reading undoes writing, and the fast reader agrees with YAML."""

import pytest
from docs.completions import COMPOSED, TRACE
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_programs, canonical_shapes, completions, honest_programs, law, mutated_texts

from solver import FormatError, Refusal, extract, fence, read, write
from solver.text import canonical_outline, yaml_outline


def opinion(outline, text):
    """Return the program that a reader finds in a text, or everything that its refusal states."""
    try:
        return outline(text).program()
    except Refusal as error:
        return type(error), error.code, error.part, error.step, str(error)


@law
@given(st.one_of(honest_programs(), any_programs()))
def test_reading_undoes_writing(program):
    """Every program survives writing and reading, by either reader."""
    text = write(program)

    assert program == read(text) == yaml_outline(text).program()


@law
@given(honest_programs())
def test_writing_undoes_reading_canonical_text(program):
    """Canonical text is unchanged after reading and writing, with or without a fence."""
    text = write(program)

    assert text == write(read(text)) == extract(fence(text))


@law
@given(st.one_of(mutated_texts(), canonical_shapes, completions))
def test_the_fast_reader_agrees_with_yaml(text):
    """YAML reads every text of the canonical reader as the same program, or the same code, location and reason."""
    fast = canonical_outline(text)
    if fast is not None:
        assert opinion(yaml_outline, text) == opinion(lambda _: fast, text)


@law
@given(honest_programs())
def test_the_fast_reader_takes_what_is_written(program):
    """The canonical reader accepts every short written text, and knows its experts before it reads steps."""
    text = write(program)
    fast = canonical_outline(text)

    if len(text) <= 4_096 and all(len(trace.steps) for trace in program):
        assert tuple(trace.expert for trace in program) == fast.experts


@pytest.mark.parametrize(
    "text",
    [
        TRACE.replace("41", "a"),
        TRACE.replace("41", "010"),
        TRACE.replace("value: 41", "value: 41, value: 41"),
        TRACE.replace("value: 41", "value: 41, value: 41, value: 41"),
        TRACE.replace("op: query", "op: query, op: query"),
        TRACE.replace("value: 41", "values: 41"),
        TRACE.replace("[a, 1]", "[a]"),
        TRACE.replace("[a, 1]", "a"),
        TRACE.replace("var: a", "var: [a, b]"),
        TRACE.replace("41", "-"),
        TRACE.replace("41", "..."),
        TRACE.replace("41", "-41"),
        TRACE.replace("41", "x" * 1_100),
        TRACE.replace("value: 41", "value: 80,000"),
        "- " + TRACE.replace("\n", "\n  ").rstrip(" "),
        COMPOSED.replace("prev.result", "sub0.resultXYZ"),
        COMPOSED.replace("2}", "}"),
        COMPOSED + "- expert: arithmetic",
        "\n\n" + TRACE + "\n\n",
        TRACE.replace("\n", "\r\n"),
        TRACE.replace("expert", "Expert"),
        TRACE + "- {op: query, var: a}\n" * 600,
        TRACE + "- {op: query, var: a}\n" * 900,
    ],
    ids=range(23),
)
def test_near_canonical_texts_are_read_alike(text):
    """For a text one character off canonical, both readers agree, or the canonical reader declines it."""
    fast = canonical_outline(text)

    assert fast is None or opinion(yaml_outline, text) == opinion(lambda _: fast, text)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("42", "no_trace", "write a mapping with expert and trace, or a list of such"),
        ("just words", "no_trace", "write a mapping with expert and trace"),
        ("[a, b]", "no_trace", "write a mapping with expert and trace"),
        ("[]", "no_trace", "an empty list; write a trace"),
        ("{}", "no_expert", "no expert is named; write expert: NAME"),
        ("trace: []", "no_expert", "no expert is named; write expert: NAME"),
        ("expert: [a]\ntrace: []", "no_expert", "write expert: NAME"),
        ("expert: {a: b}\ntrace: []", "no_expert", "write expert: NAME"),
        ("expert: &a arithmetic\ntrace: []", "no_expert", "expert is a YAML anchor; write expert: NAME"),
        ("expert: !!str arithmetic\ntrace: []", "no_expert", "expert is a YAML tag; write expert: NAME"),
        ("expert: a\nexpert: b\ntrace: []", "no_expert", "expert is given twice; write expert: NAME"),
        ("!!python/object:os.system {expert: a}", "no_trace", "no trace"),
        (f"{TRACE}---\n{TRACE}", "not_yaml", "2 YAML documents; write exactly one"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_trace_is_a_format_error(text, code, reason):
    """A text without the outer structure of a trace is a format error with the fix."""
    with pytest.raises(FormatError) as refusal:
        read(text)

    assert code == refusal.value.code
    assert reason in str(refusal.value)
