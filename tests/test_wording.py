"""A pattern file is front matter and wordings; each wording has a place, a mark, and perhaps slots of its own."""

import pytest

from generators.patterns.pattern import read_pattern
from generators.patterns.slots import Numbers, Words
from generators.patterns.vocabulary import read_vocabularies
from generators.patterns.wording import split
from solver.document import load
from solver.refusal import InputError

QUESTION = "{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}. How many more?"


@pytest.fixture
def times_more(texts):
    """Return the function that reads times_more of the tiny library with more text at its end, unchecked."""

    def read(more):
        vocabularies = read_vocabularies(load(texts["vocabulary.yaml"]))
        return read_pattern("comparison", "times_more", texts["comparison/times_more.jinja"] + more, vocabularies)

    return read


def test_wordings_have_places_and_marks(times_more):
    """A wording knows its number, the line of its text, and whether it is held out."""
    pattern = times_more(f"--- held out\n\nSay. {QUESTION}\n---\nTell. {QUESTION}\n")

    assert [(one.where, one.held_out) for one in pattern.wordings] == [
        ("line 16, wording 1", False),
        ("line 19, wording 2", True),
        ("line 21, wording 3", False),
    ]


def test_a_wording_brings_its_own_slots(times_more):
    """A line `slots:` above a wording's text declares slots of its own; a word there is none of the pattern's."""
    pattern = times_more(
        f"---\nslots: {{age: 6..12, pal: person}}\n{{{{ pal }}}} is {{{{ age }}}} years old. {QUESTION}\n"
    )

    first, second = pattern.wordings
    assert first.slots == {}
    assert list(second.slots) == ["age", "pal"]
    assert isinstance(second.slots["age"], Numbers)
    assert isinstance(second.slots["pal"], Words)
    assert second.slots["pal"].before == ("more", "fewer")


REFUSED = {
    "an unknown mark": ("--- held-out\nSay.", "line 17: '--- held-out' is no separator; write ---, or --- held out"),
    "nothing below a mark": ("---\n", "wording 2: a wording is one line of text after ---"),
    "own slots and no text": ("---\nslots: {age: 6..12}\n", "wording 2: a wording is one line of text after ---"),
    "own slots that are a list": ("---\nslots: [age]\nSay.", "line 19, wording 2: slots of a wording are one mapping"),
    "own slots that are no YAML": ("---\nslots: {age\nSay.", "line 19, wording 2: not YAML"),
    "a slot of the pattern": ("---\nslots: {count: 6..12}\nSay.", "slot count is one of the pattern's slots"),
    "a computed slot": ("---\nslots: {age: = count + 1}\nSay.", "slot age: a wording's own slot is drawn"),
    "an unknown vocabulary": ("---\nslots: {age: persons}\nSay.", "slot age: 'persons' is not a range"),
    "an unknown filter": ("---\nSay {{ item | oone }}.", "line 18, wording 2: no filter oone"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_wording_is_told_with_its_place(times_more, case):
    """The message names the line and the wording."""
    more, told = REFUSED[case]

    with pytest.raises(InputError) as caught:
        times_more(more)

    assert str(caught.value).startswith("line ")
    assert told in str(caught.value)


def test_the_first_wording_is_never_held_out():
    """Training always has a wording; a file whose first is held out is refused."""
    with pytest.raises(InputError, match="line 2: the first wording is never held out"):
        split("---\n--- held out\nHow many?\n")
