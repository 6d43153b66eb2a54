"""Shared fixtures: a tiny library of patterns, and small datasets built from it or from run8."""

import os
import string
from itertools import islice, product
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from strategies import law

from generators import build
from generators.builder.preset import Preset
from generators.builder.recipe import Recipe
from generators.patterns.library import read_library

settings.register_profile("law", law)
settings.load_profile("law")  # for tests without settings of their own: no time limits, the same examples every time

_KEPT = TemporaryDirectory(prefix="wirework-tests-")
os.environ["HF_ASSETS_CACHE"] = _KEPT.name  # before the Hub's library is imported, so that tests leave the user's alone

PEOPLE = ["".join(letters).title() for letters in islice(product("bdfg", "aeiou", "lmn", "ou"), 80)]
WORDS = {f"{first}i{last}": f"{first}i{last}s" for first, last in islice(product(string.ascii_lowercase, "bdg"), 60)}
VOCABULARY = (
    f"person: [{', '.join(PEOPLE)}]\nthings: {{{', '.join(f'{one}: {many}' for one, many in WORDS.items())}}}\n"
)

TIMES_MORE = """---
slots:
  more:  person
  fewer: person
  item:  things
  count: 5..25
  times: 2..5
trace:
  - {op: init, var: $fewer.$item, value: $count}
  - {op: init, var: factor, value: $times}
  - {op: compute, compute_op: mul, args: [$fewer.$item, factor], var: step1}
  - {op: compute, compute_op: sub, args: [step1, $fewer.$item], var: result}
  - {op: query, var: result}
answer: count * times - count
---
{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}. How many more has {{ more }}?
"""

CONSUME = """---
slots:
  who:   person
  item:  things
  left:  5..25
  first: 2..30
  then:  2..30
  had:   = left + first + then
trace:
  - {op: init, var: $who.$item, value: $had}
  - {op: consume, entity: $who.$item, amount: $first}
  - {op: consume, entity: $who.$item, amount: $then}
  - {op: query, var: $who.$item}
answer: left
---
{{ who }} has {{ had }} {{ item }}, uses {{ first }} and then {{ then }}. How many {{ item }} are left?
"""

TEXTS = {
    "vocabulary.yaml": VOCABULARY,
    "comparison/times_more.jinja": TIMES_MORE,
    "entity_track/consume.jinja": CONSUME,
}


@pytest.fixture(scope="session")
def texts():
    """Return the texts of a tiny library: two patterns and their vocabularies."""
    return dict(TEXTS)


@pytest.fixture(scope="session")
def small(texts):
    """Return the tiny library."""
    return read_library(texts)


@pytest.fixture(scope="session")
def cook(small):
    """Return a function that makes recipes of the tiny library: 60 % times_more, shards of 100 rows."""

    def cooked(library=small, *, rows=300, validation=40, test=80, seed=0, **overrides):
        preset = Preset(
            name="small",
            path="small.yaml",
            text="",
            rows={"train": rows, "validation": validation, "test": test},
            max_len=1024,
            phrasings=1,
            system="You wire.",
            weights={"comparison": 60, "entity_track": 40},
            patterns={},
        )
        options = {"seed": seed, "max_len": None, "tokenizer": None, "shard_rows": 100} | overrides
        return Recipe.of(preset, library, **options)

    return cooked


@pytest.fixture(scope="session")
def run8(tmp_path_factory):
    """Return a built run8; tests that change it copy it first."""
    return build("run8", out=tmp_path_factory.mktemp("built") / "run8")
