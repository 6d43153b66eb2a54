"""The file names in a dataset folder, which has the layout of a dataset repository on the Hub."""

from solver import dataset
from solver.plurals import counted

SPLITS = ("train", "validation", "test")
RECIPE, MANIFEST = dataset.RECIPE, dataset.MANIFEST
README = "README.md"
DROPPED = "dropped.jsonl"
"""The problems that an import dropped, one per line, each with the reason."""
PROBLEMS = "problems.yaml"
"""The preset of patterns that were made of problems, in the folder of the patterns."""


def dropped_part(number: int) -> str:
    """Return the path of a shard's part of DROPPED, which is there until the import is finished."""
    return f"dropped-{number:05d}.jsonl"


_README = """---
configs:
- config_name: default
  data_files:
{files}
---

# {name}

{rows} with their symbolic traces, made and proved by wirework.

```python
from datasets import load_dataset

dataset = load_dataset("{name}")  # this folder, or its repository on the Hub
```

Check every row again with `python -m generators verify {name}`; `{recipe}` says what made them.
"""


def shard_path(split: str, number: int, shards: int) -> str:
    """Return the path of a shard in its folder; `number` is from 0, `shards` is the number of shards of the split."""
    return f"data/{split}-{number:05d}-of-{shards:05d}.parquet"


def split_files(split: str) -> str:
    """Return the glob of a split's files, as the card's front matter has it."""
    return f"data/{split}-*"


def readme(name: str, rows: dict[str, int]) -> str:
    """Return the README.md that tells `load_dataset` where the splits are; `rows` counts rows per split."""
    files = "\n".join(f"  - split: {split}\n    path: {split_files(split)}" for split in SPLITS if rows.get(split))
    return _README.format(files=files, name=name, rows=counted(sum(rows.values()), "word problem"), recipe=RECIPE)
