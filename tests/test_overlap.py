"""No two wordings of a pattern are near copies: they share less than 40 % of their sequences of five words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.patterns.library import folder_texts, library, read_library, shipped
from generators.patterns.overlap import MOST, overlap, sequences, shared
from generators.patterns.render import question_plan
from solver.refusal import InputError


def of(text):
    return sequences(question_plan(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{{ a }} has {{ b }} of the {{ c }}", "{{ x }} has {{ y | money }} of the {{ z }}"),
        ("Does {{ a }} have any, or not?", "does {{ a }} have any - OR not"),
        ("{{ a }}'s bags are full now", "{{ b }}\u2019s bags are full now"),
    ],
    ids=["slots are alike", "case and marks do not count", "an apostrophe is an apostrophe"],
)
def test_masked_wordings_are_the_same(one, other):
    """Two wordings that differ in their slots or marks alone share everything."""
    assert shared(of(one), of(other)) == 1


def test_the_share_is_of_the_shorter():
    """A wording with a sentence more is a copy of the one without it."""
    text = "{{ a }} buys {{ b }} pens and {{ c }} pads today"

    assert shared(of(text), of(f"It is a rainy day in the town of {{{{ d }}}}. {text}")) == 1
    assert shared(of("one two three"), of("one two three")) == 1
    assert shared(of("one two three"), of("one two four")) == 0


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=12)
)
def test_the_share_is_symmetric(one, other):
    """The share is the same both ways, and counts distinct sequences."""
    ours, theirs = of(" ".join(one)), of(" ".join(other))

    assert shared(ours, theirs) == shared(theirs, ours) == len(ours & theirs) / min(len(ours), len(theirs))


@pytest.fixture
def copied(tmp_path):
    """Return a folder with a pattern whose second wording is a near copy of its first."""
    path = tmp_path / "comparison" / "mine.jinja"
    path.parent.mkdir()
    first = "In all {{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}. Tell how many more {{ more }} has."
    front = shipped()["comparison/times_more.jinja"].partition("---\n{{")[0]
    path.write_text(f"{front}---\n{first}\n---\n{first.replace('Tell how', 'Tell exactly how')}\n")
    return tmp_path


def test_a_near_copy_is_refused_with_both_places(copied):
    """The message names both wordings by number and line, the share and the limit."""
    with pytest.raises(InputError) as error:
        library(copied)

    assert str(error.value) == (
        f"{copied}/comparison/mine.jinja: line 18, wording 2: shares 75% of its sequences of 5 words with line 16, "
        "wording 1; reword one of them, to below 40%"
    )


def test_a_stored_near_copy_can_still_be_read(copied):
    """A recipe with near copies, stored before they were refused, is read, so that its dataset can be verified."""
    texts = {"vocabulary.yaml": shipped()["vocabulary.yaml"]} | folder_texts(copied)

    assert len(read_library(texts)["mine"].wordings) == 2


def test_no_shipped_wordings_are_near_copies():
    """The check walks every shipped pattern."""
    assert [overlap(pattern) for pattern in library().patterns.values() if overlap(pattern)] == []
    assert MOST == 0.4
