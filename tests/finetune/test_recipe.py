"""Recipes are checked when they are read, and any value can be overridden."""

import shlex
from dataclasses import fields, replace

import pytest

from finetune.parser import parser
from finetune.runs.libraries import trackers
from finetune.training.recipe import (
    FOLDER,
    Recipe,
    Rl,
    Sft,
    known_recipes,
    odd_values,
    override,
    read_recipe,
    with_options,
)
from solver.refusal import InputError


@pytest.mark.parametrize("name", known_recipes())
def test_the_first_line_of_a_recipe_is_a_command_that_parses(name):
    """A recipe opens with the command that runs it, and the parser takes it."""
    words = shlex.split((FOLDER / f"{name}.yaml").read_text().splitlines()[0].removeprefix("# "))

    args = parser().parse_args(words[words.index("finetune") + 1 :])

    assert (name, read_recipe(name).model) == (args.recipe, args.model)


def test_a_flag_overrides_a_value_and_silence_does_not():
    """A given flag replaces the recipe's value; an omitted one does not."""
    recipe = read_recipe("smollm2").sft
    values = override(recipe, {"rank": 8, "lr": None, "verb": "sft"})

    assert (values.rank, values.lr) == (8, recipe.lr)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rank: 16", "rank: many", "bad.yaml, line 15: rank is many; write a whole number"),
        ("rank: 16", "rank: 0", "bad.yaml, line 15: rank is 0; write a number above 0"),
        ("beta2: 0.98", "beta2: 1", "beta2 is 1.0; write a number below 1"),
        ("rank: 16", "ranks: 16", "bad.yaml, line 15: unknown key ranks; did you mean rank"),
        ("warmup: 0.03", "warmup: 1.5", "warmup is 1.5; write a number below 1"),
        ("attention: auto", "attention: flash", "attention is flash; .*flash_attention_2"),
        ("clip: 1.0", "clip: 0", "clip is 0.0; write a number above 0"),
        ("schedule: cosine", "schedule: cosin", "did you mean cosine"),
        ("generations: 8", "generations: 1", "comparing needs at least 2"),
        ("accumulation: 4", "accumulation: 5", "does not divide"),
        ("rank: 16", "rank: 16\n  rank: 8", "not YAML in line [0-9]+: rank is given twice; keep one"),
        ("rank: 16", "rank: 16  # Zo\udceb", "line [0-9]+: not UTF-8 .looks like Latin-1"),
    ],
)
def test_a_bad_recipe_is_refused_with_the_mend(tmp_path, old, new, said):
    """One line says which value is wrong and which would be accepted."""
    text = (FOLDER / "smollm2.yaml").read_text()
    assert old in text
    (tmp_path / "bad.yaml").write_text(text.replace(old, new), encoding="utf-8", errors="surrogateescape")

    with pytest.raises(InputError, match=said):
        read_recipe(str(tmp_path / "bad.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model: acme/base\nsft: {rank: 8}\n", Recipe("acme/base", sft=Sft(rank=8))),
        ("sft: {lr: 1e-3}\n", Recipe(sft=Sft(lr=1e-3))),
        ("{}\n", Recipe()),
    ],
    ids=["no options", "no model", "nothing"],
)
def test_no_key_of_a_recipe_is_mandatory(tmp_path, text, expected):
    """A key that is left out has its default, so that a new option does not break a user's file."""
    (tmp_path / "short.yaml").write_text(text)

    assert read_recipe(str(tmp_path / "short.yaml")) == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rnk": 8}, "rnk is no option of training; did you mean rank"),
        ({"rank": "8"}, "rank is '8'; give a whole number"),
        ({"rank": True}, "rank is True; give a whole number"),
        ({"lr": 0}, "lr is 0; write a number above 0"),
        ({"order": "hard"}, "order is hard; "),
    ],
)
def test_options_from_python_are_checked(options, said):
    """An option has the type and the bounds of its flag."""
    with pytest.raises(InputError, match=said):
        with_options(Sft(), options)


@pytest.mark.parametrize(
    ("verb", "flags", "said"),
    [
        ("rl", ["--credit", "gatd"], "argument --credit: credit is gatd; did you mean gated"),
        ("rl", ["--generations", "0"], "argument --generations: generations is 0; write a number above 0"),
        ("sft", ["--schedule", "Cosin"], "argument --schedule: schedule is Cosin; did you mean cosine?"),
        ("sft", ["--lr", "nan"], "argument --lr: lr is nan; write a number above 0"),
        ("sft", ["--rank", "many"], "argument --rank: rank is many; write a whole number"),
    ],
)
def test_a_flag_that_its_option_does_not_allow_is_refused_by_the_parser(verb, flags, said, capsys):
    """Before anything is loaded, with the flag's name and the nearest value."""
    words = [verb, "--out", "runs/x", *(["--adapter", "runs/first"] if verb == "rl" else []), *flags]
    with pytest.raises(SystemExit):
        parser().parse_args(words)

    assert said in capsys.readouterr().err


@pytest.mark.parametrize("options", [{"lr": 1}, {"lr": 1e-3, "rank": 8, "checkpointing": True, "order": "difficulty"}])
def test_options_from_python_replace_those_of_a_recipe(options):
    """A whole number is a number too."""
    assert with_options(Sft(), options) == replace(Sft(), **options)


def test_a_tracker_whose_library_is_missing_is_one_line(monkeypatch):
    """The message says how to install it; TensorBoard has two libraries."""
    monkeypatch.setattr("finetune.runs.libraries.find_spec", lambda name: name == "tensorboardX" or None)

    with pytest.raises(InputError, match="trackio is not installed; pip install trackio, or leave --report-to out"):
        trackers("trackio")
    assert [trackers(name) for name in ("none", "tensorboard")] == [[], ["tensorboard"]]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (Sft(lr=50), "lr 50 (usual: 1e-06 to 0.05)"),
        (Sft(epochs=0.01), "epochs 0.01 (usual: 0.1 to 100)"),
        (Sft(warmup=0.9, dropout=0.8), "warmup 0.9 (usual: 0 to 0.5), dropout 0.8 (usual: 0 to 0.5)"),
        (Rl(temperature=9.0), "temperature 9.0 (usual: 0.1 to 2)"),
        (Rl(lr=1.0, kl=5.0), "kl 5.0 (usual: 0 to 1), lr 1.0 (usual: 1e-08 to 0.001)"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_odd_values_are_named_in_one_line(section, said):
    """A value that is allowed and far from what anybody trains with is a slip more often than a wish."""
    assert odd_values(section) == f"warning: odd values: {said}"


@pytest.mark.parametrize("name", known_recipes())
def test_no_shipped_recipe_is_odd(name):
    """The recipes that we offer train without a warning."""
    recipe = read_recipe(name)

    assert [odd_values(section) for section in (recipe.sft, recipe.rl, Sft(), Rl())] == [None] * 4


@pytest.mark.parametrize("name", known_recipes())
def test_a_shipped_recipe_states_every_option(name):
    """The shipped recipes double as documentation of all keys."""
    text = (FOLDER / f"{name}.yaml").read_text()

    for section in (Recipe, Sft, Rl):
        assert not [each.name for each in fields(section) if f"{each.name}:" not in text]
