"""The commands of the solver: their output and exit status."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from processes import python
from test_machine import GOOD, composed
from test_reward import BOTH

from solver import OPS, fence
from solver.__main__ import main

ROWS = [
    {"id": "arithmetic/sums/0", "expert": "arithmetic", "experts": ["arithmetic"], "pattern": "sums", "answer": "42"},
    {"id": "arithmetic/sums/1", "expert": "arithmetic", "experts": ["arithmetic"], "pattern": "sums", "answer": "7"},
    {"id": "composition/two/0", "expert": "composition", "experts": ["arithmetic", "rate_equation"], "pattern": "two", "answer": "84"},
    {"id": "gsm8k/0", "expert": None, "experts": None, "pattern": None, "answer": "42"},
]  # fmt: skip


@pytest.fixture
def completion(tmp_path):
    """Write a completion to a file and return its name."""

    def written(text):
        path = tmp_path / "completion.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return written


@pytest.fixture
def folder(tmp_path):
    """Return a dataset folder with a test split of four rows."""

    def written(rows=ROWS):
        (tmp_path / "dataset" / "data").mkdir(parents=True)
        table = pa.Table.from_pylist(rows).append_column("question", pa.array(["6 times 7, then times 2?"] * len(rows)))
        pq.write_table(table, tmp_path / "dataset" / "data" / "test-00000-of-00001.parquet")
        return str(tmp_path / "dataset")

    return written


@pytest.fixture
def predictions(tmp_path):
    """Write lines of predictions, objects or plain texts, to a file and return its name."""

    def written(*lines):
        path = tmp_path / "predictions.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return str(path)

    return written


def answered(number, text):
    """Return a prediction for a row."""
    return {"id": ROWS[number]["id"], "completion": text}


def test_run_shows_each_step_with_its_value(completion, capsys):
    """`run` prints the steps, their values and the answer, and exits with 0."""
    status = main(["run", completion(fence(GOOD))])
    out, err = capsys.readouterr()

    assert (status, err) == (0, "")
    for line, value in [
        ("op: init, var: a", "6"),
        ("op: init, var: b", "7"),
        ("compute_op: mul", "42"),
        ("answer", "42"),
    ]:
        assert any(line in row and row.rstrip().endswith(value) for row in out.splitlines())


def test_run_shows_the_parts_of_a_composition(completion, capsys):
    """`run` prints each sub-trace under the name of its expert."""
    assert main(["run", completion(BOTH)]) == 0
    out, _ = capsys.readouterr()

    assert out.index("arithmetic") < out.index("rate_equation") < out.index("84")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nothing", "refused: no trace; write a mapping"),
        (GOOD.replace("mul", "pow"), "refused: step 3: compute_op: 'pow' is not an operation"),
        (
            composed(GOOD, GOOD.replace("mul", "div").replace("value: 7", "value: 0")),
            "refused: sub-trace 2, step 3: b is 0",
        ),
    ],
    ids=["no trace", "unknown operation", "division by zero"],
)
def test_run_refuses_in_one_line(text, reason, completion, capsys):
    """`run` exits with 1 for a refused trace, with the location, the fault and the fix on one line of stderr."""
    assert main(["run", completion(text)]) == 1
    out, err = capsys.readouterr()

    assert out == ""
    assert err.startswith(reason)
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (GOOD, ["--answer", "42"], "1.0  correct"),
        (fence(GOOD), ["--answer", "42", "--expert", "arithmetic"], "1.0  correct"),
        (BOTH, ["--answer", "84", "--expert", "arithmetic, rate_equation"], "1.0  correct"),
        (GOOD, ["--answer", "7.5"], "0.7  wrong answer: the trace gives 42, expected 7.5"),
        (GOOD.replace("a, b", "a, c"), ["--answer", "42"], "0.5  broken: step 3: c was never set; init it first"),
        (GOOD, ["--answer", "42", "--expert", "comparison"], "0.3  wrong expert: arithmetic; expected comparison"),
        ("42", ["--answer", "42"], "0.0  unparsed: no trace; write a mapping with expert and trace"),
    ],
)
def test_judge_says_what_and_why(text, words, line, completion, capsys):
    """`judge` prints the reward, the outcome and the reason, and exits with 0 for every verdict."""
    assert main(["judge", completion(text), *words]) == 0
    assert capsys.readouterr().out.startswith(line)


BELOW = GOOD.replace("value: 6", "value: 0.6").replace("mul", "sub").replace("value: 7", "value: 2.6")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--answer", "-2"], "1.0  correct"),
        (["--answer=-2"], "1.0  correct"),
        (["--answer", "-2.0"], "1.0  correct"),
        (["--answer", "-6/3"], "1.0  correct"),
        (["--answer", "-2/3"], "0.7  wrong answer: the trace gives -2, expected -2/3"),
        (["--answer=-2/3"], "0.7  wrong answer: the trace gives -2, expected -2/3"),
        (["--answer", "-.5", "--expert", "arithmetic"], "0.7  wrong answer: the trace gives -2, expected -0.5"),
    ],
)
def test_an_answer_may_be_negative(words, line, completion, capsys):
    """A negative number, whole, decimal or a fraction, is the value of the option before it."""
    assert main(["judge", completion(BELOW), *words]) == 0
    assert capsys.readouterr().out == f"{line}\n"


def test_a_negative_number_in_another_notation_is_told(completion, capsys):
    """`-1,000` is refused as a number, not as an option."""
    assert main(["judge", completion(GOOD), "--answer", "-1,000"]) == 2
    assert "error: --answer: '-1,000' is not a number; write one exact number: -1000" in capsys.readouterr().err


def test_table_prints_every_op(capsys):
    """`table` prints a Markdown table with one row per op."""
    assert main(["table"]) == 0
    rows = capsys.readouterr().out.splitlines()

    assert [f"| `{name}` |" for name in OPS] == [row[: row.index("|", 1) + 1] for row in rows[2:]]


def test_score_prints_the_verdicts_of_all_experts_and_patterns(folder, predictions, capsys):
    """`score` prints counts, accuracy and mean reward of all rows, each expert and each pattern, and unanswered rows."""
    lines = [answered(0, GOOD), answered(1, fence(GOOD)), answered(2, [{"role": "assistant", "content": BOTH}])]
    status = main(["score", predictions(*lines), folder()])
    out, err = capsys.readouterr()
    cells = {row.split()[0]: row.split()[1:] for row in out.splitlines() if "%" in row}

    assert (status, err) == (0, "")
    assert cells["all"] == ["3", "2", "1", "66.7%", "0.900"]
    assert ["2", "1", "1", "50.0%", "0.850"] == cells["arithmetic"] == cells["sums"]
    assert ["1", "1", "100.0%", "1.000"] == cells["composition"] == cells["two"]
    assert "1 of 4 rows without a completion" in out


def test_score_writes_a_verdict_per_completion(folder, predictions, tmp_path, capsys):
    """--out writes one JSON object per completion: id, verdict, reward, reason and step."""
    lines = [
        answered(0, GOOD),
        answered(1, fence(GOOD)),
        answered(2, GOOD.replace("a, b", "a, c")),
        answered(3, "\u2028"),
    ]
    lines[2]["completion"] = BOTH.replace("source: prev.result", "value: 1e3")
    out = tmp_path / "verdicts.jsonl"
    assert main(["score", predictions(*lines), folder(), "--out", str(out)]) == 0
    verdicts = [json.loads(line) for line in out.read_text().splitlines()]

    assert [list(verdict) for verdict in verdicts] == [["id", "verdict", "reward", "reason", "step"]] * 4
    assert [verdict["id"] for verdict in verdicts] == [line["id"] for line in lines]
    assert [(verdict["verdict"], verdict["reward"], verdict["step"]) for verdict in verdicts] == [
        ("correct", 1.0, None),
        ("wrong_answer", 0.7, None),
        ("broken", 0.5, 1),
        ("unparsed", 0.0, None),
    ]
    assert verdicts[1]["reason"] == "the trace gives 42, expected 7"
    assert "all" in capsys.readouterr().out

    assert main(["score", predictions(*lines), str(tmp_path / "dataset"), "--out", str(tmp_path / "no" / "x")]) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err


def test_score_does_not_write_over_the_completions(folder, predictions, capsys):
    """A model's outputs may be the work of hours."""
    file = Path(predictions(answered(0, GOOD)))
    before = file.read_text()

    status = main(["score", str(file), folder(), "--out", f"{file.parent}/./{file.name}"])

    assert status == 2
    assert "is the file of the completions, which would be lost; choose another file" in capsys.readouterr().err
    assert file.read_text() == before


def test_score_prints_json(folder, predictions, capsys):
    """--json prints the table as one JSON object that a script can read."""
    assert main(["score", predictions(answered(0, GOOD), answered(1, GOOD)), folder(), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)

    assert (printed["split"], printed["missing"]) == ("test", 2)
    assert [(group["expert"], group["pattern"], group["rows"]) for group in printed["groups"]] == [
        (None, None, 2),
        ("arithmetic", None, 2),
        ("arithmetic", "sums", 2),
    ]
    everything = printed["groups"][0]
    assert (everything["accuracy"], everything["reward"]) == (0.5, 0.85)
    assert everything["verdicts"] == {"correct": 1, "wrong_answer": 1, "broken": 0, "wrong_expert": 0, "unparsed": 0}


def test_score_takes_rows_without_expert(folder, predictions, capsys):
    """A row without expert or pattern is judged by its answer alone and counted under `none`."""
    assert main(["score", predictions(answered(3, GOOD)), folder()]) == 0
    out, _ = capsys.readouterr()

    assert sum("100.0%" in row for row in out.splitlines()) == 3
    assert "None" not in out


def test_a_completion_may_hold_any_character(folder, predictions, capsys):
    """Only a newline ends a line of predictions; completions may contain U+2028 and the like."""
    assert main(["score", predictions(answered(0, f"\u2028\x85\x0b so:\n{fence(GOOD)}")), folder()]) == 0
    assert "100.0%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nothing", "line 1: not JSON: a value is missing (column 1)"),
        ('{"id": ' + "[" * 100_000, "line 1: its brackets nest too deep"),
        ('{"id": ' + "9" * 5_000 + "}", "line 1: it has a number of more digits than can be read"),
        ("7", "line 1: not a JSON object with id and completion"),
        ("[[]]", "entry 1: not a JSON object with id and completion"),
        ('{"id": "x", "completion": "", "id": "y"}', "line 1: id is given twice; keep one"),
        ({"id": "arithmetic/sums/0"}, "line 1: not a JSON object with id and completion"),
        ({"id": "x", "completion": ""}, "line 1: id 'x' is not in the test split"),
        ({"id": ["x"], "completion": ""}, "line 1: id ['x'] is not in the test split"),
        ("", "no completions found"),
    ],
    ids=["text", "deep", "huge", "number", "list", "twice", "no completion", "unknown id", "odd id", "empty"],
)
def test_score_refuses_bad_predictions_in_one_line(line, reason, folder, predictions, capsys):
    """A bad line of predictions is an error with the file and the line, and exits with 2."""
    assert main(["score", predictions(line), folder()]) == 2
    out, err = capsys.readouterr()

    assert out == ""
    assert err.startswith("error: ")
    assert reason in err
    assert len(err.splitlines()) == 1


def test_score_refuses_a_row_answered_twice(folder, predictions, capsys):
    """Two completions for one row are an error, since the mean would count it twice."""
    assert main(["score", predictions(answered(0, ""), answered(0, GOOD)), folder()]) == 2
    assert "line 2: id 'arithmetic/sums/0' appears twice; give one completion per row" in capsys.readouterr().err


def test_score_refuses_a_bad_dataset_in_one_line(folder, predictions, tmp_path, capsys):
    """A missing split, a broken file, a missing column and a bad answer are errors that name the file or row."""
    lines = predictions(answered(0, GOOD))
    good = folder()
    assert main(["score", lines, good, "--split", "validation"]) == 2
    assert "no validation split; it has" in capsys.readouterr().err

    shard = tmp_path / "dataset" / "data" / "test-00000-of-00001.parquet"
    pq.write_table(pa.table({"id": ["arithmetic/sums/0"]}), shard)
    assert main(["score", lines, good]) == 2
    assert "lacks the columns answer, expert" in capsys.readouterr().err

    shard.write_bytes(b"PAR1")
    assert main(["score", lines, good]) == 2
    assert "test-00000-of-00001.parquet: is cut off" in capsys.readouterr().err

    pq.write_table(pa.Table.from_pylist([{**ROWS[0], "experts": ["arithmatic"]}]), shard)
    assert main(["score", lines, good]) == 2
    assert "row arithmetic/sums/0: experts: no expert 'arithmatic'; did you mean" in capsys.readouterr().err

    pq.write_table(pa.Table.from_pylist([{**ROWS[0], "answer": "forty-two"}]), shard)
    assert main(["score", lines, good]) == 2
    assert "row arithmetic/sums/0: answer: 'forty-two' is not a number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "no/such/file"], "no/such/file: cannot be read: No such file"),
        (["judge", "no/such/file", "--answer", "42"], "no/such/file: cannot be read: No such file"),
        (["run", "."], ".: cannot be read: Is a directory"),
        (
            ["judge", "no/such/file", "--answer", "42", "--expert", "aritmetic"],
            "no expert 'aritmetic'; did you mean arithmetic?",
        ),
    ],
)
def test_bad_words_are_one_line(words, reason, capsys):
    """An unreadable file or an unknown expert is one line on stderr, and exits with 2."""
    assert main(words) == 2
    out, err = capsys.readouterr()

    assert out == ""
    assert f"error: {reason}" in err.replace("--expert: ", "")
    assert len(err.splitlines()) == 1


def test_bytes_that_are_no_text_are_refused(completion, capsys):
    """A file that is not UTF-8 is an error."""
    assert main(["run", completion(b"expert: \xff")]) == 2
    assert "line 1: not UTF-8" in capsys.readouterr().err


def test_an_answer_that_is_no_number_is_refused(completion, capsys):
    """An answer that is not an exact number is a user error."""
    assert main(["judge", completion(GOOD), "--answer", "1e3"]) == 2
    assert "error: --answer: '1e3' is not a number; write one exact number" in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb", [[], ["run"], ["judge"], ["score"], ["grammar"], ["table"]], ids=lambda verb: " ".join(verb) or "none"
)
def test_help_has_an_example(verb, capsys):
    """The help of every verb ends with an example command."""
    with pytest.raises(SystemExit) as end:
        main([*verb, "--help"])

    assert end.value.code == 0
    assert "example: python -m solver" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("to", "first"), [("lark", "%llguidance {}\nstart: "), ("gbnf", "root ::= ")])
def test_the_grammar_has_the_numbers_of_the_question(to, first, capsys):
    """The grammar is printed in the syntax that was asked for, and lists the numbers that an init may name."""
    assert main(["grammar", "--to", to, "--question", "Ann has 3 bags of 5 apples."]) == 0
    printed = capsys.readouterr().out

    assert printed.startswith(first)
    assert '"3" | "5"' in printed


@pytest.mark.parametrize("question", ["How many?", "no", "There is no sense in it."])
def test_a_question_without_numbers_has_no_grammar(capsys, question):
    """The message says that no trace would be grounded; the zero of "no" alone grounds none."""
    assert main(["grammar", "--question", question]) == 2
    assert "error: --question: no number is read in it" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["grammar"], ["judge", "--answer", "42"]], ids=["grammar", "judge"])
@pytest.mark.parametrize("place", ["file", "empty folder", "missing"])
def test_a_place_without_a_dataset_is_told(completion, tmp_path, capsys, words, place):
    """A file, a folder of something else and a missing folder are no datasets: one line says so, and nothing is ignored."""
    file = completion(GOOD)
    where = {"file": file, "empty folder": str(tmp_path), "missing": str(tmp_path / "missing")}[place]

    assert main([*words, *([file] if words[0] == "judge" else []), "--dataset", where]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert f"{where}: n" in told


def test_the_module_runs_from_a_shell():
    """`python -m solver` reads standard input and returns its exit status."""
    done = python("-m", "solver", "judge", "-", "--answer", "42", input=GOOD)

    assert (done.returncode, done.stdout, done.stderr) == (0, "1.0  correct\n", "")
