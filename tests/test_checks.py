"""An unsound pattern file is refused with one line, and an untrusted one can do nothing else."""

import re

import numpy as np
import pytest

from generators.patterns.filters import FILTERS
from generators.patterns.grounding import check_grounded
from generators.patterns.library import library, read_library
from generators.patterns.pattern import read_pattern
from generators.patterns.render import reference, render
from generators.patterns.vocabulary import read_vocabularies
from solver.document import load
from solver.numerals import NUMBER_FILTERS
from solver.refusal import InputError

BAD = {
    "unknown key": ("answer: count", "anwser: count", "unknown key anwser; did you mean answer?"),
    "unused slot": ("times: 2..5", "times: 2..5\n  spare: 1..9", "slot spare is not used"),
    "undeclared in question": ("{{ times }}", "{{ tims }}", "question uses tims, which no slot declares"),
    "undeclared in trace": ("value: $times", "value: $tims", "trace uses tims, which no slot declares"),
    "undeclared in answer": (
        "answer: count * times",
        "answer: count * tims",
        "answer uses tims, which no slot declares",
    ),
    "hidden number": (" {{ times }} times", " some times", "the question does not show times"),
    "literal not shown": ("value: $times", "value: 3", "the trace takes 3, which is neither in the question nor"),
    "wrong shape": (
        "  - {op: query",
        "  - {op: init, var: z, value: $count}\n  - {op: query",
        "do not have the shape of comparison",
    ),
    "wrong closed form": ("- count\n", "+ count\n", "the trace and the answer's closed form differ, as in"),
    "not positive": ("args: [step1, $fewer.$item]", "args: [$fewer.$item, step1]", "differ"),
    "names meet": ("var: step1}\n", "var: factor}\n", "factor is set already"),
    "slots touch": ("{{ times }} times", "{{ times }}{{ count }}", "touch; put text between them"),
    "hidden slot": ("{{ item }} as", "things as", "the question does not show item"),
    "word as number": ("value: $count", "value: $item", "an init takes $item, which is a word"),
    "number as name": ("var: factor", "var: $count", "a $slot in a name must be a word slot"),
    "half a component": ("$fewer.$item", "x$fewer.$item", "must be a word slot and a whole component"),
    "word in answer": ("answer: count * times", "answer: item * times", "answer computes with item, which is a word"),
    "filter on a number": ("{{ times }}", "{{ times | one }}", "filter one is for words, and times is a number"),
    "unknown filter": ("{{ item }}", "{{ item | oone }}", "no filter oone; did you mean one or money?"),
    "jinja statement": (
        "{{ times }}",
        "{% for x in range(9) %}{% endfor %}{{ times }}",
        "line 16, wording 1: for statement",
    ),
    "jinja call": ("{{ times }}", "{{ times.__class__ }}", "only {{ slot }} and {{ slot | filter }} may be in braces"),
    "jinja expression": (
        "{{ times }}",
        "{{ 9 ** 9 ** 9 }}",
        "only {{ slot }} and {{ slot | filter }} may be in braces",
    ),
    "jinja include": ("{{ times }}", "{% include '/etc/passwd' %}{{ times }}", "line 16, wording 1: include statement"),
    "broken jinja": ("{{ times }}", "{{ times", "line 16, wording 1: "),
    "call in an expression": (
        "answer: count",
        "answer: __import__('os').getpid() + count",
        "has a call; write * between factors",
    ),
    "power in an expression": ("answer: count", "answer: 9 ** 9 + count", "has a power; multiply, as in side * side"),
    "long expression": ("answer: count", f"answer: {'1 + ' * 90}count", "characters; at most 200"),
    "division by zero": ("- count\n", "- count / (count - count)\n", "divides by zero"),
    "bad range": ("count: 5..25", "count: 25..5", "is not a range"),
    "huge range": ("count: 5..25", "count: 1..99999999", "is not a range of 1 to 100000 values"),
    "unknown vocabulary": (
        "item:  things",
        "item:  thing",
        "is not a range, list, expression or vocabulary; did you mean things?",
    ),
    "circular slots": ("count: 5..25", "count: = count + 1", "slot count is computed from itself"),
    "unknown op": ("op: compute, compute_op: mul", "op: multiply, compute_op: mul", "op is 'multiply'"),
    "anchor": ("value: $count", "value: &a $count", "value is a YAML anchor"),
    "key twice": ("count: 5..25", "count: 5..25\n  count: 5..26", "line 7: count is given twice; keep one"),
    "tag": ("value: $count", "value: !!python/object/apply:os.system [id]", "value is a YAML tag"),
    "two questions lines": (
        "{{ more }}?",
        "{{ more }}?\nAnd then?",
        "line 16, wording 1: a wording is one line of text",
    ),
    "no front matter": ("---\nslots", "slots", "no front matter"),
    "deep nesting": ("count: 5..25", f"count: {'[' * 40}1{']' * 40}", "nest more than"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_pattern_is_told_in_one_line(texts, case):
    """The error names the file, the line and the fault, on one line, without delay."""
    old, new, told = BAD[case]
    source = texts["comparison/times_more.jinja"]
    assert old in source
    whole = case in {"no front matter", "deep nesting"}  # a fault of the file, not of a line

    with pytest.raises(InputError) as caught:
        read_library(texts | {"comparison/times_more.jinja": source.replace(old, new)})

    assert re.match(
        rf"comparison/times_more\.jinja: {'' if whole else 'line [0-9]+(, wording 1)?: '}", str(caught.value)
    )
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_number_worked_out_off_the_trace_is_refused(texts):
    """A trace uses only numbers that the question shows, not numbers that it merely determines."""
    source = texts["comparison/times_more.jinja"].replace("times: 2..5", "half: 2..5\n  times: = half * 2")

    with pytest.raises(InputError, match=r"the trace takes \$half, which the question does not show"):
        read_library(texts | {"comparison/times_more.jinja": source.replace("value: $times", "value: $half")})


@pytest.mark.parametrize(
    ("answer", "told"),
    [("left - 5", "not positive"), ("left / 3", "not a terminating decimal")],
)
def test_an_answer_that_is_no_good_is_refused(texts, answer, told):
    """Answers that are not positive or do not terminate are refused, even if trace and closed form agree."""
    change = {"left - 5": "sub, args: [$who.$item, 5]", "left / 3": "div, args: [$who.$item, 3]"}[answer]
    source = texts["entity_track/consume.jinja"].replace("answer: left", f"answer: {answer}")
    source = source.replace(
        "- {op: query, var: $who.$item}",
        f"- {{op: compute, compute_op: {change}, var: result}}\n  - {{op: query, var: result}}",
    )

    with pytest.raises(InputError, match=told):
        read_library(texts | {"entity_track/consume.jinja": source})


def test_fixed_shapes_share_one_scaffold(texts):
    """A second comparison pattern with other names than the first is refused (P2, P11)."""
    other = texts["comparison/times_more.jinja"].replace("factor", "multiplier")

    with pytest.raises(InputError, match=r"its scaffold is .*multiplier.*, but times_more has .*factor"):
        read_library(texts | {"comparison/zz.jinja": other})


def test_words_that_share_a_slug_are_refused(texts):
    """Two words with the same slug are refused with the vocabulary's name."""
    with pytest.raises(InputError, match="vocabulary person has"):
        read_library(texts | {"vocabulary.yaml": texts["vocabulary.yaml"].replace("[", "[José, Jose, ", 1)})


def test_a_users_folder_joins_the_shipped_patterns(tmp_path, texts):
    """A user's folder adds patterns; a repeated name is refused."""
    (tmp_path / "entity_track").mkdir()
    own = tmp_path / "entity_track" / "own_pattern.jinja"
    own.write_text(texts["entity_track/consume.jinja"].replace("things", "collectables"))

    assert "entity_track/own_pattern" in library(tmp_path).patterns

    own.rename(own.with_name("find_and_lose.jinja"))
    with pytest.raises(InputError, match="a shipped pattern has this name"):
        library(tmp_path)


def test_a_folder_that_is_no_expert_is_refused(tmp_path):
    """A pattern in a folder that is not named after an expert is refused with the most similar expert."""
    (tmp_path / "arithmetics").mkdir()
    (tmp_path / "arithmetics" / "mine.jinja").write_text("x")

    with pytest.raises(InputError, match="did you mean arithmetic"):
        library(tmp_path)


def test_a_name_is_no_number_to_start_from(texts):
    """An init whose value is a name is refused as any other word is."""
    source = texts["comparison/times_more.jinja"].replace("value: $count", "value: $fewer.$item")

    with pytest.raises(InputError, match=r"comparison/times_more\.jinja: .*\$fewer\.\$item"):
        read_library(texts | {"comparison/times_more.jinja": source})


@pytest.mark.parametrize("digits", [40, 41, 90, 5_000])
def test_a_question_may_hold_any_digits(texts, digits):
    """A long run of digits in a question is text, or is refused with the file's name."""
    source = texts["comparison/times_more.jinja"].replace("as many", f"as many ({'1' * digits})")

    try:
        held = read_library(texts | {"comparison/times_more.jinja": source})
    except InputError as error:
        assert str(error).startswith("comparison/times_more.jinja: ")  # noqa: PT017 - either ending is right
    else:
        assert "comparison/times_more" in held.patterns


@pytest.mark.parametrize("name", ["self", "loop", "super", "caller", "varargs", "kwargs", "range", "none", "lambda"])
def test_a_slot_with_a_name_that_jinja_knows_is_a_slot(texts, name):
    """A slot named like something in Jinja2 or Python is an ordinary slot, or is refused on loading."""
    source = texts["comparison/times_more.jinja"]
    for old in ("  times:", "$times", "{{ times }}", "* times"):
        source = source.replace(old, old.replace("times", name))

    try:
        pattern = read_library(texts | {"comparison/times_more.jinja": source})["times_more"]
    except InputError:
        return

    draw = pattern.draw(np.arange(5))
    assert reference(pattern.bodies[0], draw) == render(pattern.questions[0], draw).to_pylist()


@pytest.mark.parametrize(
    ("shown", "number", "grounded"),
    [
        ("$0.50", "0.50", True),
        ("22/7", "22/7", True),
        ("1,000", "1000", True),
        ("sixty", "60", True),
        ("half a dozen", "6", True),
        ("20%", "80", True),
        ("a week", "7", True),
        ("$0.50", "5", False),
        ("1,000", "10", False),
        ("a month", "17", False),
    ],
)
@pytest.mark.parametrize("field", ["value: $times", "args: [$fewer.$item, factor]"], ids=["value", "args"])
def test_a_number_of_the_trace_may_be_shown_in_any_form(texts, shown, number, grounded, field):
    """A literal is accepted in every form in which the question can write it, and in no other."""
    path, literal = "comparison/times_more.jinja", field.replace("$times", number).replace("factor", number)
    source = texts[path].replace(field, literal).replace("{{ times }} times", f"{{{{ times }}}} times ({shown})")
    source = source.replace("answer: count * times - count", f"answer: count * {number} - count")

    with pytest.raises(InputError) as caught:  # with args, only later: the factor is then of no use
        read_library(texts | {path: source.replace("- count\n", "- count + 1\n")})
    assert ("neither in the question" in str(caught.value)) is (not grounded and field.startswith("value"))
    try:
        read_library(texts | {path: source})
    except InputError as error:
        assert ("neither in the question" in str(error)) is not grounded  # noqa: PT017 - other faults are no matter


@pytest.mark.parametrize("shown", ["x{{ times }}", "1.{{ times }}", "_{{ times }}", "{{ times }},000", "{{ times }}.5"])
def test_a_slot_that_is_not_read_in_its_place_is_refused(texts, shown):
    """The figures of a slot must be read as its number where they stand; the message shows the text."""
    path = "comparison/times_more.jinja"
    source = texts[path].replace("{{ times }}", shown)

    with pytest.raises(
        InputError, match=r"the trace takes \$times, and '.*' in the question is not read as 2; write it"
    ):
        read_library(texts | {path: source})
    assert read_library(texts | {path: source.replace(" as many", " as many, that is {{ times }} times")})


FORMS_SHOWN = {
    "words": "2..9", "commas": "900..1100", "money": "1..9 by 0.25", "cents": "[0.01, 0.5, 3.5]",
    "times": "1..9", "words | times": "1..9", "part": "2..10", "fraction": "[1/2, 1/3, 3/4, 2/5, 7/10]",
    "slash": "[0.25, 2/3]", "dozens": "12..120 by 12", "words | upper_first": "2..9", "a": "2..19",
}  # fmt: skip
"""Numbers for each filter of numbers, and chains of them."""


def test_every_filter_of_numbers_is_tried():
    """The table has every filter."""
    assert set(NUMBER_FILTERS) <= set(FORMS_SHOWN)


@pytest.mark.parametrize("form", FORMS_SHOWN)
def test_every_filter_of_numbers_is_read(texts, form):
    """Every value of a slot is read back in every form that a filter writes."""
    shared = read_library(texts).patterns["comparison/times_more"]
    source = shared.source.replace("count: 5..25", f"count: {FORMS_SHOWN[form]}").replace(
        "{{ count }}", f"{{{{ count | {form} }}}}"
    )
    pattern = read_pattern("comparison", "times_more", source, read_vocabularies(load(texts["vocabulary.yaml"])))

    for wording in pattern.wordings:
        check_grounded(pattern, wording)


def test_a_filter_that_writes_another_number_is_refused(texts, monkeypatch):
    """The proof reads the text of every value, not only of one."""
    monkeypatch.setitem(FILTERS, "commas", lambda number: "24" if number == "25" else number)
    path = "comparison/times_more.jinja"

    with pytest.raises(InputError, match=r"the trace takes \$count, and '24' in the question is not read as 25"):
        read_library(texts | {path: texts[path].replace("{{ count }}", "exactly {{ count | commas }}")})


def test_in_a_language_without_reader_figures_count(texts):
    """Numbers in words are read in English alone, and figures in every language."""
    pattern = read_library(texts).patterns["comparison/times_more"]
    check_grounded(pattern, pattern.wordings[0], "es")
    path = "comparison/times_more.jinja"
    spelt = read_library(texts | {path: texts[path].replace("{{ count }}", "{{ count | words }}")})

    spelt_out = spelt.patterns["comparison/times_more"]

    with pytest.raises(InputError, match="'five' in the question is not read as 5"):
        check_grounded(spelt_out, spelt_out.wordings[0], "es")


def test_a_word_slot_may_be_a_whole_name(texts):
    """A step may take a variable that is named by a word slot alone, also where the question shows the word in a form."""
    source = (
        texts["comparison/times_more.jinja"]
        .replace("$fewer.$item", "$item")
        .replace("as many {{ item }} as", "as many {{ item | one | upper_first }} cards as")
    )

    found = read_library(texts | {"comparison/times_more.jinja": source})

    assert found["times_more"].symbols[0] == "$item"
