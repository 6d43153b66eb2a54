"""The subject of a clause is found from its verb, whatever stands between the verb and the number."""

import pytest

from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import read_mentions
from generators.text.words import read_words


def subjects(text):
    """Return the kind and the head of the subject of each number's clause."""
    clauses = Clauses(text, list(read_words(text)))
    found = [clauses.subject(mention) for mention in read_mentions(text)]
    return [(subject.kind, subject.head.text) if subject else None for subject in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann has 3 pens and buys 5.", [("name", "ann"), ("name", "ann")]),
        ("Ann left and the dog ate 3 bones.", [("noun", "dog")]),
        ("She gave Bob 2 pens.", [("pronoun", "she")]),
        ("There are 26 hats.", [("there", "there")]),
        ("The price of fries is $12.", [("noun", "price")]),
        ("Ann wants to buy a bike that costs $100.", [("noun", "bike")]),
        ("He knows that the one in the middle is 100 feet tall.", [("pronoun", "he"), ("noun", "one")]),
        ("Each of the 19 boys ate 2 buns.", [None, ("noun", "boys")]),
        ("Each person eating pizza took 4 pieces.", [("noun", "person")]),
        ("Her friend Becky wears 3 rings.", [("name", "becky")]),
        ("Tuna is dear: a Tuna costs $2.", [("name", "tuna")]),
        ("In 21 hours it burns 7 liters.", [None, ("pronoun", "it")]),
    ],
)
def test_a_number_has_the_subject_of_the_verb_before_it(text, expected):
    """Objects, infinitives and participles are no subjects, and a verb that shares one looks further back."""
    assert subjects(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Each child drew two beans.", "child"),
        ("The boxes each hold up to 5 pens.", "boxes"),
        ("Each of the boys ate 2 buns.", "boys"),
        ("Each box stands in 3 rooms.", ""),
        ("The box holds 5 pens.", ""),
    ],
)
def test_the_unit_of_a_rate_is_the_subject_with_each(text, expected):
    """A number that the verb says of each of its subjects is a rate; a number behind `in` is none."""
    clauses = Clauses(text, list(read_words(text)))
    assert clauses.each(read_mentions(text)[-1]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("His weekly allowance is only $5.", "allowance"),
        ("The bill totaled $60.", "bill"),
        ("The trip will cost $60.", "trip"),
        ("The shop sold pens for $60.", None),
        ("The shop is closed for 3 days.", None),
        ("Ann is 3.", None),
    ],
)
def test_an_equated_subject_stands_in_front_of_its_verb(text, expected):
    """Only `is`, `costs` and the like equate things with numbers; persons they do not."""
    clauses = Clauses(text, list(read_words(text)))
    subject = clauses.equated(read_mentions(text)[-1])
    assert (subject and subject.head.text) == expected
