"""Reads the recipe of any dataset folder, built or imported."""

from pathlib import Path

from generators.builder.recipe import Recipe
from generators.files.recipe import parse_recipe, read_values
from generators.imports.recipe import ImportRecipe

AnyRecipe = Recipe | ImportRecipe
"""The recipe of a build, or of an import."""


def read_recipe(place: Path) -> AnyRecipe:
    """Return the recipe of a dataset folder, or in a file; raise InputError if there is none or it is not whole."""
    values, path = read_values(place)
    if "kind" in values:  # a build's recipe names none
        return parse_recipe(values, ImportRecipe, path)
    return parse_recipe(values, Recipe, path)
