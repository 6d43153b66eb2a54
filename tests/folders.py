"""Dataset folders as tests make, read and spoil them."""

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from solver.lock import LOCK


def preset(rows, validation, test, patterns=(), **weights):
    """Return the text of a small preset: of all patterns of the experts that have a weight, or of some."""
    content = {
        "rows": rows,
        "validation": validation,
        "test": test,
        "max_len": 1024,
        "phrasings": 1,
        "system": "You are a helpful assistant.",
        "weights": weights,
    }
    return yaml.safe_dump(content | ({"patterns": list(patterns)} if patterns else {}), sort_keys=False)


def table_of(folder, split="train"):
    """Return the rows of a split, straight from its Parquet files, as one table."""
    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.glob(f"data/{split}-*")))


def rows_of(folder, split="train"):
    """Return the rows of a split, straight from its Parquet files, as dictionaries."""
    return table_of(folder, split).to_pylist()


def column(folder, name, split="train"):
    """Return a column of a split, straight from its Parquet files."""
    return table_of(folder, split)[name].to_pylist()


def contents(folder):
    """Return every file of a folder with its bytes, except the lock file that a killed writer leaves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOCK
    }
