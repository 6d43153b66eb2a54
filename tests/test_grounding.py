"""A trace may take only the numbers of its question: every form of them, named constants, and 1, 2 and 100 in args."""

import json
from fractions import Fraction

import pytest
from docs.meanings import QUANTITIES
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import law
from test_machine import GOOD, ask, composed, compute, give, program
from timing import least_seconds

from generators import build
from generators.__main__ import main
from generators.builder.preset import read_preset
from solver import Reading, compute_score, dataset_reading, fence, judge, judge_all, read, trace_reward
from solver.__main__ import main as score
from solver.dataset import open_dataset
from solver.grounding import FORMS, FORMS_OF_KIND, MAX_QUESTION, has_number, number_forms, ungrounded
from solver.number import read_number, write_number
from solver.quantities import read_quantities
from solver.refusal import InputError

SIX_TIMES_SEVEN = "Ann has 6 boxes of seven eggs. How many eggs?"
LIMIT = 0.05
"""Seconds of processor time in which any trace is judged with any question."""


def taking(field, number):
    """Return a trace of which one field holds a number, and the others only variables."""
    steps = {
        "value": [give("x", number), compute("add", "x", "x")],
        "amount": [give("x", 6), f"op: add_entity, entity: x, amount: {number}", compute("add", "x", "x")],
        "base": [give("x", 6), f"op: percent_of, base: {number}, rate: x, var: r"],
        "rate": [give("x", 6), f"op: percent_off, base: x, rate: {number}, var: r"],
        "args": [give("x", 6), compute("sub", "x", number)],
    }[field]
    expert = {"amount": "entity_track", "base": "percentage", "rate": "percentage"}.get(field, "arithmetic")
    return program(*steps, ask(), expert=expert)


@pytest.mark.parametrize(
    ("question", "number", "field", "grounded"),
    [
        ("6 boxes of 7", "6", "value", True),
        ("6 boxes of 7", "42", "value", False),
        ("6 boxes of 7", "13", "args", False),
        ("6 boxes of 7", "7", "args", True),
        ("6 boxes of 7", "7", "amount", True),
        ("6 boxes of 7", "8", "amount", False),
        ("6 boxes of 7", "7", "rate", True),
        ("6 boxes of 7", "50", "rate", False),
        ("6 boxes of 7", "7", "base", True),
        ("6 boxes of 7", "70", "base", False),
        *(("6 boxes", one, field, field == "args") for one in ("1", "2", "100") for field in ("args", "value", "amount", "base", "rate")),
        ("67 boxes", "6", "value", False),
        ("It was -5 degrees", "-5", "value", True),
        ("It was 5 degrees below zero", "-5", "value", True),
        ("6 boxes, and none is full", "0", "value", True),
        ("6 boxes and 0 bags", "0", "value", True),
        ("6 boxes and 10 bags", "0", "value", False),
        ("1,000 boxes", "1000", "value", True),
        ("sixty boxes", "60", "value", True),
        ("sixty boxes", "6", "value", False),
        ("twenty-five boxes", "25", "value", True),
        ("twenty-five boxes", "20", "value", False),
        ("3 times as many", "3", "args", True),
        ("three times as many", "3", "args", True),
        ("twice as many", "2", "value", True),
        ("thrice as many", "3", "args", True),
        ("half of them", "1/2", "value", True),
        ("half of them", "0.5", "args", True),
        ("half of them", "50", "rate", True),
        ("a dozen eggs", "12", "value", True),
        ("3 dozen eggs", "36", "value", True),
        ("3 dozen eggs", "3", "value", True),
        ("3 dozen eggs", "12", "args", True),
        ("half a dozen eggs", "6", "value", True),
        ("a quarter of them", "4", "args", True),
        ("a quarter of them", "0.25", "value", True),
        ("a quarter of them", "3/4", "value", True),
        ("a quarter of them", "25", "rate", True),
        ("two thirds of them", "2", "value", True),
        ("two thirds of them", "3", "args", True),
        ("two thirds of them", "2/3", "value", True),
        ("two thirds of them", "1/3", "value", True),
        ("two thirds of them", "5", "args", False),
        ("25% of them", "25", "rate", True),
        ("25% of them", "0.25", "args", True),
        ("25% of them", "75", "rate", True),
        ("25 percent of them", "0.75", "args", True),
        ("25% of them", "1.25", "args", True),
        ("25% of them", "35", "rate", False),
        ("$0.50 each", "0.50", "value", True),
        ("$0.50 each", "50", "value", True),
        ("50 cents each", "0.5", "value", True),
        ("50 cents each", "50", "value", True),
        ("$1,200.50", "1200.5", "value", True),
        ("22/7 of it", "22/7", "value", True),
        ("22/7 of it", "22", "value", True),
        ("2 1/2 hours", "2.5", "value", True),
        ("two and a half hours", "2.5", "value", True),
        ("3 million people", "3000000", "value", True),
        ("3 million people", "3", "value", True),
        ("from 8:30 on", "8", "value", True),
        ("the third day", "3", "value", True),
        ("6 hours", "60", "args", True),
        ("6 boxes", "60", "args", False),
        ("6 weeks", "7", "value", True),
        ("a room A4", "4", "value", False),
    ],
)  # fmt: skip
def test_a_number_is_grounded_if_the_question_has_it(question, number, field, grounded):
    """The table of forms: a number of a trace, its field, and whether the question has it."""
    verdict = judge(taking(field, number), None, 10**6, f"{question}, 6" if field != "value" else question)

    assert (verdict.outcome, verdict.code) == (
        ("wrong_answer", "wrong_answer") if grounded else ("broken", "ungrounded")
    )


def test_the_verdict_says_which_number_and_where():
    """An ungrounded trace is broken; the verdict has the reason, the step, the sub-trace and the answer."""
    verdict = judge(fence(GOOD), "arithmetic", 42, "Ann has 6 boxes.")

    assert (verdict.outcome, verdict.reward, verdict.code) == ("broken", 0.5, "ungrounded")
    assert (verdict.part, verdict.step, verdict.answer) == (None, 2, 42)
    assert verdict.reason.startswith("step 2: value: 7 is neither in the question nor a named constant; write")
    later = judge(composed(GOOD, GOOD), None, 42, "Ann has 6 boxes.")
    assert (later.part, later.step) == (1, 2)


@pytest.mark.parametrize(
    ("text", "experts", "answer", "reward"),
    [
        (GOOD, "arithmetic", 42, 0.5),
        (GOOD, "arithmetic", 43, 0.5),
        (GOOD, "comparison", 42, 0.3),
        (GOOD.replace("a, b", "a, c"), "arithmetic", 42, 0.5),
        ("42", "arithmetic", 42, 0.0),
    ],
    ids=["correct", "wrong answer", "wrong expert", "broken", "unparsed"],
)
def test_only_a_trace_that_runs_is_looked_up_in_its_question(text, experts, answer, reward):
    """A trace that would be correct or a wrong answer is broken; lower rewards stay."""
    assert judge(text, experts, answer, "How many?").reward == reward


@pytest.mark.parametrize("question", [None, "", "  \n", 42, b"6", [], {}, [None], [{"role": "system", "content": "x"}]])
def test_without_the_text_of_a_question_nothing_is_looked_up(question):
    """A question that is no text, or blank, is no question."""
    assert judge(GOOD, None, 42, question).reward == 1.0


@pytest.mark.parametrize(
    "content", [SIX_TIMES_SEVEN, [{"type": "text", "text": SIX_TIMES_SEVEN}]], ids=["text", "parts"]
)
@pytest.mark.parametrize(("asked", "reward"), [(True, 1.0), (False, 0.5)])
def test_the_last_message_of_the_user_asks(content, asked, reward):
    """In a prompt of messages only the last one of the user counts: examples before it ground nothing."""
    system, example = {"role": "system", "content": "6 and 7"}, {"role": "user", "content": SIX_TIMES_SEVEN}
    last = {"role": "user", "content": content if asked else "How many?"}

    assert judge(GOOD, None, 42, [system, example, last]).reward == reward


def test_trainers_pass_the_prompt():
    """TRL passes prompts as texts or as messages, and verl extra_info; a question of None is not looked up."""
    prompts = [SIX_TIMES_SEVEN, "6 eggs", [{"role": "user", "content": "6 eggs"}], None]
    call = {"data_source": "x", "solution_str": GOOD, "ground_truth": "42"}

    assert trace_reward([GOOD] * 4, ["42"] * 4, prompts=prompts) == [1.0, 0.5, 0.5, 1.0]
    assert [one.reward for one in judge_all([GOOD] * 4, [None] * 4, [42] * 4, prompts)] == [1.0, 0.5, 0.5, 1.0]
    assert compute_score(**call, extra_info={"question": "6 eggs"}, as_mapping=True) == {"score": 0.5, "acc": 0.0}
    assert compute_score(**call, extra_info={"question": SIX_TIMES_SEVEN}) == 1.0


@pytest.mark.parametrize(
    ("question", "number", "grounded"),
    [
        ("Ana tiene 25 manzanas", "25", True),
        ("Ana tiene tres manzanas", "3", False),
        ("Cuesta 2,50 euros", "2.5", True),
        ("Cuesta 1.200,50 euros", "1200.5", True),
        ("Es sind 1 200 Stück", "1200", True),
        ("Un 25 % de ellas", "0.75", True),
        ("Trabaja 6 horas", "60", False),
        ("A week has a dozen", "12", False),
        ("りんごが3個", "3", True),
    ],
)
def test_without_a_reader_only_figures_count(question, number, grounded):
    """In a language that no reader knows, numbers in figures are found in both ways of writing; words are not."""
    verdict = judge(taking("value", number), None, 10**6, question, language="es")

    assert (verdict.code == "wrong_answer") is grounded


def test_every_kind_of_quantity_has_forms():
    """Every form is one of the table, and every form of the table belongs to a kind; each has an example that is true."""
    assert {name for names in FORMS_OF_KIND.values() for name in names} == set(FORMS)
    for kind, text in QUANTITIES.items():
        (quantity,) = read_quantities(text)
        assert quantity.kind == kind
        assert all(has_number(f"There are {text}.", value) for _, value in number_forms(quantity))
    assert set(QUANTITIES) == set(FORMS_OF_KIND)


@law
@given(st.fractions(0, 10**6, max_denominator=1000) | st.integers(0, 10**30).map(Fraction))
def test_a_canonical_number_is_read_back(value):
    """A number as traces write it is a number of the question that shows it so."""
    assert has_number(f"There are {write_number(value)} of them.", value)
    assert has_number(write_number(value), -value)


@law
@given(st.integers(3, 10**9), st.integers(3, 10**9))
def test_one_more_than_the_question_has_is_refused(number, other):
    """A trace with the question's number is grounded; the same trace with another number is not."""
    text = taking("value", number)

    assert ungrounded(read(text), f"There are {number} nuts.") is None
    assert (ungrounded(read(text), f"There are {other} nuts.") is None) is (number == other)


@law
@given(st.text(max_size=300) | st.lists(st.sampled_from(["one", "a", "twenty", "hundred", "million", "half", "third", "%", ".", ",", "1/2", "5:30", "$", "12", "٣", "-", "cents"])).map(" ".join), st.sampled_from(["en", "es", ""]))  # fmt: skip
def test_any_question_has_numbers(question, language):
    """No question raises, in any language."""
    assert not has_number(question, Fraction(10**20 + 7), language)
    assert judge(GOOD, None, 42, question, language).reward in (0.5, 1.0)


@pytest.mark.parametrize(
    "piece",
    ["9", "1,", "111,", "1 ", "111 ", " ", "-", "1/", "1.", "12:", "a ", "one and ", "a hundred ", "twenty-", "½", "1 1/2 ", "5 per "],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_question_takes_long(piece, language):
    """The slowest known questions of 100 kB are read within the time that any completion may take."""
    questions = iter(f"{number} {piece * (100_000 // len(piece))}" for number in range(10))  # each is read only once

    assert least_seconds(lambda: judge(GOOD, None, 42, next(questions), language), LIMIT) < LIMIT


def test_the_end_of_a_long_question_counts():
    """Of a very long text the end is read: the question stands behind the examples."""
    text = "6 and 7. " + "Then it rained. " * MAX_QUESTION

    assert judge(GOOD, None, 42, text).reward == 0.5
    assert judge(GOOD, None, 42, text + SIX_TIMES_SEVEN).reward == 1.0
    assert read_number("42") == judge(GOOD, None, 42, text + SIX_TIMES_SEVEN).answer


@settings(law, max_examples=20)
@given(st.sampled_from([None, 42, b"x", (), [1], {"role": "user"}, [{"role": [], "content": {}}], [{"role": "user", "content": [1]}]]))  # fmt: skip
def test_any_value_is_taken_as_a_question(question):
    """A question of a wrong type never raises."""
    assert judge(GOOD, None, 42, question).reward == 1.0


SPANISH = """---
slots:
  child: person
  left:  5..400
  eaten: 2..900
  had:   = left + eaten
trace:
  - {op: init, var: $child.dulces, value: $had}
  - {op: consume, entity: $child.dulces, amount: $eaten}
  - {op: query, var: $child.dulces}
answer: left
---
{{ child }} tiene {{ had }} dulces y come {{ eaten }}. ¿Cuántos dulces le quedan?
"""


@pytest.mark.parametrize("stated", ["es", "es-MX", "[es, en]"])
def test_a_dataset_in_another_language_is_read_in_figures(tmp_path, capsys, stated):
    """A language without a reader is said by builds, audits and scores, and its words ground no number."""
    folder = tmp_path / "patterns"
    (folder / "entity_track").mkdir(parents=True)
    (folder / "entity_track" / "dulces.jinja").write_text(SPANISH, encoding="utf-8")
    preset = tmp_path / "mine.yaml"
    preset.write_text(
        f"rows: 20\nvalidation: 2\ntest: 2\nmax_len: 1024\nlanguage: {stated}\n"
        "weights: {entity_track: 100}\npatterns: [mine]\n"
    )

    build(str(preset), out=tmp_path / "d", patterns=folder, workers=1)

    read = dataset_reading(tmp_path / "d")
    told = "words in the language es are not read"
    limited = stated != "[es, en]"
    assert read == Reading("es" if limited else "en", ())
    assert (told in capsys.readouterr().err) is limited
    assert main(["verify", str(tmp_path / "d")]) == 0
    assert (told in capsys.readouterr().out) is limited
    row = open_dataset(tmp_path / "d", "test").to_pylist()[0]
    (tmp_path / "gold.jsonl").write_text(json.dumps({"id": row["id"], "completion": row["completion"]}))
    assert score(["score", str(tmp_path / "gold.jsonl"), str(tmp_path / "d")]) == 0
    assert (told in capsys.readouterr().err) is limited


def test_words_of_a_language_without_a_reader_show_no_number(tmp_path):
    """A Spanish question that says `once` does not have the 1 of an English one; the message names the way out."""
    folder = tmp_path / "patterns"
    (folder / "entity_track").mkdir(parents=True)
    spoken = SPANISH.replace("amount: $eaten", "amount: 1").replace("come {{ eaten }}", "come once")
    spoken = spoken.replace("  eaten: 2..900\n", "").replace("left + eaten", "left + 1")
    (folder / "entity_track" / "dulces.jinja").write_text(spoken, encoding="utf-8")
    keys = {"rows": 9, "validation": 0, "test": 0, "max_len": 1024, "weights": {"entity_track": 100}}

    read_preset(keys | {"patterns": ["mine"]}).library(folder)
    with pytest.raises(InputError, match=r"takes 1, which is neither .* words in the language es are not read"):
        read_preset(keys | {"patterns": ["mine"], "language": "es"}).library(folder)


@pytest.mark.parametrize("recipe", ["[]", '{"files": 7}', '{"about": "es"}', '{"files": {"constants.yaml": "- 6"}}'])
def test_a_recipe_that_cannot_be_read_is_one_line(tmp_path, recipe):
    """A foreign recipe.json beside a dataset is told, and a file without one is read as English."""
    (tmp_path / "recipe.json").write_text(recipe)

    with pytest.raises(InputError, match=r"recipe\.json: not a recipe of wirework: "):
        dataset_reading(tmp_path)
    (tmp_path / "rows.jsonl").touch()
    assert dataset_reading(tmp_path / "rows.jsonl") == Reading()
    with pytest.raises(InputError, match=r"rows: no such file or dataset folder"):
        dataset_reading(tmp_path / "rows")
