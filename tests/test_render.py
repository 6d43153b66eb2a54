"""Questions are rendered a column at a time as plain Jinja2 renders them row by row, and differ for different rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import law
from timing import least_seconds

from generators.patterns.filters import SLUG, Word
from generators.patterns.library import read_library
from generators.patterns.render import Ref, question_plan, reference, render, trace_plan
from generators.patterns.slots import Draw, read_slots
from generators.patterns.vocabulary import Vocabulary
from solver.refusal import InputError

WORDS = {
    "fruit": Vocabulary("fruit", [Word("apples", "apple"), Word("figs", "fig"), Word("José's kiwis", "kiwi")]),
    "person": Vocabulary("person", [Word("Ada", pronoun="she"), Word("Bo", pronoun="he"), Word("Jin")]),
}
SLOTS = read_slots(
    {
        "what": "fruit",
        "who": "person",
        "count": "1..9",
        "price": "0.5..2 by 0.25",
        "share": ["1/2", "1/4", "2/3"],
        "cost": "= count * price",
    },
    WORDS,
)

literals = st.text(alphabet=st.sampled_from("ab .$%&<>é'\"\\}#"), min_size=1, max_size=8)
pieces = st.lists(
    st.one_of(
        literals,
        st.sampled_from(
            [
                "{{ what }}",
                "{{what|one}}",
                "{{ what | a }}",
                "{{ what | upper_first }}",
                "{{ count }}",
                "{{ cost }}",
                "{{ price }}",
                "{{ count | words }}",
                "{{ cost|commas }}",
                "{{ price | money }}",
                "{{ what | a | upper_first }}",
                "{{ what | of(count) }}",
                "{{ what|of(cost)|upper_first }}",
                "{{ who }}",
                "{{ who | they | upper_first }}",
                "{{ who | their }}",
                "{{ who | has }}",
                "{{ who|verb('buys', \"buy\") }}",
                "{{ count | words | times }}",
                "{{ count | times }}",
                "{{ count | a }}",
                "{{ price | cents }}",
                "{{ share | fraction | upper_first }}",
                "{{ share | slash }}",
                "{{ share }}",
                "{# note #}",
            ]
        ),
    ),
    min_size=1,
    max_size=8,
)


@law
@given(pieces, st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_columns_are_what_plain_jinja_writes(pieces, places):
    """For any text around the slots, columns and plain Jinja2 give the same bytes."""
    body = "".join(pieces)
    draw = Draw(SLOTS, np.array(places))

    try:
        plan = question_plan(body)
    except InputError as error:
        assert str(error)  # noqa: PT017 - such as an unclosed comment
        return

    assert render(plan, draw).to_pylist() == reference(body, draw)


def test_a_traces_words_are_slugs():
    """In a trace, a word is its slug and a number is its text."""
    draw = Draw(SLOTS, np.array([2]))

    plan = trace_plan("{var: $what.total, value: $count}")

    assert plan == ("{var: ", Ref("what", SLUG), ".total, value: ", Ref("count", SLUG), "}")
    assert render(plan, draw).to_pylist() == ["{var: joses_kiwis.total, value: 1}"]


NESTED = {
    "brackets": "{{ " + "(" * 1_000 + "count" + ")" * 1_000 + " }}",
    "many brackets": "{{ " + "(" * 7_000 + "count",
    "lists": "{{ " + "[" * 7_000,
    "nots": "{{ " + "not " * 3_000 + "count }}",
    "minuses": "{{ " + "-" * 7_000 + "count }}",
    "ifs": "{% if a %}" * 1_500,
    "braces": "{{" * 7_000,
    "filters": "{{ count" + "|a" * 7_000 + " }}",
    "comments": "{#" * 7_000,
    "raws": "{% raw %}" * 1_500,
    "digits": "9" * 16_000 + " {{ count }} {",
}


@pytest.mark.parametrize("what", NESTED)
def test_a_deep_or_endless_question_is_refused_at_once(what):
    """Nested braces in an untrusted question cause neither a traceback nor a delay."""

    def read():
        try:
            question_plan(NESTED[what])
        except InputError as error:
            assert str(error)  # noqa: PT017 - text alone is a question too

    assert least_seconds(read, limit=1) < 1


def test_words_with_spaces_are_told_apart(texts):
    """Two word slots that are ambiguous across a space are refused."""
    source = texts["comparison/times_more.jinja"].replace("slots:\n", "slots:\n  kind: kind\n  food: food\n")
    files = {
        "comparison/times_more.jinja": source.replace("as many", "as many {{ kind }} {{ food }} and"),
        "vocabulary.yaml": texts["vocabulary.yaml"] + "kind: [ice, ice cream]\nfood: [cream cake, cake]\n",
    }

    with pytest.raises(InputError, match="kind and food"):
        read_library(texts | files)


def test_decimals_around_a_point_are_told_apart(texts):
    """1.5 and 5 around a point read as 1 and 5.5 do, so such a question is refused."""
    source = texts["comparison/times_more.jinja"].replace(
        "slots:\n", "slots:\n  x: 1.0..9.5 by 0.5\n  y: 1.0..9.5 by 0.5\n"
    )

    with pytest.raises(InputError, match="x and y"):
        read_library(texts | {"comparison/times_more.jinja": source.replace("as many", "as many ({{ x }}.{{ y }})")})


def test_two_wordings_never_ask_the_same(texts):
    """A second wording that is the first with two slots exchanged is refused."""
    source = texts["comparison/times_more.jinja"]
    other = (
        source.rpartition("---\n")[2]
        .replace("{{ times }}", "{{ x }}")
        .replace("{{ count }}", "{{ times }}")
        .replace("{{ x }}", "{{ count }}")
    )

    with pytest.raises(InputError):
        read_library(texts | {"comparison/times_more.jinja": f"{source}---\n{other}"})


def test_a_hidden_slot_behind_a_zero_is_refused(texts):
    """A slot that only affects a shown number by a factor of 0 is not shown."""
    source = texts["comparison/times_more.jinja"].replace(
        "  times: 2..5\n", "  times: 2..5\n  spare: 1..50\n  note: = times + 0 * spare\n"
    )

    with pytest.raises(InputError, match="does not show spare"):
        read_library(texts | {"comparison/times_more.jinja": source.replace("as many", "as many ({{ note }})")})
