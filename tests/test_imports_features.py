"""Features that words, units and order give decide between linkings; their weights are fitted without labels."""

import json
from random import Random

import pytest
import yaml
from conversion import PROBLEMS, problem
from hypothesis import given
from hypothesis import strategies as st
from rules import rule_names, without

from generators.imports.learn import RIVALS, fitted, lesson, lessons, main
from generators.imports.linking import pair_features, quantity_features, step_features
from generators.imports.linking.equivalence import Functions
from generators.imports.linking.features import WEIGHTS, learned
from generators.imports.linking.search import Linker
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import source
from solver.constants import question_stems

TWO_OWNERS = (
    "Ann has 4 bags of 6 figs each. Bo has 5 figs.",
    "Ann has 4 bags*6 figs=<<4*6=24>>24 figs\n24 figs+5=<<24+5=29>>29 figs",
)
PRICE = ("Ann buys 4 figs for $6 each.", "4*$6=$<<4*6=24>>24")
SUM = ("Ann buys 4 figs for $6 and 7 nuts for $8.", "$6+$8=$<<6+8=14>>14")
QUANTITY_FEATURES = {
    "words_behind": (*TWO_OWNERS, "unit_behind"),
    "words_of_line": (*TWO_OWNERS, "clause_in_line"),
    "unit_in_line": (*TWO_OWNERS, "unit_of_result_product"),
    "best_line": (*TWO_OWNERS, "line_fits_best"),
    "owner": (*TWO_OWNERS, "owner"),
    "product_of_money": (*PRICE, "money_of_result"),
    "sum_of_money": (*SUM, "adds_up"),
    "use_of_kind": ("Ann has twice as many figs as Bo, who has 6.", "6*2=<<6*2=12>>12", "multiple_plain_times"),
    "use_of_count": (*TWO_OWNERS, "count_times"),
}
STEP_FEATURES = {
    "recency": (*TWO_OWNERS, "step_just_before"),
    "unit_behind": (*TWO_OWNERS, "step_unit_behind"),
    "shared_line": (*TWO_OWNERS, "step_line_in_line"),
    "money": ("Ann buys 4 figs for $6 and has $3 left.", "4*$6=$<<4*6=24>>24\n$24+3=<<24+3=27>>27", "step_money"),
    "unit_of_sum": (*TWO_OWNERS, "step_adds_up"),
    "subject": (
        "Ann has 4 bags of 6 figs and 5 nuts.",
        "Ann has 4*6=<<4*6=24>>24\nAnn has 24+5=<<24+5=29>>29",
        "step_owner",
    ),
    "kind": ("Ann has 4 bags of 6 figs. Bo has 5 more.", "x = 4 * 6\nBo has 24+5=<<24+5=29>>29", "step_of_equation"),
}
PAIR_FEATURES = {
    "surroundings": (*TWO_OWNERS, "pair_sentence_product"),
}

EXTRACT = PROBLEMS / "gsm8k.jsonl"


def linker(question, solution):
    """Return what links a solution."""
    steps = read_solution(solution)
    return Linker(read_mentions(question), steps, steps[-1].value, question_stems(question))


@pytest.mark.parametrize(
    ("question", "solution", "reads"),
    [
        (
            "Ian fills ten boxes with 6 cans each. Bo has ten cans more than Ian. How many cans has Bo?",
            "Ian has 10*6=<<10*6=60>>60 cans.\nBo has 60+10=<<60+10=70>>70 cans.",
            {(0, 0): "ten boxes", (1, 1): "ten cans"},
        ),
        (
            "A club of 40 girls lost half of them, and Eve left too. 20 boys joined. How many are they?",
            "40/2=<<40/2=20>>20 girls left.\n40-20=<<40-20=20>>20 girls stayed.\n20-1=<<20-1=19>>19 girls.\n19+20=<<19+20=39>>39",
            {(2, 0): "step 1", (3, 1): "20 boys"},
        ),
    ],
    ids=["the unit", "an earlier step"],
)
def test_words_decide_between_numbers_of_one_value(question, solution, reads):
    """Of two numbers of one value each stands where words, use and order put it."""
    linked = linker(question, solution)
    done = linked.link()

    def told(source):
        if hasattr(source, "step"):
            return f"step {source.step}"
        start = linked.mentions[source.index].quantity.start
        return " ".join(question[start:].replace(".", "").split()[:2])

    assert {place: told(done.origins[place]) for place in reads} == reads


def test_the_margin_is_told_in_log_odds():
    """Two numbers that nothing tells apart are as likely as each other; one that is told by its unit is likelier."""
    alike = linker("Bo has 5 figs, 5 pens and 2 cups. What is it?", "5-2=<<5-2=3>>3\n3*5=<<3*5=15>>15").link()
    told = linker(
        "Bo has 5 figs, 5 pens and 2 cups. What is it?", "5 pens-2 cups=<<5-2=3>>3\n3*5 figs=<<3*5=15>>15"
    ).link()

    assert alike.margin < 1.5 < told.margin


FEATURES = [
    pytest.param(module, rule, examples[rule], id=f"{module.__name__.rpartition('.')[2]}-{rule}")
    for module, examples in (
        (quantity_features, QUANTITY_FEATURES),
        (step_features, STEP_FEATURES),
        (pair_features, PAIR_FEATURES),
    )
    for rule in examples
]


def test_every_group_of_features_has_a_test():
    """A new group of features needs an example."""
    assert rule_names(quantity_features) == set(QUANTITY_FEATURES)
    assert rule_names(step_features) == set(STEP_FEATURES)
    assert rule_names(pair_features) == set(PAIR_FEATURES)


@pytest.mark.parametrize(("module", "rule", "example"), FEATURES)
def test_a_group_of_features_is_counted(module, rule, example, monkeypatch):
    """Each group gives a feature of its example that no other group gives."""
    question, solution, expected = example

    def counted():
        linked = linker(question, solution)
        done = linked.link()
        return {name for name, value in linked.features.of(done.final, done.origins) if value}

    assert expected in counted()
    without(monkeypatch, module, rule)
    assert expected not in counted()


@given(st.lists(st.integers(10, 99), min_size=3, max_size=3, unique=True))
def test_values_are_no_signs(numbers):
    """The signs of a linking are the same whatever the numbers are."""

    def signs(a, b, c):
        linked = linker(
            f"Ann has {a} boxes of {b} figs and Bo has {c} figs. How many figs are that?",
            f"Ann has {a}*{b}=<<{a}*{b}={a * b}>>{a * b} figs.\nThat is {a * b}+{c}=<<{a * b}+{c}={a * b + c}>>{a * b + c} figs.",
        )
        done = linked.link()
        return sorted(linked.features.of(done.final, done.origins))

    assert signs(*numbers) == signs(11, 12, 13)


def test_a_lesson_is_a_unique_linking_and_wrong_ones():
    """No rival of a lesson has the signs of the right one alone, and none is learned where nothing is unique."""
    question = "Ann has 4 boxes of 6 figs and eats 5. How many are left?"
    solution = "4*6=<<4*6=24>>24\n24-5=<<24-5=19>>19"
    found = lesson(problem(question, solution), Random(1))
    several = "5-2=<<5-2=3>>3\n3*5=<<3*5=15>>15"

    assert found is not None
    assert 2 <= len(found) <= RIVALS + 1
    assert found[0]["step"] == 1
    assert all(rival != found[0] for rival in found[1:])
    assert lesson(problem("Bo has 5, 5 and 2.", several), Random(1)) is None


def test_lessons_are_the_same_for_a_seed():
    """Learning again gives the same weights."""
    assert lessons(str(EXTRACT)) == lessons(str(EXTRACT))


def test_what_the_right_linkings_have_weighs_for_them():
    """A sign of right linkings weighs for, one of wrong ones against, and what is rarely seen does not count."""
    one = [{"good": 1.0, "both": 1.0}, {"bad": 1.0, "both": 1.0}, {"both": 1.0}]
    weights = fitted([one] * 40 + [[{"rare": 1.0}, {}]])

    assert set(weights) == {"good", "bad", "both"}
    assert weights["good"] > 0.5 > -0.5 > weights["bad"]
    assert weights["both"] == pytest.approx(0, abs=0.01)


def test_the_weights_are_written_where_they_are_read(tmp_path):
    """The command writes what `learned` reads, and the file of the package is one that it wrote."""
    out = tmp_path / "weights.yaml"
    assert main(["--from", str(EXTRACT), "--out", str(out)]) == 0

    assert all(isinstance(weight, float) for weight in yaml.safe_load(out.read_text()).values())
    assert set(yaml.safe_load(out.read_text())) <= set(learned())
    assert WEIGHTS.read_text().startswith(out.read_text().split("learn.py on")[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file"),
        ("no problem\n", "has no entry: line 1: not JSON"),
        ('{"question": "How many?", "answer": "#### 3"}\n', "nothing to learn from"),
    ],
)
def test_what_nothing_is_learned_from_is_told_in_one_line(tmp_path, capsys, text, said):
    """A file that cannot be learned from exits with 2, and the weights that were there stay."""
    origin, out = tmp_path / "problems.jsonl", tmp_path / "weights.yaml"
    out.write_text("kept: 1.0\n")
    if text:
        origin.write_text(text)

    assert main(["--from", str(origin), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert said in told
    assert out.read_text() == "kept: 1.0\n"


def test_learned_signs_agree_with_what_words_say():
    """A unit that is told speaks for a number, another unit and a dead step against it."""
    weights = learned()

    assert weights["unit_behind"] > 0 > weights["other_unit_behind_product"]
    assert weights["step_unit_behind"] > 0 > weights["step_other_unit_behind"]
    assert max(weights["dead"], weights["again_here"], weights["unused_money"]) < 0


def test_functions_tell_wirings_apart():
    """Two linkings of one value that are the same function have one number, others have another."""
    problem = read_problem(source("gsm8k"), "gsm8k/train/0", json.loads(EXTRACT.read_text().splitlines()[0]))
    mentions = read_mentions(problem.question)
    linked = Linker(mentions, problem.steps, problem.answer, question_stems(problem.question))
    done = linked.link()
    functions = Functions(mentions, done.steps)

    assert functions.of(done.final, done.origins) == functions.of(done.final, dict(reversed(done.origins.items())))
    assert len({functions.of(place, done.origins) for place in {place for place, _ in done.origins}}) > 1
