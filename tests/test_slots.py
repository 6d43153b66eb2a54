"""Slots are counted, draw distinct words and become columns; bad slots are refused quickly."""

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import law
from timing import least_seconds

from generators.patterns.filters import Word
from generators.patterns.library import read_library
from generators.patterns.slots import Draw, read_slots, space
from generators.patterns.vocabulary import Vocabulary, read_vocabularies
from generators.text.slugs import slug
from solver.fields import NAME
from solver.refusal import InputError

WORDS = {"fruit": Vocabulary("fruit", [Word(word) for word in ("apples", "figs", "kiwis", "limes")])}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("José O'Brien", "jose_obrien"),
        ("trading cards", "trading_cards"),
        ("open-air museum", "open_air_museum"),
        ("Łódź", "lodz"),
        ("Søren Ægir", "soren_aegir"),
        ("Zoë", "zoe"),
        ("O\u2019Neill", "oneill"),
    ],
)
def test_slugs(word, expected):
    """A word has one form in variable names: lower case, without accents or apostrophes."""
    assert slug(word) == expected


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("5..8", ["5", "6", "7", "8"]),
        ("40..60 by 10", ["40", "50", "60"]),
        ("1..2 by 0.25", ["1", "1.25", "1.5", "1.75", "2"]),
        ("1..2 by 0.3", ["1", "1.3", "1.6", "1.9"]),
        (["10", "2.50", "1/3"], ["10", "2.5", "1/3"]),
        ("7..7", ["7"]),
    ],
)
def test_a_number_slot_has_these_values(form, values):
    """Ranges include both ends that a step reaches, lists keep their numbers, and all texts are canonical."""
    slots = read_slots({"count": form}, {})

    draw = Draw(slots, np.arange(space(slots)))

    assert draw.text("count").to_pylist() == values
    assert draw.numbers["count"].fractions() == [Fraction(value) for value in values]


def test_every_assignment_is_drawn_once():
    """The numbers below the space are all assignments, each once; slots of one vocabulary never draw the same word."""
    slots = read_slots({"a": "fruit", "n": "1..3", "b": "fruit", "c": "fruit", "m": "= n + 1"}, WORDS)
    draw = Draw(slots, np.arange(space(slots)))

    rows = list(zip(*(draw.text(name).to_pylist() for name in "anbc"), strict=True))

    assert space(slots) == 4 * 3 * 3 * 2 == len(set(rows))
    assert all(len({a, b, c}) == 3 for a, _, b, c in rows)
    assert draw.text("m").to_pylist() == [str(int(n) + 1) for _, n, _, _ in rows]


@law
@given(st.lists(st.integers(1, 400), min_size=1, max_size=10), st.data())
def test_places_are_digits_at_any_size(sizes, data):
    """An assignment number beyond 2**64 gives every slot the digit that long division gives."""
    slots = read_slots({f"s{k}": f"0..{size - 1}" for k, size in enumerate(sizes)}, {})
    place = data.draw(st.integers(0, space(slots) - 1))

    drawn = Draw(slots, np.array([place], dtype=object))

    for k, size in enumerate(sizes):
        assert drawn.text(f"s{k}").to_pylist() == [str(place % size)]
        place //= size


BAD = {
    "a capital": ({"Count": "1..5"}, "a name is lower-case"),
    "backwards": ({"a": "5..1"}, "is not a range"),
    "no step": ({"a": "1..5 by 0"}, "is not a range"),
    "too many values": ({"a": "0..1 by 0.000001"}, "is not a range of 1 to 100000 values"),
    "a word in a list": ({"a": ["1", "x"]}, "'x' is not a number"),
    "a list of lists": ({"a": [["1"]]}, "is not a number"),
    "one number twice": ({"a": ["1", "1.0"]}, "a list holds different numbers"),
    "an empty list": ({"a": []}, "a list holds different numbers"),
    "a mapping": ({"a": {"b": "c"}}, "neither text nor a list"),
    "an unknown vocabulary": ({"a": "fruits"}, "did you mean fruit?"),
    "no word left": (dict.fromkeys("abcde", "fruit"), "has no word left; it has 4"),
    "a circle": ({"a": "= b + 1", "b": "= a + 1"}, "is computed from itself"),
    "an unknown name": ({"a": "= b + 1"}, "slot a uses b"),
    "a word in an expression": ({"a": "fruit", "b": "= a + 1"}, "which is a word"),
    "nothing": ({}, "slots is missing"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_slot_is_told(what):
    """A slot that cannot be drawn is refused with the fix, on one line."""
    slots, told = BAD[what]

    with pytest.raises(InputError) as caught:
        read_slots(slots, WORDS)

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["日本", "-", "'", "½", "\uff13", "Ab" * 45, " Ada", "Ada  Bo"])
def test_a_word_that_a_trace_or_a_sentence_cannot_hold_is_refused(word):
    """A word with an invalid or too long slug, or with double spaces, is refused."""
    with pytest.raises(InputError, match="vocabulary person"):
        read_vocabularies({"person": ["Ada", word]})


@pytest.mark.parametrize(
    "words", [["Bo", "Bo"], ["José", "Jose"], ["O'Neill", "ONeill"], ["a1"], ["a_b"], ["a{b"], [""], []]
)
def test_words_that_cannot_be_told_apart_or_written_are_refused(words):
    """Words have different slugs, and only letters, spaces, hyphens and apostrophes."""
    with pytest.raises(InputError, match="vocabulary person"):
        read_vocabularies({"person": words})


def test_a_large_vocabulary_is_read_in_no_time():
    """The time to read words does not grow with the square of their number."""
    letters = "bcdfghjklmnpqrst"
    words = [a + b + c for a in letters for b in letters for c in letters][:3_700]

    read = read_vocabularies({"big": words})

    assert len(read["big"].words) == 3_700
    assert all(NAME.fullmatch(word) for word in read["big"].slugs)
    assert least_seconds(lambda: read_vocabularies({"big": words}), limit=0.5) < 0.5


@pytest.mark.parametrize("form", ["1..100000", "1/7..90000 by 0.97"], ids=["wide ranges", "wide ranges of fractions"])
def test_many_wide_slots_do_not_run_for_long(texts, form):
    """Five of the widest ranges in a file are refused or read within a second."""
    slots = "".join(f"  r{k}: {form}\n" for k in range(5))

    question = " ".join(f"{{{{ r{k} }}}}," for k in range(5))

    assert least_seconds(lambda: load(texts, slots, "", question), limit=2) < 2


def test_powers_of_powers_do_not_run_for_long(texts):
    """Slots that multiply products of other slots are refused or read within a second."""
    slots = f"  b1: = {'*'.join(['count'] * 30)}\n" + "".join(
        f"  b{k + 1}: = {'*'.join([f'b{k}'] * 50)}\n" for k in (1, 2)
    )

    assert least_seconds(lambda: load(texts, slots, "b3 - b3 + ", "{{ b3 }}"), limit=1) < 1


def load(texts, slots, answer, question):
    """Read times_more with more slots, a longer answer and a longer question; it may be refused."""
    source = texts["comparison/times_more.jinja"].replace("  times: 2..5\n", f"  times: 2..5\n{slots}")
    source = source.replace("answer: ", f"answer: {answer}").replace("as many", f"as many {question}")

    with suppress(InputError):
        read_library(texts | {"comparison/times_more.jinja": source})
