"""Recipes are checked when they are read, and any value can be overridden."""

import shlex
from dataclasses import fields

import pytest

from finetune.parser import parser
from finetune.train.recipe import FOLDER, Recipe, Rl, Sft, known_recipes, override, read_recipe
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
        ("rank: 16", "rank: many", "rank is many; write a whole number"),
        ("rank: 16", "rank: 0", "rank is 0; write a number above 0"),
        ("beta2: 0.98", "beta2: 1", "beta2 is 1.0; write a number below 1"),
        ("rank: 16", "ranks: 16", "unknown key ranks; did you mean rank"),
        ("model: smollm2-135m\n", "", "model is missing"),
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


def test_only_the_model_of_a_recipe_is_mandatory(tmp_path):
    """A key that is left out has its default, so that a new option does not break a user's file."""
    (tmp_path / "short.yaml").write_text("model: acme/base\nsft: {rank: 8}\n")

    recipe = read_recipe(str(tmp_path / "short.yaml"))

    assert recipe == Recipe("acme/base", sft=Sft(rank=8))


@pytest.mark.parametrize("name", known_recipes())
def test_a_shipped_recipe_states_every_option(name):
    """The shipped recipes double as documentation of all keys."""
    text = (FOLDER / f"{name}.yaml").read_text()

    for section in (Recipe, Sft, Rl):
        assert not [each.name for each in fields(section) if f"{each.name}:" not in text]
