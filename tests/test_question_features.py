"""The features of a question's wording: sentences, forms of numbers, pronouns, the place of the question, masks."""

import pytest

from generators.finished.question_features import FEATURES, masked_plan, masked_text, read_question, sentences
from generators.patterns.overlap import MASK, text_sequences
from generators.patterns.render import question_plan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.", ["One."]),
        ("Ana runs. Ben walks!  How far?", ["Ana runs.", "Ben walks!", "How far?"]),
        ('She says "Stop." Then she goes.', ['She says "Stop."', "Then she goes."]),
        ("Mrs. Lee has 3 cats. How many?", ["Mrs. Lee has 3 cats.", "How many?"]),
        ("At 8 a.m. and at noon it rains.", ["At 8 a.m. and at noon it rains."]),
        ("It costs $3.50. Why?", ["It costs $3.50.", "Why?"]),
        ("One line.\nAnother", ["One line.", "Another"]),
        ("", []),
    ],
    ids=["one", "three", "quoted", "title", "clock", "decimal", "lines", "empty"],
)
def test_sentences(text, expected):
    """A sentence ends with a mark before space and no small letter; a title's point ends none."""
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("name", "with_it", "without"),
    [
        ("he, she, his, her", "Ana takes her 3 hats.", "Ana takes the 3 hats there."),
        ("he, she, his, her", "He has 3.", "They have 3."),
        ("a number in words", "She has three dogs.", "She has one dog and 3 cats."),
        ("a number in words", "He runs twice as far.", "He runs 2 times as far."),
        ("a number in words", "They buy a dozen eggs.", "They buy 12 eggs."),
        ("a number with a comma", "There are 1,200 people.", "There are 1200 people, or 12,5."),
        ("money", "A pen costs $3.50.", "A pen weighs 3.50 grams."),
        ("money", "A pen costs 50 cents.", "There are 50 pens."),
        ("money", "A pen costs 5 dollars.", "A pen costs some dollars."),
        ("percent", "He eats 20% of it.", "He eats 20 of it."),
        ("percent", "He eats 20 percent of it.", "He eats 20 pears."),
        ("a fraction", "She eats 1/4 of it.", "She eats 0.25 of it."),
        ("a fraction", "She eats half of it.", "She eats 2 of it."),
        ("a fraction", "She eats 1 1/2 pies.", "She eats 1.5 pies."),
        ("a fraction", "Two thirds of them left.", "Two of them left."),
        ("the question not last", "How many are left? She ate 3.", "She ate 3. How many are left?"),
        ("if in the question", "She has 3. How many are left if she eats 2?", "If she eats 2, 1 is left. How many were there?"),
        ("the past tense", "She bought 3.", "She buys 3."),
        ("the past tense", "She walked 3 miles.", "She needs 300, a hundred at a speed of 3."),
    ],
)  # fmt: skip
def test_features(name, with_it, without):
    """Each feature is found where it is, and only there."""
    assert [FEATURES[name](read_question(text)) for text in (with_it, without)] == [True, False]


def test_every_feature_has_a_case():
    """No feature is left out of the table above."""
    (mark,) = test_features.pytestmark

    assert {name for name, *_ in mark.args[1]} == FEATURES.keys()


def test_the_masks_of_a_text_are_numbers_and_names():
    """Two questions with other numbers and names have the same text with masks; other things differ."""
    first, second, other = (
        masked_text(read_question(f"{name} buys {count} pens for {price} each. {name} gives Tom half of them."))
        for name, count, price in (("Ana", "3", "$2.50"), ("Ben", "twenty-five", "50 cents"), ("Ana", "3 red", "$4"))
    )

    assert first == second == f"{MASK} buys {MASK} pens for {MASK} each. {MASK} gives {MASK} {MASK} of them."
    assert other != first


def test_the_masks_of_a_wording_are_its_slots():
    """Each slot of a wording is one mask, whatever its filters."""
    plan = question_plan("{{ who | their | upper_first }} {{ count | words }} pens. How many?")

    assert masked_plan(plan) == f"{MASK} {MASK} pens. How many?"


def test_sequences_of_words_count_a_mask_as_a_word():
    """A text of six words has two sequences of five, and a shorter text is one sequence."""
    assert text_sequences(f"{MASK} buys {MASK} red pens, too.") == {
        (MASK, "buys", MASK, "red", "pens"),
        ("buys", MASK, "red", "pens", "too"),
    }
    assert text_sequences("How many?") == {("how", "many")}
