"""A dataset folder in the making: the recipe is written first, the manifest last."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solver.refusal import InputError

from .layout import MANIFEST, README, RECIPE, readme
from .manifest import Manifest
from .recipe import DatasetRecipe, difference, recipe_values
from .store import Store, leftover

if TYPE_CHECKING:
    from datasets import DatasetDict


@dataclass(frozen=True)
class Built:
    """A finished dataset: its folder, or the URL of its place, and its manifest."""

    folder: Path | str
    manifest: Manifest

    @property
    def counts(self) -> dict[str, int]:
        """Rows per split."""
        return {name: split.rows for name, split in self.manifest.splits.items()}

    def load(self) -> "DatasetDict":
        """Return the dataset, as `datasets.load_dataset(folder)` does."""
        from datasets import load_dataset

        return load_dataset(str(self.folder))


def claim(recipe: DatasetRecipe, files: Store) -> None:
    """Write the recipe into a new or empty place, or check that the place was begun from the same recipe."""
    names = files.names()
    # A new repository of the Hub is not empty: it has a .gitattributes.
    held = [name for name in names if not leftover(name) and name != ".gitattributes"]
    differs = None
    if RECIPE in held:
        with files.open(RECIPE) as file:
            differs = difference(recipe_values(file.read(), f"{files.place}/{RECIPE}"), asdict(recipe))
        if differs and len(held) > 1:
            raise InputError(
                f"{files.place}: holds another dataset: {differs}; choose another --out or remove the folder"
            )
    elif held:
        raise InputError(f"{files.place}: exists and is no dataset of wirework; choose another --out")
    for name in filter(leftover, names):
        files.remove(name)
    if differs or RECIPE not in held:
        files.write(RECIPE, recipe.text().encode())


def finish(recipe: DatasetRecipe, files: Store, manifest: Manifest) -> Built:
    """Write the page and then the manifest, which makes the folder whole, and return the dataset."""
    rows = {name: split.rows for name, split in manifest.splits.items()}
    files.write(README, readme(recipe.name, rows).encode())
    files.write(MANIFEST, manifest.text().encode())
    return Built(files.place, manifest)
