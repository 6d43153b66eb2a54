"""One row of every shipped pattern, for an eye to judge: `python tests/golden.py` writes them again."""

import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "golden"
PLACE = 8


def text(pattern) -> str:
    """Return question, trace and answer of the row at PLACE."""
    from generators.render import render

    draw = pattern.draw(np.array([PLACE]))
    question, trace = (render(plan, draw)[0].as_py() for plan in (pattern.questions[0], pattern.trace))
    return f"{question}\n\n{trace}\n{pattern.answer(draw.numbers).text()[0].as_py()}\n"


def main() -> None:
    """Write the file of every pattern, and remove those of patterns that are gone."""
    from generators.library import library

    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for pattern in library().patterns.values():
        (FOLDER / f"{pattern.expert}-{pattern.name}.txt").write_text(text(pattern), encoding="utf-8")


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[1]))
    main()
