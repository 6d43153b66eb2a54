"""The numbers of a question are read with the words around them."""

import pytest

from generators.imports.question.mentions import read_mentions


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("She bought 3 red pens and 2 cups.", ["pen", "cup"]),
        ("Of 60 guests 15 are men and 9 are red.", ["guest", "man", ""]),
        ("They give 2 $15 donations.", ["donation", "donation"]),
        ("He saw three of the dogs.", ["dog"]),
    ],
)
def test_the_unit_is_the_noun_behind_a_number(text, units):
    """A price between a number and its noun does not part them."""
    assert [mention.unit for mention in read_mentions(text)] == units


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann has 3 more pens.", "is_difference"),
        ("Ann is 3 inches taller than Bo.", "is_difference"),
        ("Ann has 3 times as many pens.", "is_factor"),
        ("Ann has 3 times Bo's pens.", "is_factor"),
        ("How much are 3 pens?", "asked"),
        ("She gave him the three.", "definite"),
        ("She pays $3.", "money"),
    ],
)
def test_words_around_a_number_say_how_it_is_meant(text, name):
    """Each claim is true of one number, and not of `Bo runs 3 times a day`."""
    (mention,), (other,) = read_mentions(text), read_mentions("Bo runs 3 times a day.")

    assert getattr(mention, name)
    assert not getattr(other, name)


def test_a_mention_knows_its_sentence_and_clause():
    """Spans are places in the question; owners and units of rates stand in the clause."""
    text = "It rained. Ann has 3 pens, but Bo pays $2 a pen."
    pens, price = read_mentions(text)

    assert [text[slice(*mention.sentence_span)] for mention in (pens, price)] == [text[10:], text[10:]]
    assert text[slice(*price.clause_span)] == "but Bo pays $2 a pen."
    assert (pens.owner, price.owner, price.rate_units) == ("ann", "bo", {"pen"})
