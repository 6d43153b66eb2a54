"""The generated parts about commands, signatures, dependencies and results."""

import argparse
import ast
import csv
import inspect
import os
import re
import textwrap
import tomllib
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from finetune.judge.significance import rate, shown_rate

from .markdown import code, rows
from .meanings import DEPENDENCIES, RESULTS

ROOT = Path(__file__).parents[2]
WIDTH = 100
"""Columns of the help texts and of a signature on one line."""


def results(page: str) -> str:
    """Return the results that a page shows, from the log's scoreboard."""
    log = (ROOT / "LOG.md").read_text(encoding="utf-8")
    scoreboard = log.partition("## Scoreboard")[2].partition("\n## ")[0]
    found = {}
    for line in scoreboard.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5:
            found[cells[0]] = cells[2], cells[1]
    lacking = [measure for measure in RESULTS[page] if measure not in found]
    if lacking:
        raise KeyError(
            f"LOG.md has no measure {lacking[0]!r} in its scoreboard; correct RESULTS in tests/docs/meanings.py"
        )
    return rows("measure", "result", "aim", body=((told, *found[measure]) for measure, told in RESULTS[page].items()))


def wordings_taught() -> str:
    """Return the table of models that were trained on few or many wordings, from `benchmarks/wordings.csv`."""
    sets = {"own": "run8's own sentences", "held_out": "held-out wordings", "reworded": "problems in other words"}
    with (ROOT / "benchmarks" / "wordings.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    body = (
        (line["wordings"], *(shown_rate(rate(int(line[name]), int(line[f"of_{name}"]))) for name in sets))
        for line in lines
    )
    return rows("wordings of each pattern", *sets.values(), body=body)


def dependencies() -> str:
    """Return the table of dependencies, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"base install": project["project"]["dependencies"]}
    groups |= {
        f"`pip install '.[{name}]'`": needs for name, needs in project["project"]["optional-dependencies"].items()
    }
    groups |= {f"development: group `{name}`": needs for name, needs in project["dependency-groups"].items()}
    body = []
    for group, needs in groups.items():
        for need in needs:
            name, bound = re.fullmatch(r"([\w-]+(?:\[\w+\])?)(.*)", need).groups()
            if name not in DEPENDENCIES:
                raise KeyError(
                    f"{name} of pyproject.toml has no purpose; add it to DEPENDENCIES in tests/docs/meanings.py"
                )
            body.append((code(name), code(bound) if bound else "any", group, DEPENDENCIES[name]))
    return rows("dependency", "version", "needed by", "what for", body=body)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the command lines, by the module that is run."""
    names = ("generators", "solver", "finetune")
    return {name: import_module(f"{name}.__main__").parser() for name in names}


def verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a command line's verbs."""
    choices = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(choices or {})


def _help(parser: argparse.ArgumentParser) -> str:
    """Return a help text; its usage and verbs are wrapped here, since versions of Python break its lines differently."""
    usage, _, rest = parser.format_help().rstrip().partition("\n\n")
    lines = textwrap.wrap(
        " ".join(usage.split()), WIDTH, subsequent_indent=" " * 7, break_on_hyphens=False, break_long_words=False
    )
    width = max((len(verb[1]) for verb in _VERB.finditer(rest)), default=0)
    if width:  # the column of --help, too, follows the verbs in some versions
        rest = re.sub(r"^(  -h, --help) +", r"\1  ", _VERB.sub(partial(_wrapped, width), rest), flags=re.MULTILINE)
    return "\n".join([*lines, "", rest])


_VERB = re.compile(r"^    (\w+)(?: {2,}|\n {8,})(\S.*(?:\n {8,}\S.*)*)$", re.MULTILINE)
"""A verb in a help text, and what it does."""


def _wrapped(width: int, verb: re.Match[str]) -> str:
    """Return the lines of a verb, in columns that are the same for every version of Python."""
    indents = f"    {verb[1]:<{width}}  ", " " * (width + 6)
    return textwrap.fill(" ".join(verb[2].split()), WIDTH, initial_indent=indents[0], subsequent_indent=indents[1])


def help_texts(program: str) -> str:
    """Return the help texts of a command line and of its verbs."""
    parts = []
    with patch.dict(os.environ, {"COLUMNS": str(WIDTH)}):
        parser = parsers()[program]
        parts.append(f"```text\n{_help(parser)}\n```")
        for name, verb in verbs(parser).items():
            parts.append(f"### python -m {program} {name}\n\n```text\n{_help(verb)}\n```")
    return "\n\n".join(parts)


def signature(name: str) -> str:
    """Return the definition of a function, or of a dataclass, as the source has it, an argument a line."""
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module), attribute)
    tree = ast.parse(textwrap.dedent(inspect.getsource(found))).body[0]
    if isinstance(tree, ast.ClassDef):
        told = [ast.unparse(line) for line in tree.body if isinstance(line, ast.AnnAssign)]
        return _definition(attribute, told, attribute)
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{name} is no function")
    arguments = tree.args
    told = [_argument(one, None) for one in arguments.posonlyargs]
    defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + list(arguments.defaults)
    told += [_argument(one, default) for one, default in zip(arguments.args, defaults, strict=True)]
    if arguments.vararg or arguments.kwonlyargs:
        told.append(f"*{_argument(arguments.vararg, None) if arguments.vararg else ''}")
    told += [_argument(one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        told.append(f"**{_argument(arguments.kwarg, None)}")
    told = [one for one in told if not one.startswith(("self", "_", "**_"))]
    return _definition(attribute, told, ast.unparse(tree.returns) if tree.returns else "None")


def _definition(name: str, told: list[str], result: str) -> str:
    line = f"{name}({', '.join(told)}) -> {result}"
    if len(line) > WIDTH:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in told) + f") -> {result}"
    return f"```text\n{line}\n```"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{kind}{f' = {ast.unparse(default)}' if default else ''}"
