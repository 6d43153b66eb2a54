"""A run records the rows it was trained on, and every evaluation says which of its rows were among them."""

import json
import shutil

import pytest
from commands import evaluation, sft

from finetune.judge.evaluate import read_predictions
from finetune.publish import make_card
from finetune.runs.folder import RUN, trained_system_line
from finetune.runs.rows import read_rows
from finetune.runs.trained import NEW, SEEN, TRAINED, UNKNOWN, Trained, told
from solver.licence import licensed

pytestmark = pytest.mark.filterwarnings("default")


def test_a_question_is_known_in_any_case_and_spacing(dataset):
    """The same question under another id was trained on; the same id with another question is not known."""
    table = read_rows(str(dataset), "train", 2)
    first, second = table.to_pylist()
    again = {"id": "mine", "question": f"  {first['question'].upper()}\n"}

    claims = Trained.of(table).claims([again, second | {"question": "How many?"}, {"id": "x", "question": "2 or 3?"}])

    assert claims == {"mine": SEEN, second["id"]: UNKNOWN, "x": NEW}


def test_a_record_is_of_all_trainings(dataset, tmp_path):
    """A run that goes on from another one knows the rows of both; after an unknown one, nothing is certainly new."""
    table = read_rows(str(dataset), "train")
    Trained.of(table.slice(0, 2)).after(Trained()).write(tmp_path)

    both = Trained.of(table.slice(2, 2)).after(Trained.read(tmp_path))
    unsure = both.after(Trained.read(tmp_path / "old"))

    rows = table.slice(0, 5).to_pylist()
    a, b, c = (licensed(name, "mit", f"by {name}") for name in "abc")
    assert Trained(sources=(b, c)).after(Trained(sources=(a, b))).sources == (a, b, c)
    assert Trained(sources=(b, c)).after(Trained()).sources is None
    assert list(both.claims(rows).values()) == [SEEN] * 4 + [NEW]
    assert list(unsure.claims(rows).values()) == [SEEN] * 4 + [UNKNOWN]


def test_rows_that_a_training_may_have_left_out_are_not_known(dataset, tiny, tmp_path, call):
    """A training of less than an epoch takes some rows only; those of an earlier training stay known."""
    table = read_rows(str(dataset), "train")
    Trained.of(table.slice(0, 3)).perhaps().after(Trained.of(table.slice(2, 1))).write(tmp_path)
    short = call(*sft(dataset, tiny, tmp_path / "short", "--epochs", 0.5, "--validation", 0))

    rows = table.slice(0, 4).to_pylist()
    assert list(Trained.read(tmp_path).claims(rows).values()) == [UNKNOWN, UNKNOWN, SEEN, NEW]
    assert short[0] == 0, short[2]
    assert set(Trained.read(tmp_path / "short").claims(rows).values()) == {UNKNOWN}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({NEW: 12}, "it was trained on none of these 12 rows"),
        ({SEEN: 12}, "it was trained on all of these 12 rows"),
        ({SEEN: 1, NEW: 9, UNKNOWN: 2}, "it was trained on 1 of these 12 rows; of 2 that is not known"),
        ({UNKNOWN: 3}, "it is not known whether it was trained on these rows"),
        ({NEW: 1}, "it was not trained on this row"),
        ({SEEN: 1}, "it was trained on this row"),
        ({UNKNOWN: 1}, "it is not known whether it was trained on this row"),
    ],
)
def test_the_claim_is_counted(counts, said):
    """The sentence has the number of rows that were trained on, and of those that nothing is known of."""
    assert told(counts) == said


def test_rows_that_were_trained_on_are_told_whatever_file_they_stand_in(trained, dataset, tmp_path, call):
    """A file with two training rows and a test row says so in its predictions, on the terminal and on the card."""
    rows = read_rows(str(dataset), "train", 2).to_pylist() + read_rows(str(dataset), "test", 1).to_pylist()
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    adapter = shutil.copytree(trained, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoint-*", "eval-*"))
    words = evaluation(adapter, tmp_path / "mixed.jsonl", "--max-new-tokens", 4)

    status, said, errors = call(*words)

    assert status == 0, errors
    folder = adapter / "eval-mixed"
    assert [read_predictions(folder)[row["id"]]["trained"] for row in rows] == [SEEN, SEEN, NEW]
    card, _ = make_card(adapter, "acme/tiny", adapter)
    for text in (said, (folder / "report.html").read_text(), card):
        assert "it was trained on 2 of these 3 rows" in text
        assert "never trained on" not in text


def test_a_file_of_rows_can_be_trained_on(dataset, rows, tiny, tmp_path, call):
    """Question, answer and trace are enough to train on; a wrong trace is refused by its line, for `rl` too."""
    least = [{key: row[key] for key in ("question", "answer", "trace")} for row in rows[:4]]
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in least))
    words = sft(path, tiny, tmp_path / "run", "--epochs", 1)
    assert call(*words)[0] == 0
    assert [name for name, _ in json.loads((tmp_path / "run" / TRAINED).read_text())["rows"]] == [
        f"mine/{number}" for number in range(1, 5)
    ]
    path.write_text("".join(json.dumps(row | {"answer": "123456"}) + "\n" for row in least))

    refused = [
        call(*sft(path, tiny, tmp_path / "x")),
        call("rl", "--dataset", path, "--adapter", tmp_path / "run", "--out", tmp_path / "x", "--dtype", "float32"),
    ]

    for status, _, said in refused:
        assert status == 2
        assert "mine.jsonl, line 1: its trace is refused: the trace gives" in said


def test_rows_without_a_trace_train_nothing(trained, tiny, tmp_path, call):
    """Both kinds of training refuse rows that are for evaluation only."""
    path = tmp_path / "mine.jsonl"
    path.write_text('{"question": "What is 2 plus 3?", "answer": 5}\n')

    for words in (
        sft(path, tiny, tmp_path / "x"),
        ["rl", "--dataset", path, "--adapter", trained, "--out", tmp_path / "x", "--dtype", "float32"],
    ):
        status, _, said = call(*words)
        assert status == 2
        assert "row mine/1 has no trace to learn from; it is for evaluation only" in said


def test_a_checkpoint_is_of_the_run_around_it(tmp_path):
    """It was trained on the rows of the run, with its system prompt; a folder of another name has neither."""
    (tmp_path / RUN).write_text(json.dumps({"settings": {"system": "Be brief."}, "result": {}}))
    record = Trained.of_rows([{"id": "a", "question": "How many?"}])
    record.write(tmp_path)
    for name in ("checkpoint-8", "other"):
        (tmp_path / name).mkdir()

    assert Trained.read(tmp_path / "checkpoint-8") == Trained.of_base(str(tmp_path / "checkpoint-8")) == record
    assert trained_system_line(tmp_path / "checkpoint-8") == "Be brief."
    assert Trained.read(tmp_path / "other") == Trained(complete=False)
    assert trained_system_line(tmp_path / "other") != "Be brief."
