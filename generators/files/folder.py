"""Starts and finishes a dataset folder: the recipe is written first, the manifest last."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solver.licence import obstacles
from solver.refusal import InputError

from .layout import MANIFEST, README, RECIPE, readme
from .manifest import Manifest
from .page import merge
from .recipe import DatasetRecipe, difference
from .store import Store, leftover

if TYPE_CHECKING:
    from datasets import DatasetDict


HUB = "hf://"
"""The beginning of a URL on the Hub."""


@dataclass(frozen=True)
class Built:
    """A finished dataset: its folder or URL, and its manifest."""

    folder: Path | str
    manifest: Manifest

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows per split."""
        return {name: split.rows for name, split in self.manifest.splits.items()}

    def load(self) -> "DatasetDict":
        """Return the dataset as `datasets.load_dataset(folder)` loads it."""
        from datasets import load_dataset

        return load_dataset(str(self.folder))


def claim(recipe: DatasetRecipe, files: Store) -> None:
    """Write the recipe into a new or empty folder, and remove unfinished files of an interrupted build.

    Raises InputError if the folder holds another dataset or other files, or lies on the Hub without a licence for that.
    """
    found = obstacles(recipe.sources) if str(files.location).startswith(HUB) else []
    if found:
        raise InputError(
            f"{files.location}: may not be published: {'; '.join(found)}; write a folder, and push it with permission"
        )
    names = files.names()
    # A new repository on the Hub is not empty: it has a .gitattributes.
    present = [name for name in names if not leftover(name) and name != ".gitattributes"]
    differs = None
    if RECIPE in present:
        with files.open(RECIPE) as file:
            differs = difference(file.read(), f"{files.location}/{RECIPE}", recipe)
        if differs and len(present) > 1:
            raise InputError(
                f"{files.location}: holds another dataset: {differs}; choose another --out or remove the folder"
            )
    elif present:
        raise InputError(f"{files.location}: exists and is not a dataset of wirework; choose another --out")
    for name in filter(leftover, names):
        files.remove(name)
    if differs or RECIPE not in present:
        files.write(RECIPE, recipe.text().encode())


def finish(recipe: DatasetRecipe, files: Store, manifest: Manifest) -> Built:
    """Write the README and then the manifest, which completes the folder; return the dataset.

    The recipe is read again before: an object store has no locks, so another build may have begun there meanwhile.
    Raises InputError if it has.
    """
    with files.open(RECIPE) as file:
        stored = file.read()
    differs = difference(stored, f"{files.location}/{RECIPE}", recipe)
    if differs:
        raise InputError(
            f"{files.location}: another build writes here: {differs}; choose another --out for one of them"
        )
    text = recipe.text().encode()
    if stored != text:  # by another version, or with other facts for the page; a manifest names the recipe by its hash
        if MANIFEST in files.names():
            files.remove(MANIFEST)
        files.write(RECIPE, text)
    page = _page(files, readme(recipe.name, {name: split.rows for name, split in manifest.splits.items()}))
    if page:
        files.write(README, page.encode())
    files.write(MANIFEST, manifest.text().encode())
    return Built(files.location, manifest)


def _page(files: Store, page: str) -> str | None:
    """Return the page with the additions of the one that is there; None, with a line on stderr, if they do not merge."""
    earlier = None
    if README in files.names():
        with files.open(README) as file:
            earlier = file.read()
    try:
        return merge(page, earlier, names=(f"{files.location}/{README}", ""))
    except InputError as error:
        print(f"the page is left as it is: {error}", file=sys.stderr)
        return None
