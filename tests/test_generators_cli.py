"""The command line: an example in every help, one line for every error, results on stdout."""

import re
import shutil
import subprocess
import sys

import pytest
from processes import HOME

from generators import terminal
from generators.__main__ import VERBS, main
from generators.patterns.library import library, shipped


@pytest.mark.parametrize("verb", VERBS)
def test_every_help_has_an_example(verb, capsys):
    """The help of each verb ends with an example command."""
    with pytest.raises(SystemExit, match="0"):
        main([verb, "--help"])

    assert f"example: python -m generators {verb}" in capsys.readouterr().out


def test_build_then_verify(tmp_path, capsys):
    """A build prints a table, and its folder verifies."""
    assert main(["build", "--rows", "60", "--out", str(tmp_path / "d")]) == 0
    shown = capsys.readouterr().out
    assert main(["verify", str(tmp_path / "d")]) == 0

    assert "times_more" in shown
    assert "560 rows parsed back, solved, and equal" in shown
    assert "sound" in capsys.readouterr().out
    assert (tmp_path / "d" / "README.md").read_text().startswith("---\n")


def test_a_build_of_many_patterns_prints_a_line_for_each_expert(tmp_path, capsys, monkeypatch):
    """A table of thousands of lines would hide the rest; the sums are those of the patterns."""
    monkeypatch.setattr(terminal, "_LISTED", 10)
    assert main(["build", "--rows", "60", "--out", str(tmp_path / "d")]) == 0
    shown = capsys.readouterr().out

    lines = {
        line.split()[0]: line.split()[1:] for line in shown.splitlines() if re.match(r" ?(all|\w+) +\d+ pattern", line)
    }
    assert "times_more" not in shown
    assert lines["arithmetic"][:2] == ["9", "patterns"]
    assert lines["all"][2:5] == ["60", "100", "400"]
    for place, total in ((2, 60), (3, 100), (4, 400)):
        assert sum(int(cells[place]) for name, cells in lines.items() if name != "all") == total


def test_verify_exits_1_with_the_fault(tmp_path, capsys):
    """A damaged dataset is reported with exit status 1."""
    main(["build", "--rows", "60", "--out", str(tmp_path / "d")])
    next(tmp_path.glob("d/data/test-*")).write_bytes(b"x")
    capsys.readouterr()

    assert main(["verify", str(tmp_path / "d")]) == 1
    assert "is not a Parquet file" in capsys.readouterr().out


def test_list_show_preview_and_check(tmp_path, capsys):
    """Patterns can be listed, shown, previewed and checked; nothing is written."""
    assert main(["list"]) == 0
    assert "(init|COMPUTE)+ query" in capsys.readouterr().out
    assert main(["show", "comparison/times_more/8"]) == 0
    by_id = capsys.readouterr().out
    assert main(["show", "times_more", "--index", "8"]) == 0
    assert capsys.readouterr().out == by_id
    assert "answer" in by_id
    assert main(["preview", "run8", "-n", "3"]) == 0
    assert capsys.readouterr().out.count("expert: ") == 3
    assert main(["check"]) == 0
    assert f"{len(library().patterns)} patterns are sound" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_show_reads_one_pattern(tmp_path, capsys):
    """A pattern is shown, and no other read: not even a faulty one beside it."""
    folder = tmp_path / "comparison"
    folder.mkdir()
    (folder / "twice.jinja").write_text(shipped()["comparison/times_more.jinja"])
    (folder / "faulty.jinja").write_text("---\n")

    assert main(["show", "twice", "--patterns", str(tmp_path)]) == 0
    assert main(["show", "times_more", "--patterns", str(tmp_path)]) == 0
    assert main(["show", "faulty", "--patterns", str(tmp_path)]) == 2
    assert "faulty.jinja" in capsys.readouterr().err


def test_reading_all_patterns_tells_how_far_it_is():
    """The files are counted up to their number."""
    told = []
    known = library(report=lambda done, total: told.append((done, total)))

    assert told == [(done, len(known.texts)) for done in range(len(known.texts))]


def test_show_prints_every_wording(capsys):
    """A pattern is shown in each wording, with its number and its line; held-out ones say so."""
    pattern = library()["times_more"]

    assert main(["show", "times_more", "--index", "8"]) == 0

    printed = capsys.readouterr().out
    shown = re.findall(r"^ +([0-9]+) +([0-9]+)   (held out)?", printed, re.MULTILINE)
    assert shown == [
        (str(number), str(wording.line), "held out" if wording.held_out else "")
        for number, wording in enumerate(pattern.wordings, 1)
    ]
    assert printed.count("answer") == 1


def test_list_and_check_count_wordings(capsys):
    """`list` counts the wordings of each pattern, and `check` those of all; it says what it does not prove."""
    patterns = library().patterns.values()
    held_out = sum(wording.held_out for pattern in patterns for wording in pattern.wordings)

    assert main(["list"]) == 0
    counts = re.findall(r"([0-9]+) +([0-9]+) *$", capsys.readouterr().out, re.MULTILINE)
    assert [int(count) for count, _ in counts] == [len(pattern.wordings) for pattern in patterns]
    assert sum(int(held) for _, held in counts) == held_out
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert f"{sum(len(pattern.wordings) for pattern in patterns):,} wordings, {held_out:,} of them held out" in said
    assert "the meaning of a wording is for a person to read" in said


def test_preview_takes_wordings(capsys):
    """A preview has the wordings that a build with the same flags would have."""
    assert main(["preview", "run8", "-n", "8", "--phrasings", "all"]) == 0
    many = capsys.readouterr().out
    assert main(["preview", "run8", "-n", "8"]) == 0
    assert many != capsys.readouterr().out


@pytest.fixture
def copies(tmp_path):
    """Return a function that writes copies of the first wording of times_more into a folder, under other names."""

    def written(*names):
        front, first = shipped()["comparison/times_more.jinja"].split("\n---")[:2]
        for name in names:
            path = tmp_path / "mine" / "comparison" / f"{name}.jinja"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{front}\n---{first}\n", encoding="utf-8")
        return str(tmp_path / "mine")

    return written


def test_check_notes_shipped_patterns_that_one_of_mine_clashes_with(copies, capsys):
    """A clash with a shipped pattern is a note, since a preset may leave that pattern out."""
    assert main(["check", copies("again")]) == 0
    assert (
        "note: comparison/again cannot be in one dataset with the shipped comparison/times_more: line "
        in capsys.readouterr().out
    )


def test_check_refuses_patterns_of_mine_that_clash(copies, capsys):
    """A clash within the folder is an error that names the later file."""
    folder = copies("first", "second")

    assert main(["check", folder]) == 2
    assert f"error: {folder}/comparison/second.jinja: line " in capsys.readouterr().err


def test_named_patterns_without_rows_are_told(tmp_path, capsys):
    """A preset that names patterns of an expert without weight is told so, in one line."""
    (tmp_path / "p.yaml").write_text(
        "rows: 5\nvalidation: 0\ntest: 0\nmax_len: 1024\nweights: {comparison: 100}\npatterns: [times_more, work_rate]\n"
    )

    assert main(["preview", str(tmp_path / "p.yaml"), "-n", "1"]) == 0
    assert (
        capsys.readouterr().err
        == "note: arithmetic/work_rate: named, but without rows, because the expert has weight 0\n"
    )


def test_coverage_is_printed(run8, capsys):
    """Coverage and the lacking signatures are printed to stdout."""
    assert main(["coverage", "run8", "--from", str(run8.folder)]) == 0
    assert "100.0% of the problems" in capsys.readouterr().out
    assert main(["coverage", "run7", "--from", str(run8.folder)]) == 0
    assert "a * b * c" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["build", "--weights", "run88"], "did you mean run8"),
        (["coverage", "--from", "no/such/folder"], "no/such/folder: no such file or dataset folder"),
        (["show", "times_mor"], "no pattern times_mor; did you mean times_more"),
        (["show", "times_more", "--index", "-1"], "has rows 0 to"),
        (["show", "comparison/times_more/99999999999999"], "there is no row"),
        (["show", "times_more", "--from", "/nonexistent"], "not a dataset folder of wirework"),
        (["preview", "run8", "--phrasings", "some"], "phrasings is some; write a whole number of at least 1"),
        (["list", "--patterns", "/nonexistent"], "no such folder of patterns"),
        (["verify", "/nonexistent"], "not a dataset folder of wirework"),
        (["build", "--recipe", "/nonexistent"], "not a dataset folder of wirework"),
        (["preview", "nothing"], "neither a preset nor a preset file"),
    ],
)
def test_errors_are_one_line_and_exit_2(argv, told, capsys):
    """An error that the user can fix is one line on stderr and exit status 2."""
    assert main(argv) == 2

    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize("argv", [["build", "--rows", "0"], ["build", "--rows", "many"], ["frobnicate"], []])
def test_bad_flags_exit_2(argv, capsys):
    """An invalid flag exits with 2 and the usage."""
    with pytest.raises(SystemExit, match="2"):
        main(argv)

    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a(b", "{bold}", "with space", "it's", ".red", "a%b"])
def test_a_folder_may_have_any_name(tmp_path, name, capsys):
    """A folder's name is printed as it is."""
    place = str(tmp_path / name)

    assert main(["build", "--rows", "20", "--out", place]) == 0
    assert name in capsys.readouterr().out
    assert main(["verify", place]) == 0
    assert name in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["times_more/\u00b2", "times_more/\u0663", "times_more/", "/", "", "../times_more", "[/x]"]
)
def test_a_name_that_is_none_is_told(name, capsys):
    """For any argument, `show` shows a row or prints one line with the known names."""
    status = main(["show", name])

    captured = capsys.readouterr()
    assert status == 0 or (status == 2 and captured.err.count("\n") == 1)


def test_a_recipe_takes_no_other_knob(run8, tmp_path, capsys):
    """A flag whose value the recipe has is refused, not ignored."""
    argv = ["build", "--recipe", str(run8.folder / "recipe.json"), "--out", str(tmp_path / "d")]

    try:
        status = main([*argv, "--rows", "77"])
    except SystemExit as stopped:
        status = stopped.code

    assert status == 2
    assert "--rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["preview", "-n", "-1/2"], "argument -n: '-1/2' is not a whole number above 0"),
        (["preview", "--seed", "-1/2"], "argument --seed: invalid int value: '-1/2'"),
    ],
)
def test_a_negative_number_is_a_value(words, told, capsys):
    """A negative number behind an option is its value, and is judged as such."""
    with pytest.raises(SystemExit):
        main(words)

    assert told in capsys.readouterr().err


def test_a_recipe_file_may_have_any_name(run8, tmp_path):
    """`--recipe FILE` reads a file of any name."""
    shutil.copy(run8.folder / "recipe.json", tmp_path / "mine.json")

    assert main(["build", "--recipe", str(tmp_path / "mine.json"), "--out", str(tmp_path / "d")]) == 0
    assert (tmp_path / "d" / "manifest.json").read_bytes() == (run8.folder / "manifest.json").read_bytes()


@pytest.mark.parametrize("verb", ["list", pytest.param("check", marks=pytest.mark.slow)])
def test_a_closed_pipe_is_no_error(verb):
    """If the reader closes the pipe, as `head` does, the command ends without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "generators", verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOME
    )
    process.stdout.close()

    told = process.stderr.read()
    process.stderr.close()
    process.wait()

    assert told == ""


def test_a_place_elsewhere_is_not_pushed(capsys):
    """`--push` with an output in an object store is refused before anything is built."""
    assert main(["build", "--rows", "20", "--out", "s3://nowhere/run8", "--push", "acme/run8"]) == 2
    assert "build into a folder, or into hf://datasets/acme/run8" in capsys.readouterr().err
