"""`stats` measures how the questions of datasets and files of problems are worded, and the card has the figures."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from folders import preset, rows_of, table_of

from datasets_cards import write_card
from datasets_cards.facts import gather
from generators import build
from generators.__main__ import main
from generators.builder.recipe import Recipe
from generators.finished.measure import measure
from generators.finished.question_features import FEATURES, sentences
from generators.finished.stats import ANSWERS, DISTRACTOR, FIGURES, SENTENCES, SEQUENCES, Problem, Stats, shown
from generators.finished.wordings import find_wordings
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver.refusal import InputError

ROOT = Path(__file__).parents[1]
GSM8K = ROOT / "tests" / "problems" / "gsm8k.jsonl"
WORDED = """rows: 400
validation: 20
test: 60
max_len: 2048
phrasings: {train: all, held_out: true}
weights: {comparison: 50, percentage: 50}
"""


@pytest.fixture(scope="module")
def worded(tmp_path_factory):
    """Return the folder of a build in all wordings, with held-out ones and distractors."""
    place = tmp_path_factory.mktemp("worded")
    (place / "worded.yaml").write_text(WORDED)
    return build(str(place / "worded.yaml"), out=place / "d").folder


def of(*problems):
    """Return the figures of some problems."""
    stats = Stats()
    for problem in problems:
        stats.add(problem)
    return stats.figures()


def test_the_means():
    """Words, sentences and numbers are those of the questions; steps are those of problems that have some."""
    found = of(
        Problem("Ana has 3 pens. She buys 2 more. How many?", "5", 1),
        Problem("How many are two?", "2"),
        Problem("No", ""),
    )

    assert found["rows"] == 3
    assert [found[name] for name in ("words a question", "sentences a question", "numbers a question")] == [
        round((10 + 4 + 1) / 3, 4), round(5 / 3, 4), 1.0,
    ]  # fmt: skip
    assert found["steps that compute"] == 1.0
    assert found["patterns"] is found[DISTRACTOR] is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("7", {"answers below 10"}),
        ("-7", {"answers below 10"}),
        ("0", {"answers below 10"}),
        ("9.5", {"answers below 10", "answers that are not whole"}),
        ("10", {"answers from 10 to 99"}),
        ("99.75", {"answers from 10 to 99", "answers that are not whole"}),
        ("100", {"answers from 100 to 999"}),
        ("7/2", {"answers below 10", "answers that are not whole"}),
        ("$1,200", {"answers from 1,000 to 9,999"}),
        ("12345", {"answers of 10,000 and more"}),
        ("3 + 4 = <<3+4=7>>7\n#### 145.0", {"answers from 100 to 999"}),
        ("9 (apples)", {"answers below 10"}),
        ("none", set()),
        ("", set()),
    ],
)
def test_the_magnitude_of_an_answer(answer, expected):
    """An answer counts for the range of its number, and for those that are not whole; a text counts for none."""
    found = of(Problem("How many?", answer))

    assert {name for name in ANSWERS if found[name]} == expected


def test_a_share_of_answers_is_that_of_numbers():
    """Problems without a number as answer are left out of the shares of answers."""
    assert of(Problem("How many?", "7"), Problem("How many?", "many"))["answers below 10"] == 1.0


def test_rows_of_one_wording_count_once():
    """Questions that differ in numbers and names alone have the same sentences and sequences of words."""
    found = of(
        Problem("Ana has 3 pens. How many pens has Ana?"),
        Problem("Ben has 14 pens. How many pens has Ben?"),
        Problem("Ben has 14 hats. How many pens has Ben?"),
    )

    assert (found["rows"], found[SENTENCES], found[SEQUENCES]) == (3, 3, 9)


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_sentences_of_a_build_are_those_of_the_wordings_in_its_rows(worded, split):
    """The wordings that the ids tell are those that are found by rendering the rows: held-out ones in the test split."""
    recipe = Recipe.read(worded)
    bodies, members = set(), {}
    for row in rows_of(worded, split):
        name, _, index = row["id"].rpartition("/")
        members.setdefault(name, []).append((int(index), row["question"]))
    for name, rows in members.items():
        pattern = recipe.library.patterns[name]
        indices = np.array([index for index, _ in rows], dtype=pattern.index_type)
        places = find_wordings(pattern, indices, pa.array([text for _, text in rows]))
        bodies |= {(name, place) for place in places.tolist()}
    plans = [recipe.library.patterns[name].wordings[place].plan for name, place in bodies]
    texts = ["".join(piece if isinstance(piece, str) else "\0" for piece in plan) for plan in plans]

    found = measure(worded, split)
    assert found["patterns"] == len(members)
    assert found[SENTENCES] == len({sentence for text in texts for sentence in sentences(text)})


def test_the_distractors_of_a_build(worded):
    """The share of rows with a number that no step uses is that of the metadata."""
    rows = rows_of(worded)
    expected = sum("distractors" in json.loads(row["metadata"]) for row in rows) / len(rows)

    assert measure(worded)[DISTRACTOR] == round(expected, 4) > 0


def test_the_steps_of_a_build_and_of_a_file(run8):
    """A row has the steps that compute; a file has the annotations of the solutions that have some."""
    rows = rows_of(run8.folder)
    problems = [json.loads(line) for line in GSM8K.read_text(encoding="utf-8").splitlines()]

    assert measure(run8.folder)["steps that compute"] == round(sum(row["difficulty"] for row in rows) / len(rows), 4)
    annotated = list(filter(None, (problem["answer"].count("<<") for problem in problems)))
    assert measure(GSM8K)["steps that compute"] == round(sum(annotated) / len(annotated), 4)
    assert len(annotated) < len(problems)


def test_an_import_and_its_file_have_the_same_questions(tmp_path):
    """A row of an import counts as its problem does, in the split that the import has."""
    problems = [json.loads(line) for line in GSM8K.read_text(encoding="utf-8").splitlines()]
    built = import_problems(Request("gsm8k", origin=str(GSM8K), split="test", eval_only=True), tmp_path / "d")
    kept = {row["question"] for row in rows_of(built.folder, "test")}
    path = tmp_path / "kept.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in problems if one["question"] in kept))

    here, there = measure(built.folder), measure(path)
    assert here["steps that compute"] is None
    assert {**here, "steps that compute": 0} == {**there, "steps that compute": 0}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"text": "How many?"}\n', "no question"),
        ('{"question": "How many?"}\n[1]\n', "line 2"),
        ("", "no entry"),
    ],
    ids=["no column", "no mapping", "empty"],
)
def test_a_file_that_cannot_be_measured(tmp_path, text, fault, capsys):
    """One line says which file has which fault, and the status is 2."""
    path = tmp_path / "problems.jsonl"
    path.write_text(text)

    assert main(["stats", str(path)]) == 2
    err = capsys.readouterr().err
    assert (str(path) in err, fault in err, err.count("\n")) == (True, True, 1)


def test_a_split_or_place_that_is_not_there(run8):
    """A split or a dataset that does not exist is an error of one line."""
    with pytest.raises(InputError, match="no dev split"):
        measure(run8.folder, "dev")
    with pytest.raises(InputError, match="no such file"):
        measure("nowhere.jsonl")


def test_questions_in_other_languages_have_no_figures_on_words(tmp_path):
    """A build in a language without a reader has no shares of words and numbers, and still its sentences and answers."""
    (tmp_path / "es.yaml").write_text(preset(30, 3, 3, ["comparison/times_more"], comparison=100) + "language: es\n")
    found = measure(build(str(tmp_path / "es.yaml"), out=tmp_path / "d").folder)

    assert {name for name, value in found.items() if value is None} == {"numbers a question", *FEATURES}


def test_the_command_prints_a_column_for_each(run8, capsys):
    """`--beside` adds columns, and `--json` has the same figures by dataset."""
    command = ["stats", str(run8.folder), "--beside", str(GSM8K), "--beside", str(ROOT / "tests/problems/svamp.json")]

    assert main(command) == 0
    table = capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [command[1], command[3], command[5]]
    lines = {line.strip().split("  ")[0]: line.split()[-3:] for line in table.splitlines() if line.strip()}
    for name in FIGURES:
        assert lines[name] == [shown(name, figures[name]) for figures in found.values()]


def test_the_table_of_the_docs_has_the_figures_of_run8(run8):
    """`benchmarks/wordings.py` writes them anew, beside those of run10 and GSM-8K."""
    found = json.loads((ROOT / "benchmarks" / "wordings.json").read_text(encoding="utf-8"))

    assert list(found) == ["run8", "run10", "GSM-8K"]
    assert found["run8"] == measure(run8.folder)
    assert all(figures.keys() == FIGURES.keys() for figures in found.values())


def test_the_card_has_the_figures(worded, tmp_path):
    """The card's folded table has those of `stats` that are known, without those of answers, which stand above it."""
    folder = shutil.copytree(worded, tmp_path / "d")
    text = write_card(folder, plots=False).read_text()
    part = text.partition("### Wording of the questions\n")[2].partition("\n#")[0]

    assert "<details>" in part
    for name, value in measure(folder).items():
        line = f"\n| {name} | {shown(name, value)} |\n"
        assert (line in part) == (name not in ANSWERS), line


def test_the_card_of_a_large_dataset_reads_some_rows_and_all_wordings(worded, monkeypatch):
    """Rows at equal distances are read, whatever the batches; the sentences are those of all rows."""
    monkeypatch.setattr("datasets_cards.facts.MOST_WORDED", 60)
    rows = rows_of(worded)[::7]
    found, whole = gather(worded, tokens=False).stats.figures(), measure(worded)

    assert found["rows"] == len(rows) == 58
    assert found["words a question"] == round(sum(len(row["question"].split()) for row in rows) / len(rows), 4)
    assert (found[SENTENCES], found["patterns"]) == (whole[SENTENCES], whole["patterns"])


@pytest.mark.parametrize("size", [1, 13, 400])
def test_batches_of_any_size_read_the_same_rows(worded, size):
    """One row of seven is read across the bounds of batches."""
    stats = Stats(every=7)
    for batch in table_of(worded).to_batches(max_chunksize=size):
        stats.add_batch(batch)

    assert stats.rows == 58


def test_rows_of_an_earlier_version_are_read(worded, tmp_path):
    """A column that the rows lack, and ids of another form, leave their figures out."""
    table = table_of(worded).drop_columns(["metadata"])
    table = table.set_column(0, "id", pa.array(["no id"] * len(table)))
    stats = Stats(Recipe.read(worded))
    for batch in table.to_batches():
        stats.add_batch(batch)

    assert (stats.figures()["rows"], stats.figures()["patterns"], stats.figures()[DISTRACTOR]) == (400, None, 0.0)
