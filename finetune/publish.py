"""Merges an adapter into its base model, and publishes either on the Hub with a card that shows the evaluation."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from huggingface_hub import (
    CommitOperationAdd,
    EvalResult,
    EvalResultEntry,
    HfApi,
    ModelCard,
    ModelCardData,
    eval_result_entries_to_yaml,
)
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError comes from the HTTP library
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalTokenNotFoundError,
)

from finetune.hardware.device import find_device
from finetune.judge.evaluate import ELSEWHERE, SETTINGS
from finetune.judge.report import REPORT, coverage, read_report
from finetune.judge.sampled import decoding_line
from finetune.judge.significance import shown_rate
from finetune.models.adapter import find_adapter, fingerprint, load, named_base
from finetune.models.base_model import EMBEDDED, ON_GPU
from finetune.models.verdicts import SCORER
from finetune.runs.folder import (
    ADAPTER,
    RUN,
    Run,
    claim,
    removed_if_empty,
    run_of,
    unfinished_run,
    write_json,
    writing,
)
from finetune.runs.log import read_log
from finetune.runs.rows import public_name
from finetune.runs.trained import TRAINED, told
from solver.files import read_json, read_text
from solver.licence import licence_table, obstacles
from solver.plurals import counted
from solver.refusal import InputError

from .evaluations import Evaluations, find_evaluations
from .licences import data_sources, joint, refuse_unlicensed
from .release import Files, gather, hub_name, is_local, left_out, public_settings, refuse_names, refuse_paths

CARD = "README.md"
CONFIG = "config.json"
"""The file that makes a folder a model."""


class _Task(NamedTuple):
    name: str
    rows: int


_TASKS = {"openai/gsm8k": _Task("gsm8k", 1319)}
"""The benchmarks of the Hub that are evaluated here, with the rows of their test splits."""
TEMPLATE = Path(__file__).parent / "model_card.md.jinja"
_SHOWN = ("dataset", "rows", "seed", "epochs", "steps", "batch", "accumulation", "lr", "rank", "alpha", "dtype")


def merge(name: str | Path, folder: Path, *, dtype: str = "auto") -> Path:
    """Write an adapter, a folder or one of the Hub, merged into its base model; return the folder, which any library loads."""
    device = find_device(dtype)
    adapter = find_adapter(name)
    base = named_base(None, adapter, device)
    with removed_if_empty(folder), writing(folder):
        claim(folder)
        loaded, tokenizer = load(base, adapter, device)
        with tempfile.TemporaryDirectory(prefix=".merge-", dir=folder) as scratch:
            made = Path(scratch)
            loaded.save_pretrained(made)
            tokenizer.save_pretrained(made)
            _copy_records(adapter, made)
            card, _ = make_card(made, str(folder), made if (made / RUN).exists() else adapter)
            (made / CARD).write_text(card, encoding="utf-8")
            for path in sorted(made.iterdir(), key=lambda path: path.name == CONFIG):  # which makes the folder a model
                path.rename(folder / path.name)
        return folder


def _copy_records(adapter: Path, folder: Path) -> None:
    """Copy the records of an adapter's run and its evaluations: `push` makes the card of merged weights from them.

    A checkpoint has the records of its run, and the result that the run had at its step. Evaluations of earlier weights are
    left out.
    """
    weights = fingerprint(adapter)
    for place in [path.parent for path in adapter.glob(f"eval-*/{REPORT}")]:
        if read_report(place)["settings"]["weights"] in (None, weights):
            (folder / place.name).mkdir()
            for name in (REPORT, SETTINGS):
                shutil.copy2(place / name, folder / place.name)  # of two like evaluations, the time tells the newer one
    for path in [adapter / ELSEWHERE, run_of(adapter) / TRAINED]:
        if path.exists():
            shutil.copy(path, folder)
    run = run_of(adapter) / RUN
    if run.exists():
        content = read_json(read_text(run), str(run))
        if run.parent != adapter:
            content["result"] = _result_at(run.parent, int(adapter.name.partition("-")[2]))
        write_json(folder / RUN, content)


def _result_at(folder: Path, step: int) -> dict[str, Any]:
    """Return the result of a run up to the step of a checkpoint."""
    lines = [line for line in read_log(folder) if line["step"] <= step]
    return (
        {"steps": step, "tokens": int(lines[-1]["num_tokens"]), "final_loss": lines[-1]["loss"]}
        if lines
        else {"steps": step}
    )


@dataclass(frozen=True)
class Pushed:
    """The result of a push: the page's address, the files with their sizes, the card, and notes on what it lacks."""

    url: str
    sizes: dict[str, int]
    card: str
    notes: list[str]


def push(
    folder: Path,
    repo_id: str,
    *,
    private: bool = False,
    revision: str = "main",
    tag: str | None = None,
    dataset: str | None = None,
    dry_run: bool = False,
    with_permission: bool = False,
    token: str | None = None,
) -> Pushed:
    """Publish an adapter or a merged model in one commit with its card; the folder itself is left as it is.

    `dataset` is the name of the training dataset on the Hub. A model of data whose licences forbid it, or are unknown, is
    published only `with_permission`, that of the owners. Raises InputError if the files name a path of this machine or a
    base that others lack, or if the Hub refuses them.
    """
    if not (folder / ADAPTER).exists() and not (folder / "config.json").exists():
        told = unfinished_run(folder)
        if told:
            raise InputError(f"{folder}: {told}")
        raise InputError(f"{folder}: neither an adapter nor a model; give the folder of a run or of a merged model")
    refuse_names(repo_id, revision, tag, dataset)
    files, notes = gather(folder), _others(folder)
    if (folder / ADAPTER).exists() or (folder / RUN).exists():
        if not with_permission:
            refuse_unlicensed(folder, data_sources(folder))
        card, evaluations = make_card(folder, repo_id, folder, dataset)
        files |= {CARD: card.encode()} | _results(evaluations.reports)
        notes += evaluations.missing
    elif (folder / CARD).exists():
        files[CARD] = folder / CARD
    refuse_paths(files, folder)
    api = HfApi(token=token, library_name="wirework")
    if not dry_run:
        _commit(api, repo_id, files, private=private, revision=revision, tag=tag)
    sizes = {
        name: len(content) if isinstance(content, bytes) else content.stat().st_size for name, content in files.items()
    }
    page = files.get(CARD, b"")
    return Pushed(
        f"{api.endpoint}/{repo_id}", sizes, page.decode() if isinstance(page, bytes) else read_text(page), notes
    )


def _others(folder: Path) -> list[str]:
    """Return a note on the files that are not published, if there are any."""
    names = left_out(folder)
    if not names:
        return []
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    kind = "file" if len(names) == 1 else "files"
    return [f"{', '.join(names[:5])}{more}: no {kind} of a model, so not published"]


def _commit(api: HfApi, repo_id: str, files: Files, *, private: bool, revision: str, tag: str | None) -> None:
    """Commit the files to a branch, made if need be, and tag the commit."""
    with _one_line(repo_id):
        api.create_repo(repo_id, private=private, exist_ok=True)
        if tag and tag in {ref.name for ref in api.list_repo_refs(repo_id).tags}:
            raise InputError(f"{repo_id}: has a tag {tag} already; nothing was pushed, choose another tag")
        if revision != "main":
            api.create_branch(repo_id, branch=revision, exist_ok=True)
        operations = [CommitOperationAdd(name, content) for name, content in files.items()]
        done = api.create_commit(repo_id, operations, commit_message="Publish with wirework", revision=revision)
        if tag:
            api.create_tag(repo_id, tag=tag, revision=done.oid)


@contextmanager
def _one_line(repo_id: str) -> Iterator[None]:
    """Raise an error of the Hub's client as an InputError of one line."""
    try:
        yield
    except LocalTokenNotFoundError:
        raise InputError("no token: log in with `hf auth login`, or set HF_TOKEN") from None
    except HFValidationError as error:
        raise InputError(f"{repo_id}: {str(error).splitlines()[0]}") from None
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "no answer"
        raise InputError(
            f"{repo_id}: the Hub refused the upload ({status}): {error.server_message or 'no reason given'}"
        ) from None
    except (HTTPError, OSError) as error:
        raise InputError(f"{repo_id}: the Hub cannot be reached: {error}; the model is still in its folder") from None


def make_card(folder: Path, name: str, run_folder: Path, dataset: str | None = None) -> tuple[str, Evaluations]:
    """Return a model's card, from the files of the run that trained it, and the evaluations that it shows."""
    run = Run.read(run_folder) if (run_folder / RUN).exists() else None
    settings = run.settings if run else {}
    base = str(settings.get("model") or named_base(None, run_folder, find_device()))
    merged, scorer = not (folder / ADAPTER).exists(), settings.get("verb") == SCORER
    evaluations = find_evaluations(run_folder)
    dataset = dataset or settings.get("hub_dataset")
    sources = data_sources(run_folder)
    licence, licence_name = joint("apache-2.0" if base in (*EMBEDDED, ON_GPU) else None, sources)
    mixed = [source["hub_dataset"] for source in settings.get("mix", []) if source["hub_dataset"]]
    data = ModelCardData(
        language="en",
        license=licence,
        license_name=licence_name,
        library_name="transformers" if merged else "peft",
        pipeline_tag="text-generation",
        base_model=None if is_local(base) else hub_name(base),
        datasets=[dataset] if dataset else mixed or None,
        tags=[
            "wirework",
            "symbolic-traces",
            "math-word-problems",
            *([] if merged else ["lora"]),
            *([SCORER] if scorer else []),
        ],
        model_name=name.rpartition("/")[2],
        eval_results=[_result(report) for report in evaluations.reports if _whole(report)] or None,
    )
    shown = public_settings(settings | {"hub_dataset": dataset})
    card = ModelCard.from_template(
        data,
        template_path=str(TEMPLATE),
        name=name,
        base=Path(base).name if is_local(base) else hub_name(base),
        merged=merged,
        scorer=scorer,
        embedded=base if base in EMBEDDED else "",
        settings={key: shown[key] for key in _SHOWN if key in shown},
        result=run.result if run else {},
        tables=[_table(report) for report in evaluations.reports],
        obstacles=obstacles(sources),
        share_alike=sorted({one.licence for one in sources if one.share_alike}),
        licence_table=licence_table(sources) if sources else "",
    )
    return str(card).rstrip() + "\n", evaluations


def _whole(report: dict[str, Any]) -> bool:
    return bool(report["decoded"] == report["settings"]["rows"])


def _called(report: dict[str, Any]) -> str:
    return public_name(report["settings"]["dataset"], report["settings"].get("hub_dataset"))


def _result(report: dict[str, Any]) -> EvalResult:
    """Return an evaluation as the model index of a card holds it."""
    found = report["overall"]["accuracy"]
    return EvalResult(
        task_type="text-generation",
        dataset_type=_called(report),
        dataset_name=_called(report),
        dataset_split=report["settings"]["split"],
        metric_type="accuracy",
        metric_value=round(found["hits"] / found["rows"], 4),
        metric_name=f"{report['metrics']['accuracy']}, of {counted(found['rows'], 'row')}, {decoding_line(report['settings'])}",
    )


def _results(reports: list[dict[str, Any]]) -> Files:
    """Return the Hub's evaluation files: it defines them for whole benchmarks."""
    files: Files = {}
    for report in reports:
        task = _TASKS.get(report["settings"].get("hub_dataset") or "")
        if task and report["decoded"] == task.rows and report["settings"]["split"] == "test":
            found = report["overall"]["accuracy"]
            entry = EvalResultEntry(
                dataset_id=report["settings"]["hub_dataset"],
                task_id=task.name,
                value=round(100 * found["hits"] / found["rows"], 2),
                notes=f"a symbolic trace, run by a solver; {decoding_line(report['settings'])}",
            )
            files[f".eval_results/{task.name}.yaml"] = yaml.safe_dump(eval_result_entries_to_yaml([entry])).encode()
    return files


def _table(report: dict[str, Any]) -> dict[str, Any]:
    lines = [("all", report["overall"]), *report["by"]["expert"].items(), *report["by"]["trained"].items()]
    return {
        "rows": coverage(report, _called(report)),
        "decoding": decoding_line(report["settings"]),
        "told": told(report["trained"]),
        "metrics": report["metrics"],
        "lines": [(name, *(shown_rate(rates.get(metric)) for metric in report["metrics"])) for name, rates in lines],
        "ladder": ", ".join(f"{level} {count}" for level, count in report["ladder"].items() if count) or "none",
        "gold": bool(report["ladder"]),
        "truncated": report["truncated"],
    }
