"""`check` reports every bad file of a folder, with the file's own line numbers."""

import json
import runpy
import shutil

import pyarrow.parquet as pq
import pytest

from generators import build, rebuild
from generators.__main__ import main
from generators.finished.audit import audit
from generators.finished.export import export
from generators.patterns.library import SHIPPED
from generators.patterns.soundness import examine
from solver import dataset_reading, trace_reward
from solver.__main__ import main as score
from solver.dataset import open_dataset
from solver.refusal import InputError

TOWNS = "# towns with a bus station\ntown: [Ashford, Brightwater, Coldbrook, Dunmore, Eastfield, Fairview, Greenhill]\n"
TICKETS = """---
slots:
  child:  person
  place:  town
  riders: 3..12
  fare:   1.50..9.50 by 0.25
  left:   5..60
  money:  = riders * fare + left
trace:
  - {op: init, var: money, value: $money}
  - {op: init, var: riders, value: $riders}
  - {op: init, var: fare, value: $fare}
  - {op: compute, compute_op: mul, args: [riders, fare], var: spent}
  - {op: compute, compute_op: sub, args: [money, spent], var: left}
  - {op: query, var: left}
answer: left
---
{{ child }} has {{ money | money }} and buys tickets to {{ place }} for {{ riders }} people at {{ fare | money }} each. How much is left?
---
Tickets to {{ place }} cost {{ fare | money }} each. {{ child }} has {{ money | money }} and buys {{ riders }}. How much is left?
"""
SUM = """---
slots: {one: 1..900, two: 1..900}
trace:
- expert: arithmetic
  trace:
  - {op: init, var: a, value: $one}
  - {op: init, var: b, value: $two}
  - {op: compute, compute_op: add, args: [a, b], var: c}
  - {op: query, var: c}
- expert: arithmetic
  trace:
  - {op: init, var: a, source: prev.result}
  - {op: init, var: b, value: $two}
  - {op: compute, compute_op: add, args: [a, b], var: c}
  - {op: query, var: c}
answer: one + two + two
---
Add {{ one }} to {{ two }}. Add the second number once more. What is the sum?
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a vocabulary and one sound pattern."""
    (tmp_path / "arithmetic").mkdir()
    (tmp_path / "composition").mkdir()
    (tmp_path / "vocabulary.yaml").write_text(TOWNS)
    (tmp_path / "arithmetic" / "tickets.jinja").write_text(TICKETS)
    return tmp_path


def lines(folder):
    """Return the faults of a folder, each with the file's name and line."""
    return sorted(": ".join(fault.removeprefix(f"{folder}/").split(": ", 2)[:2]) for fault in examine(folder).faults)


def test_every_bad_file_is_reported(folder, capsys):
    """Each bad file gets a line on stderr; the sound ones of the folder alone are counted; the exit status is 2."""
    (folder / "arithmetic" / "b.jinja").write_text(TICKETS.replace("fare: ", "fair: "))
    (folder / "arithmetic" / "c.jinja").write_text(TICKETS.replace("| money", "| monney"))
    (folder / "arithmetic" / "d.jinja").write_bytes(b"\xff\xfe\x00")
    (folder / "stray.jinja").write_text(TICKETS)

    assert main(["check", str(folder)]) == 2

    told = capsys.readouterr()
    assert told.out.startswith("1 of 5 patterns is sound; ")
    for line, where in zip(
        told.err.splitlines(),
        (
            "arithmetic/d.jinja, line 1: not UTF-8",
            "stray.jinja: a pattern lies in",
            "arithmetic/b.jinja: line 8: slot money",
            "arithmetic/c.jinja: line 18, wording 1: no filter",
        ),
        strict=True,
    ):
        assert line.startswith(f"error: {folder}/{where}")


def test_only_the_folder_is_counted(folder, capsys):
    """The shipped patterns are not counted with those of a folder."""
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("1 pattern is sound; ")


def test_a_bad_vocabulary_leaves_the_others(folder):
    """A fault in a vocabulary is reported in its line, and files that do not use it are checked."""
    (folder / "vocabulary.yaml").write_text(f"{TOWNS}odd:\n- fine\n- 7up\ntwice: [oak]\ntwice: [elm]\n")

    assert lines(folder) == ["vocabulary.yaml: line 5", "vocabulary.yaml: line 7"]

    (folder / "vocabulary.yaml").write_text(TOWNS.replace("Ashford", "A4"))
    faults = examine(folder).faults

    assert "vocabulary.yaml: line 2: vocabulary town has 'A4'" in faults[0]
    assert "tickets.jinja: line 4: slot place: vocabulary town has a fault of its own; mend it first" in faults[1]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  fare:   1.50", "  fare:  x1.50", 6),
        ("  left:   5..60\n", "  left:   5..60\n  left:   1..9\n", 8),
        ("args: [riders, fare]", "args: [riders]", 13),
        ("args: [riders, fare]", "args: [riders, fair]", 13),
        ("value: $fare", "value: $fair", 12),
        ("  - {op: query, var: left}\n", "", 9),
        ("answer: left", "answer: left + 1", 16),
        ("answer: left", "answers: left", 16),
        ("buys {{ riders }}.", "buys {{ riders + 1 }}.", "20, wording 2"),
        ("buys {{ riders }}.", "buys some.", "20, wording 2"),
        ("Tickets to {{ place }}", "Tickets to a town", "20, wording 2"),
        ("---\n{{ child }}", "---\n\n\n{{ child | cap }}", "20, wording 1"),
        ("---\nslots", "\n\n---\nslot", 4),
    ],
)
def test_a_fault_has_the_line_of_the_file(folder, old, new, line):
    """The line is that of the file, in the slots, the trace, the answer and every question."""
    assert old in TICKETS
    (folder / "arithmetic" / "tickets.jinja").write_text(TICKETS.replace(old, new))

    assert lines(folder) == [f"arithmetic/tickets.jinja: line {line}"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("args: [a, b], var: c}\n- expert: arithmetic", "args: [a], var: c}\n- expert: arithmetic", 8),
        ("source: prev.result", "source: last", 12),
    ],
)
def test_a_step_of_a_composition_has_its_line(folder, old, new, line):
    """The line of a fault in a composition is that of the step in its sub-trace."""
    text = SUM.replace(old, new)
    if text == SUM:
        text = SUM.replace("args: [a, b]", "args: [a]", 1)
    (folder / "composition" / "sums.jinja").write_text(text)

    assert lines(folder) == [f"composition/sums.jinja: line {line}"]


def test_a_deep_fault_has_its_line(folder):
    """A fault in few of the rows, which loading does not try, is found in the line of the answer."""
    source = TICKETS.replace("answer: left", "answer: left + (riders * fare * 4) // 456").replace("9.50 by", "9.50 by")
    (folder / "arithmetic" / "tickets.jinja").write_text(source)

    assert lines(folder) == ["arithmetic/tickets.jinja: line 16"]


def test_a_name_of_a_shipped_pattern_is_reported(folder):
    """A file with the name of a shipped pattern is no sound pattern of the folder."""
    name = next(SHIPPED.glob("arithmetic/*.jinja")).name
    shutil.copy(folder / "arithmetic" / "tickets.jinja", folder / "arithmetic" / name)

    found = examine(folder)

    assert (found.files, len(found.patterns)) == (2, 1)
    assert f"arithmetic/{name}: a shipped pattern has this name" in found.faults[0]


def test_a_folder_without_patterns_is_refused(tmp_path):
    """A folder that is missing or empty is one line."""
    with pytest.raises(InputError, match="no pattern found"):
        examine(tmp_path)
    with pytest.raises(InputError, match="no such folder of patterns"):
        examine(tmp_path / "absent")


STRINGS = """---
slots:
  child:   person
  place:   town
  guitars: 2..400
  days:    2..90
trace:
  - {op: init, var: guitars, value: $guitars}
  - {op: init, var: strings, value: 6}
  - {op: init, var: days, value: $days}
  - {op: compute, compute_op: mul, args: [guitars, strings], var: each}
  - {op: compute, compute_op: mul, args: [each, days], var: all}
  - {op: query, var: all}
answer: guitars * 6 * days
---
{{ child }} in {{ place }} puts new strings on {{ guitars }} guitars a day. How many strings does that take in {{ days }} days?
"""


def test_a_dataset_keeps_its_constants(folder, tmp_path_factory, capsys):
    """A pattern may use a constant of its folder; the recipe stores it, so the dataset is verified and rebuilt alone."""
    (folder / "arithmetic" / "strings.jinja").write_text(STRINGS)

    assert "strings.jinja: line 16, wording 1: the trace takes 6" in examine(folder).faults[0]

    (folder / "constants.yaml").write_text("strings_per_guitar: {value: 6, words: [guitar]}\n")
    assert examine(folder).faults == []
    place = tmp_path_factory.mktemp("built")
    preset = place / "mine.yaml"
    preset.write_text("rows: 20\nvalidation: 2\ntest: 2\nmax_len: 1024\nweights: {arithmetic: 100}\npatterns: []\n")
    built = build(str(preset), out=place / "d", patterns=folder, workers=1)
    shutil.rmtree(folder)

    assert "own constants.yaml" in json.loads((place / "d" / "recipe.json").read_text())["files"]
    assert audit(place / "d").passed
    assert rebuild(place / "d" / "recipe.json", place / "again", workers=1).counts == built.counts
    rows = [
        json.dumps({"id": row["id"], "completion": row["completion"]})
        for row in open_dataset(place / "d", "test").to_pylist()
    ]
    (place / "gold.jsonl").write_text("\n".join(rows))
    assert score(["score", str(place / "gold.jsonl"), str(place / "d"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"][0]["accuracy"] == 1.0

    row = next(row for row in open_dataset(place / "d", "train").to_pylist() if row["pattern"] == "strings")
    prompts, completions = [row["prompt"]], [row["completion"]]
    reading = dataset_reading(place / "d")
    assert trace_reward(completions, [row["answer"]], prompts=prompts) == [0.5]
    assert trace_reward(completions, [row["answer"]], prompts=prompts, reading=reading) == [1.0]
    export(place / "d", place / "verl")
    shutil.rmtree(place / "d")
    reward = runpy.run_path(str(place / "verl" / "reward.py"))["compute_score"]
    verl = next(
        one
        for one in pq.read_table(place / "verl" / "train.parquet").to_pylist()
        if one["extra_info"]["id"] == row["id"]
    )
    truth = verl["reward_model"]["ground_truth"]
    assert reward(verl["data_source"], row["completion"], truth, verl["extra_info"]) == {"score": 1.0, "acc": 1.0}


def test_a_bad_file_of_constants_has_its_lines(folder):
    """Each fault of a file of constants is reported in its line."""
    (folder / "constants.yaml").write_text(
        "# own ones\nfine: {value: 6, words: [guitar]}\nbad:\n  value: six\n  words: [guitar]\n  7up: 1\nfine: {value: 6, words: [oboe]}\n"
    )

    assert lines(folder) == ["constants.yaml: line 6", "constants.yaml: line 7"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  fare:", "\tfare:", "line 6: found a tab character that violates indentation; indent with spaces"),
        ("  fare: ", "    fare: ", "line 6: mapping values are not allowed in this context; indent keys alike"),
        ("var: left}\nanswer", "var: left\nanswer", "line 16: did not find expected ',' or '}'; put commas"),
        ("child:  person", "child: 'person", "found unexpected end of stream; close the quotes"),
        (
            "3..12",
            "3-12",
            "line 5: slot riders: '3-12' is not a range, list, expression or vocabulary; write low..high",
        ),
        ("= riders", "riders", "vocabulary; write = riders * fare + left"),
    ],
    ids=["a tab", "indentation", "a brace", "a quote", "a hyphen", "no equals sign"],
)
def test_a_newcomers_mistake_has_its_fix(folder, old, new, told):
    """A file that YAML or a slot's reader cannot read is told with what would do."""
    (folder / "arithmetic" / "tickets.jinja").write_text(TICKETS.replace(old, new))

    assert told in examine(folder).faults[0]
