"""Reads the recipe of any dataset folder, built or imported."""

from pathlib import Path

from generators.builder.recipe import Recipe
from generators.files.recipe import parse_recipe, read_values
from generators.imports.recipe import ImportRecipe

AnyRecipe = Recipe | ImportRecipe
"""The recipe of a build, or of an import."""


def read_recipe(location: Path) -> AnyRecipe:
    """Return the recipe in a dataset folder or a file; raise InputError if it is missing or invalid."""
    values, path = read_values(location)
    if "kind" in values:  # only the recipes of imports have it
        return parse_recipe(values, ImportRecipe, path)
    return parse_recipe(values, Recipe, path)
