"""Each proved problem becomes a pattern: files that load, give proved rows, and hold the original problem."""

import errno
import json
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from conversion import PROBLEMS
from folders import rows_of
from hypothesis import given
from hypothesis import strategies as st

from generators.__main__ import main
from generators.builder.dataset import build
from generators.builder.preset import read_preset
from generators.finished.audit import audit
from generators.imports import as_patterns
from generators.imports.as_patterns import make_patterns
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from generators.imports.variation.proof import REASONS
from generators.patterns.library import files
from solver.experts import EXPERTS
from solver.refusal import InputError

SOME = str(PROBLEMS / "gsm8k.jsonl")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The patterns of GSM-8K's first problems."""
    return make_patterns(Request("gsm8k", origin=SOME), tmp_path_factory.mktemp("patterns") / "made", workers=1)


@pytest.fixture(scope="module")
def patterns(made):
    """These patterns, loaded from their folder."""
    known = files(made.folder)
    return known.library(known.own).patterns


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """The rows of grade A of the same problems, by their ids."""
    folder = import_problems(Request("gsm8k", origin=SOME), tmp_path_factory.mktemp("rows") / "rows", workers=1).folder
    return {row["id"]: row for row in rows_of(folder)}


@pytest.fixture(scope="module")
def tests_alone(tmp_path_factory):
    """Patterns of the test split, whose rows are for test alone."""
    request = Request("gsm8k", origin=SOME, split="test", eval_only=True)
    return make_patterns(request, tmp_path_factory.mktemp("evaluation") / "made", workers=1)


def contents(folder):
    """Return the bytes of every file of a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_problem_is_a_pattern_or_dropped_with_its_reason(made, patterns):
    """Nothing is lost, and the patterns name the problem and its licence."""
    dropped = [json.loads(line) for line in (made.folder / "dropped.jsonl").read_text(encoding="utf-8").splitlines()]

    assert len(patterns) == made.patterns > 15
    assert {line["reason"].partition(":")[0] for line in dropped} <= REASONS.keys()
    assert made.problems == made.patterns + len(dropped) == 40
    assert all(line.keys() >= {"id", "reason", "question"} and line["question"] for line in dropped)
    names = {pattern.header.source for pattern in patterns.values()} | {line["id"] for line in dropped}
    assert names == {f"gsm8k/train/{number}" for number in range(40)}
    assert {(one.header.licence, one.header.notice) for one in patterns.values()} == {
        ("mit", "Copyright (c) 2021 OpenAI")
    }
    assert all(one.header.free and one.header.split is None for one in patterns.values())


def test_the_original_numbers_give_the_gold_answer(patterns, originals, made):
    """With the numbers of its problem, a pattern's conditions hold, and trace and closed form give the gold answer."""
    for pattern in patterns.values():
        row = originals[pattern.header.source]
        numbers = {
            f"${name}": Fraction(line.partition("value: ")[2].rstrip("}"))
            for name, line in zip_values(pattern, row["trace"])
        }
        plain = {symbol[1:]: number for symbol, number in numbers.items()}
        for name, slot in pattern.slots.items():
            if name not in plain and pattern.is_number(f"${name}"):
                plain[name] = slot.expression(plain)

        assert pattern.answer(plain) == pattern.solved(plain) == Fraction(row["answer"]), pattern.id


def zip_values(pattern, trace):
    """Yield the number slots of a pattern's trace, each with the line of the original trace that has its number."""
    lines = pattern.source.partition("trace:\n")[2].partition("answer:")[0]
    ours = [line for line in lines.splitlines() if "{op:" in line]
    theirs = [line for line in trace.splitlines() if "{op:" in line]
    for our, their in zip(ours, theirs, strict=True):
        for key in ("value: ", "amount: "):
            mark = our.partition(f"{key}$")[2].rstrip("}")
            if mark:
                yield mark, their.replace("amount: ", "value: ")


def test_the_same_source_gives_the_same_files(made, tmp_path):
    """Nothing is drawn: made again, by two workers, every file has the same bytes."""
    again = make_patterns(Request("gsm8k", origin=SOME), tmp_path / "again", workers=2)

    assert contents(again.folder) == contents(made.folder)


def test_rows_of_these_patterns_are_proved(made, tmp_path):
    """A build from the folder is sound when every row is audited, and no question stands twice."""
    built = build(str(made.folder / "problems.yaml"), out=tmp_path / "d", patterns=made.folder, full=True, workers=1)

    rows = rows_of(built.folder)
    assert built.counts["train"] == len({row["question"] for row in rows}) == 25 * made.patterns
    assert {row["pattern"] for row in rows} == {name.partition("/")[2] for name in files(made.folder).own}
    assert audit(built.folder).passed


@given(counts=st.dictionaries(st.sampled_from([*EXPERTS, "composition"]), st.integers(1, 5_000), min_size=1))
def test_the_preset_of_made_patterns_has_rows_of_all(counts, tmp_path_factory):
    """Weights are whole percents that add up to 100, near the shares of the experts, and none is 0."""
    experts = [name for name, count in counts.items() for _ in range(count)]
    path = tmp_path_factory.mktemp("preset") / "problems.yaml"
    path.write_text(as_patterns._preset_text(experts, eval_only=True), encoding="utf-8")
    read = read_preset(path)

    assert read.weights.keys() == counts.keys()
    assert sum(read.weights.values()) == 100
    for name, weight in read.weights.items():
        share = 100 * counts[name] / len(experts)
        assert weight >= 1
        assert abs(weight - share) <= len(counts)
    assert (read.rows["train"], read.rows["test"]) == (0, 5 * len(experts))


def test_patterns_for_evaluation_have_rows_of_test_alone(tests_alone, tmp_path):
    """With --eval-only, no row of a pattern is written to train; the test split gives patterns in no other way."""
    known = files(tests_alone.folder)

    assert {one.header.split for one in known.library(known.own).patterns.values()} == {"test"}
    with pytest.raises(InputError, match="add --eval-only"):
        make_patterns(Request("gsm8k", origin=SOME, split="test"), tmp_path / "other")


def test_the_card_of_test_rows_alone(tests_alone, tmp_path, capsys):
    """The card of altered test questions says so, trains on nothing, and compares with no training rows; so does the terminal."""
    folder = tests_alone.folder
    words = ["--weights", str(folder / "problems.yaml"), "--patterns", str(folder), "--out", str(tmp_path / "d")]

    assert main(["build", *words, "--workers", "1"]) == 0
    page = (tmp_path / "d" / "README.md").read_text(encoding="utf-8")
    said = " ".join(page.split())
    metadata = yaml.safe_load(page.split("---\n")[1])
    assert metadata["language"] == ["en"]
    assert (metadata["language_creators"], metadata["source_datasets"]) == (["found"], ["openai/gsm8k"])
    assert f"- **Rows:** {5 * tests_alone.patterns} test\n" in page
    assert "The questions are altered questions of gsm8k's test split" in said
    assert "All rows are for evaluation: none is for training." in said
    assert "Do not train on these rows" in said
    assert "python -m finetune eval --adapter ADAPTER --dataset" in said
    assert "All questions are for the test split alone" in said
    for false in (
        'split="train"',
        "SFTTrainer",
        "GRPOTrainer",
        "learns to",
        "the training rows",
        "keyed permutation",
        "trained on nothing",
    ):
        assert false not in said, false
    assert "held out" not in capsys.readouterr().out


def test_a_folder_with_files_is_left_alone(tmp_path, capsys):
    """Patterns are written to a new folder; options of datasets are refused beside --as-patterns."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine", encoding="utf-8")

    for arguments, said in (
        (["--as-patterns", str(tmp_path / "full")], "not an empty folder"),
        (["--as-patterns", str(tmp_path / "new"), "--out", "d"], "writes no dataset; leave out --out"),
        (["--as-patterns", str(tmp_path / "new"), "--grade", "B"], "grade A alone"),
        (["--as-patterns", "s3://bucket/new"], "s3://bucket/new: patterns are written to a local folder"),
    ):
        assert main(["import", "gsm8k", "--from", SOME, *arguments]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_two_runs_at_once_never_mix(tmp_path, capsys):
    """A run into a folder that another one writes is refused; an interrupted run leaves nothing, and clears what a killed one left."""
    statuses = []

    def overtaken(_done, _total):
        if not statuses:
            statuses.append(main(["import", "gsm8k", "--from", SOME, "--as-patterns", str(tmp_path / "made")]))

    def interrupted(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_patterns(Request("gsm8k", origin=SOME), tmp_path / "made", workers=1, report=interrupted)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "made" / ".wirework.new").mkdir(parents=True)
    (tmp_path / "made" / ".wirework.new" / "half").write_text("")

    made = make_patterns(Request("gsm8k", origin=SOME), tmp_path / "made", workers=1, report=overtaken)

    assert statuses == [2]
    assert "is writing here" in capsys.readouterr().err
    assert len(contents(made.folder)) == made.patterns + 3
    assert not [path for path in made.folder.iterdir() if path.name.startswith(".")]


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """On a full disk, one line names the place, and no pattern stands there."""

    def full(path, *_args, **_options):
        if path.name == "dropped.jsonl":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, *_args, **_options)

    write = Path.write_text
    monkeypatch.setattr(Path, "write_text", full)
    (tmp_path / "made").mkdir()

    with pytest.raises(InputError, match="made: no space left on the disk"):
        make_patterns(Request("gsm8k", origin=SOME), tmp_path / "made", workers=1)

    assert list((tmp_path / "made").iterdir()) == []


def test_the_command_prints_the_reasons(tmp_path, capsys):
    """The table counts patterns and the reasons of the others."""
    assert main(["import", "gsm8k", "--from", SOME, "--workers", "1", "--as-patterns", str(tmp_path / "made")]) == 0

    said = capsys.readouterr().out
    assert "dropped: grade" in said
    assert "generators check" in said


def test_gold_answers_alone_give_no_pattern(tmp_path, capsys):
    """A source without programs is refused, and the message says what would do."""
    command = ["import", "gsm-plus", "--eval-only", "--from", SOME, "--as-patterns", str(tmp_path / "new")]

    assert main(command) == 2
    assert "gold answers alone are no program; make patterns of a source with programs" in capsys.readouterr().err
