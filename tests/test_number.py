"""Numbers are read and written exactly, by a grammar of our own."""

from fractions import Fraction

import pytest
from hypothesis import given
from strategies import law, numbers

from solver.number import LIMIT, MAX_LITERAL, fits, plain_form, read_number, write_number


@law
@given(numbers)
def test_reading_undoes_writing(number):
    """Every number within bounds survives writing and reading."""
    assert number == read_number(write_number(number))


@law
@given(numbers)
def test_writing_is_canonical(number):
    """The text of a number is its shortest form: no trailing zero, no needless point, no needless fraction."""
    text = write_number(number)

    assert text == write_number(read_number(text))
    assert "." not in text or not text.endswith(("0", "."))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("-7", -7),
        ("2.50", Fraction(5, 2)),
        (".5", Fraction(1, 2)),
        ("-.5", Fraction(-1, 2)),
        ("0.125", Fraction(1, 8)),
        ("2/3", Fraction(2, 3)),
        ("4/6", Fraction(2, 3)),
        ("-1/3", Fraction(-1, 3)),
        ("9" * 40, LIMIT - 1),
    ],
)
def test_numbers_are_read_exactly(text, value):
    """Integers, decimals and atomic fractions are numbers, and exact."""
    assert value == read_number(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "a",
            "1 ",
            " 1",
            "1\n",
            "+1",
            "--1",
            "1.",
            ".",
            "1.2.3",
            "1e3",
            "1E3",
            "1_000",
            "80,000",
            "010",
            "00",
            "0x1F",
        ),
        *(
            "0b1",
            "0o7",
            "1:30",
            ".nan",
            ".inf",
            "-.inf",
            "nan",
            "inf",
            "1/0",
            "1/00",
            "1/-2",
            "1 / 2",
            "1/2/3",
            "1.5/2",
            "2/3.0",
        ),
        *(
            "٣",
            "²",
            "½",
            "\uff11",
            "1" + "0" * 40,
            "9" * 41,
            "1/1" + "0" * 40,
            "0." + "1" * 41,
            "9" * MAX_LITERAL * 2,
            "9" * 1_000_000,
        ),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_everything_else_is_no_number(text):
    """Texts that YAML, Python or a person may take for a number are refused, with the text and the fix."""
    with pytest.raises(
        ValueError, match=r"is not a number; write one exact number|is too large; a number has at most 40"
    ):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    {
        "\u22127": "-7",
        "\u20137": "-7",
        "$7": "7",
        "-$7": "-7",
        "$-7": "-7",
        "\u20ac 7.50": "7.50",
        "7,000": "7000",
        "1,234,567.50": "1234567.50",
        "7_000": "7000",
        "7 000": "7000",
        "07": "7",
        "007.5": "7.5",
        "1/02": "1/2",
        "4%": "4",
        "4 %": "4",
        "+7": "7",
        "7.": "7",
        "7,5": "7.5",
        "1e3": "1000",
        "\xbd": "1/2",
        "1\xbd": "3/2",
        "1 1/2": "3/2",
        "1\u20442": "1/2",
        "\uff17": "7",
        "\u0667": "7",
        "7 \u20ac": "7",
        "7 km": "7",
        "sixty": "60",
        "Forty-One": "41",
        **dict.fromkeys(["", "a", "a + 1", "6 * 7", "0x1F", "1:30", "1/0", "1e99", "12,34,567", "nan", "$", "9" * 99]),
    }.items(),
)
def test_another_notation_is_understood_for_the_message(text, meant):
    """The message writes the number that a text means in another notation, and guesses at nothing else."""
    assert meant == plain_form(text)
    with pytest.raises(ValueError, match="write one exact number") as error:
        read_number(text)
    assert str(error.value).endswith(f": {meant}" if meant else "such as 12, 2.5 or 2/3")


@law
@given(numbers)
def test_a_number_that_is_read_needs_no_message(number):
    """No other form is proposed for a number that can be read."""
    assert plain_form(write_number(number)) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(5), "5"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction(1, 20), "0.05"),
        (Fraction(-1, 1000), "-0.001"),
        (Fraction(2, 3), "2/3"),
        (Fraction(1, 2**12), "0.000244140625"),
        (Fraction(1, 2**13), "1/8192"),
        (Fraction(100), "100"),
    ],
)
def test_numbers_are_written_shortest(value, text):
    """A number is an integer, else a decimal of up to twelve places, else a fraction."""
    assert text == write_number(value)


@pytest.mark.parametrize(
    ("value", "claim"),
    [
        (Fraction(LIMIT - 1), True),
        (Fraction(1 - LIMIT), True),
        (Fraction(LIMIT), False),
        (Fraction(-LIMIT), False),
        (Fraction(1, LIMIT - 1), True),
        (Fraction(1, LIMIT), False),
    ],
)
def test_magnitude_is_bounded_on_both_sides(value, claim):
    """A number fits while neither its numerator nor its denominator reaches the limit."""
    assert claim is fits(value)
