"""Presets are read strictly, and rows follow Webster's method: a larger dataset only adds rows."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import least_seconds

from generators import build
from generators.builder.preset import apportion, known_presets, read_preset, seats
from generators.builder.recipe import note_on_small_patterns
from generators.builder.wordings import HeldOut
from generators.patterns.library import Files, files, library, shipped
from solver.refusal import InputError

GOOD = """rows: 10
validation: 2
test: 3
max_len: 1024
system: You wire.
weights:
  arithmetic: 60
  percentage: 40
"""

shares = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60), min_size=1).map(
    lambda weights: {name: Fraction(weight, sum(weights.values())) for name, weight in weights.items()}
)


def naive(shares, rows):
    """Return Webster's counts by giving out rows one by one, as in the textbook."""
    counts = dict.fromkeys(sorted(shares), 0)
    for _ in range(rows):
        counts[max(counts, key=lambda name: shares[name] / (2 * counts[name] + 1))] += 1
    return counts


@given(shares, st.integers(0, 120))
def test_seats_are_websters(shares, rows):
    """The counts equal those of giving out rows one by one."""
    assert seats(shares, rows) == naive(shares, rows)


@given(shares, st.integers(0, 10**12))
def test_growing_only_adds(shares, rows):
    """One more row is one more row of one pattern, at any size."""
    before, after = seats(shares, rows), seats(shares, rows + 1)

    assert sum(before.values()) == rows
    assert sorted(after[name] - before[name] for name in shares) == [0] * (len(shares) - 1) + [1]


def test_thousands_of_patterns_are_apportioned_at_once():
    """The time grows with the patterns, not with their square, where each misses half a row or has half too much."""
    shares = {f"p{number}": Fraction(1, 20_000) for number in range(20_000)}

    assert least_seconds(lambda: (seats(shares, 29_999), seats(shares, 30_001)), 5) < 5


def test_the_patterns_of_a_large_folder_are_weighed_at_once():
    """The time of weighing patterns grows with their number, not with its square."""
    preset = read_preset({"rows": 1, "validation": 0, "test": 0, "max_len": 9, "weights": {"arithmetic": 100}})
    known = Files({f"arithmetic/p{number}.jinja": "" for number in range(10_000)})

    assert least_seconds(lambda: preset.shares(known), 2) < 2


def test_weights_are_exact_per_expert():
    """The 500 rows of run 8 are 150, 100, 75, 75, 50 and 50 per expert."""
    preset = read_preset("run8")

    counts = apportion(preset.shares(library()), 500)
    experts = {}
    for name, count in counts.items():
        experts[name.partition("/")[0]] = experts.get(name.partition("/")[0], 0) + count

    assert experts == {name: weight * 5 for name, weight in preset.weights.items()}


def test_run7_is_run8_without_interleaving():
    """Run 7 leaves out the three interleaved patterns, and has its own weights."""
    preset = read_preset("run7")

    left_out = set(read_preset("run8").shares(library())) - set(preset.shares(library()))

    assert left_out == {f"arithmetic/{name}" for name in ("interleaved_mul_mul", "parallel_merge", "chained_mul_sum")}
    assert list(preset.weights.values()) == [20, 25, 20, 15, 10, 10]


def test_run9_and_run10_take_every_pattern():
    """Runs 9 and 10 use every new pattern file without listing it; run 8 keeps its thirty patterns."""
    assert set(read_preset("run9").shares(library())) == set(library().patterns)
    assert set(read_preset("run10").shares(library())) == set(library().patterns)
    assert len(read_preset("run8").shares(library())) == 30


def test_run10_holds_wordings_out():
    """Run 10 takes all training wordings, and gives validation and test the held-out ones alone."""
    assert read_preset("run10").phrasings == HeldOut("all")
    assert known_presets() == ["run7", "run8", "run9", "run10"]


def test_run10_weighs_patterns_of_small_answers():
    """The patterns of arithmetic with more rows than others have answers below 10 in at least a quarter of their draws."""
    shares = {name: share for name, share in read_preset("run10").shares(library()).items() if "arithmetic/" in name}
    weighed = [library().patterns[name] for name, share in shares.items() if share > min(shares.values())]

    few = [
        pattern.id
        for pattern in weighed
        if (pattern.run(pattern.draw(np.arange(1_000)).numbers).answer < 10).mean() < 0.25
    ]

    assert weighed
    assert not few


@pytest.fixture
def own(tmp_path):
    """Return a folder with two patterns, arithmetic/crew and percentage/sale."""
    for name, model, old, new in (
        ("arithmetic/crew", "arithmetic/work_rate", "A team led by", "A crew led by"),
        ("percentage/sale", "percentage/percent_off", "?", " at all?"),
    ):
        path = tmp_path / "patterns" / f"{name}.jinja"
        path.parent.mkdir(parents=True)
        front, first = shipped()[f"{model}.jinja"].split("\n---")[:2]
        path.write_text(f"{front}\n---{first.replace(old, new)}\n")
    return tmp_path / "patterns"


RATE, OFF, CREW, SALE = "arithmetic/work_rate", "percentage/percent_off", "arithmetic/crew", "percentage/sale"


@pytest.mark.parametrize(
    ("patterns", "arithmetic", "percentage"),
    [
        (f"[{RATE}, {OFF}]", {RATE: 1, CREW: 1}, {OFF: 1, SALE: 1}),
        ("[]", {CREW: 1}, {SALE: 1}),
        ("mine", {CREW: 1}, {SALE: 1}),
        ("[mine]", {CREW: 1}, {SALE: 1}),
        ("[mine, crew: 3, work_rate]", {CREW: 3, RATE: 1}, {SALE: 1}),
        (f"[crew, {OFF}]", {CREW: 1}, {OFF: 1}),
        (f"[{RATE}, crew: 2, sale]", {RATE: 1, CREW: 2}, {SALE: 1}),
        ("[work_rate: 2, mine: 3, percent_off]", {RATE: 2, CREW: 3}, {OFF: 1, SALE: 3}),
        ("[mine, crew: 0, work_rate]", {RATE: 1}, {SALE: 1}),
        ("[work_rate, percent_off: 3, mine: 0]", {RATE: 1}, {OFF: 3}),
        ("{shipped: 0}", {CREW: 1}, {SALE: 1}),
        ("{shipped: 0, crew: 5, work_rate: 5}", {CREW: 5, RATE: 5}, {SALE: 1}),
        ("{shipped: 0, mine: 0, crew: 5, sale: 1}", {CREW: 5}, {SALE: 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_preset_takes_and_weighs_what_it_names(tmp_path, own, patterns, arithmetic, percentage):
    """A list takes what it names; shipped patterns alone leave a user's in, as they always did; a mapping takes all."""
    (tmp_path / "mine.yaml").write_text(f"{GOOD}patterns: {patterns}\n")

    preset = read_preset(str(tmp_path / "mine.yaml"))
    taken = preset.library(own)
    expected = {
        name: Fraction(share * weight, 100 * sum(within.values()))
        for share, within in ((60, arithmetic), (40, percentage))
        for name, weight in within.items()
    }

    assert preset.shares(taken) == expected
    assert taken.patterns.keys() == expected.keys()


def test_a_mapping_takes_all_patterns(tmp_path, own):
    """A mapping of weights takes every pattern, those of a user's folder too, with weight 1 unless it weighs them."""
    (tmp_path / "mine.yaml").write_text(f"{GOOD}patterns: {{crew: 4, percent_off: 0}}\n")

    shares = read_preset(str(tmp_path / "mine.yaml")).shares(files(own))

    experts = [name for name in library(own).patterns if name.startswith(("arithmetic/", "percentage/"))]
    assert set(shares) == set(experts) - {OFF}
    assert shares[CREW] == 4 * shares[RATE]


@pytest.mark.parametrize(
    ("patterns", "given", "told"),
    [
        ("mine", False, "line 9: mine are the patterns of --patterns DIR; give it, or leave out mine"),
        ("[work_rat]", False, "line 9: no pattern work_rat; did you mean work_rate"),
        ("[work_rate, crew]", False, "; a pattern of yours needs --patterns DIR"),
        ("[work_rate, craw]", True, "did you mean crew"),
        ("[work_rate, arithmetic/work_rate]", True, "line 9: arithmetic/work_rate is named twice; name it once"),
        (
            "[work_rate]",
            False,
            "line 8: percentage has weight 40 and no pattern; give a pattern a weight, or add yours",
        ),
        ("[crew]", True, "line 8: percentage has weight 40 and no pattern; give a pattern a weight, or set percentage"),
        ("nothing_like_it", False, "known are "),
    ],
)
def test_a_name_that_fits_no_pattern_is_told(tmp_path, own, patterns, given, told):
    """An error in `patterns` names the line, a few near names, and --patterns if no folder was given."""
    (tmp_path / "mine.yaml").write_text(f"{GOOD}patterns: {patterns}\n")

    with pytest.raises(InputError) as caught:
        read_preset(str(tmp_path / "mine.yaml")).library(own if given else None)

    assert told in str(caught.value)
    assert str(caught.value).count(",") < 15
    assert ("--patterns" in str(caught.value)) is not given


def test_many_small_patterns_are_one_line():
    """A build names the number of small patterns and the smallest of them; `check` lists them all."""
    patterns = [library().patterns[name] for name in ("comparison/times_more", "percentage/tip_calculation")]
    smallest = min(patterns, key=lambda pattern: pattern.space)

    told = note_on_small_patterns(patterns, 10**12)

    assert told.startswith(
        f"2 of 2 patterns have fewer than 1,000,000,000,000 distinct questions; {smallest.id} has {smallest.space:,} "
    )
    assert told.endswith(" test rows; `python -m generators check DIR` lists the others")
    assert "\n" not in told
    assert note_on_small_patterns(patterns, 1) is None


def test_a_small_pattern_is_used_and_its_rows_are_counted(tmp_path, texts, capsys):
    """A pattern with few questions is used; a build says how many rows each split can have, and refuses more."""
    small = texts["entity_track/consume.jinja"].replace("who:   person", "who:   [1, 2, 3]").replace("things", "crops")
    (tmp_path / "own" / "entity_track").mkdir(parents=True)
    (tmp_path / "own" / "entity_track" / "small.jinja").write_text(
        small.replace("$who.", "").replace("{{ who }}", "Team {{ who }}").replace("left:  5..25", "left:  5..6")
    )
    preset = {"rows": 100, "validation": 5, "test": 5, "max_len": 1024, "weights": {"entity_track": 100}}
    preset |= {"patterns": "mine", "language": "en", "license": "mit"}
    few, enough = tmp_path / "few.yaml", tmp_path / "enough.yaml"
    few.write_text(json.dumps(preset))
    enough.write_text(json.dumps(preset | {"min_questions": 156_426}))
    told = (
        "entity_track/small has 156,426 distinct questions: at most 125,140 train, 15,643 validation, 15,643 test rows"
    )

    built = build(str(few), patterns=tmp_path / "own", out=tmp_path / "d")

    assert built.counts == {"train": 100, "validation": 5, "test": 5}
    assert capsys.readouterr().err == f"note: {told}\n"
    with pytest.raises(InputError, match="entity_track/small has 125,140 train questions and 125,141 are asked for"):
        build(str(few), rows=125_141, patterns=tmp_path / "own", out=tmp_path / "e")
    build(str(enough), patterns=tmp_path / "own", out=tmp_path / "f")
    assert capsys.readouterr().err == ""


def test_shipped_presets_are_sound():
    """Every shipped preset can be read and finds its patterns; its shares sum to 1."""
    for name in known_presets():
        assert sum(read_preset(name).shares(library()).values()) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("arithmetic: 60", "arithmetic: -60", "line 7: arithmetic is -60; write a whole number of at least 0"),
        ("arithmetic: 60", "arithmetic: 50", "line 6: weights sum to 90; make them sum to 100"),
        ("percentage: 40", "percentag: 40", "line 8: no expert percentag; did you mean percentage?"),
        ("rows: 10", "rows: ten", "line 1: rows is ten; write a whole number of at least 0"),
        ("max_len: 1024", "max_len: 0", "line 4: max_len is 0; write a whole number of at least 1"),
        ("max_len: 1024", "maxlen: 1024", "line 4: unknown key maxlen; did you mean max_len?"),
        ("system: You wire.", "system: ''", "line 5: system is empty or not text"),
        ("test: 3", "", "test is missing or not a number"),
        ("rows: 10", "rows: [", "not YAML"),
        ("test: 3", "test: 3\nrows: 11", "not YAML in line 4: rows is given twice; keep one"),
        ("percentage: 40", "arithmetic: 40", "not YAML in line 8: arithmetic is given twice; keep one"),
        ("weights:", "patterns: [a/b, [c]]\nweights:", "line 6: patterns has an entry that is no name"),
        ("weights:", "patterns:\n  - a/b\n  - a/b\nweights:", "line 7: a/b is named twice; name it once"),
        ("weights:", "patterns: [a: 1, a: 2]\nweights:", "line 6: a is named twice; name it once"),
        ("weights:", "patterns: [{a: 1, b: 2}]\nweights:", "line 6: patterns has an entry that is no name"),
        ("weights:", "patterns:\n  - a: many\nweights:", "line 7: a is many; write a whole number of at least 0"),
        ("weights:", "min_questions: 0\nweights:", "line 6: min_questions is 0; write a whole number of at least 1"),
    ],
)
def test_a_bad_preset_names_file_and_line(tmp_path, old, new, told):
    """An error in a preset names the file, the line and the fix."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace(old, new))

    with pytest.raises(InputError) as caught:
        read_preset(str(path))

    assert str(caught.value).startswith(str(path))
    assert told in str(caught.value)


@pytest.mark.parametrize("line", ["arithmetic/price_chian: 2", "- arithmetic/price_chian"])
def test_a_pattern_that_does_not_exist_is_named_with_its_line(tmp_path, line):
    """An unknown pattern in weights or in the list is an error with its line and similar patterns."""
    path = tmp_path / "mine.yaml"
    path.write_text(f"{GOOD}patterns:\n  {line}\n")

    with pytest.raises(
        InputError, match=r"line 10: no pattern arithmetic/price_chian; did you mean arithmetic/price_chain"
    ):
        read_preset(str(path)).shares(library())


def test_a_preset_that_windows_wrote_is_read(tmp_path):
    """A byte order mark and CRLF line ends change nothing of a preset, and UTF-16 is named."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert read_preset(str(path)).rows["train"] == 10

    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(InputError, match=r"mine\.yaml, line 1: not UTF-8 \(looks like UTF-16\); save it as UTF-8"):
        read_preset(str(path))


def test_an_unknown_preset_names_the_nearest():
    """An unknown preset is an error with the known ones."""
    with pytest.raises(InputError, match="run9x: neither a preset nor a preset file; did you mean run"):
        read_preset("run9x")
