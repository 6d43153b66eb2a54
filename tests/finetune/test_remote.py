"""Evaluation of a model at an endpoint, against a scripted one: same report, retries, resuming, examples, tokens."""

import json
import sys

import pytest
from chat_server import Reply, says, serve

from finetune.judge.evaluate import PREDICTIONS, read_predictions
from finetune.judge.remote import read_examples, spent, spent_line, with_examples
from finetune.runs.rows import read_rows
from solver import endpoint
from solver.grammar import grammar
from solver.grounding import question_numbers
from solver.refusal import InputError
from solver.text import fence

pytestmark = pytest.mark.filterwarnings("default")
USAGE = {"prompt_tokens": 50, "completion_tokens": 20}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Let retries follow at once, and have no key."""
    monkeypatch.setattr(endpoint, "PAUSE", 0.001)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def gold(dataset):
    """Return the gold completions of the test rows."""
    return [fence(row["trace"]) for row in read_rows(str(dataset), "test").to_pylist()]


def remote(server, dataset, out, *more):
    """Return the words of an evaluation at an endpoint, one call at a time."""
    words = ["eval", "--endpoint", server.url, "--model", "large", "--dataset", dataset, "--out", out, "--workers", 1]
    return [*words, *more]


def report_of(folder):
    """Return the report of an evaluation."""
    return json.loads((folder / "report.json").read_text())


def test_a_model_at_an_endpoint_is_judged_like_any_other(dataset, gold, tmp_path, call):
    """Right, wrong and cut answers are told apart; the report says the tokens, and that nothing is known of training."""
    answers = [says(text, usage=USAGE) for text in gold[:2]]
    with serve(*answers, says("no idea", usage=USAGE), says(gold[3][:20], usage=USAGE, finish="length")) as server:
        status, said, errors = call(*remote(server, dataset, tmp_path / "e", "--limit", 4))

        assert status == 0, errors
        report = report_of(tmp_path / "e")
        assert report["overall"]["accuracy"]["hits"] == 2
        assert (report["decoded"], report["truncated"]) == (4, 1)
        assert report["tokens"] == {"completion": 80, "prompt": 200}
        assert "80 tokens written, 200 tokens of prompts read" in said
        assert "not known whether it was trained on" in said
        asked = server.calls[0]
        assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("large", 0.0, 400)
        assert [turn["role"] for turn in asked["messages"]] == ["system", "user"]


def test_an_endpoint_is_sent_the_grammar_of_each_question(dataset, gold, tmp_path, call):
    """`--constrained` sends it as vLLM takes it; a model without it is evaluated elsewhere, and the report tells them apart."""
    rows = read_rows(str(dataset), "test").to_pylist()[:2]
    with serve(*gold[:2]) as server:
        words = remote(server, dataset, tmp_path / "e", "--limit", 2)
        status, _, errors = call(*words, "--constrained")

        assert status == 0, errors
        assert [each["structured_outputs"] for each in server.calls] == [
            {"grammar": grammar(question_numbers(row["question"]), "gbnf")} for row in rows
        ]
    assert report_of(tmp_path / "e")["overall"]["accuracy"]["hits"] == 2
    assert "at an endpoint, temperature 0, constrained" in (tmp_path / "e" / "report.html").read_text()
    with serve(*gold[:2]) as server:
        assert call(*words)[0] == 2
        assert call(*remote(server, dataset, tmp_path / "f", "--limit", 2))[0] == 0
        assert not any("structured_outputs" in each for each in server.calls)


def test_a_row_without_an_answer_is_asked_again_by_the_same_command(dataset, gold, tmp_path, call):
    """Answers that came are kept and not asked for again, and a partial evaluation is told as such."""
    with serve(gold[0], Reply("too long", 400), *gold[2:4]) as server:
        first = call(*remote(server, dataset, tmp_path / "e", "--limit", 4))
        before = (tmp_path / "e" / PREDICTIONS).read_text()

    with serve(gold[1]) as server:
        second = call(*remote(server, dataset, tmp_path / "e", "--limit", 4))

        assert (first[0], second[0]) == (0, 0)
        assert "1 row without an answer, the first because of: HTTP 400: too long" in first[2]
        assert "3 of 4 decoded" in first[1]
        assert len(server.calls) == 1
    assert (tmp_path / "e" / PREDICTIONS).read_text().startswith(before)
    assert report_of(tmp_path / "e")["overall"]["accuracy"]["hits"] == 4


def test_predictions_that_were_lost_come_from_the_journal(dataset, gold, tmp_path, call):
    """Every answer that was paid for is written before it is used."""
    with serve(*gold[:3]) as server:
        assert call(*remote(server, dataset, tmp_path / "e", "--limit", 3))[0] == 0
        (tmp_path / "e" / PREDICTIONS).unlink()

        assert call(*remote(server, dataset, tmp_path / "e", "--limit", 3))[0] == 0
        assert len(server.calls) == 3
    assert len(read_predictions(tmp_path / "e")) == 3


def test_examples_stand_before_the_question(dataset, gold, tmp_path, call):
    """`--few-shot 3` shows three training rows with their traces, the same ones for every question."""
    with serve(gold[0]) as server:
        status, _, errors = call(*remote(server, dataset, tmp_path / "e", "--limit", 2, "--few-shot", 3))

        assert status == 0, errors
        turns = [asked["messages"] for asked in server.calls]
    assert [turn["role"] for turn in turns[0]] == ["system", *["user", "assistant"] * 3, "user"]
    assert turns[0][1:-1] == turns[1][1:-1]
    train = {row["question"]: row["completion"][0]["content"] for row in read_rows(str(dataset), "train").to_pylist()}
    assert [train[turn["content"]] for turn in turns[0][1:-1:2]] == [turn["content"] for turn in turns[0][2:-1:2]]
    assert call(*remote(server, dataset, tmp_path / "e", "--limit", 2))[2].count("few_shot 3, not 0") == 1


def test_examples_are_of_all_experts_and_never_evaluated_rows(dataset):
    """One of each expert comes before the second of any; a row that is evaluated is no example."""
    rows = read_rows(str(dataset), "train").to_pylist()
    expert = {row["question"]: row["expert"] for row in rows}
    experts = set(expert.values())

    shown = [turn["content"] for turn in read_examples(str(dataset), len(experts), rows[:5])[::2]]

    assert {expert[question] for question in shown} == experts
    assert not {row["question"] for row in rows[:5]} & set(shown)
    with pytest.raises(InputError, match="has 4 training rows that are not evaluated, fewer than --few-shot 5"):
        read_examples(str(dataset), 5, rows[:20])


def test_a_prompt_without_a_system_message_gets_examples_too():
    """The examples stand behind the system message, or first."""
    system, shown, asked = ({"role": role, "content": role} for role in ("system", "assistant", "user"))

    assert with_examples([system, asked], [shown]) == (system, shown, asked)
    assert with_examples([asked], [shown]) == (shown, asked)


def test_tokens_that_some_prediction_lacks_are_unknown():
    """A sum over some of the rows would be no figure of the evaluation."""
    lines = [{"tokens": 5, "prompt_tokens": 7}, {"tokens": 6, "prompt_tokens": None}]

    assert spent(lines) == {"completion": 11, "prompt": None}
    assert spent_line(spent(lines)) == "11 tokens written"
    assert spent_line(spent([{"tokens": None}])) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--adapter", "runs/first"], "--adapter is for a model that runs here"),
        (["--nonnegative"], "--nonnegative is for a model that runs here"),
        (["--batch", 128], "--batch is for a model that runs here; leave out --batch, or --endpoint"),
        (["--dtype", "auto"], "--dtype is for a model that runs here"),
        (["--samples", 2], "--samples is for a model that runs here"),
        (["--choose", "vote"], "--choose is for a model that runs here"),
        (["--seed", 0], "--seed is for a model that runs here"),
        (["--scorer", "runs/scorer"], "--scorer is for a model that runs here"),
        (["--examples", "data/run8"], "--examples is of --few-shot; add --few-shot, or leave it out"),
        (["--own-temperature", "--temperature", 1], "--own-temperature leaves the temperature to the endpoint"),
        (["--few-shot", 30], "fewer than --few-shot 30"),
        (["--key-env", "NOT_SET"], "NOT_SET is empty or not set"),
    ],
)
def test_what_an_endpoint_cannot_do_is_one_line(dataset, tmp_path, call, more, said):
    """Nothing is asked, and no folder is made."""
    with serve("yes") as server:
        status, _, errors = call(*remote(server, dataset, tmp_path / "e", *more))

        assert status == 2
        assert said in errors
        assert server.calls == []
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize(
    "more",
    [
        ["--few-shot", 2],
        ["--examples", "data/run8"],
        ["--workers", 4],
        ["--key-env", "KEY"],
        ["--timeout", 60],
        ["--own-temperature"],
    ],
)
def test_options_of_an_endpoint_need_one(dataset, tiny, tmp_path, call, more):
    """A local model has no server and is not shown examples; that the flag does nothing would go unseen."""
    status, _, errors = call("eval", "--model", tiny, "--dataset", dataset, "--out", tmp_path / "e", *more)

    assert status == 2
    assert f"{more[0]} is for a model at an endpoint; add --endpoint" in errors


def test_an_endpoint_that_answers_nothing_is_one_line(dataset, tmp_path, call):
    """There is no report of no rows."""
    with serve(Reply("no such model", 404)) as server:
        status, _, errors = call(*remote(server, dataset, tmp_path / "e", "--limit", 2))

    assert status == 2
    assert "HTTP 404: no such model; check the address, the model's name and the key" in errors
    assert list(tmp_path.iterdir()) == []


def test_a_failed_call_leaves_the_folder_to_the_corrected_command(dataset, gold, tmp_path, call):
    """Settings are written with the first answer: an address, a model or a limit may be corrected in the same --out."""
    (tmp_path / "e").mkdir()
    with serve(Reply("too long", 400)) as server:
        first = call(*remote(server, dataset, tmp_path / "e", "--limit", 2))
        assert first[0] == 2
        assert list((tmp_path / "e").iterdir()) == []
    with serve(*gold[:1]) as server:
        words = remote(server, dataset, tmp_path / "e", "--limit", 1)
        words[words.index("large")] = "other"

        assert call(*words)[0] == 0


def test_without_the_library_of_endpoints_nothing_is_begun(dataset, tmp_path, call, monkeypatch):
    """The message comes before the progress bar, and no folder is left."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with serve("yes") as server:
        status, _, errors = call(*remote(server, dataset, tmp_path / "e"))

    assert status == 2
    assert errors.startswith("error: openai is not installed; pip install")
    assert list(tmp_path.iterdir()) == []


def test_several_datasets_give_one_table(dataset, rows, gold, tmp_path, call):
    """Each has a folder of its own below `--out`, and a line of the table with its tokens."""
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:2]))
    words = ["--dataset", tmp_path / "more.jsonl", "--limit", 2]
    with serve(says(gold[0], usage=USAGE), *gold[1:2], "nothing") as server:
        status, said, errors = call(*remote(server, dataset, tmp_path / "e", *words))
        same = call(*remote(server, dataset, tmp_path / "e", "--dataset", dataset, "--limit", 2))

    assert status == 0, errors
    table = said.partition("rates with 95 %")[2]
    assert [name in table for name in ("tiny, split test", "more.jsonl", "2/2 100.0%", "0/2 0.0%", "unknown")] == [
        True
    ] * 5
    assert sorted(path.name for path in (tmp_path / "e").iterdir()) == ["eval-more", "eval-tiny-test"]
    assert same[0] == 2
    assert "tiny: is given twice; give it once" in same[2]
