"""Reports rows of which samples were drawn: how often each way to choose is right, how often any sample is, and the cost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from finetune.models.verdicts import SCORER
from finetune.models.ways import way_name
from finetune.runs import terminal
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError, did_you_mean
from solver.reward import judge

from .choose import WAYS, Candidate, candidate, choose, pass_at
from .completion import Completion
from .significance import mcnemar, rate, shown_rate

Scores = Callable[[str, list[str]], list[float]]
"""Returns the log odds that each completion for a question is right."""


def scored(candidates: Sequence[Candidate], question: str, scores: Scores | None) -> list[Candidate]:
    """Return the candidates with their scores; those that do not compete, and all without a scorer, keep 0."""
    if scores is None:
        return list(candidates)
    texts = list(dict.fromkeys(each.text for each in candidates if each.answer is not None))
    found = dict(zip(texts, scores(question, texts), strict=True))
    return [replace(each, score=found.get(each.text, 0.0)) for each in candidates]


def check_sampling(temperature: float, way: str, scorer: str | Path | None) -> None:
    """Raise InputError for a temperature or a way to choose that cannot be, and for a way that lacks its scorer."""
    if temperature <= 0:
        raise InputError(f"temperature {temperature:g} draws no samples; give one above 0, such as 0.7")
    if way not in WAYS:
        raise InputError(f"no way to choose {way!r}; {did_you_mean(way, WAYS)}")
    if way == SCORER and scorer is None:
        raise InputError(f"--choose {SCORER} needs a scorer; give its folder or name with --scorer")


def prediction_fields(
    completions: Sequence[Completion], question: str, reading: Reading, way: str, scores: Scores | None = None
) -> dict[str, Any]:
    """Return the fields of a prediction: those of the chosen completion, then the greedy one and the samples.

    A single completion needs no way.
    """
    fields = [_fields(completion) for completion in completions]
    if len(fields) == 1:
        return _line(fields, 0)
    candidates = scored(candidates_of(fields, question, reading), question, scores)
    if scores:
        for each, one in zip(fields, candidates, strict=True):
            each["score"] = round(one.score, 4)
    return _line(fields, choose(candidates, way))


def _line(completions: list[dict[str, Any]], chosen: int) -> dict[str, Any]:
    greedy, *samples = completions
    fields = greedy if not chosen else samples[chosen - 1]
    made = {"completion": fields["text"], **{key: fields[key] for key in ("tokens", "truncated", "logprob")}}
    return made | {"greedy": greedy, "samples": samples} if samples else made


def _fields(completion: Completion) -> dict[str, Any]:
    return asdict(completion) | {"logprob": round(completion.logprob, 4)}


def candidates_of(
    completions: Iterable[Mapping[str, Any]],
    question: str,
    reading: Reading = Reading(),  # noqa: B008  # frozen
) -> list[Candidate]:
    """Return the candidates of a row from the fields of its completions."""
    return [
        candidate(each["text"], each["logprob"], question, reading, score=each.get("score", 0.0))
        for each in completions
    ]


def completions_of(prediction: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of all completions of a prediction, the greedy one first."""
    return [prediction["greedy"], *prediction["samples"]]


def written_for(prediction: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of all that a model wrote for a row: its samples too, if it has some."""
    return completions_of(prediction) if "samples" in prediction else [dict(prediction)]


def summarise_samples(
    rows: Iterable[dict[str, Any]], predictions: Mapping[str, Any], reading: Reading
) -> dict[str, Any]:
    """Return the part of a report on samples; it is empty if none were drawn."""
    lines = [(row, predictions[row["id"]]) for row in rows if "samples" in predictions.get(row["id"], ())]
    if not lines:
        return {}
    right = [rights_of(row, line, reading) for row, line in lines]
    candidates = [candidates_of(completions_of(line), row["question"], reading) for row, line in lines]
    with_scores = all("score" in each for _, line in lines for each in completions_of(line))
    completions = [completions_of(line) for _, line in lines]
    most = min(len(rights) - 1 for rights in right)
    return {
        "samples": most,
        "greedy": rate(sum(rights[0] for rights in right), len(right)),
        "ways": {
            way: _compared([rights[choose(found, way)] for rights, found in zip(right, candidates, strict=True)], right)
            for way in WAYS
            if way != SCORER or with_scores
        },
        "pass": {str(k): _passed(right, k) for k in _powers(most)},
        "tokens": sum(each["tokens"] for several in completions for each in several),
        "greedy_tokens": sum(several[0]["tokens"] for several in completions),
        "seconds": max(line["seconds"] for _, line in lines),
    }


def rights_of(row: Mapping[str, Any], line: Mapping[str, Any], reading: Reading) -> list[bool]:
    """Return for each completion of a row whether it is right."""
    claims = {name: row[name] for name in ("experts", "answer", "question")}
    found = {
        text: judge(text, **claims, **reading._asdict()).outcome == "correct"
        for text in {each["text"] for each in completions_of(line)}
    }
    return [found[each["text"]] for each in completions_of(line)]


def _compared(chosen: list[bool], right: list[list[bool]]) -> dict[str, Any]:
    """Return the rate of a way to choose, and the rows that it wins and loses against the greedy completions."""
    won = sum(mine and not rights[0] for mine, rights in zip(chosen, right, strict=True))
    lost = sum(rights[0] and not mine for mine, rights in zip(chosen, right, strict=True))
    return rate(sum(chosen), len(chosen)) | {"won": won, "lost": lost, "p_value": round(mcnemar(lost, won), 4)}


def _passed(right: list[list[bool]], k: int) -> dict[str, Any]:
    """Return the mean over the rows of the estimated chance that one of k samples is right.

    The interval is Wilson's of a rate. It is wider than need be where k is smaller than the number of samples.
    """
    mean = fmean(pass_at(k, len(rights) - 1, sum(rights[1:])) for rights in right)
    return rate(round(mean * len(right), 2), len(right))


def _powers(most: int) -> list[int]:
    """Return the powers of two below a number of samples, and the number itself."""
    return sorted({most, *(2**power for power in range(most.bit_length()) if 2**power <= most)})


def print_samples(found: Mapping[str, Any], way: str) -> None:
    """Print the tables of the part of a report on samples."""
    lines: list[tuple[Any, ...]] = [("greedy", shown_rate(found["greedy"]), "", "", "")]
    lines += [
        (f"{name}, chosen" if name == way else name, shown_rate(each), each["won"], each["lost"], each["p_value"])
        for name, each in found["ways"].items()
    ]
    lines += [(f"pass@{k}", shown_rate(each), "", "", "") for k, each in found["pass"].items()]
    title = f"right by the greedy completion, by each way to choose, and in {counted(found['samples'], 'sample')}"
    terminal.table(title, ("", ">right", ">won", ">lost", ">p"), lines)
    terminal.say(cost_line(found))


def cost_line(found: Mapping[str, Any]) -> str:
    """Return a phrase on the cost of samples."""
    times = found["tokens"] / max(found["greedy_tokens"], 1)
    return (
        f"{counted(found['tokens'], 'token')} in {found['seconds']:,.0f} s, "
        f"{times:.1f} times the {found['greedy_tokens']:,} of the greedy completions"
    )


def decoding_line(settings: Mapping[str, Any]) -> str:
    """Return a phrase on how the completions of an evaluation were decoded."""
    held = f", {way_name(settings['constrained'])}" if settings.get("constrained") else ""
    if settings.get("endpoint"):
        shown = f" with {counted(settings['few_shot'], 'example')}" if settings["few_shot"] else ""
        temperature = settings["endpoint_temperature"]
        at = "its own temperature" if temperature is None else f"temperature {temperature:g}"
        return f"at an endpoint{shown}, {at}{held}"
    engine = ", with vLLM" if settings.get("engine") else ""
    if not settings.get("samples"):
        return f"greedy{held}{engine}"
    samples = counted(settings["samples"], "sample")
    return (
        f"chosen by {settings['choose']} from the greedy completion and {samples} "
        f"at temperature {settings['temperature']:g}{held}{engine}"
    )
