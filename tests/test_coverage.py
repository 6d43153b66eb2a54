"""Coverage: the number of problems in a dataset whose signature a preset's patterns have."""

import json
import shutil
import subprocess
import sys
import textwrap

import hub
import pyarrow.parquet as pq
import pytest

from generators.builder.preset import read_preset
from generators.files.layout import MANIFEST
from generators.finished.coverage import coverage, pattern_signature
from generators.patterns.library import library
from solver.refusal import InputError

LIBRARY = library()
TRAIN = "data/train-00000-of-00001.parquet"


@pytest.fixture
def folder(run8, tmp_path):
    """Return a copy of run8 that a test may change."""
    return shutil.copytree(run8.folder, tmp_path / "copy")


def test_a_preset_covers_its_own_rows(run8):
    """Run 8 has the signature of every row of run 8."""
    found = coverage(read_preset("run8"), LIBRARY, str(run8.folder))

    assert (found.problems, found.traced, found.covered, found.share) == (500, 500, 500, 1.0)
    assert found.signatures == found.covered_signatures == found.pattern_signatures
    assert found.lacking == ()


def test_what_is_lacking_is_told_most_first(run8):
    """Run 7 lacks the signatures of the interleaved patterns; each has its number of rows, an id and the formula."""
    patterns = LIBRARY.patterns
    known = {pattern_signature(patterns[name]) for name in read_preset("run7").shares(LIBRARY)}
    rows = pq.read_table(run8.folder / TRAIN, columns=["id"]).column("id").to_pylist()
    missed = [row for row in rows if pattern_signature(patterns[row.rpartition("/")[0]]) not in known]

    found = coverage(read_preset("run7"), LIBRARY, str(run8.folder))

    assert found.covered == found.problems - len(missed) < found.problems
    assert sum(lack.problems for lack in found.lacking) == len(missed)
    assert [lack.problems for lack in found.lacking] == sorted((lack.problems for lack in found.lacking), reverse=True)
    assert {lack.example for lack in found.lacking} < set(missed)
    assert "a * b * c" in {lack.formula for lack in found.lacking}


def test_dropped_problems_count_as_not_covered(folder):
    """The share is of all problems in the source, dropped ones included."""
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"problems": 1_000}))

    assert coverage(read_preset("run8"), LIBRARY, str(folder)).share == 0.5


def test_what_is_no_dataset_is_one_clear_error(folder, tmp_path, monkeypatch):
    """An empty folder, a broken file, an invalid trace and an unknown name are errors with the fix."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    preset = read_preset("run8")
    table = pq.read_table(folder / TRAIN)
    bad = table.set_column(table.schema.get_field_index("trace"), "trace", [["expert: arithmetic"] * len(table)])
    with pytest.raises(InputError, match="no train split; it"):
        coverage(preset, LIBRARY, str(tmp_path / "copy" / "data"))
    pq.write_table(bad, folder / TRAIN)
    with pytest.raises(InputError, match=r"copy: \w+/\w+/\d+: "):
        coverage(preset, LIBRARY, str(folder))
    (folder / TRAIN).write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"train-00000-of-00001\.parquet: is cut off"):
        coverage(preset, LIBRARY, str(folder))
    with pytest.raises(InputError, match="cannot be loaded from the Hub"):
        coverage(preset, LIBRARY, "nobody/nothing")


def test_a_dataset_on_the_hub_is_read(folder, tmp_path):
    """A name on the Hub gives the same result as its folder."""
    script = """
        import sys
        from datasets_cards.publish import push_to_hub
        push_to_hub(sys.argv[1], "acme/run8")
        from generators.__main__ import main
        sys.exit(main(["coverage", "run8", "--from", "acme/run8"]))
    """
    with hub.serve(tmp_path / "hub") as server:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), str(folder)],
            env=server.env(),
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, "100.0% of the problems of acme/run8: 500 of 500" in done.stdout) == (0, True), done.stderr
