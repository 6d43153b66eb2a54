"""Each op is defined once; parser, writer, op table, vocabularies and shapes derive from its class."""

import re
from dataclasses import fields
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import law, steps

from solver import EXPERTS, OPS, TraceError, op_table
from solver.document import Odd
from solver.fields import MAX_NAME, OPERATIONS
from solver.ops import GROUPS, read_step, write_step
from solver.text import read

WORDS = [*OPERATIONS, *(name for name in OPS if name != "compute")]


@law
@given(st.sampled_from(list(OPS.values())).flatmap(lambda op: steps(op, parts=2)))
def test_reading_a_step_undoes_writing_it(step):
    """Every step of every op survives writing and reading."""
    (trace,) = read(f"expert: arithmetic\ntrace:\n- {write_step(step)}\n")

    assert (step,) == trace.steps


def test_the_table_shows_every_op_with_its_fields():
    """The op table has one row per op, in order, with all its fields and a meaning."""
    table = op_table()

    assert list(OPS) == [name for name, _, _ in table]
    for name, keys, meaning in table:
        assert {field.name for field in fields(OPS[name])} <= set(re.findall(r"\w+", keys))
        assert meaning


@pytest.mark.parametrize(
    ("expert", "words"),
    [
        ("rate_equation", "init mul query"),
        ("percentage", "init percent_of percent_off percent_increase add sub mul div query"),
        ("comparison", "init add sub mul div query"),
        ("arithmetic", "init add sub mul div query"),
        ("entity_track", "init consume transfer add_entity add sub mul div query"),
    ],
)
def test_vocabularies_are_those_of_the_design(expert, words):
    """Each expert's vocabulary has the words of P4 and no others."""
    assert set(words.split()) == EXPERTS[expert].words


def test_the_experts_are_five():
    """There are five experts, and only the two open ones allow traces of any length."""
    assert {"entity_track", "arithmetic", "rate_equation", "comparison", "percentage"} == set(EXPERTS)
    assert {"rate_equation", "comparison", "percentage"} == {name for name, expert in EXPERTS.items() if expert.fixed}


@pytest.mark.parametrize(
    ("expert", "words", "fits"),
    [
        ("rate_equation", "init init mul query", True),
        ("rate_equation", "init init div query", False),
        ("rate_equation", "init init mul mul query", False),
        ("percentage", "init init percent_off query", True),
        ("percentage", "init init mul query", False),
        ("comparison", "init init mul sub query", True),
        ("comparison", "init init mul query", False),
        ("comparison", "init mul init sub query", False),
        ("arithmetic", "init add init mul query", True),
        ("arithmetic", "init percent_of query", False),
        ("arithmetic", "query", False),
        ("entity_track", "init consume add_entity init mul query", True),
        ("entity_track", "init transfer init query query", False),
    ],
)
def test_shapes_match_whole_traces(expert, words, fits):
    """A trace fits its expert's shape only as a whole, from the first step to the last."""
    assert fits is EXPERTS[expert].fits(words.split())


@law
@given(st.sampled_from(list(EXPERTS)), st.lists(st.sampled_from(WORDS), max_size=6))
def test_shapes_speak_their_experts_vocabulary(expert, words):
    """A trace that fits an expert's shape is in its vocabulary, and its only query is the last step."""
    if EXPERTS[expert].fits(words):
        assert set(words) <= EXPERTS[expert].words
        assert words.index("query") == len(words) - 1


def test_groups_stand_for_words():
    """Every word of every group is the word of a step."""
    assert set(chain(*GROUPS.values())) <= set(WORDS)


STEP = {"op": "compute", "compute_op": "add", "args": ["a", "b"], "var": "c"}


@pytest.mark.parametrize(
    ("node", "code", "reason"),
    [
        ("query", "not_a_step", "write {op: ..., ...}"),
        (["op"], "not_a_step", "write {op: ..., ...}"),
        (Odd("a YAML alias"), "not_a_step", "a YAML alias is not a step"),
        ({}, "unknown_op", "op is None; known are add_entity, compute"),
        ({"var": "a"}, "unknown_op", "op is None"),
        ({"op": ["init"]}, "unknown_op", "op is ['init']; did you mean init?"),
        ({"op": Odd("given twice")}, "unknown_op", "op is given twice"),
        ({"op": "percentoff"}, "unknown_op", "did you mean percent_off"),
        ({"op": "given", "values": {"a": "1"}}, "unknown_op", "op is 'given'"),
        ({"op": "formula", "expression": "a"}, "unknown_op", "op is 'formula'"),
        ({"op": "state", "assertions": {}}, "unknown_op", "op is 'state'"),
        ({"op": "init", "var": "a", "value": "80", "000": ""}, "unknown_field", "write numbers without commas"),
        ({**STEP, "unit": "kg"}, "unknown_field", "compute has no field 'unit'; compute has compute_op, args, var"),
        (
            {"op": "transfer", "from": "a", "to": "b", "amount": "1"},
            "unknown_field",
            "transfer has from_entity, to_entity",
        ),
        ({**STEP, "args": Odd("given twice")}, "odd_yaml", "args is given twice; write the plain value once"),
        ({**STEP, "var": Odd("a YAML tag")}, "odd_yaml", "var is a YAML tag; write the plain value once"),
        (
            {"op": "compute", "var": "c"},
            "missing_field",
            "compute lacks compute_op and args; it has compute_op, args, var",
        ),
        ({"op": "query"}, "missing_field", "query lacks var; it has var"),
        ({**STEP, "var": "2a"}, "bad_name", "var: '2a' is not a variable name; write a name such as bob.cards"),
        ({**STEP, "var": "a b"}, "bad_name", "is not a variable name"),
        ({**STEP, "var": ""}, "bad_name", "is not a variable name"),
        ({**STEP, "var": ["a"]}, "bad_name", "is not a variable name"),
        ({**STEP, "var": "é"}, "bad_name", "is not a variable name"),
        ({**STEP, "var": "a."}, "bad_name", "is not a variable name"),
        ({**STEP, "var": "a" * (MAX_NAME + 1)}, "bad_name", "is not a variable name"),
        ({"op": "init", "var": "a", "value": "b"}, "bad_number", "value: 'b' is not a number; write one exact number"),
        ({"op": "init", "var": "a", "value": "6 * 7"}, "bad_number", "write one exact number such as 12, 2.5 or 2/3"),
        ({"op": "init", "var": "a", "value": ""}, "bad_number", "'' is not a number"),
        ({"op": "init", "var": "a", "value": {"amount": "1"}}, "bad_number", "is not a number"),
        ({"op": "init", "var": "a", "value": "9" * 400}, "bad_number", "is not a number; write one"),
        ({**STEP, "args": ["a", "b + 1"]}, "bad_operand", "args: 'b + 1' is neither a variable nor a number"),
        ({**STEP, "args": ["a", ["b"]]}, "bad_operand", "compute it in a step of its own"),
        ({**STEP, "args": ["a", {"op": "init"}]}, "bad_operand", "compute it in a step of its own"),
        ({**STEP, "args": []}, "bad_args", "[] is not two arguments; write [a, b]"),
        ({**STEP, "args": ["a"]}, "bad_args", "is not two arguments; write [a, b]"),
        ({**STEP, "args": ["a", "b", "c"]}, "bad_args", "is not two arguments; write [a, b]"),
        ({**STEP, "args": "a"}, "bad_args", "is not two arguments; write [a, b]"),
        *(
            ({**STEP, "compute_op": word}, "unknown_compute_op", f"{word!r} is not an operation; ")
            for word in ("mod", "pow", "sqrt", "abs", "min", "max", "+", "")
        ),
        ({**STEP, "compute_op": "addd"}, "unknown_compute_op", "did you mean add"),
        *(
            ({"op": "init", "var": "a", "source": source}, "bad_source", "write prev.result or sub0.result")
            for source in (
                "foo",
                "prev",
                "sub0",
                "sub0.resultXYZ",
                "sub-1.result",
                "sub01.result",
                "sub100.result",
                "xprev.result",
            )
        ),
    ],
    ids=lambda value: None if isinstance(value, Odd) else str(value)[:50],
)
def test_a_step_is_exactly_its_ops_fields(node, code, reason):
    """A step with an unknown, missing, repeated or malformed field is refused with the fix."""
    with pytest.raises(TraceError) as refusal:
        read_step(node)

    assert code == refusal.value.code
    assert reason in refusal.value.reason
