"""Checks that `load_dataset` finds the rows of a dataset by its page, with the library itself and without a network."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generators.files.layout import README
from generators.files.manifest import Manifest
from generators.files.page import DEFAULT
from solver.parquet import read_schema
from solver.plurals import counted
from solver.progress import without_bars

if TYPE_CHECKING:
    from datasets import DatasetBuilder


def loading_faults(name: str, files: Mapping[str, Path | bytes], manifest: Manifest) -> Iterator[str]:
    """Yield why a folder or repository of these files would not load as the dataset of the manifest.

    `name` is that of the folder or repository; bytes stand for the content of a file. Rows are not read.
    """
    script = f"{name}.py"
    if script in files:
        yield f"{script}: load_dataset takes it for a loading script and refuses the dataset; rename or delete it"
        return
    from datasets import utils

    with tempfile.TemporaryDirectory(prefix="wirework-") as place:
        folder = Path(place) / "dataset"
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                target.symlink_to(content.absolute())
        try:
            with without_bars(utils):
                yield from _differences(_builder(folder, Path(place) / "cache"), folder, manifest)
        # A page can be wrong in any way, and the library reports each with an exception of its own.
        except Exception as error:  # noqa: BLE001
            reason = (str(error).strip().splitlines() or [""])[0].replace(f"{folder}/", "").replace(str(folder), name)
            yield f"{README}: load_dataset fails: {type(error).__name__}: {reason[:200]}"


def _builder(folder: Path, cache: Path) -> "DatasetBuilder":
    from datasets import load_dataset_builder

    return load_dataset_builder(str(folder), cache_dir=str(cache))


def _differences(loaded: "DatasetBuilder", folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield where the configuration that is loaded by default differs from the manifest."""
    from datasets.packaged_modules.parquet.parquet import Parquet

    if not isinstance(loaded, Parquet):  # the first configuration decides for all
        yield f"{README}: load_dataset reads the data as {type(loaded).__name__}; let `{DEFAULT}` be its first configuration"
    yield from _other_files(loaded, folder, manifest)
    yield from _other_counts(loaded, manifest)
    yield from _other_columns(loaded, folder, manifest)


def _other_files(loaded: "DatasetBuilder", folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the splits that are loaded from other files than those of the manifest."""
    expected: dict[str, list[str]] = {split: [] for split, entry in manifest.splits.items() if entry.rows}
    for path in manifest.files:
        split = path.removeprefix("data/").partition("-")[0]
        if split in expected:
            expected[split].append(path)
    found = {
        str(split): [str(path).partition(f"{folder.resolve()}/")[2] for path in paths]
        for split, paths in (loaded.config.data_files or {}).items()
    }
    for split in sorted(expected.keys() | found.keys()):
        if sorted(found.get(split, [])) != sorted(expected.get(split, [])):
            shown = ", ".join(sorted(found.get(split, []))[:2]) or "no file"
            yield f"{README}: its configs lead load_dataset to {shown} for the split {split}"


def _other_counts(loaded: "DatasetBuilder", manifest: Manifest) -> Iterator[str]:
    """Yield the splits to which the page gives another number of rows."""
    for split, info in (loaded.info.splits or {}).items():
        rows = manifest.splits[split].rows if split in manifest.splits else 0
        if info.num_examples != rows:
            has = counted(info.num_examples, "row")
            yield f"{README}: its dataset_info has {has} for the split {split}; the data have {rows}"


def _other_columns(loaded: "DatasetBuilder", folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the columns that the page describes in another way than the data."""
    from datasets import Features

    first = next(iter(manifest.files), None)
    if not first or not loaded.info.features:
        return
    stored, told = Features.from_arrow_schema(read_schema(folder / first)), loaded.info.features
    if stored != told:
        names = [name for name in {**stored, **told} if stored.get(name) != told.get(name)]
        yield f"{README}: its dataset_info describes other columns than the data: {', '.join(names)}"
