"""Golden rows, one per shipped pattern, to review by eye, and the hashes of run8: `python tests/golden.py` rewrites them."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "golden"
PLACE = 8
RUN8 = FOLDER / "run8.json"
"""What run8's splits hash to: which rows they have, and in which order."""


def text(pattern) -> str:
    """Return the question, trace and answer of one row of a pattern."""
    from generators.patterns.question import questions
    from generators.patterns.render import render

    draw = pattern.draw(np.array([PLACE]))
    columns = questions(pattern, pattern.wordings[0], draw), render(pattern.trace, draw)
    question, trace = (column[0].as_py() for column in columns)
    return f"{question}\n\n{trace}\n{pattern.answer(draw.numbers).text()[0].as_py()}\n"


def contents(built) -> dict[str, str]:
    """Return the hash of each split's rows in order."""
    return {split: entry.content for split, entry in built.manifest.splits.items()}


def main() -> None:
    """Write the files of all patterns and the hashes of run8; remove the files of deleted patterns."""
    from generators import build
    from generators.patterns.library import library

    patterns = library().patterns.values()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for pattern in patterns:
        (FOLDER / f"{pattern.expert}-{pattern.name}.txt").write_text(text(pattern), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        hashes = contents(build("run8", out=Path(folder) / "run8"))
    RUN8.write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[1]))
    main()
