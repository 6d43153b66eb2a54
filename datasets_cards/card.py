"""Writes a dataset's card, README.md, from the folder's own files with huggingface_hub's card classes."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import metadata
from pathlib import Path
from shlex import quote
from typing import Any

import jinja2
import pyarrow as pa
from huggingface_hub import DatasetCard, DatasetCardData

from generators.builder.about import SHIPPED, About, stated
from generators.builder.credits import origin_of
from generators.builder.recipe import Recipe
from generators.files.layout import README, split_files
from generators.files.page import merge
from generators.files.store import LocalStore, refuse_pattern
from generators.finished.recipes import AnyRecipe
from generators.imports.sources.registry import sources
from generators.imports.sources.request import OWN
from generators.patterns.library import shipped
from generators.patterns.slots import Words
from generators.text.guarded import shipped as shipped_set
from solver.arguments import checked
from solver.dataset import hub_place
from solver.experts import EXPERTS
from solver.files import local
from solver.licence import joint_licence, licence_table, obstacles
from solver.lock import only_writer
from solver.ops import GROUPS, op_table
from solver.plurals import counted
from solver.refusal import InputError
from solver.schema import COLUMNS, SCHEMA

from .facts import Facts, gather
from .sentences import altered, contamination, divided, outside, wordings
from .tokens import MODEL

PLOTS = {
    "plots/experts.png": "Rows per expert and split",
    "plots/lengths.png": f"Tokens of a row as {MODEL} reads it, and their bound, against max_len",
    "plots/answers.png": "Size of the answers",
}
"""The plots of a card, with their alternative texts."""
NO_PLOTS = (
    "card: matplotlib is not installed, so no plots were drawn; "
    "pip install 'wirework[plots]', or '.[plots]' in a checkout, and run the command again"
)

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))


@dataclass(frozen=True)
class Published:
    """The page in the repository, and a function that returns the page that was pushed there last."""

    page: bytes
    ancestor: Callable[[], bytes | None]


@checked
def write_card(
    folder: str | Path,
    repo_id: str | None = None,
    *,
    plots: bool = True,
    pages: Path | None = None,
    published: Published | None = None,
    overwrite: bool = False,
) -> Path:
    """Write README.md into a dataset folder, with its plots unless told otherwise; return its path.

    `repo_id` is the name in the card's load command (default: the folder). `pages` is another folder to write to.
    Metadata and sections that people added to the folder's page, or to the `published` one, are kept. Without
    matplotlib the plots of an earlier card stay, and a line on stderr says how to install it. Raises InputError for a
    folder that is not a finished dataset, that another process writes, or that cannot be written, and for a page whose changes cannot be merged,
    unless `overwrite` gives these up.
    """
    folder = local(folder)
    refuse_pattern(folder)
    facts = gather(folder, tokens=plots)  # loading the merges takes as long as a small build
    pages = pages or folder
    try:
        with only_writer(pages):
            if plots and facts.samples and not _drawn(facts, pages):
                print(NO_PLOTS, file=sys.stderr)
            shown = {path: words for path, words in PLOTS.items() if place_of(path, folder, pages).exists()}
            mine = (folder / README).read_bytes() if (folder / README).exists() else None
            page = merge(
                render(facts, folder, repo_id, shown),
                mine,
                published.page if published else None,
                names=(str(folder / README), f"{repo_id}: {README}"),
                ancestor=published.ancestor if published else lambda: None,
                overwrite=overwrite,
            )
            LocalStore(pages).write(README, page.encode())
    except OSError as error:
        raise InputError(f"{error.filename or pages}: cannot be written: {error.strerror or error}") from None
    return pages / README


def _drawn(facts: Facts, pages: Path) -> bool:
    """Draw the plots and return True, or return False where matplotlib is not installed."""
    try:
        from .plots import draw
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != "matplotlib":
            raise
        return False
    draw(facts, pages)
    return True


def place_of(name: str, folder: Path, pages: Path) -> Path:
    """Return the path of the card or of a plot: in `pages`, or in the folder if `pages` does not have it."""
    return pages / name if (pages / name).exists() else folder / name


def render(facts: Facts, folder: Path, repo_id: str | None, plots: dict[str, str]) -> str:
    """Return the text of a folder's card, for the folder itself or for its repository."""
    files = jinja2.FileSystemLoader(Path(__file__).parent)
    templates = jinja2.Environment(loader=files, autoescape=False, undefined=jinja2.StrictUndefined)  # noqa: S701 - Markdown
    kind = "dataset" if isinstance(facts.recipe, Recipe) else "import"
    templates.filters["counted"] = counted
    templates.filters["quoted"] = quote
    text = templates.get_template(f"{kind}_card.md.jinja").render(
        card_data=card_data(facts).to_yaml(),
        facts=facts,
        contamination=contamination(facts),
        altered=altered(facts.recipe),
        divided=divided(facts),
        outside=outside(facts),
        **_import_terms(facts),
        further=[one for one in facts.recipe.against if one != shipped_set().against],
        mentions=_mentions(facts.recipe),
        wordings=wordings(facts.recipe),
        repo_id=repo_id,
        name=repo_id or folder.as_posix(),
        copy=repo_id.rpartition("/")[2] if repo_id else folder.as_posix(),
        quote=quote,
        plots=plots,
        columns=COLUMNS,
        experts=EXPERTS,
        groups=GROUPS,
        ops=op_table(),
        about=about_of(facts.recipe),
        obstacles=obstacles(facts.recipe.sources),
        licence_table=licence_table(facts.recipe.sources),
        source=_source(),
    )
    return str(DatasetCard(text)).rstrip() + "\n"


def _source() -> str | None:
    """Return the address of wirework's source, if the installed package names one."""
    urls = metadata("wirework").get_all("Project-URL") or []
    return next((url.partition(", ")[2] for url in urls if url.lower().startswith(("source", "repository"))), None)


def _import_terms(facts: Facts) -> dict[str, dict[str, str]]:
    """Return the meanings of an import's grades and wirings; a build has none and does not load the importer."""
    if isinstance(facts.recipe, Recipe):
        return {}
    from generators.imports.grading.grade import RULES, WIRINGS

    return {"grades": RULES, "wirings": WIRINGS}


def _mentions(recipe: AnyRecipe) -> dict[str, bool]:
    """Return whether the patterns of a build mention people by their given names, and amounts in dollars."""
    patterns = recipe.library.patterns.values() if isinstance(recipe, Recipe) else ()
    slots = [slot for pattern in patterns for slot in pattern.slots.values()]
    return {
        "people": any(isinstance(slot, Words) and slot.vocabulary.name == "person" for slot in slots),
        "dollars": any(re.search(r"\$|\| *(?:money|cents)\b", body) for pattern in patterns for body in pattern.bodies),
    }


def about_of(recipe: AnyRecipe) -> About:
    """Return the language, licence, name and tags of a dataset.

    The recipe of an earlier version does not state them. Patterns are shipped ones if their ids are, and shipped sources
    are in English.
    """
    name = f"wirework {recipe.name}"
    if not isinstance(recipe, Recipe):
        language = recipe.language
        if language is None:
            language = () if recipe.source == OWN else SHIPPED.language
        return About(language=language, license=joint_licence(recipe.sources), pretty_name=name)
    ours = all(f"{pattern}.jinja" in shipped() for pattern in recipe.shares)
    about = recipe.about or stated(About(), shipped_alone=ours)
    return replace(about, pretty_name=about.pretty_name or name)


def card_data(facts: Facts) -> DatasetCardData:
    """Return the card's metadata block."""
    recipe = facts.recipe
    size = next((label for bound, label in _SIZES if facts.rows < bound), "10M<n<100M")
    about = about_of(recipe)
    extended = _extended(recipe)
    return DatasetCardData(
        language=about.codes or None,
        language_bcp47=about.regional or None,
        license=about.licences[0] if len(about.licences) == 1 else about.licences or None,
        license_name=about.license_name,
        license_link=about.license_link,
        pretty_name=about.pretty_name,
        annotations_creators=["machine-generated"],
        language_creators=[
            *(["machine-generated"] if _has_own_questions(recipe) else []),
            *(["found"] if extended else []),
        ],
        multilinguality=("multilingual" if len(about.codes) > 1 else "monolingual") if about.codes else None,
        size_categories=[size],
        source_datasets=[*(["original"] if _has_own_questions(recipe) else []), *extended],
        task_categories=["text-generation", "question-answering"],
        tags=[
            *(["synthetic"] if isinstance(recipe, Recipe) else []),
            "math-word-problems",
            "symbolic-traces",
            "verified",
            "trl",
            "wirework",
            *about.tags,
        ],
        config_names=["default"],
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": split_files(split)} for split in facts.splits],
                "default": True,
            }
        ],
        dataset_info={
            "features": features(SCHEMA),
            "splits": [
                {
                    "name": split,
                    "num_bytes": facts.memory[split],
                    "num_examples": facts.manifest.splits[split].rows,
                }
                for split in facts.splits
            ],
            "download_size": facts.download,
            "dataset_size": sum(facts.memory.values()),
        },
    )


def _has_own_questions(recipe: AnyRecipe) -> bool:
    """Return whether some questions are of no other dataset: a build has patterns that were made of no problem."""
    return isinstance(recipe, Recipe) and not all(recipe.library.patterns[name].header.source for name in recipe.shares)


def _extended(recipe: AnyRecipe) -> list[str]:
    """Return the datasets whose questions are imported or altered: names on the Hub, else its word for any other dataset."""
    if isinstance(recipe, Recipe):
        headers = [recipe.library.patterns[name].header for name in recipe.shares]
        names = [(origin_of(header) or (header.source, ""))[0] for header in headers if header.source]
        found = [sources()[name].hub if name in sources() else "" for name in names]
    else:
        place = hub_place(recipe.origin)
        found = [recipe.hub or (place.repo if place else "")]
    return sorted({name or "extended" for name in found})


def features(schema: pa.Schema) -> list[dict[str, Any]]:
    """Return a schema as the list of features that `datasets` writes into a card."""
    return [{"name": field.name, **_feature(field.type)} for field in schema]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return {"list": features(kind.value_type)}
    return {"list": str(kind.value_type)} if pa.types.is_list(kind) else {"dtype": str(kind)}
