"""The generated parts of the documentation by name, each made by a function that returns Markdown."""

from collections.abc import Callable
from functools import cache

from solver.__main__ import markdown_table

from . import datasets, language, patterns, programs

TABLES: dict[str, Callable[..., str]] = {
    "ops": markdown_table,
    "experts": language.experts,
    "groups": language.groups,
    "rewards": language.rewards,
    "forms": language.forms,
    "number-forms": language.number_forms,
    "verdict": language.verdict,
    "trace-limits": language.trace_limits,
    "trace-refusals": language.trace_refusals,
    "pattern-limits": patterns.pattern_limits,
    "header-keys": patterns.header_keys,
    "slots": patterns.slot_forms,
    "filters": patterns.filters,
    "vocabularies": patterns.vocabularies,
    "constants": patterns.constants,
    "refusals": patterns.refusals,
    "preset-keys": patterns.preset_keys,
    "presets": patterns.presets,
    "columns": datasets.columns,
    "manifest": datasets.manifest,
    "splits": datasets.splits,
    "recipe": datasets.recipe,
    "import-recipe": datasets.import_recipe,
    "metadata": datasets.metadata,
    "grades": datasets.grades,
    "pattern-reasons": datasets.pattern_reasons,
    "sources": datasets.sources,
    "formats": datasets.formats,
    "wirings": datasets.wirings,
    "wirings-read": datasets.wirings_read,
    "wordings": datasets.wordings,
    "training": datasets.training,
    "ways": datasets.ways,
    "ablation-keys": datasets.ablation_keys,
    "ladder": datasets.ladder,
    "results": programs.results,
    "wordings-taught": programs.wordings_taught,
    "dependencies": programs.dependencies,
    "help": programs.help_texts,
    "signature": programs.signature,
    "example": patterns.example,
}
"""Every generated part, by the word in its marker `<!-- table: word -->`."""


@cache
def table(name: str) -> str:
    """Return the generated part of a name; a name may have an argument, as `signature generators.build` does."""
    word, _, argument = name.partition(" ")
    return TABLES[word](argument) if argument else TABLES[word]()
