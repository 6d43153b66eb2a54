"""Merges an adapter into its base model, and publishes either on the Hub with a card that shows the evaluation."""

import shutil
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, ModelCard, ModelCardData
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError comes from the HTTP library
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalTokenNotFoundError,
)

from finetune.hardware.device import find_device
from finetune.judge.report import REPORT, coverage, read_report, shown_rate
from finetune.models.adapter import load, named_base
from finetune.models.base_model import EMBEDDED, ON_GPU
from finetune.runs.folder import ADAPTER, RUN, Run, claim, writing
from finetune.runs.trained import TRAINED, told
from solver.refusal import InputError

CARD = "README.md"
TEMPLATE = Path(__file__).parent / "model_card.md.jinja"
KEPT_BACK = ["checkpoint-*/*", "eval-*/*", "training_args.bin", "log.jsonl", ".*"]
"""Files of a run's folder that are not published."""
_SHOWN = ("dataset", "rows", "seed", "epochs", "steps", "batch", "accumulation", "lr", "rank", "alpha", "dtype")


def merge(adapter: Path, folder: Path, *, dtype: str = "auto") -> Path:
    """Write an adapter merged into its base model, as any library loads it; return the folder."""
    device = find_device(dtype)
    base = named_base(None, adapter, device)
    with writing(folder):
        claim(folder)
        loaded, tokenizer = load(base, adapter, device)
        loaded.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        for path in [
            *adapter.glob(RUN),
            *adapter.glob(TRAINED),
            *adapter.glob(f"eval-*/{REPORT}"),
        ]:  # push writes the card from these files too
            kept = folder / path.relative_to(adapter)
            kept.parent.mkdir(exist_ok=True)
            shutil.copy(path, kept)
        write_card(folder, str(folder), adapter)
        return folder


def push(folder: Path, repo_id: str, *, private: bool = False, token: str | None = None) -> str:
    """Publish an adapter or a merged model in one commit with its card; return the address of its page."""
    if not (folder / ADAPTER).exists() and not (folder / "config.json").exists():
        raise InputError(f"{folder}: neither an adapter nor a model; give the folder of a run or of a merged model")
    if (folder / ADAPTER).exists() or (folder / RUN).exists():
        write_card(folder, repo_id, folder)
    api = HfApi(token=token, library_name="wirework")
    try:
        api.create_repo(repo_id, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=repo_id, folder_path=folder, ignore_patterns=KEPT_BACK, commit_message="Publish with wirework"
        )
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
        raise InputError(f"{repo_id}: the Hub cannot be reached: {error}; the model is still in {folder}") from None
    return f"{api.endpoint}/{repo_id}"


def write_card(folder: Path, name: str, run_folder: Path) -> Path:
    """Write a model's card from the files of the run that trained it; return its path."""
    run = Run.read(run_folder) if (run_folder / RUN).exists() else None
    settings = run.settings if run else {}
    base = str(settings.get("model") or named_base(None, run_folder, find_device()))
    merged = not (folder / ADAPTER).exists()
    origin = EMBEDDED[base].origin if base in EMBEDDED else base
    data = ModelCardData(
        language="en",
        license="apache-2.0" if base in (*EMBEDDED, ON_GPU) else None,
        library_name="transformers" if merged else "peft",
        pipeline_tag="text-generation",
        base_model=None if Path(origin).exists() else origin,
        tags=["wirework", "symbolic-traces", "math-word-problems", "lora"],
    )
    card = ModelCard.from_template(
        data,
        template_path=str(TEMPLATE),
        name=name,
        base=origin,
        merged=merged,
        embedded=base if base in EMBEDDED else "",
        settings={key: settings[key] for key in _SHOWN if key in settings},
        result=run.result if run else {},
        tables=[_table(read_report(path.parent)) for path in sorted(run_folder.glob(f"eval-*/{REPORT}"))],
    )
    (folder / CARD).write_text(str(card).rstrip() + "\n", encoding="utf-8")
    return folder / CARD


def _table(report: dict[str, Any]) -> dict[str, Any]:
    lines = [("all", report["overall"]), *report["by"]["expert"].items(), *report["by"]["trained"].items()]
    return {
        "rows": coverage(report),
        "told": told(report["trained"]),
        "metrics": report["metrics"],
        "lines": [(name, *(shown_rate(rates.get(metric)) for metric in report["metrics"])) for name, rates in lines],
        "ladder": ", ".join(f"{level} {count}" for level, count in report["ladder"].items() if count) or "none",
        "gold": bool(report["ladder"]),
        "truncated": report["truncated"],
    }
