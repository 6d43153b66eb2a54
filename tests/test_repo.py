"""The repository keeps its own promises: one direction of imports, a README that is true, light imports."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import generators

ROOT = Path(__file__).parents[1]
HOME = Path(generators.__file__).parents[1]
ORDER = ["solver", "generators", "datasets_cards", "finetune"]
"""Lower packages first; a package imports itself and what stands before it."""


def imported(path):
    """Return the top-level packages of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("package", ORDER)
def test_imports_go_one_way(package):
    """No package imports a higher one; only the thin `__main__` and terminal modules may, to offer a verb."""
    allowed = set(ORDER[: ORDER.index(package) + 1])
    for path in (ROOT / package).rglob("*.py"):
        if path.name not in ("__main__.py", "terminal.py"):
            assert set(imported(path)) & set(ORDER) <= allowed, path


def test_finetune_meets_the_others_in_files():
    """Training reads datasets and judges with the solver; it never imports the generators."""
    for path in (ROOT / "finetune").rglob("*.py"):
        assert "generators" not in set(imported(path)), path


def test_building_imports_nothing_heavy(tmp_path):
    """Building a dataset imports neither torch nor pandas nor datasets."""
    script = (
        "import sys; from generators import build; build('run8', out=sys.argv[1]); import solver.reward;"
        "print([name for name in ('torch', 'pandas', 'datasets', 'transformers', 'matplotlib') if name in sys.modules])"
    )

    run = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "d"], capture_output=True, text=True, check=True, cwd=HOME
    )

    assert run.stdout == "[]\n"


def test_the_readme_is_short():
    """A reader has seen it in five minutes; what is longer stands in docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 180


def test_the_readme_tree_is_there():
    """Every folder of the README's tree exists."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"^(\w+)/  ", readme, re.MULTILINE)

    assert names
    for name in names:
        assert (ROOT / name).is_dir(), name


def test_the_readme_example_is_the_row_it_names():
    """The worked example is the row that its command prints."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    question = re.search(r"^> (.*)$", readme, re.MULTILINE)[1]
    trace = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)[1]
    golden = (ROOT / "tests" / "golden" / "comparison-times_more.txt").read_text(encoding="utf-8")

    assert golden.startswith(f"{question}\n\n{trace}")
