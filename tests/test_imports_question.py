"""The numbers of a question have nouns, and say which of them repeat another one."""

import pytest

from generators.imports.question.mentions import read_mentions


@pytest.mark.parametrize(
    ("second", "other"),
    [
        ("Bo takes her 2 dimes.", False),
        ("Bo gives her 2 more dimes.", True),
        ("She spent the following 2 dimes.", True),
    ],
)
def test_a_number_said_again_repeats_the_first_one(second, other):
    """`her 2 dimes` repeats the dimes before; `2 more dimes` and `the following 2 dimes` are others."""
    mentions = read_mentions(f"Ann has 2 dimes. {second}")

    assert [mention.alias for mention in mentions] == [0, int(other)]


def test_a_predicate_noun_is_the_noun_of_a_number():
    """`15 are men` counts men; `9 are red` has no noun."""
    _, men, red = read_mentions("Of 60 guests 15 are men and 9 are red.")

    assert (men.phrase, red.phrase) == (("men",), ())


@pytest.mark.parametrize(
    ("question", "again"),
    [
        ("Ann has 5 boxes. She paints the 5 boxes.", True),
        ("Ann has 5 boxes. She paints the red 5 boxes.", True),
        ("Ann has 3 older sisters. Her 3 younger sisters left.", False),
        ("Ann is 10 years older. What are their ages 10 years from now?", False),
        ("A lap is 100 meters. He is paid for every 100 meters.", False),
    ],
)
def test_a_repeated_number_counts_the_same_things(question, again):
    """`the 5 boxes` repeats a number; `their ages 10 years from now` and `every 100 meters` do not."""
    first, second = read_mentions(question)

    assert (second.alias == first.alias) is again
