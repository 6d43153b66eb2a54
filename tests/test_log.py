"""The log stays short, newest first, and has the files that it names."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOG = (ROOT / "LOG.md").read_text(encoding="utf-8")
SAMPLES = ROOT / "benchmarks" / "samples"
FILES = sorted(path.name for path in SAMPLES.glob("*.csv"))
COUNTS = ["readers", "wrong", "doubtful", "bad_names"]


def entries():
    """Return the title and the lines of every dated entry, blank ones left out."""
    parts = re.split(r"^### ", LOG.partition("\n## Entries\n")[2], flags=re.MULTILINE)[1:]
    lines = [[line for line in part.splitlines() if line.strip()] for part in parts]
    return [(title, rest) for title, *rest in lines]


def test_entries_have_at_most_ten_lines():
    """An entry gives figures and commands, not a story."""
    assert [title for title, lines in entries() if len(lines) > 10] == []


def test_entries_are_dated_newest_first():
    """Every title begins with its date, and later dates stand first."""
    dates = [re.match(r"\d{4}-\d\d-\d\d(?=: )", title)[0] for title, _ in entries()]

    assert dates
    assert sorted(dates, reverse=True) == dates


def test_no_two_measures_have_one_name():
    """The README takes figures of the scoreboard by the name of the measure."""
    rows = re.findall(r"^\| ([^|]+) \|", LOG.partition("## Scoreboard")[2].partition("\n## ")[0], flags=re.MULTILINE)

    assert len(rows) > 50
    assert [name for name in rows if rows.count(name) > 1] == []


def test_the_log_names_every_sample_file():
    """No sample lies in the folder unnamed, and none is named that is not there."""
    assert FILES
    assert sorted(set(re.findall(r"benchmarks/samples/([\w-]+\.csv)", LOG))) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_sample_has_one_row_a_problem(name):
    """Ids are unique, and no more readers object to a row than have read it."""
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert list(rows[0]) == ["id", *COUNTS, "remark"]
    assert len(rows) == len({int(row["id"]) for row in rows})
    for row in rows:
        readers, wrong, doubtful, bad = (int(row[column] or 0) for column in COUNTS)
        assert wrong + doubtful <= readers, row
        assert bad <= readers, row
