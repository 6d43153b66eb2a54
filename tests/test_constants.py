"""A named constant is usable where its trigger words stand."""

import re
from fractions import Fraction

import pytest

from generators.__main__ import main
from solver.constants import named_constants, own_constants, question_stems, read_constants, triggered
from solver.grounding import has_number
from solver.refusal import InputError
from solver.stems import stem

GUITAR = "strings_per_guitar: {value: 6, words: [guitar, ukulele], beside: [string]}\n"


@pytest.mark.parametrize(
    ("name", "question", "allowed"),
    [
        ("minutes_per_half_hour", "The half-hour show has 12 minutes of news. How long is the rest?", True),
        ("minutes_per_half_hour", "Jo brought half a tray with 12 white eggs. How long is the rest?", False),
        ("dollars_per_quarter", "Jo has 8 quarters. How much money is that?", True),
        ("dollars_per_quarter", "Jo ran for half an hour, then for a quarter of an hour. How far is that?", False),
    ],
)
def test_an_ambiguous_trigger_needs_a_word_beside_it(name, question, allowed):
    """`half` is 30 minutes only beside `hour`, and a quarter is a coin only beside money."""
    present = [stem(word) for word in re.findall("[a-z]+", question.lower())]

    assert any(constant.name == name for constant in triggered(present)) is allowed


def test_a_shipped_constant_has_words_that_a_question_can_have():
    """Every trigger word is found in a text of it, and every value is a positive number."""
    for constant in named_constants():
        assert constant.value > 0
        for word in (*constant.spelled, *constant.spelled_beside):
            assert stem(word) in question_stems(word), constant.name


def test_a_folder_brings_constants_of_its_own():
    """Constants are read from the files that a recipe stores, and ground a number where their words stand."""
    own = own_constants({"own constants.yaml": GUITAR, "own vocabulary.yaml": "town: [Ashford]"})

    assert has_number("In a week, 3 guitars need new strings.", Fraction(6), constants=own)
    assert not has_number("In a week, 3 guitars need new strings.", Fraction(6))
    assert not has_number("In a week, 3 guitars are sold.", Fraction(6), constants=own)


def test_bad_constants_leave_the_others():
    """Each bad constant is a fault of its own, and the others are read."""
    faults = []
    found = read_constants("six: {value: 6}\n" + GUITAR + "nil: {value: 0, words: [nil]}\n", faults)

    assert [one.name for one in found] == ["strings_per_guitar"]
    assert [fault.place for fault in faults] == [("six", "words"), ("nil", "value")]
    with pytest.raises(InputError, match="constant six: words is missing"):
        read_constants("six: {value: 6}\n")


@pytest.mark.parametrize(
    ("argv", "shown", "hidden"),
    [
        ([], "cards_per_deck", "guitar"),
        (["60"], "minutes_per_hour", "cards_per_deck"),
        (["0.25"], "dollars_per_quarter", "cents_per_quarter"),
        (["Hours"], "minutes_per_hour", "cards_per_deck"),
        (["guitars"], "strings_per_guitar", "cards_per_deck"),
    ],
    ids=["all", "a value", "a decimal", "a word", "a word of an own one"],
)
def test_constants_are_listed(tmp_path, capsys, texts, argv, shown, hidden):
    """`constants` lists all, those of a value, or those with a word."""
    if argv == ["guitars"]:
        (tmp_path / "entity_track").mkdir()
        (tmp_path / "entity_track" / "own.jinja").write_text(
            texts["entity_track/consume.jinja"].replace("things", "tools")
        )
        (tmp_path / "constants.yaml").write_text(GUITAR)
        argv = [*argv, "--patterns", str(tmp_path)]

    assert main(["constants", *argv]) == 0

    out = capsys.readouterr().out
    assert shown in out
    assert hidden not in out


@pytest.mark.parametrize(("about", "told"), [("wek", "did you mean week"), ("61", "a folder of patterns may bring it")])
def test_an_unknown_constant_is_told(capsys, about, told):
    """A word or value that no constant has is one line with a hint."""
    assert main(["constants", about]) == 2
    assert told in capsys.readouterr().err
