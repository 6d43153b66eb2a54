"""The names of the files in a dataset folder, which is laid out as a dataset repository of the Hub."""

SPLITS = ("train", "validation", "test")
RECIPE = "recipe.json"
MANIFEST = "manifest.json"
README = "README.md"
DROPPED = "dropped.jsonl"
"""The problems that an import dropped, one a line, each with its reason."""

_README = """---
configs:
- config_name: default
  data_files:
{files}
---

# {name}

{rows:,} word problems with their symbolic traces, made and proved by wirework.

```python
from datasets import load_dataset

dataset = load_dataset("{name}")  # this folder, or its repository on the Hub
```

Check every row again with `python -m generators verify {name}`; `{recipe}` says what made them.
"""


def shard_path(split: str, number: int, shards: int) -> str:
    """Return the path of a shard, the numbered one of so many of its split."""
    return f"data/{split}-{number:05d}-of-{shards:05d}.parquet"


def split_files(split: str) -> str:
    """Return the glob of a split's files, as a card names them."""
    return f"data/{split}-*"


def readme(name: str, rows: dict[str, int]) -> str:
    """Return the page that lets `load_dataset` find the splits."""
    files = "\n".join(f"  - split: {split}\n    path: {split_files(split)}" for split in SPLITS if rows.get(split))
    return _README.format(files=files, name=name, rows=sum(rows.values()), recipe=RECIPE)
