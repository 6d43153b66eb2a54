"""The repository keeps its own promises: one direction of imports, a README that is true, light imports."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from processes import python

ROOT = Path(__file__).parents[1]
ORDER = (
    "solver",
    "generators.files",
    "generators.text",
    "generators.patterns",
    "generators.reword",
    "generators.builder",
    "generators.imports.question",
    "generators.imports.solution",
    "generators.imports.sources",
    "generators.imports.candidates",
    "generators.imports.linking",
    "generators.imports.graph",
    "generators.imports.nouns",
    "generators.imports.sums",
    "generators.imports.naming",
    "generators.imports.grading",
    "generators.imports.variation",
    "generators.imports",
    "generators.finished",
    "generators",
    "datasets_cards",
    "finetune.runs",
    "finetune.hardware",
    "finetune.models",
    "finetune.training",
    "finetune.judge",
    "finetune.ablate",
    "finetune",
)
"""Every package, lower ones first. A package imports itself and packages that stand before it."""


def module_name(path):
    """Return the dotted name of a module of ours, or of a package for its `__init__`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path
    for root in ("solver", "generators", "datasets_cards", "finetune")
    for path in sorted((ROOT / root).rglob("*.py"))
}


def package_of(module):
    """Return the package in whose directory a module stands."""
    return module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]


def is_command(module):
    """Return whether a module is the command line of a package, or prints for it."""
    return module.endswith(".__main__") or module == "generators.terminal"


def imported(module):
    """Return the modules of ours that a module imports: at its top, in a function, or for types alone."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package_of(module).split(".")[: 1 - node.level or None] if node.level else []
            place = ".".join([*above, *filter(None, [node.module])])
            found |= {f"{place}.{alias.name}" if f"{place}.{alias.name}" in SOURCES else place for alias in node.names}
    return found & SOURCES.keys() - {module}


IMPORTS = {module: imported(module) for module in SOURCES}


def imported_packages(package):
    """Return the other packages that the modules of a package import, except its commands, with who imports each."""
    return {
        package_of(target): f"{module} imports {target}"
        for module, targets in IMPORTS.items()
        for target in targets
        if package_of(module) == package != package_of(target) and not is_command(module)
    }


def test_modules_import_each_other_in_no_circle():
    """No module imports itself through others, not even late or for types alone."""
    TopologicalSorter(IMPORTS).prepare()


def test_every_package_has_its_place():
    """The order of packages names those that there are."""
    assert {package_of(module) for module in SOURCES} == set(ORDER)


@pytest.mark.parametrize("package", ORDER)
def test_packages_import_lower_ones(package):
    """A package imports packages that stand before it: in no circle, and never the one that it stands in.

    Commands are free to offer a verb of a higher package.
    """
    higher = set(ORDER[ORDER.index(package) :])

    assert [told for target, told in imported_packages(package).items() if target in higher] == []


@pytest.mark.parametrize("package", ORDER)
def test_a_package_states_what_it_may_import(package):
    """The docstring of a package ends with the lower packages that it may import, by their last names."""
    docstring = ast.get_docstring(ast.parse(SOURCES[package].read_text(encoding="utf-8")))
    stated = re.search(r"^Imports ([a-z_, ]+)\.$", docstring, re.MULTILINE)
    lower = {name.rpartition(".")[2]: name for name in ORDER[: ORDER.index(package)]}

    assert stated, docstring
    may = {lower[name] for name in re.split(r", | and ", stated[1]) if name != "no other package"}
    assert imported_packages(package).keys() <= may


def test_nothing_imports_a_command():
    """A command is imported by commands alone."""
    assert [
        (module, target)
        for module, targets in IMPORTS.items()
        for target in targets
        if is_command(target) and not is_command(module)
    ] == []


def test_finetune_meets_the_others_in_files():
    """Training reads datasets and judges with the solver; its command alone offers verbs of the generators."""
    for module, targets in IMPORTS.items():
        if module.startswith("finetune") and not is_command(module):
            assert not [target for target in targets if target.startswith("generators")], module


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (
            r"\.read_text\(|\.open\(\)|open\([^()]*\"rt?\"|json\.load\(file",
            "read_text of solver.files, which knows encodings",
        ),
        (r"type=Path", "path of solver.command, which fills in the home directory"),
        (
            r"(?<!def )\bConsole\((?!stderr=stderr)",
            "console of solver.terminal, which cuts nothing and reads no markup",
        ),
        (r"\{error!r\}|\{error\.msg\}", "plain words: the message of a library is not the user's language"),
    ],
    ids=["text", "paths", "consoles", "words"],
)
def test_some_things_are_done_in_one_place(written, instead):
    """Each module uses the one function for texts, for paths of a command line and for consoles."""
    found = [name for name, path in SOURCES.items() if re.search(written, path.read_text(encoding="utf-8"))]

    assert found == [], instead


def test_building_imports_nothing_heavy(tmp_path):
    """Building a dataset imports neither torch nor pandas nor datasets, and no client of a language model."""
    script = (
        "import sys; from generators import build; build('run8', out=sys.argv[1]); import solver.reward;"
        "print([name for name in ('torch', 'pandas', 'datasets', 'transformers', 'matplotlib', 'openai') if name in sys.modules])"
    )

    assert python("-c", script, tmp_path / "d").stdout == "[]\n"


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


def test_tests_import_nothing_by_the_repository_root():
    """The gate runs the tests from another folder, where `tests` is no package."""
    named = re.compile(r"^\s*(?:from|import) tests\b", re.MULTILINE)

    assert [path for path in (ROOT / "tests").rglob("*.py") if named.search(path.read_text(encoding="utf-8"))] == []
