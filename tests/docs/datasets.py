"""The generated parts about dataset folders, imports and training."""

import csv
import json
from dataclasses import fields
from pathlib import Path

from generators.builder.recipe import Recipe
from generators.files.manifest import Manifest, Split
from generators.finished.stats import FIGURES, shown
from generators.imports.grading.grade import RULES, WIRINGS
from generators.imports.recipe import ImportRecipe
from generators.imports.sources.registry import FORMATS, Source
from generators.imports.sources.registry import sources as shipped
from generators.imports.variation.proof import REASONS
from solver.schema import COLUMNS

from .markdown import check_same, code, rows
from .meanings import IMPORT_RECIPE, MANIFEST, METADATA, RECIPE, SPLIT_KEYS

READ = Path(__file__).parents[1] / "problems" / "wirings.csv"
"""The verdicts of readers on the wirings of problems; `tests/wirings.py` describes the file."""
WORDINGS = Path(__file__).parents[2] / "benchmarks" / "wordings.json"
"""The figures that `python benchmarks/wordings.py` has measured."""


def wordings() -> str:
    """Return the table of how the questions of two presets and of GSM-8K are worded."""
    found = json.loads(WORDINGS.read_text(encoding="utf-8"))
    body = ((name, *(shown(name, figures[name]) for figures in found.values())) for name in FIGURES)
    return rows("of the training questions", *(f">{name}" for name in found), body=body)


def columns() -> str:
    """Return the table of columns."""
    body = ((code(one.name), _kind(one.type), one.filled, one.meaning) for one in COLUMNS)
    return rows("column", "type", "filled in", "meaning", body=body)


def _kind(kind: object) -> str:
    return {"list<element: string>": "list of string", "list<item: string>": "list of string"}.get(
        str(kind), "list of {role, content}" if "struct" in str(kind) else str(kind)
    )


def manifest(kind: str) -> str:
    """Return the table of keys of manifest.json for every dataset, for builds, or for imports."""
    check_same(Manifest.__struct_fields__, [name for told in MANIFEST.values() for name in told])
    return rows("key", "meaning", body=((code(name), what) for name, what in MANIFEST[kind].items()))


def splits() -> str:
    """Return the table of keys of a split in manifest.json."""
    check_same(Split.__struct_fields__, SPLIT_KEYS)
    return rows("key", "meaning", body=((code(name), what) for name, what in SPLIT_KEYS.items()))


def recipe() -> str:
    """Return the table of keys of a build's recipe.json."""
    check_same([field.name for field in fields(Recipe)], RECIPE)
    return rows("key", "meaning", body=((code(name), what) for name, what in RECIPE.items()))


def import_recipe() -> str:
    """Return the table of keys of an import's recipe.json."""
    check_same([field.name for field in fields(ImportRecipe)], IMPORT_RECIPE)
    return rows("key", "meaning", body=((code(name), what) for name, what in IMPORT_RECIPE.items()))


def metadata() -> str:
    """Return the table of keys of an imported row's metadata."""
    return rows("key", "meaning", body=((code(name), what) for name, what in METADATA.items()))


def grades() -> str:
    """Return the table of grades."""
    return rows("grade", "rule", body=RULES.items())


def wirings() -> str:
    """Return the table of how a wiring is known."""
    return rows("`how`", "meaning", body=WIRINGS.items())


def wirings_read() -> str:
    """Return the table of what readers found of the wirings of problems, from the file of their verdicts."""
    with READ.open(encoding="utf-8", newline="") as file:
        read = [row for row in csv.DictReader(file) if row["wiring"] != "none"]
    groups = {
        "two readers, of problems that were drawn": [{row["wiring"], row["second"]} for row in read if row["second"]],
        "one reader, of others": [{row["wiring"]} for row in read if not row["second"]],
    }
    body = []
    for name, verdicts in groups.items():
        right, wrong = verdicts.count({"right"}), verdicts.count({"wrong"})
        share = f"{right:,} ({right / len(verdicts):.1%})"
        body.append((name, len(verdicts), share, wrong, len(verdicts) - right - wrong))
    return rows("judged by", ">wirings", ">right", ">wrong", ">doubtful or disputed", body=body)


def pattern_reasons() -> str:
    """Return the table of reasons why a problem gives no pattern."""
    return rows("reason", "meaning", body=((code(reason), meaning) for reason, meaning in REASONS.items()))


def sources() -> str:
    """Return the table of sources of problems."""
    body = (
        (code(one.name), one.format, one.licence, one.notice, one.citation, _address(one), one.ran)
        for one in shipped().values()
    )
    return rows("source", "format", "licence", "notice", "from", "on the Hub", "ran on", body=body)


def formats() -> str:
    """Return the table of formats of programs."""
    return rows("format", "programs", body=((code(name), told) for name, told in FORMATS.items()))


def _address(one: Source) -> str:
    if not one.hub:
        return "a file"
    return code(one.hub) if one.verified else f"{code(one.hub)}, not verified"


def training(section: str) -> str:
    """Return the table of values of a training recipe: `sft` or `rl`."""
    from finetune.training.recipe import known_recipes, read_recipe

    recipes = {name: getattr(read_recipe(name), section) for name in known_recipes()}
    body = (
        (
            code(field.name),
            field.metadata["help"],
            *(_value(getattr(recipe, field.name)) for recipe in recipes.values()),
        )
        for field in fields(next(iter(recipes.values())))
    )
    return rows("key", "meaning", *(f">{name}" for name in recipes), body=body)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def ways() -> str:
    """Return the table of ways to choose among samples."""
    from finetune.judge.choose import WAYS

    body = ((code(name), way.meaning) for name, way in WAYS.items())
    return rows("`--choose`", "the chosen answer has", body=body)


def ablation_keys() -> str:
    """Return the table of the keys of an ablation."""
    from finetune.ablate.plan_file import KEYS, OPTIONS

    return rows("key", "meaning", body=((code(key), meaning) for key, meaning in {**KEYS, **OPTIONS}.items()))


def ladder() -> str:
    """Return the table of levels of the error ladder."""
    from finetune.judge.ladder import LEVELS

    body = ((number, level, meaning) for number, (level, meaning) in enumerate(LEVELS.items(), 1))
    return rows(">", "level", "what was found", body=body)
