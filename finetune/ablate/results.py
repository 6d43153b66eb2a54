"""The results of an ablation: each arm's rates and cost, and how it differs from the first arm on the same rows."""

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import quote

from finetune.judge.pages import PAGE
from finetune.judge.report import REPORT, read_report
from finetune.judge.significance import mcnemar, wilson
from finetune.runs.folder import RUN, Run
from finetune.runs.log import HELD_OUT, read_log
from solver.refusal import InputError

from .plan import Arm, EvaluationSet, Plan, folder_name

Right = Mapping[str, bool]
"""Whether each row of an evaluation is answered right, by its id."""


def run_folder(folder: Path, arm: Arm, seed: int) -> Path:
    """Return the folder of a training run."""
    return folder / "runs" / folder_name(arm.name) / f"seed-{seed}"


def evaluation_folder(run: Path, each: EvaluationSet) -> Path:
    """Return the folder of an evaluation, beside the adapter."""
    return run / f"eval-{folder_name(each.name)}"


def find_results(plan: Plan, folder: Path) -> dict[str, Any]:
    """Return the results of the runs that are finished and evaluated on all sets."""
    arms, results = [], []
    rights: dict[str, dict[int, Right]] = {}
    first = plan.arms[0].name
    for arm in plan.arms:
        found = {seed: run_folder(folder, arm, seed) for seed in arm.seeds}
        found = {seed: run for seed, run in found.items() if _finished(run, plan)}
        if not found:
            continue
        arms.append({"name": arm.name, "runs": [_run(seed, run, folder, plan) for seed, run in found.items()]})
        for each in plan.sets:
            reports = {seed: read_report(evaluation_folder(run, each)) for seed, run in found.items()}
            right: dict[int, Right] = {
                seed: {row["id"]: bool(row["accuracy"]) for row in report["rows"]} for seed, report in reports.items()
            }
            if arm.name == first:
                rights[each.name] = right
            base = rights.get(each.name, {})
            compared = arm.name != first and bool(base.keys() & right.keys())
            results.append(
                {
                    "arm": arm.name,
                    "set": each.name,
                    "right": next(iter(reports.values()))["metrics"]["accuracy"],
                    **rated(right),
                    "parsed": fmean(
                        report["overall"]["parsed"]["hits"] / report["decoded"] for report in reports.values()
                    ),
                    "against": against(base, right) if compared else None,
                }
            )
    return {
        "ablation": plan.path.stem,
        "first": first,
        "planned": sum(len(arm.seeds) for arm in plan.arms),
        "finished": sum(len(arm["runs"]) for arm in arms),
        "arms": arms,
        "results": results,
    }


def rated(right: Mapping[int, Right]) -> dict[str, Any]:
    """Return the right answers of each seed, and their mean with Wilson's interval.

    Seeds answer the same questions. So the interval is that of as many questions as one seed has: more seeds make the mean
    steadier, and do not make the sample of questions larger.
    """
    rows = len(next(iter(right.values())))
    hits = {seed: sum(found.values()) for seed, found in right.items()}
    mean = fmean(hits.values())
    low, high = wilson(mean, rows)
    return {"rows": rows, "hits": hits, "rate": mean / rows, "low": round(low, 4), "high": round(high, 4)}


def against(first: Mapping[int, Right], arm: Mapping[int, Right]) -> dict[str, Any]:
    """Compare an arm with the first one on the same rows and seeds, by McNemar's exact test.

    With several seeds, a row counts for the arm that answers it right with more of them; ties are left out. With one seed
    this is McNemar's test itself.
    """
    seeds = sorted(first.keys() & arm.keys())
    gains: dict[str, int] = {}
    for seed in seeds:
        if first[seed].keys() != arm[seed].keys():
            raise InputError(f"seed {seed}: two arms were evaluated on different rows; choose another --out")
        for row, right in arm[seed].items():
            gains[row] = gains.get(row, 0) + right - first[seed][row]
    better, worse = (sum(sign * gain > 0 for gain in gains.values()) for sign in (1, -1))
    return {
        "seeds": seeds,
        "better": better,
        "worse": worse,
        "difference": sum(gains.values()) / (len(gains) * len(seeds)),
        "p": mcnemar(worse, better),
    }


def _finished(run: Path, plan: Plan) -> bool:
    return (
        (run / RUN).exists()
        and bool(Run.read(run).result)
        and all((evaluation_folder(run, each) / REPORT).exists() for each in plan.sets)
    )


def _run(seed: int, place: Path, folder: Path, plan: Plan) -> dict[str, Any]:
    """Return the cost and the curves of a training run, and where its evaluations are, from the ablation's folder."""
    run = Run.read(place)
    pages = {each.name: evaluation_folder(place, each) / PAGE for each in plan.sets}
    return {
        "seed": seed,
        "rows": run.settings["rows"],
        **{key: run.result[key] for key in ("steps", "tokens", "seconds", "final_loss")},
        "loss": [[line["step"], line["loss"]] for line in read_log(place)],
        "held_out": read_log(place, HELD_OUT),
        "evaluations": {name: quote(path.relative_to(folder).as_posix()) for name, path in pages.items()},
    }
