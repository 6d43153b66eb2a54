"""The tuples of slots that conditions join satisfy them, are the same everywhere, and are as many as the recipe allows."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from folders import contents, rows_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import law
from timing import least_seconds

from generators.builder.dataset import make, rebuild
from generators.finished.audit import audit
from generators.patterns.condition import drawn_by, read_conditions
from generators.patterns.joint import FEWEST, SEARCH, Search, joined
from generators.patterns.library import read_library
from generators.patterns.slots import Draw, Numbers, read_slots, space
from solver.refusal import InputError

NAME = "comparison/times_more"
FORMS = st.sampled_from(["1..12", "3..12", "5..95 by 10", "0.5..5 by 0.5", ["2", "3", "10", "25"], ["1/3", "1/2", "5"]])
EXPRESSIONS = st.sampled_from(["a", "b", "c", "d", "a * b", "a + c - b", "a / b", "b // c", "a % c", "a / (b - c)"])
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
COMPARISONS = st.builds("{} {} {}".format, EXPRESSIONS, SIGNS, EXPRESSIONS | st.just("7"))
CONDITIONS = st.lists(COMPARISONS | st.builds("whole({})".format, EXPRESSIONS), min_size=1, max_size=3)
WHERE = "where: [count > times, whole(count / times)]\ntrace:"


def holds(condition, values):
    """Return whether a condition holds, computed by Python on fractions."""
    whole = condition.startswith("whole")
    text = condition.removeprefix("whole").replace(" = ", " == ")
    try:
        found = eval(text, {}, values)
    except ZeroDivisionError:
        return False
    return Fraction(found).denominator == 1 if whole else found


def tuples(slots):
    """Return the numbers of all assignments of some slots, as tuples."""
    draw = Draw(slots, np.arange(space(slots)))
    return list(zip(*(draw.numbers[name].fractions() for name in "abcd"), strict=True))


@law
@given(st.tuples(FORMS, FORMS, FORMS), CONDITIONS)
def test_tuples_are_those_that_satisfy_all_conditions(forms, texts):
    """Where each combination can be tried, none that satisfies them is missed; too few are refused with their count."""
    slots = read_slots(dict(zip("abc", forms, strict=True)) | {"d": "= a * b - c"}, {})
    conditions = read_conditions(texts, slots)
    expected = [
        values for values in tuples(slots) if all(holds(text, dict(zip("abcd", values, strict=True))) for text in texts)
    ]
    members = drawn_by(conditions, slots)
    joint = {tuple(value for name, value in zip("abcd", values, strict=True) if name in members) for values in expected}

    if len(joint) < FEWEST:
        with pytest.raises(InputError, match=rf"where: {len(joint)} of [\d,]+ tuples of {', '.join(members)} satisfy"):
            joined(slots, conditions, "a/b", SEARCH)
        return
    assert sorted(tuples(joined(slots, conditions, "a/b", SEARCH))) == sorted(expected)


@law
@given(st.tuples(FORMS, FORMS, FORMS), CONDITIONS, st.sampled_from([40, 100]), st.sampled_from([150, 400]))
def test_bounds_keep_the_first_tuples(forms, texts, most, tries):
    """A search with smaller bounds finds fewer tuples that satisfy the conditions, each once, and never more than allowed."""
    slots = read_slots(dict(zip("abc", forms, strict=True)) | {"d": "= a * b - c"}, {})
    conditions = read_conditions(texts, slots)
    try:
        few = joined(slots, conditions, "a/b", Search(most, tries))
    except InputError as error:
        assert "satisfy the conditions" in str(error)  # noqa: PT017 - both outcomes are right
        return
    found = tuples(few)

    assert (
        len(next(slot.places for slot in few.values() if isinstance(slot, Numbers) and slot.places is not None)) <= most
    )
    assert len(set(found)) == len(found)
    assert all(holds(text, dict(zip("abcd", values, strict=True))) for text in texts for values in found)


def conditioned(texts, extra=""):
    """Return the tiny library with conditions on one pattern."""
    path = f"{NAME}.jinja"
    return read_library(texts | {path: texts[path].replace("5..25", "5..90").replace("trace:", WHERE, 1) + extra})


def test_a_pattern_has_the_same_tuples_beside_others_and_in_other_orders(texts):
    """The id and the slots decide the tuples: no other file, wording or order of files does."""
    extra = (
        "---\nThe {{ item }} of {{ more }} are {{ times }} times the {{ count }} of {{ fewer }}. Find the difference.\n"
    )
    ones = [conditioned(texts), conditioned(dict(reversed(texts.items()))), conditioned(texts, extra)]

    drawn = [library[NAME].draw(np.arange(50)) for library in ones]

    assert len({tuple(draw.text(name).to_pylist()) for draw in drawn for name in ("count",)}) == 1
    fitting = [count % times == 0 and count > times for count, times in product(range(5, 91), range(2, 6))]
    assert len(ones[0][NAME].slots["count"].places) == sum(fitting)


def test_builds_with_conditions_grow_and_are_sound(texts, cook, tmp_path):
    """Every row satisfies the conditions; a larger build keeps the rows; a recipe makes the same bytes again."""
    library = conditioned(texts)
    small, large = (make(cook(library, rows=rows), tmp_path / str(rows)).folder for rows in (100, 300))
    few, many = (
        {row["id"]: row for row in rows_of(folder) if row["pattern"] == "times_more"} for folder in (small, large)
    )
    again = rebuild(large, tmp_path / "again").folder

    assert few.items() <= many.items()
    assert audit(large).faults == []
    assert {name: data for name, data in contents(again).items() if name != "README.md"} == {
        name: data for name, data in contents(large).items() if name != "README.md"
    }
    numbers = [re.findall(r"\d+", row["question"]) for row in many.values()]
    assert all(int(count) > int(times) and int(count) % int(times) == 0 for times, count in numbers)


def test_the_bounds_stand_in_the_recipe(texts, cook, tmp_path):
    """A recipe with other bounds makes other rows; one without conditions has no bounds."""
    recipe = cook(conditioned(texts))
    fewer = replace(recipe, where=Search(48, 300))

    assert "where" not in json.loads(cook().text())
    assert json.loads(recipe.text())["where"] == {"tries": 1 << 20, "tuples": 4_096}
    assert len(fewer.library[NAME].slots["count"].places) == 48
    with pytest.raises(ValueError, match="where has bounds outside"):
        replace(recipe, where=Search(64, 1 << 40)).check()


def test_large_spaces_are_searched_within_a_second(texts):
    """Twelve slots of a thousand values, with few tuples that fit, are searched within the bound of tries."""
    names = [f"n{place}" for place in range(12)]
    slots = read_slots(dict.fromkeys(names, "1..1000"), {})
    conditions = read_conditions([f"{left} > {right}" for left, right in pairwise(names[:5])] + ["n11 >= n10"], slots)

    found = joined(slots, conditions, "a/b", SEARCH)

    assert len(found["n0"].places) == SEARCH.tuples
    assert least_seconds(lambda: joined(slots, conditions, "a/b", SEARCH), 1) < 1
