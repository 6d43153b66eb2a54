"""Ablation files are checked when they are read, and the shipped ones are sound."""

import re
import shlex

import pytest
import yaml

from finetune.ablate.plan_file import FOLDER, known_ablations, read_plan
from finetune.parser import parser
from finetune.training.recipe import read_recipe
from generators.builder.preset import read_preset
from generators.parser import parser as generators_parser
from solver.completion import extract
from solver.refusal import InputError
from solver.reward import judge

GOOD = """
rows: 10
sft: {epochs: 1}
data:
  one: build --weights run8
  two: build --weights run8 --patterns {one}
arms:
  first: {data: one}
  second: {data: two, sft: {lr: 0.1}, seeds: [0, 1]}
evaluate:
  test: {data: one, split: test, limit: 5}
"""


@pytest.mark.parametrize("name", known_ablations())
def test_a_shipped_ablation_opens_with_its_command_and_uses_all_its_data(name):
    """The command in the head of a file parses; commands of its data do too; nothing is made that no arm uses."""
    text = (FOLDER / f"{name}.yaml").read_text()
    words = shlex.split(re.search(r"^# Run it: (.*)$", text, re.MULTILINE)[1])
    plan = read_plan(name)

    assert parser().parse_args(words[3:]).plan == name
    assert plan.used() == list(plan.commands)
    for command in plan.commands.values():
        at = [*command, "made"] if command[-1] == "--as-patterns" else command
        generators_parser().parse_args(at)
        for word in command:
            if word.startswith("{here}"):
                read_preset(word.replace("{here}", str(FOLDER)))


def test_the_held_out_preset_has_the_patterns_of_run8():
    """The held-out wordings are of the patterns that the arms are trained on, in the same shares."""
    held_out, run8 = read_preset(FOLDER / "presets" / "run8_held_out.yaml"), read_preset("run8")

    assert (held_out.patterns, held_out.weights) == (run8.patterns, run8.weights)
    assert held_out.phrasings.held_out


def test_the_verbose_prompt_has_an_example_that_runs():
    """The description of the notation is true as far as its example goes."""
    (verbose,) = [arm.system for arm in read_plan("system_prompt").arms if arm.system]
    question = re.search(r"Question: (.*)", verbose)[1]

    assert judge(f"```yaml\n{extract(verbose)}```", ["comparison"], "16", question).outcome == "correct"


def test_options_at_the_top_hold_for_all_arms(tmp_path):
    """An arm's own option replaces the common one, and single values of sft are merged."""
    (tmp_path / "a.yaml").write_text(GOOD)

    plan = read_plan(str(tmp_path / "a.yaml"), model="acme/base")

    first, second = plan.arms
    assert (first.rows, first.sft, first.seeds) == (10, {"epochs": 1.0}, (0,))
    assert (second.sft, second.seeds) == ({"epochs": 1.0, "lr": 0.1}, (0, 1))
    assert {arm.model for arm in plan.arms} == {"acme/base"}
    assert plan.named("one:0.3") == ("one", ":0.3")
    assert plan.named("elsewhere/one:2x") == (None, "elsewhere/one:2x")


def test_an_arm_may_have_no_system_prompt(tmp_path):
    """An empty prompt is not that of the data."""
    (tmp_path / "a.yaml").write_text(GOOD.replace("rows: 10", 'rows: 10\nsystem: ""', 1))

    assert [arm.system for arm in read_plan(str(tmp_path / "a.yaml")).arms] == ["", ""]


def test_evaluation_sets_are_added_by_flag(tmp_path):
    """A set is called like its file; a second one of that name is refused."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "reworded.jsonl").write_text("")
    (tmp_path / "test.jsonl").write_text("")

    plan = read_plan(str(tmp_path / "a.yaml"), evaluate=[str(tmp_path / "reworded.jsonl")])

    assert [each.name for each in plan.sets] == ["test", "reworded"]
    with pytest.raises(InputError, match="there is an evaluation set test already; rename the file"):
        read_plan(str(tmp_path / "a.yaml"), evaluate=[str(tmp_path / "test.jsonl")])
    with pytest.raises(InputError, match="--evaluate nowhere: neither a folder"):
        read_plan(str(tmp_path / "a.yaml"), evaluate=["nowhere"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rows: 10", "rowz: 10", "line 2: unknown key rowz; did you mean rows"),
        ("rows: 10", "rows: many", "line 2: rows is many; write a whole number from 1 to 999,999,999"),
        ("epochs: 1", "epoch: 1", "line 3: unknown key epoch; did you mean epochs"),
        ("epochs: 1", "epochs: 0", "line 3: sft: epochs is 0.0; write a number above 0"),
        ("epochs: 1", "epochs: [1]", "line 3: epochs is not a plain value"),
        ("sft: {epochs: 1}", "sft: 3", "line 3: sft is no mapping"),
        ("one: build", "one: built", "line 5: built makes no data; write build ... or import ..."),
        ("one: build --weights run8", "one: []", "line 5: one is no command"),
        ("--patterns {one}", "--patterns {three}", "line 6: {three} names no data that stands before"),
        ("--patterns {one}", "--out x", "line 6: --out is not possible"),
        ("--patterns {one}", "--patterns 'x", "line 6: .* cannot be split into words: a quotation mark"),
        ("first: {data: one}", "first: {data: onne}", "line 8: onne: neither data .*; did you mean one"),
        ("first: {data: one}", "first: {date: one}", "line 8: unknown key date; did you mean data"),
        ("first: {data: one}", "first: {rows: 3}", "line 8: first has no data"),
        ("first: {data: one}", "first: one", "line 8: first is no mapping"),
        ("first: {data: one}", "a/b: {data: one}", "line 8: a/b is no name"),
        ("first: {data: one}", "second: {data: one}", "second is given twice"),
        ("first: {data: one}", "first: {data: one, recipe: smollm}", "line 8: smollm: neither a recipe .*smollm2"),
        ("first: {data: one}", "first: {data: one, seeds: [4]}", "line 9: second shares no seed with first"),
        ("seeds: [0, 1]", "seeds: [0, 0]", "line 9: seeds must be different numbers"),
        ("seeds: [0, 1]", "seeds: [0, -1]", "line 9: a seed is -1; write a whole number from 0 to 999,999,999"),
        ("seeds: [0, 1]", "cut: none", "line 9: cut is none; write a whole number from 1 to 999,999,999"),
        ("seeds: [0, 1]", "system: {}", "line 9: system is not a plain value"),
        ("seeds: [0, 1]", "system: &x [*x]", "line 9: system is a YAML anchor"),
        ("limit: 5", "limits: 5", "line 11: unknown key limits; did you mean limit"),
        ("limit: 5", "limit: 0", "line 11: limit is 0; write a whole number from 1 to 999,999,999"),
        ("test: {data: one, split: test, limit: 5}", "test: one", "line 11: test has no data"),
        ("evaluate:\n  test: {data: one, split: test, limit: 5}\n", "", "evaluate is missing"),
        ("rows: 10", "rows: 10  # Zo\udceb", "line 2: not UTF-8"),
        ("rows: 10", "rows: [10", "not YAML in line"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, old, new, said):
    """The error names the file and the line, and says what would do."""
    assert old in GOOD
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8", errors="surrogateescape")

    with pytest.raises(InputError, match=f"bad.yaml.*{re.sub('[{}]', '.', said)}"):
        read_plan(str(path))


def test_an_unknown_name_is_told_the_nearest(tmp_path):
    """A mistyped name of a shipped ablation is an error of one line."""
    with pytest.raises(InputError, match="wordin: neither an ablation nor the file of one; did you mean wordings"):
        read_plan("wordin")


def test_the_same_recipe_is_read_by_name_and_the_files_are_small():
    """Recipes of shipped ablations exist, and each file is read within the limit of a document."""
    for name in known_ablations():
        for arm in read_plan(name).arms:
            assert arm.recipe is None or read_recipe(arm.recipe)
        assert yaml.safe_load((FOLDER / f"{name}.yaml").read_text())["arms"]
