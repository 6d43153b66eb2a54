"""The page of an imported folder: what it holds, its funnel, grades and licence."""

from typing import Any

from .grade import RULES
from .problem import Row

_HEAD = """---
language:
- en
license: {licence}
pretty_name: {name}
task_categories:
- text-generation
- question-answering
source_datasets:
- {hub}
tags:
- math-word-problems
- symbolic-traces
- verified
- wirework
configs:
- config_name: default
  data_files:
  - split: {split}
    path: data/{split}-*
---

# {name}

{rows:,} problems of {source} ({split} split), {what}. Licence of the problems: {licence}.

```python
from datasets import load_dataset

dataset = load_dataset("{name}")
```

## Funnel

| | problems | share |
| --- | ---: | ---: |
{funnel}

Rows and dropped problems together are all {problems:,} problems; `dropped.jsonl` says of each dropped one why.
"""

_GRADES = """
## Grades

| grade | rows | rule |
| --- | ---: | --- |
{grades}

The wiring of {proved:,} rows ({share:.1%}) is proved: all linkings of the solution's numbers to their sources that are
consistent with values, types and coverage are one and the same function of the question's numbers. `metadata` says for
each row its grade and reasons, and for each operand the span of the question it was read from, or the constant.

## Sample

> {question}

```yaml
{trace}
```
"""


def card(name: str, recipe: dict[str, Any], manifest: dict[str, Any], rows: list[Row]) -> str:
    """Return the text of the page."""
    count = manifest["splits"][recipe["split"]]["rows"]
    funnel = "\n".join(
        f"| {label} | {number:,} | {number / max(total, 1):.1%} |" for label, number, total in manifest["funnel"]
    )
    evaluation = recipe["eval_only"]
    text = _HEAD.format(
        licence=recipe["licence"],
        name=name,
        hub=recipe["hub"],
        split=recipe["split"],
        rows=count,
        source=recipe["source"],
        what="for evaluation only: questions and exact answers"
        if evaluation
        else "each with a trace that executes to the gold answer",
        funnel=funnel,
        problems=manifest["problems"],
    )
    if evaluation or not rows:
        return text
    grades = "\n".join(
        f"| {letter} | {manifest['grades'].get(letter, 0):,} | {rule} |" for letter, rule in RULES.items()
    )
    return text + _GRADES.format(
        grades=grades,
        proved=manifest["proved"],
        share=manifest["proved"] / max(count, 1),
        question=rows[0].question,
        trace=(rows[0].trace or "").rstrip(),
    )
