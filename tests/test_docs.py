"""The documentation is true: its commands run, its tables are the code's, and its links lead somewhere."""

import ast
import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import docs.meanings
import docs.programs
import docs.refusals
import pyarrow.parquet as pq
import pytest
from docs.pages import FRAMES, NOTES, PAGES, ROOT, anchors, blocks, links, markers, renewed
from wirings import checked

import generators
import solver
from datasets_cards.__main__ import main as cards_main
from generators.__main__ import main as generators_main
from generators.builder.dataset import SHARD_ROWS
from generators.builder.preset import MIN_QUESTIONS, read_preset
from generators.finished.audit import MAX_SHOWN
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from generators.imports.variation.proof import MIN_DRAWS
from generators.patterns.soundness import DEEP
from generators.patterns.vocabulary import MAX_WORD
from generators.text.guarded import GRAM
from solver.__main__ import main as solver_main
from solver.machine import solve
from solver.number import MAX_PLACES
from solver.numerals import UNITS
from solver.text import read

MAINS = {"generators": generators_main, "solver": solver_main, "datasets_cards": cards_main}
"""Command lines that are run in this process; others get one of their own."""
SHELL = set("|&;<>$`(")
"""Signs of a line that the shell has to read."""
SLOW = {"patterns.md"}
"""Pages whose blocks take more than a few seconds."""

RUN8 = read_preset("run8")
BLOCKS = [block for page in PAGES for block in blocks(page)]
SKIPPED = [block for block in BLOCKS if "no-run" in block.notes]
RUN = [page for page in PAGES if any(block.page == page for block in BLOCKS)]


def place(page):
    """Return the path of a page in the repository."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_generated_parts_are_what_the_code_has(page):
    """`python -m tests.docs` writes them anew."""
    text = page.read_text(encoding="utf-8")

    assert text == renewed(text), "run python -m tests.docs"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_markers_are_known(page):
    """A comment in a page is one of the markers; a mistyped one would let a block go untested."""
    assert [(line, word) for line, word in markers(page) if word not in NOTES | FRAMES] == []


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_links_lead_somewhere(page):
    """Every relative link is to a file of this repository, and to a heading that the file has."""
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_the_index_names_every_page():
    """Every page of docs/ is linked from the index, and the index from the README."""
    named = {target.partition("#")[0] for target in links(ROOT / "docs" / "README.md")}

    assert {page.name for page in PAGES if page.parent.name == "docs"} - named == {"README.md"}
    assert "docs/README.md" in links(ROOT / "README.md")


@pytest.mark.parametrize(
    ("page", "phrase"),
    [
        ("README.md", "{train} training rows, {validation} validation rows and {test} test rows".format(**RUN8.rows)),
        ("docs/benchmarks.md", f"the wirings of {len(checked())} problems"),
        ("docs/patterns.md", f"fewer than {MIN_QUESTIONS:,} distinct questions"),
        ("docs/presets.md", f"fewer than {MIN_QUESTIONS:,} distinct questions"),
        ("docs/patterns.md", f"or up to {DEEP:,} of them"),
        ("docs/patterns.md", f"It has at most {MAX_WORD} characters"),
        ("docs/datasets.md", f"{RUN8.max_len} in run8"),
        ("docs/datasets.md", f"{SHARD_ROWS:,} unless told otherwise"),
        ("docs/datasets.md", f"up to {MAX_SHOWN} faults"),
        ("docs/importing.md", f"shares {UNITS[GRAM]} words in a row"),
        ("docs/importing.md", f"fewer than {MIN_DRAWS} different numbers"),
        ("docs/trace-language.md", f"if they end within {MAX_PLACES} places"),
    ],
)
def test_figures_in_sentences_are_those_of_the_code(page, phrase):
    """A figure in a sentence is a constant of the code."""
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())

    assert phrase in text


def test_the_page_of_benchmarks_names_every_script():
    """Each script in benchmarks/ has a heading of its own."""
    titles = re.findall(
        r"^## .*: (\w+\.py)$", (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert sorted(titles) == sorted(path.name for path in (ROOT / "benchmarks").glob("*.py"))


def test_the_pages_name_every_key_of_manifests_and_metadata(run8, tmp_path):
    """The tables of manifest.json and of metadata are what builds and imports write."""
    imported = import_problems(
        Request("gsm8k", origin=str(ROOT / "tests" / "problems" / "gsm8k.jsonl")), tmp_path / "some"
    )
    for kind, built in (("build", run8), ("import", imported)):
        told = {**docs.meanings.MANIFEST["all"], **docs.meanings.MANIFEST[kind]}
        assert built.manifest.values().keys() == told.keys()
    (shard,) = (tmp_path / "some" / "data").glob("*.parquet")
    for metadata in pq.read_table(shard, columns=["metadata"]).column(0).to_pylist():
        assert json.loads(metadata).keys() == docs.meanings.METADATA.keys() - {"answer"}


@pytest.mark.parametrize("block", SKIPPED, ids=str)
def test_blocks_that_are_not_run_say_why(block):
    """A block that cannot run here gives its reason; its commands are at least ones that the parsers take."""
    assert block.notes["no-run"].strip()
    for words in commands(block.text):
        runs = len(words) > 2 and Path(words[0]).name == "python" and words[1] == "-m"
        program, *rest = words[2:] if runs else ["", *words]
        if program in docs.programs.parsers():
            docs.programs.parsers()[program].parse_args(rest)
    pytest.skip(block.notes["no-run"])


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.slow if page.name in SLOW else (), id=place(page)) for page in RUN]
)
def test_blocks_run(page, run8, tmp_path, monkeypatch):
    """The blocks of a page run in order, in a folder that holds data/run8 and the checkout's tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    shutil.copytree(run8.folder, "data/run8")
    for name in ("tests", "benchmarks"):
        Path(name).symlink_to(ROOT / name)
    session = Session()

    for block in blocks(page):
        if "no-run" not in block.notes:
            session.run(block)


class Session:
    """Runs the blocks of a page: Python shares its names, and a command's output may be compared."""

    def __init__(self):
        self.names = {"__name__": "docs"}
        self.printed = ""

    def run(self, block):
        """Run or check one block; raise AssertionError naming it."""
        if "output" in block.notes:
            assert tidy(self.printed) == tidy(block.text), block
        elif "file" in block.notes:
            path = Path(block.notes["file"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language not in LANGUAGES:
            raise AssertionError(f"{block}: {block.language or 'no language'}; use one of {', '.join(LANGUAGES)}")
        else:
            LANGUAGES[block.language](self, block)

    def bash(self, block):
        """Run each command; all but the last must end with 0, and that as it says."""
        lines = block.text.replace("\\\n", " ").splitlines()
        told = [line for line in lines if line.strip() and not line.startswith("#")]
        self.printed = ""
        for place, line in enumerate(told):
            expected = int(block.notes.get("exit", 0)) if place == len(told) - 1 else 0
            status, printed = executed(line)
            self.printed += printed
            assert status == expected, f"{block}: {line} ended with {status}:\n{printed}"

    def python(self, block):
        """Run a piece of Python; what it prints is kept."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block.text, str(block), "exec"), self.names)
        self.printed = out.getvalue()

    def pycon(self, block):
        """Check an interactive session against what it shows."""
        test = doctest.DocTestParser().get_doctest(block.text, self.names, str(block), str(block.page), block.line)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
        found = io.StringIO()
        runner.run(test, out=found.write, clear_globs=False)
        self.names.update(test.globs)
        assert not runner.failures, found.getvalue()

    def yaml(self, block):
        """Check that a block is a trace that runs, or a preset."""
        if "weights:" in block.text:
            path = Path("preset.yaml")
            path.write_text(block.text, encoding="utf-8")
            read_preset(str(path))
        else:
            solve(read(block.text))

    def jinja(self, block):
        """Refuse a pattern that is tested by nothing: it is a shipped one, or is written to a file and checked."""
        shipped = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob("*/*.jinja")]
        assert block.text.strip() in [text.strip() for text in shipped], f"{block}: no shipped pattern; name its file"

    def text(self, block):
        """Leave a block of plain text alone."""


LANGUAGES = {name: getattr(Session, name) for name in ("bash", "python", "pycon", "yaml", "jinja", "text")}


def executed(line):
    """Run one line of a shell and return its status and what it printed."""
    words = shlex.split(line)
    program = words[2] if words[:2] == ["python", "-m"] and len(words) > 2 else ""
    if program in MAINS and not set(line) & SHELL:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            status = MAINS[program](words[3:])
        return status, out.getvalue()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    return done.returncode, done.stdout + done.stderr


def commands(text):
    """Yield the words of each command line in a block of bash."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r" (?:&&|\||&|;) ?| &$", line.partition(" # ")[0]):
            with contextlib.suppress(ValueError):
                yield shlex.split(part)


def tidy(text):
    """Return a text without the spaces that pad it and its lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


# ---- the tables of refusals hold every refusal


def raised(folder, calls):
    """Return the literal parts of the messages that the sources raise with these calls: `{call: argument's place}`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in calls and len(node.args) > calls[name]:
                    yield f"{path.name}:{node.lineno}", literals(node.args[calls[name]])


def literals(node):
    """Return the constant texts of a string or an f-string."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_the_page_of_patterns_names_every_refusal():
    """Each message that a pattern file can get stands in one of the tables of refusals."""
    told = [docs.refusals.message(case) for cases in docs.refusals.FILES.values() for _, _, case in cases]
    patterns = Path(generators.__file__).parent / "patterns"
    missing = [
        (place, parts)
        for place, parts in raised(patterns, {"InputError": 0, "_all": 1})
        if max(map(len, parts), default=0) > 5 and not any(all(part in text for part in parts) for text in told)
    ]

    assert missing == []


def test_the_page_of_the_language_names_every_code():
    """Each code of a refused trace stands in the table."""
    told = {docs.refusals.refused(text).code for _, text in docs.refusals.TRACES}
    sources = Path(solver.__file__).parent
    codes = {
        parts[0]
        for calls in ({"TraceError": 0, "FormatError": 0}, {"require": 1})
        for _, parts in raised(sources, calls)
        if len(parts) == 1
    }

    assert codes - told == set()
