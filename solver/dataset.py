"""Opens a dataset: a folder that wirework wrote, or a repository on the Hub."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from .files import local, read_json, read_text
from .grounding import Reading
from .lock import unfinished
from .progress import without_bars
from .refusal import InputError, Refusal
from .values import typed

if TYPE_CHECKING:
    import pyarrow as pa


RECIPE = "recipe.json"
"""The file that holds all that made a dataset; a build writes it first."""
MANIFEST = "manifest.json"
"""The file that says what a dataset holds; a build writes it last, so a folder with one is finished."""

BATCH = 2_000
"""Rows of a dataset that are read at a time."""
_NAME = re.compile(r"(?P<repo>[\w-][\w.-]*/[\w.-]+)(?::(?P<config>[\w.-]*)(?:/(?P<split>[\w.-]+))?)?")


_NO_RECIPE = "not a recipe of wirework"
_NOWHERE = "no such file or dataset folder; give one, or ORG/NAME on the Hub"


class HubPlace(NamedTuple):
    """The parts of a name on the Hub; a part that is left out is None."""

    repo: str
    config: str | None
    split: str | None


def hub_place(name: str) -> HubPlace | None:
    """Return the parts of ORG/NAME, ORG/NAME:CONFIG or ORG/NAME:CONFIG/SPLIT, or None for any other text."""
    found = _NAME.fullmatch(name)
    return HubPlace(found["repo"], found["config"] or None, found["split"]) if found else None


def open_dataset(
    location: str | Path, split: str, columns: Sequence[str] | None = None, *, config: str | None = None
) -> "pa.Table":
    """Return a split of a dataset as an Arrow table, with all columns or only those named.

    `location` is a dataset folder, or ORG/NAME on the Hub; ORG/NAME:CONFIG/SPLIT names a configuration and a split, which
    win over `config` and `split`. Raises InputError if the dataset, the split or a column does not exist.
    """
    folder = local(location)
    if folder.is_dir():
        return _from_folder(folder, split, columns)
    table = _from_hub(location, config, split)
    return table if columns is None else select(table, columns, location)


def dataset_batches(
    location: str | Path,
    split: str,
    *,
    config: str | None = None,
    columns: Sequence[str] | None = None,
    needed: Sequence[str] = (),
) -> "Iterator[pa.RecordBatch]":
    """Yield a split of a dataset as `open_dataset` opens it, some rows at a time; memory is flat in their number.

    With `columns`, others are not read; those that the dataset lacks are left out, except for those in `needed`.
    Raises InputError as `open_dataset` does.
    """
    from .parquet import read_batches, read_schema, refuse_columns, refuse_empty

    folder = local(location)
    if not folder.is_dir():
        table = _from_hub(location, config, split)
        refuse_columns(table.schema, needed, location)
        kept = table if columns is None else table.select([name for name in columns if name in table.column_names])
        yield from kept.to_batches(max_chunksize=BATCH)
        return
    for file in _files(folder, split):
        schema = read_schema(file)
        refuse_columns(schema, needed, file)
        kept = None if columns is None else [name for name in columns if name in schema.names]
        for batch in read_batches(file, BATCH, kept):
            refuse_empty(batch.select(needed), file)
            yield batch


def dataset_reading(location: str | Path) -> Reading:
    """Return how the questions of a dataset are read, from the recipe in its folder or its repository on the Hub.

    Other files and datasets have no recipe: their questions are English, and have no named constants of their own.
    Raises InputError if the dataset does not exist, or its recipe cannot be read.
    """
    path = recipe_path(location)
    if path is None:
        return Reading()
    stated = typed(read_json(read_text(path), str(path)), _Stated, f"{path}: {_NO_RECIPE}")
    try:
        return Reading.of((stated.about or _About()).language or (), stated.files or {})
    except (Refusal, InputError) as error:
        raise InputError(f"{path}: {_NO_RECIPE}: {error}") from None


def dataset_language(location: str | Path) -> tuple[str, ...]:
    """Return the codes of the languages that a dataset's recipe states; none if it states none, or there is no recipe."""
    path = recipe_path(location)
    return stated_languages(read_json(read_text(path), str(path)), str(path)) if path else ()


def stated_languages(recipe: object, path: str) -> tuple[str, ...]:
    """Return the codes of the languages that the values of a recipe state: of a build in `about`, of an import apart."""
    stated = typed(recipe, _Stated, f"{path}: {_NO_RECIPE}")
    return (stated.about or _About()).language or stated.language or ()


class _About(msgspec.Struct, frozen=True):
    language: tuple[str, ...] | None = None


class _Stated(msgspec.Struct, frozen=True):
    """The keys of a recipe that say how questions are read."""

    about: _About | None = None
    language: tuple[str, ...] | None = None
    files: dict[str, str] | None = None


def recipe_path(location: str | Path) -> Path | None:
    """Return the file of a dataset's recipe, fetched if the dataset is on the Hub; None if it has none."""
    folder = local(location)
    name = hub_place(str(location))
    if folder.exists():
        return folder / RECIPE if (folder / RECIPE).is_file() else None
    if name is None:
        raise InputError(f"{location}: {_NOWHERE}")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError

    try:
        return Path(hf_hub_download(name.repo, RECIPE, repo_type="dataset"))
    except RepositoryNotFoundError:
        raise InputError(
            f"{location}: no such folder, and no dataset of this name on the Hub that you may read"
        ) from None
    except EntryNotFoundError:  # also of a repository in the cache, without a network
        return None
    except (HfHubHTTPError, OSError) as error:
        raise InputError(f"{location}: its {RECIPE} cannot be fetched: {str(error).splitlines()[0]}") from None


def select(table: "pa.Table", columns: Sequence[str], location: str | Path) -> "pa.Table":
    """Return some columns of a table that was read from a location; raise InputError if they are not those of a dataset."""
    from .parquet import refuse_columns, refuse_empty

    refuse_columns(table.schema, columns, location)
    kept = table.select(list(columns))
    refuse_empty(kept, location)
    return kept


def _files(folder: Path, split: str) -> list[Path]:
    """Return the files of a split in a folder, in order; raise InputError if there are none, or it is unfinished."""
    if (folder / RECIPE).exists() and not (folder / MANIFEST).exists():
        raise InputError(unfinished(folder, MANIFEST))
    files = sorted(folder.glob(f"data/{escape(split)}-[0-9]*-of-[0-9]*.parquet"))
    if not files:
        splits = sorted({path.name.partition("-")[0] for path in folder.glob("data/*.parquet")})
        found = f"it has {', '.join(splits)}" if splits else "it is not a dataset folder"
        raise InputError(f"{folder}: no {split} split; {found}")
    return files


def _from_folder(folder: Path, split: str, columns: Sequence[str] | None) -> "pa.Table":
    import pyarrow as pa

    from .parquet import read_table

    tables = []
    for file in _files(folder, split):
        table = read_table(file)
        tables.append(table if columns is None else select(table, columns, file))
    try:
        return pa.concat_tables(tables)
    except pa.ArrowException:
        raise InputError(f"{folder}: the files of its {split} split differ in their columns; make it again") from None


def _from_hub(location: str | Path, config: str | None, split: str) -> "pa.Table":
    """Return a split of a dataset on the Hub, as a table in the memory map of the library's cache."""
    name = hub_place(str(location))
    if local(location).exists():
        raise InputError(f"{location}: a file and not a dataset; give a dataset folder, or ORG/NAME on the Hub")
    if name is None:
        raise InputError(f"{location}: {_NOWHERE}")
    from datasets import load_dataset

    try:
        with _quiet():
            loaded = load_dataset(name.repo, name.config or config, split=name.split or split)
    except Exception as error:  # noqa: BLE001 - datasets raises many types if the network or the dataset is missing
        lines = str(error).splitlines() or [type(error).__name__]
        reason = " ".join(lines[:2])[:200].rstrip(".")  # the second line lists the configurations
        raise InputError(
            f"{location}: not a folder, and cannot be loaded from the Hub: {reason}; "
            "give a local folder, or ORG/NAME:CONFIG/SPLIT"
        ) from None
    return loaded.with_format("arrow")[:]


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the libraries' log messages and progress bars; the InputError reports the failure once."""
    from datasets import utils
    from datasets.utils.logging import get_verbosity, set_verbosity
    from huggingface_hub.utils import logging as hub

    before, hub_before = get_verbosity(), hub.get_verbosity()
    set_verbosity(logging.CRITICAL)
    hub.set_verbosity(logging.CRITICAL)
    try:
        with without_bars(utils):
            yield
    finally:
        set_verbosity(before)
        hub.set_verbosity(hub_before)
