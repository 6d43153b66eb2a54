"""Rows are proved, named when they fail, and independent of the other rows in a build, for spaces of any size."""

import numpy as np
import pytest

from generators.builder.dataset import make
from generators.builder.length import Ruler
from generators.builder.recipe import Recipe
from generators.builder.rows import Sample, make_group
from generators.builder.shard import make_shard
from generators.finished.audit import audit
from generators.patterns.library import read_library
from solver.refusal import InputError
from solver.schema import SCHEMA


@pytest.fixture(scope="module")
def group(cook):
    """Return the arguments of `make_group` for some indices of a pattern of a library."""

    def made(pattern, places, **options):
        recipe = cook(**options)
        return make_group(recipe, pattern, places, Ruler(recipe.system, recipe.max_len))

    return made


def changed(texts, **changes):
    """Return the tiny library with replacements in the text of times_more."""
    source = texts["comparison/times_more.jinja"]
    for old, new in changes.values():
        assert old in source
        source = source.replace(old, new)
    return read_library(texts | {"comparison/times_more.jinja": source})


def wider(texts, *sizes):
    """Return the tiny library with more shown numbers in times_more, of the given numbers of values."""
    slots = "".join(f"  w{k}: 1..{size}\n" for k, size in enumerate(sizes))
    shown = ", ".join(f"{{{{ w{k} }}}}" for k in range(len(sizes)))
    return changed(texts, slots=("  times: 2..5\n", f"  times: 2..5\n{slots}"), shown=("as many", f"as many ({shown})"))


def place_of(pattern, **values):
    """Return the index in a pattern's own order of an assignment; slots that are not named have digit 0."""
    assignment, weight = 0, 1
    for name, slot in pattern.slots.items():
        if slot.size > 1:
            assignment += weight * values.get(name, 0)
            weight *= slot.size
    return pattern.order.inverse(np.array([assignment]))


def test_rows_are_the_same_alone_and_in_company(group, small):
    """The texts of a row do not depend on the other rows made with it."""
    pattern = small["consume"]
    places = np.arange(0, 4_000, 37)

    together = group(pattern, places)
    alone = [group(pattern, places[row : row + 1]) for row in range(0, len(places), 20)]

    for name in ("ids", "questions", "traces", "answers"):
        assert [getattr(one, name)[0] for one in alone] == [
            getattr(together, name)[row] for row in range(0, len(places), 20)
        ]


@pytest.mark.parametrize(
    "sizes",
    [
        (1_000,),
        (1_000, 1_000, 100),
        (1_000, 1_000, 1_000, 100),
        (1_000, 1_000, 1_000, 600),
        (1_000, 1_000, 1_000, 1_000, 1_000),
    ],
    ids=["beyond 2**34", "beyond 2**51", "beyond 2**61", "beyond 2**64", "beyond 2**74"],
)
def test_spaces_of_any_size_build_and_verify(texts, cook, tmp_path, sizes):
    """A pattern with any number of questions builds, and its audit makes the same rows."""
    recipe = cook(wider(texts, *sizes), rows=30, validation=10, test=10)

    built = make(recipe, tmp_path / "d")

    assert audit(built.folder).faults == []
    assert built.counts == {"train": 30, "validation": 10, "test": 10}


def test_a_row_that_fails_is_named(texts, group):
    """A rare row whose answer is not positive, which loading missed, is named by its id in the build."""
    values = [*range(2, 1_200), 1, *range(1_200, 2_000)]
    pattern = changed(texts, slots=("times: 2..5", f"times: {values}"))["times_more"]
    place = place_of(pattern, times=values.index(1))

    with pytest.raises(InputError, match=f"^comparison/times_more/{place[0]}: .*not positive"):
        group(pattern, np.concatenate([np.arange(3), place]))


def test_a_long_word_is_found_before_any_row_is_written(texts, cook, tmp_path):
    """A built dataset verifies, even if one word in eighty makes a name longer than allowed."""
    words = texts["vocabulary.yaml"].replace("[", f"[{'Ab' * 45}, ", 1)

    try:
        built = make(
            cook(read_library(texts | {"vocabulary.yaml": words}), rows=1_000, shard_rows=1_000), tmp_path / "d"
        )
    except InputError:
        return

    assert audit(built.folder).faults == []


@pytest.mark.parametrize("where", ["shown", "traced"])
def test_a_division_by_zero_in_a_slot_is_told(texts, where):
    """A slot that divides by 0 in some rows is refused when the pattern is loaded."""
    changes = {
        "shown": {
            "slot": ("times: 2..5", "times: 2..5\n  part: = count / (times - 3)"),
            "show": ("as many", "as many ({{ part }})"),
        },
        "traced": {
            "slot": ("count: 5..25", "base: 5..25\n  count: = base / (times - 3)"),
            "answer": ("answer: count * times - count", "answer: times"),
        },
    }[where]

    with pytest.raises(InputError, match=r"divides by zero|does not show base"):
        changed(texts, **changes)


def test_wordings_do_not_follow_a_slot(texts, cook, tmp_path):
    """The wording of a row is independent of the word in its first slot."""
    source = texts["comparison/times_more.jinja"]
    two = read_library(
        {
            "vocabulary.yaml": texts["vocabulary.yaml"],
            "comparison/times_more.jinja": f"{source}---\nNow listen. {source.rpartition('---' + chr(10))[2]}",
        }
    )
    pattern = two["times_more"]
    recipe = Recipe(preset="p", seed=0, rows={"train": 400, "validation": 0, "test": 0}, shares={pattern.id: "1"}, system="You wire.",
                    max_len=2048, tokenizer=None, phrasings=2, shard_rows=1_000, versions={}, files=two.texts)  # fmt: skip

    rows = make_group(recipe, pattern, np.arange(400), Ruler("", 2_048))
    seen = {}
    for question in rows.questions.to_pylist():
        seen.setdefault(question.removeprefix("Now listen. ").split()[0], set()).add(question.startswith("Now"))

    assert sum(len(phrasings) == 2 for phrasings in seen.values()) > len(seen) / 2


def test_the_schema_is_frozen():
    """The columns of every dataset and their order do not change, since trained models depend on them."""
    turns = "list<element: struct<role: string, content: string>>"
    shown = [(field.name, str(field.type).replace("item:", "element:")) for field in SCHEMA]

    assert shown == [
        ("id", "string"),
        ("prompt", turns),
        ("completion", turns),
        ("question", "string"),
        ("trace", "string"),
        ("answer", "string"),
        ("expert", "string"),
        ("experts", "list<element: string>"),
        ("pattern", "string"),
        ("steps", "int32"),
        ("difficulty", "int32"),
        ("metadata", "string"),
    ]


@pytest.mark.parametrize("slots", ["[1/1000003, 1/1000033, 5]"])
def test_a_bound_holds_for_fractions_too(texts, slots):
    """The bound on a row's bytes holds for slots derived from fractions with large denominators."""
    library = changed(
        texts,
        slots=("  times: 2..5\n", f"  times: 2..5\n  odd: {slots}\n  more_odd: = odd + 1\n"),
        shown=("as many", "as many ({{ odd }} and {{ more_odd }})"),
    )
    pattern = library["times_more"]
    ruler = Ruler("You wire.", 10_000)
    rows = make_group_of(pattern, ruler)

    assert rows.lengths.max() <= ruler.bound(pattern)


def make_group_of(pattern, ruler):
    """Return a group of 2,000 rows of a pattern, with a ruler that accepts all of them."""
    recipe = Recipe(preset="p", seed=0, rows={"train": 1, "validation": 0, "test": 0}, shares={pattern.id: "1"}, system="You wire.",
                    max_len=10_000, tokenizer=None, phrasings=1, shard_rows=1_000, versions={}, files={})  # fmt: skip
    return make_group(recipe, pattern, np.linspace(0, pattern.space - 1, 2_000).astype(np.int64), ruler)


def test_the_slices_of_all_seeds_part_the_whole_space(texts, cook):
    """For every seed, the splits draw from the same three sets, and each question is in one of them."""
    names = texts["vocabulary.yaml"].partition("[")[2].split(", ")[:11]
    words = f"person: [{', '.join(names)}]\n" + texts["vocabulary.yaml"].partition("\n")[2]
    library = read_library(
        {
            "vocabulary.yaml": words,
            "comparison/times_more.jinja": texts["comparison/times_more.jinja"],
            "entity_track/consume.jinja": texts["entity_track/consume.jinja"],
        }
    )
    pattern = library["times_more"]

    drawn = {}
    for seed in (0, 1):
        recipe = cook(library, seed=seed)
        for split, share in (("train", 8), ("validation", 1), ("test", 1)):
            size = pattern.space * share // 10
            drawn[split, seed] = recipe.indices(pattern, split, range(size))
    first = [np.sort(drawn[split, 0]) for split in ("train", "validation", "test")]

    assert pattern.space < 600_000
    assert np.array_equal(np.sort(np.concatenate(first)), np.arange(sum(map(len, first))))
    assert sum(map(len, first)) > pattern.space - 3
    for split, held in zip(("train", "validation", "test"), first, strict=True):
        assert np.array_equal(np.sort(drawn[split, 1]), held)
        assert (drawn[split, 0] != drawn[split, 1]).mean() > 0.9


@pytest.mark.parametrize(
    ("place", "patterns", "expected"),
    [
        (0, 1, Sample(8, plain=True)),
        (511, 512, Sample(8, plain=True)),
        (1, 1_024, Sample(4, plain=False)),
        (2, 1_024, Sample(4, plain=True)),
        (9, 4_080, Sample(1, plain=False)),
        (8, 40_960, Sample(1, plain=False)),
    ],
)
def test_many_patterns_share_the_sample_of_few(place, patterns, expected):
    """Each pattern of a shard has a row cross-checked, and 512 patterns at most are compared with plain Jinja2."""
    assert Sample.of(place, patterns) == expected


def test_the_sample_changes_no_row(cook, monkeypatch):
    """A shard of many patterns has the rows that it would have with larger samples."""
    recipe = cook()
    ruler = Ruler(recipe.system, recipe.max_len)
    large = make_shard(recipe, "train", 0, ruler)
    monkeypatch.setattr("generators.builder.rows.FEW", 1)

    small = make_shard(recipe, "train", 0, ruler)

    assert small.table == large.table
    assert (large.sampled, small.sampled) == (16, 8)
