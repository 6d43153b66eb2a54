"""Samples of an evaluation: one completion is chosen, all are kept, and the report compares the ways to choose."""

import re

import pytest
from commands import evaluation, predict, predict_samples

from finetune.judge.choose import DEFAULT
from finetune.judge.evaluate import PREDICTIONS, SETTINGS, evaluate, read_predictions, read_settings
from finetune.judge.report import make_report, print_report
from finetune.judge.significance import mcnemar
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")

WRONG = "```yaml\nexpert: arithmetic\ntrace:\n- {op: query, var: a}\n```"
SAMPLES = ("--samples", "3", "--max-new-tokens", "24", "--limit", "4")


def test_samples_are_kept_and_resumed(trained, dataset, tmp_path, call):
    """A line has the greedy completion, the samples and the chosen one; a killed evaluation ends with the same ones."""
    words = evaluation(trained, dataset, *SAMPLES)
    assert call(*words, "--out", tmp_path / "whole")[0] == 0
    assert call(*words, "--out", tmp_path / "cut")[0] == 0
    path = tmp_path / "cut" / PREDICTIONS
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    earlier = max(line["seconds"] for line in read_predictions(tmp_path / "cut").values())

    status, said, _ = call(*words, "--out", tmp_path / "cut")

    found = [read_predictions(tmp_path / name) for name in ("whole", "cut")]
    assert status == 0
    assert [
        {row: (line["completion"], line["greedy"]["text"], [each["text"] for each in line["samples"]])}
        for row, line in found[0].items()
    ] == [
        {
            row: (
                found[1][row]["completion"],
                found[1][row]["greedy"]["text"],
                [each["text"] for each in found[1][row]["samples"]],
            )
        }
        for row in found[0]
    ]
    settings = read_settings(tmp_path / "cut")
    assert (settings.samples, settings.temperature, settings.choose, settings.seed) == (3, 0.7, DEFAULT, 0)
    assert all(line["seconds"] > earlier for line in list(found[1].values())[2:])
    for line in found[0].values():
        completions = [line["greedy"], *line["samples"]]
        assert [set(each) for each in completions] == [{"text", "tokens", "truncated", "logprob"}] * 4
        assert all(each["logprob"] < 0 for each in completions)
        assert line["completion"] in [each["text"] for each in completions]
    assert "temperature 0.7" in (tmp_path / "cut" / "report.html").read_text()
    assert "pass@3" in said


def test_another_temperature_is_another_evaluation(trained, dataset, tmp_path, call):
    """Samples that were drawn otherwise are not mixed in one folder, and have a folder of their own by default."""
    words = evaluation(trained, dataset, "--samples", 2, "--max-new-tokens", 4, "--limit", 1)
    assert call(*words)[0] == 0
    assert (trained / "eval-tiny-test-2-samples" / SETTINGS).exists()

    status, _, said = call(*words, "--temperature", "1.5")

    assert status == 2
    assert "temperature 0.7, not 1.5" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--temperature", "0.7"], "--temperature is of samples; add --samples"),
        (["--choose", "vote"], "--choose is of samples; add --samples"),
        (["--samples", "2", "--temperature", "0"], "'0' is not a temperature above 0"),
        (["--samples", "2", "--choose", "votes"], "invalid choice: 'votes'"),
        (["--samples", "0"], "'0' is not a whole number above 0"),
    ],
)
def test_flags_of_samples_are_checked(trained, dataset, call, words, said):
    """A flag that would do nothing, and a value that cannot be, are one line."""
    status, _, told = call(*evaluation(trained, dataset, *words))

    assert status == 2
    assert said in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"temperature": 0.0}, "temperature 0 draws no samples; give one above 0"),
        ({"choose": "votes"}, "no way to choose 'votes'; did you mean vote?"),
        ({"choose": "scorer"}, "--choose scorer needs a scorer; give its folder or name"),
    ],
)
def test_the_function_checks_what_the_flags_cannot(dataset, options, said):
    """From Python, too, a value that cannot be is our error, before a model is loaded."""
    with pytest.raises(InputError, match=re.escape(said)):
        evaluate(str(dataset), samples=2, **options)


def test_the_report_compares_the_ways_to_choose(dataset, tmp_path, capsys):
    """It counts what each way wins and loses against the greedy completion, pass@k and the cost."""

    def completions(place, gold):
        if place < 3:
            return [WRONG, gold, WRONG, WRONG, gold]
        return [gold] + [WRONG] * 4 if place < 10 else [WRONG] * 5

    predict_samples(tmp_path / "e", dataset, completions)

    report = make_report(tmp_path / "e")
    print_report(report, tmp_path / "e")

    found = report["samples"]
    assert (found["samples"], found["greedy"]["hits"], found["greedy"]["rows"]) == (4, 7, 12)
    assert list(found["ways"]) == [
        "vote",
        "likelihood",
        "sense",
        "sense-likelihood",
        "numbers",
        "sense-numbers",
        "sense-numbers-likelihood",
    ]
    vote = found["ways"]["vote"]
    assert (vote["hits"], vote["won"], vote["lost"]) == (10, 3, 0)
    assert vote["p_value"] == mcnemar(0, 3)
    assert vote["hits"] == report["overall"]["accuracy"]["hits"]
    assert {k: each["hits"] for k, each in found["pass"].items()} == {"1": 1.5, "2": 2.5, "4": 3}
    assert (found["tokens"], found["greedy_tokens"], found["seconds"]) == (600, 120, 12.0)
    said = capsys.readouterr().out
    assert "vote, chosen" in said
    assert "600 tokens in 12 s, 5.0 times the 120 of the greedy completions" in said
    assert "600 tokens written" in said  # also those of samples that were not chosen
    page = (tmp_path / "e" / "report.html").read_text()
    assert 'id="samples"' in page
    assert "chosen by vote from the greedy completion and 4 samples at temperature 0.7" in page


def test_an_evaluation_without_samples_has_none(dataset, tmp_path):
    """A greedy evaluation's report has an empty part on samples, and its page says greedy."""
    predict(tmp_path / "e", dataset, lambda row, text: text)

    assert make_report(tmp_path / "e")["samples"] == {}
    page = (tmp_path / "e" / "report.html").read_text()
    assert 'id="samples"' not in page
    assert "greedy, at most 400 tokens" in page
