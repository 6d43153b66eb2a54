"""Decodes held-out rows into predictions.jsonl, one line per finished row, so that a stopped evaluation resumes."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from finetune.hardware.device import Device, find_device, out_of_memory
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import find_adapter, fingerprint, named_base, records
from finetune.models.adapter import load as load_model
from finetune.models.chat import prompt_ids
from finetune.models.vllm_engine import load_engine, refuse_without_vllm
from finetune.models.ways import Way, way_name
from finetune.runs import terminal
from finetune.runs.folder import RUN, claim, refuse_taken, refuse_written, trained_system_line, write_json, writing
from finetune.runs.rows import content_hash, hub_dataset, read_rows, reading_of, short_name, split_of
from finetune.runs.trained import Trained
from solver.constraint import Constraint, refuse_without_llguidance
from solver.files import json_rows, local, read_json, read_text
from solver.grounding import Reading
from solver.plurals import counted
from solver.refusal import InputError

from .choose import DEFAULT
from .completion import BATCH, BaseDecoder, Completion, Sampling
from .decode import Decoder
from .sampled import Scores, check_sampling, prediction_fields
from .scorer import Scorer, find_scorer

PREDICTIONS = "predictions.jsonl"
SETTINGS = "evaluation.json"
ELSEWHERE = "evaluations.txt"
"""The file in a model's folder that lists its evaluations in other folders."""


Load = Callable[[str, Path | None, Device], tuple[Any, Any]]
"""Returns a base model with an adapter, and its tokenizer."""


def loader(*, vllm: bool) -> Load:
    """Return the function that loads a model for an evaluation."""
    return load_engine if vllm else load_model


@dataclass(frozen=True)
class Evaluation:
    """The settings of an evaluation, written before its first prediction."""

    model: str
    adapter: str | None
    weights: str | None
    dataset: str
    split: str | None
    rows: int
    content: str
    max_new_tokens: int
    dtype: str
    system: str | None = None
    """The system prompt of rows that have no prompt of their own."""
    hub_dataset: str | None = None
    """The dataset's name on the Hub."""
    constrained: Way = False
    """Whether, and how, tokens that break a trace were masked."""
    samples: int = 0
    """How many samples were drawn for each row, beside its greedy completion."""
    temperature: float = 0.0
    choose: str = ""
    """The way to choose among the completions of a row."""
    seed: int = 0
    scorer: str = ""
    """The hash of the scorer's weights."""
    endpoint: str | None = None
    """The address at which a model was asked that is not run here."""
    endpoint_temperature: float | None = None
    """The temperature that an endpoint was asked for; None leaves it to the endpoint."""
    few_shot: int = 0
    """The number of training rows before each question."""
    examples: str = ""
    """A hash of those rows."""
    engine: str = ""
    """The library that decoded, if it was not transformers."""


def evaluate(
    dataset: str,
    folder: Path | None = None,
    *,
    model: str | None = None,
    adapter: str | Path | None = None,
    split: str | None = None,
    limit: int | None = None,
    max_new_tokens: int = 400,
    batch: int = BATCH,
    static_cache: bool = False,
    vllm: bool = False,
    dtype: str = "auto",
    constrained: Way = False,
    samples: int = 0,
    temperature: float = 0.7,
    choose: str = DEFAULT,
    seed: int = 0,
    scorer: str | Path | None = None,
    listed: bool = True,
    below: Path | None = None,
    label: str | None = None,
    only_check: bool = False,
    load: Load | None = None,
) -> Path:
    """Decode the rows that have no prediction yet and return the evaluation's folder; raise InputError on bad input.

    `static_cache` decodes by `generate` of transformers with a static cache, and `vllm` with vLLM, which chooses
    the rows of a batch itself. `load` replaces the function that loads the model.
    With `samples`, as many are drawn for each row at a temperature, and one of them and the greedy completion is chosen.
    `scorer` is the folder or the name of the scorer by which they are chosen.
    An evaluation outside the model's folder is listed there for `push`, unless `listed` is false. The folder
    has its usual name where none is given, beside the adapter or `below` another one; `label` stands for the dataset in it. With `only_check`, input is checked, and nothing is decoded or written.
    """
    check_sampling(temperature, choose, scorer)
    if constrained:
        refuse_without_llguidance()
    if vllm:
        refuse_without_vllm()
    keep_memory()
    device = find_device(dtype)
    weights = None if adapter is None else find_adapter(adapter)
    judge = None if scorer is None else find_scorer(scorer)
    base = named_base(model, weights, device)
    split = split_of(dataset, split, "test")
    trained = weights or records(base)
    system = trained_system_line(trained)
    table = read_rows(dataset, split, limit, system)
    refuse_repeated_ids(dataset, table)
    settings = Evaluation(
        base,
        str(adapter) if adapter else None,
        fingerprint(weights),
        dataset,
        split,
        len(table),
        content_hash(table),
        max_new_tokens,
        device.dtype_name,
        system,
        hub_dataset(dataset),
        constrained,
        engine="vllm" if vllm else "",
    )
    if samples:
        settings = replace(settings, samples=samples, temperature=temperature, choose=choose, seed=seed)
        settings = replace(settings, scorer=str(fingerprint(judge)) if judge else "")
    home = home_of(base, adapter)
    kinds = (way_name(constrained) if constrained else None, f"{samples}-samples" if samples else None)
    folder = folder or (below or home) / folder_name(dataset, label, split, *kinds)
    if only_check:
        refuse_occupied(folder, settings)
        return folder
    terminal.say(f"model {base}{f' with {adapter}' if adapter else ''} on {device}")
    with writing(folder, "decoded into"):
        done = finished_rows(folder, settings)
        rows = [row for row in table.select(["id", "prompt", "question"]).to_pylist() if row["id"] not in done]
        if rows:
            claims = Trained.read(trained).claims(rows)
            rows = [row | {"trained": claims[row["id"]]} for row in rows]
            decoder = _decoder(
                (load or loader(vllm=vllm))(base, weights, device), max_new_tokens, static=static_cache, vllm=vllm
            )
            scores = Scorer(judge, device).scores if judge else None
            write_json(folder / SETTINGS, asdict(settings))  # after loading: a mistyped model claims no folder
            if listed:
                _remember(folder, home)
            spent = max((float(line["seconds"]) for line in done.values()), default=0.0)
            _decode(decoder, rows, folder, batch, settings, spent=spent, scores=scores)
    return folder


def _decoder(loaded: tuple[Any, Any], limit: int, *, static: bool, vllm: bool) -> BaseDecoder:
    if not vllm:
        return Decoder(*loaded, limit, static=static)
    from .vllm_decoder import VllmDecoder

    return VllmDecoder(*loaded, limit)


def _decode(
    decoder: BaseDecoder,
    rows: list[dict[str, Any]],
    folder: Path,
    batch: int,
    settings: Evaluation,
    *,
    spent: float,
    scores: Scores | None = None,
) -> None:
    """Decode rows and append each prediction as soon as its row is finished; `spent` is the seconds of earlier rows."""
    reading = reading_of(settings.dataset)
    total, began, tokens, seconds = settings.rows, time.perf_counter(), 0, 0.0
    bar = terminal.bar("decoding", total, total - len(rows))
    with (
        bar,
        (folder / PREDICTIONS).open("a", encoding="utf-8") as file,
        out_of_memory(f"out of memory with --batch {batch}; try --batch {max(batch // 2, 1)}"),
    ):
        for count, (row, completions) in enumerate(_completions(decoder, rows, batch, settings, reading), 1):
            seconds = time.perf_counter() - began
            line = {name: row[name] for name in ("id", "trained")}
            line |= prediction_fields(completions, row["question"], reading, settings.choose, scores)
            line["seconds"] = round(spent + seconds, 2)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            tokens += sum(completion.tokens for completion in completions)
            figures = f"{tokens / seconds:,.0f} tokens/s"
            bar.update(bar.task_ids[0], completed=total - len(rows) + count, figures=figures)
    terminal.say(
        f"decoded {counted(len(rows), 'row')}, {counted(tokens, 'token')} in {seconds:,.0f} s, {tokens / seconds:,.0f} tokens/s"
    )


def _completions(
    decoder: BaseDecoder, rows: list[dict[str, Any]], batch: int, settings: Evaluation, reading: Reading
) -> Iterator[tuple[dict[str, Any], list[Completion]]]:
    """Yield each row with its completions, the greedy one first, as soon as they are finished."""
    prompts = [prompt_ids(decoder.tokenizer, row["prompt"]) for row in rows]
    decoder.note_long(prompts)

    def constrain(place: int) -> Constraint:
        return decoder.constraint(rows[place]["question"], reading, settings.constrained)

    held = constrain if settings.constrained else None
    if not settings.samples:
        for place, completion in decoder.decode(prompts, batch, held):
            yield rows[place], [completion]
        return
    sampling = Sampling(settings.samples, settings.temperature, settings.seed)
    for place, completions in decoder.sample(prompts, [row["id"] for row in rows], sampling, batch, held):
        yield rows[place], completions


def folder_name(dataset: str, label: str | None, *kinds: str | None) -> str:
    """Return the usual name of an evaluation's folder; `label` stands for a dataset that shares its name with another."""
    return "-".join(filter(None, ("eval", label or short_name(dataset), *kinds)))


def home_of(model: str, adapter: str | Path | None) -> Path:
    """Return the folder beside which a model is evaluated: its own, or one below runs/ for a model of the Hub."""
    if adapter:
        return local(adapter) if local(adapter).exists() else Path("runs") / Path(adapter).name
    return Path(model) if (Path(model) / RUN).exists() else Path("runs") / Path(model).name


def _remember(folder: Path, home: Path) -> None:
    """Note in a model's folder that an evaluation of it was written elsewhere, so that `push` finds it."""
    if folder.parent.resolve() == home.resolve() or not home.is_dir():
        return
    path = home / ELSEWHERE
    places = read_text(path).splitlines() if path.exists() else []
    if str(folder.resolve()) not in places:
        path.write_text("".join(f"{place}\n" for place in [*places, folder.resolve()]), encoding="utf-8")


def refuse_repeated_ids(dataset: str, table: Any) -> None:
    """Raise InputError if two rows have one id."""
    repeated = [name for name, count in Counter(table["id"].to_pylist()).items() if count > 1]
    if repeated:
        raise InputError(f"{dataset}: several rows have the id {repeated[0]}; predictions are stored by id")


def refuse_occupied(folder: Path, settings: Evaluation) -> None:
    """Raise InputError if an evaluation cannot be written into a folder or resumed there; the folder stays as it is."""
    refuse_written(folder, "decoded into")
    if (folder / SETTINGS).exists():
        _refuse_other(folder, settings)
    else:
        refuse_taken(folder)


def finished_rows(folder: Path, settings: Evaluation) -> dict[str, dict[str, Any]]:
    """Return the predictions that there are, by the ids of their rows; raise InputError if the folder holds another evaluation."""
    if (folder / SETTINGS).exists():
        _refuse_other(folder, settings)
        _drop_half_line(folder / PREDICTIONS)
        return read_predictions(folder)
    claim(folder)
    return {}


def _refuse_other(folder: Path, settings: Evaluation) -> None:
    before = read_settings(folder)
    for key, value in asdict(settings).items():
        other = getattr(before, key)
        # the hash of the rows covers the system prompt; a server may move
        if other != value and key not in ("adapter", "system", "hub_dataset", "endpoint"):
            raise InputError(f"{folder}: holds an evaluation with {key} {other!r}, not {value!r}; choose another --out")


def _drop_half_line(path: Path) -> None:
    """Remove a half-written last line, which a killed evaluation leaves."""
    if path.exists():
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            path.write_bytes(whole)


def read_settings(folder: Path) -> Evaluation:
    """Return the settings of the evaluation in a folder; raise InputError if there is none."""
    path = folder / SETTINGS
    if not path.exists():
        raise InputError(f"{folder}: no {SETTINGS} in it, so it is not the folder of an evaluation{_inside(folder)}")
    try:
        return Evaluation(**read_json(read_text(path), str(path)))
    except TypeError:
        raise InputError(f"{path}: it has other keys than an evaluation of this version; evaluate again") from None


def _inside(folder: Path) -> str:
    """Return the end of a message that names the evaluations inside a folder or that of a dataset of own samples."""
    beside = folder.with_name(f"{folder.name}-samples")
    if (beside / SETTINGS).exists():
        return f"; its samples are in {beside}"
    names = sorted(str(path.parent) for path in folder.glob(f"*/{SETTINGS}"))
    return f"; give one inside: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}" if names else ""


def read_evaluated(folder: Path) -> tuple[Evaluation, list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the settings of an evaluation, its decoded rows, and their predictions by id.

    Raises InputError if the dataset has changed, or if no row is decoded.
    """
    settings = read_settings(folder)
    predictions = read_predictions(folder)
    table = read_rows(settings.dataset, settings.split, settings.rows, settings.system)
    if content_hash(table) != settings.content:
        raise InputError(
            f"{folder}: {settings.dataset} has changed since its rows were decoded; evaluate again, with another --out"
        )
    rows = [row for row in table.to_pylist() if row["id"] in predictions]
    if not rows:
        raise InputError(f"{folder}: no row is decoded yet; run the evaluation first")
    return settings, rows, predictions


def read_predictions(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the predictions by row id."""
    path = folder / PREDICTIONS
    if not path.exists():
        return {}
    found: dict[str, dict[str, Any]] = {}
    for place, line in json_rows(read_text(path), str(path)):
        if not isinstance(line, dict) or not isinstance(line.get("id"), str):
            raise InputError(f"{path}: {place} is not a prediction; delete it, and its row is decoded again")
        found[line["id"]] = line
    return found
