"""Merging an adapter, and publishing it with its card on the loopback Hub."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict

import hub
import pytest
from commands import evaluation

from finetune.evaluations import find_evaluations
from finetune.hardware.device import find_device
from finetune.judge.evaluate import ELSEWHERE
from finetune.models.adapter import load
from finetune.publish import make_card, push
from finetune.release import public_settings, refuse_paths
from finetune.runs.rows import read_rows
from finetune.runs.trained import Trained
from solver.licence import licensed
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def evaluated(trained, dataset):
    """Evaluate the trained adapter on two rows, so that its card has a table."""
    from finetune.__main__ import main

    assert main(evaluation(trained, dataset, "--limit", 2, "--max-new-tokens", 4)) == 0
    return trained


@pytest.fixture
def publishable(evaluated, tmp_path):
    """Return a copy of the adapter that names the embedded model as its base, as an adapter of the default recipe does."""
    folder = shutil.copytree(evaluated, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoint-*"))
    for name, keys in (("adapter_config.json", ["base_model_name_or_path"]), ("run.json", ["settings", "model"])):
        content = json.loads((folder / name).read_text())
        part = content
        for key in keys[:-1]:
            part = part[key]
        part[keys[-1]] = "smollm2-135m"
        (folder / name).write_text(json.dumps(content))
    return folder


def test_merged_weights_say_what_the_adapter_says(evaluated, tiny, tmp_path, call):
    """A merged model gives the logits of base and adapter together."""
    import torch

    status, *_ = call("merge", evaluated, "--out", tmp_path / "merged", "--dtype", "float32")

    assert status == 0
    device = find_device("float32")
    apart, _ = load(str(tiny), evaluated, device, merge=False)
    whole, _ = load(str(tmp_path / "merged"), None, device)
    ids = torch.arange(20, device=device.name)[None]
    with torch.no_grad():
        assert torch.allclose(apart(input_ids=ids).logits, whole(input_ids=ids).logits, atol=1e-4)
    assert "| all |" in (tmp_path / "merged" / "README.md").read_text()


def test_a_checkpoint_of_an_unfinished_run_is_merged(evaluated, dataset, tmp_path, call):
    """The merged model has the record of its run, with the result at the checkpoint, and can be evaluated."""
    folder = shutil.copytree(evaluated, tmp_path / "run", ignore=shutil.ignore_patterns("eval-*"))
    content = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(content | {"result": {}}))
    checkpoint = max(folder.glob("checkpoint-*"))
    step = int(checkpoint.name.partition("-")[2])

    merged = call("merge", checkpoint, "--out", tmp_path / "merged", "--dtype", "float32")
    words = ("--limit", 2, "--split", "train", "--max-new-tokens", 1, "--dtype", "float32")
    status, said, _ = call("eval", "--model", tmp_path / "merged", "--dataset", dataset, *words)

    assert merged[0] == 0, merged[2]
    run = json.loads((tmp_path / "merged" / "run.json").read_text())
    assert run["settings"] == content["settings"]
    assert run["result"]["steps"] == step
    assert status == 0
    assert "it was trained on all of these 2 rows" in said


def test_an_evaluation_of_earlier_weights_is_not_that_of_the_merged_model(evaluated, tmp_path, call):
    """The card of the merged model shows what that of its adapter shows."""
    folder = shutil.copytree(evaluated, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoint-*"))
    for path in folder.glob("eval-*/report.json"):
        report = json.loads(path.read_text())
        path.write_text(json.dumps(report | {"settings": report["settings"] | {"weights": "0" * 16}}))
    (folder / ELSEWHERE).unlink(missing_ok=True)

    status, *_ = call("merge", folder, "--out", tmp_path / "merged", "--dtype", "float32")

    assert status == 0
    assert "| all |" not in (tmp_path / "merged" / "README.md").read_text()
    assert not list((tmp_path / "merged").glob("eval-*"))


def test_an_adapter_of_another_library_is_merged(trained, tmp_path, call):
    """It has no record of a training: its card names the base alone."""
    folder = shutil.copytree(trained, tmp_path / "a", ignore=shutil.ignore_patterns("*.json*", "checkpoint-*"))
    shutil.copy(trained / "adapter_config.json", folder)

    status, _, told = call("merge", folder, "--out", tmp_path / "merged", "--dtype", "float32")

    assert status == 0, told
    assert (tmp_path / "merged" / "README.md").exists()


def test_a_merge_that_fails_leaves_nothing(evaluated, tmp_path, call, monkeypatch):
    """A folder with weights would pass for a merged model."""

    def fail(*_):
        raise InputError("no card can be made")

    monkeypatch.setattr("finetune.publish.make_card", fail)

    status, _, told = call("merge", evaluated, "--out", tmp_path / "merged", "--dtype", "float32")

    assert status == 2
    assert "no card can be made" in told
    assert not (tmp_path / "merged").exists()


def run(server, *words):
    """Run a Python command against the server and return its stdout."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *words], env=server.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


READ = """
import json, sys
from huggingface_hub import HfApi, hf_hub_download as get
names = HfApi().list_repo_files(sys.argv[1], revision=sys.argv[2])
texts = {name: open(get(sys.argv[1], name, revision=sys.argv[2])).read() for name in names if name.endswith((".md", ".json"))}
print(json.dumps([names, texts]))
"""


def published(folder, server, name, *more, revision="main"):
    """Push a folder by the real command and return the names of the repository's files, and its texts by name."""
    run(server, "-m", "finetune", "push", str(folder), name, *more)
    return json.loads(run(server, "-c", READ, name, revision).splitlines()[-1])


ELSEWHERE_TOLD = """
import sys
from finetune.models.adapter import records
from finetune.runs.folder import trained_system_line
from finetune.runs.trained import Trained
place = records(sys.argv[1])
print(trained_system_line(place))
print(*Trained.read(place).claims([{"id": "1", "question": sys.argv[2]}]).values())
"""


def test_a_merged_model_is_published_under_its_own_name(evaluated, rows, tiny, tmp_path, call):
    """Its card names the repository and carries the adapter's evaluation; its records are read from there, too."""
    assert call("merge", evaluated, "--out", tmp_path / "merged", "--dtype", "float32")[0] == 0
    content = json.loads((tmp_path / "merged" / "run.json").read_text())
    content["settings"]["system"] = "a line of its own"
    (tmp_path / "merged" / "run.json").write_text(json.dumps(content))
    question = rows[0]["question"]

    with hub.serve(tmp_path / "hub") as server:
        names, texts = published(tmp_path / "merged", server, "acme/tiny-merged")
        told = set(run(server, "-c", ELSEWHERE_TOLD, "acme/tiny-merged", question).splitlines()[-2:])
        words = [sys.executable, "-m", "finetune", "ask", "--adapter", "acme/tiny-merged", "2 and 3?"]
        wrong = subprocess.run(words, env=server.env(), capture_output=True, text=True, check=False)

    card = texts["README.md"]
    assert told == {"a line of its own", "trained on"}
    assert "acme/tiny-merged: no adapter in it (no adapter_config.json); a model is given with --model" in wrong.stderr
    assert "ask --model acme/tiny-merged " in card
    assert not [name for name, text in texts.items() if str(tmp_path) in text or str(tiny) in text]
    assert "| all | 0/2 0.0% [0.0, 65.8]" in card
    assert not [name for name in names if name.startswith("eval-")]


def test_the_tables_of_a_card_are_whole(evaluated):
    """A blank line would end a table; the card has at least two, each with a row and without blank lines."""
    card, _ = make_card(evaluated, "acme/tiny-adapter", evaluated)

    tables = [part for part in card.split("\n\n") if part.startswith("| ")]

    assert len(tables) >= 2
    assert [part for part in tables if part.count("\n") < 2] == []
    assert "ask --adapter acme/tiny-adapter " in card


FETCH = """
import sys
from finetune.models.adapter import adapter_base, find_adapter
from finetune.runs.trained import Trained
folder = find_adapter(sys.argv[1])
print(adapter_base(folder), len(Trained.read(folder).rows))
"""


FETCH_SCORER = """
import sys
from finetune.judge.scorer import find_scorer
from finetune.models.adapter import adapter_base
print(adapter_base(find_scorer(sys.argv[1])))
"""


def test_a_scorer_is_published_as_one_and_chooses_elsewhere(publishable, tmp_path):
    """Its card says that it judges traces and how it is used, and `--scorer` takes it by its name."""
    run_file = publishable / "run.json"
    content = json.loads(run_file.read_text())
    content["settings"] |= {"verb": "scorer", "dataset": "own-samples"}
    run_file.write_text(json.dumps(content))

    with hub.serve(tmp_path / "hub") as server:
        _, texts = published(publishable, server, "acme/tiny-scorer", "--with-permission")
        base = run(server, "-c", FETCH_SCORER, "acme/tiny-scorer").split()[-1]

    card = texts["README.md"]
    assert base == "smollm2-135m"
    assert "trained with wirework: a scorer." in card
    assert "ask --adapter ADAPTER --samples 8 --scorer acme/tiny-scorer " in card
    assert "answers a word problem" not in card
    assert "- scorer\n" in card
    assert "| dataset | own-samples |" in card


def test_an_adapter_is_published_in_one_commit_and_works_elsewhere(publishable, tmp_path):
    """The base is a name of the Hub, the evaluation stands in card and index, and the local folder is as it was."""
    before = {path: path.read_bytes() for path in publishable.rglob("*") if path.is_file()}
    with hub.serve(tmp_path / "hub") as server:
        names, texts = published(publishable, server, "acme/tiny-adapter", "--dataset", "acme/sums")
        commits = server.log.commits()
        fetched = run(server, "-c", FETCH, "acme/tiny-adapter")

    card = texts["README.md"]
    assert {"README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "trained.json"} <= set(
        names
    )
    assert not [name for name in names if name.startswith(("checkpoint-", "eval-", "log", "evaluations"))]
    assert commits == 1
    assert json.loads(texts["adapter_config.json"])["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert fetched.split()[-2:] == ["smollm2-135m", "24"]  # the weights that it was trained on, and its rows
    assert "| all | 0/2 0.0% [0.0, 65.8]" in card
    assert "library_name: peft" in card
    assert "base_model: HuggingFaceTB/SmolLM2-135M-Instruct" in card
    assert "datasets:\n- acme/sums" in card
    assert "model-index:" in card
    assert not [name for name, text in texts.items() if "/tmp" in text]
    assert before == {path: path.read_bytes() for path in publishable.rglob("*") if path.is_file()}


UPLOAD = """
import sys
from huggingface_hub import HfApi
HfApi().create_repo("acme/first")
HfApi().upload_folder(repo_id="acme/first", folder_path=sys.argv[1], allow_patterns=["adapter_*", "*.json"])
"""


def test_an_adapter_on_the_hub_is_trained_further_and_merged_by_its_name(trained, dataset, tmp_path):
    """The run names it as others find it, and the merged weights are those of the adapter's folder."""
    short = ["--recipe", "smollm2", "--steps", "1", "--prompts", "2", "--generations", "2", "--accumulation", "2"]
    short += ["--max-new-tokens", "256", "--max-len", "2048", "--dtype", "float32"]
    with hub.serve(tmp_path / "hub") as server:
        run(server, "-c", UPLOAD, str(trained))
        further = ["rl", "--dataset", str(dataset), "--adapter", "acme/first", "--out", str(tmp_path / "rl"), *short]
        said = run(server, "-m", "finetune", *further)
        for name, adapter in (("fetched", "acme/first"), ("here", str(trained))):
            run(server, "-m", "finetune", "merge", adapter, "--out", str(tmp_path / name), "--dtype", "float32")

    settings = json.loads((tmp_path / "rl" / "run.json").read_text())["settings"]
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("fetched", "here")]
    assert " with acme/first on cpu" in said
    assert settings["adapter"] == public_settings(settings)["adapter"] == "acme/first"
    assert Trained.read(tmp_path / "rl").maybe
    assert weights[0] == weights[1]


def test_a_push_goes_to_a_branch_and_gets_a_tag(publishable, tmp_path):
    """The branch is made from main, the tag marks the commit, and a tag that is taken is refused before the push."""
    with hub.serve(tmp_path / "hub") as server:
        published(publishable, server, "acme/tiny-adapter")
        names, _ = published(
            publishable, server, "acme/tiny-adapter", "--revision", "next", "--tag", "v1", revision="v1"
        )
        words = [sys.executable, "-m", "finetune", "push", str(publishable), "acme/tiny-adapter", "--tag", "v1"]
        again = subprocess.run(words, env=server.env(), capture_output=True, text=True, check=False)

    assert "adapter_config.json" in names
    assert again.returncode == 2
    assert "has a tag v1 already; nothing was pushed" in again.stderr


def with_sources(folder, *sources):
    """Record the sources that a model's rows are from."""
    record = json.loads((folder / "trained.json").read_text())
    (folder / "trained.json").write_text(json.dumps(record | {"sources": [asdict(one) for one in sources]}))


def test_a_card_lists_the_licences_of_the_training_data(publishable, dataset, tmp_path):
    """A run records the sources of its datasets; the metadata have the licence that holds for the base and all of them."""
    data = tmp_path / "imported"
    data.mkdir()
    made = licensed("school", "cc-by-sa-4.0", "Ann Smith, 2025")
    (data / "recipe.json").write_text(json.dumps({"sources": [asdict(made)]}))
    rows = read_rows(str(dataset), "train", 2)
    Trained.of(rows).of_datasets([str(dataset), str(data)]).after(Trained(sources=())).write(publishable)

    card, _ = make_card(publishable, "acme/tiny", publishable)

    assert "license: cc-by-sa-4.0\n" in card
    assert "| tiny | apache-2.0 | not stated | keep the notice and the text of the licence |" in card
    assert "| school | cc-by-sa-4.0 | Ann Smith, 2025 | name the authors and the licence; pass on" in card
    assert "Share alike: cc-by-sa-4.0 asks that" in card


def test_a_run_records_the_sources_of_its_rows(trained, dataset):
    """The real training command writes them; a build has the licence that it states."""
    assert Trained.read(trained).sources == (licensed("tiny", "apache-2.0", ""),)


def test_several_licences_have_a_name(publishable):
    """The Hub takes one identifier for a model, so licences that all hold are `other`, with a name."""
    with_sources(publishable, licensed("a", "mit", "by a"))

    card, _ = make_card(publishable, "acme/tiny", publishable)

    assert "license: other\nlicense_name: apache-2.0-and-mit\n" in card


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("unknown", "a (unknown): no licence is stated; give --with-permission if the owners permit it"),
        ("cc-by-nd-4.0", "a (cc-by-nd-4.0): changed copies may not be passed on; give --with-permission if"),
        ("llama3", "a (llama3): terms of its own, which must be read; read the terms of a, give --with-permission if"),
    ],
    ids=["unknown", "no-derivatives", "own-terms"],
)
def test_a_model_of_data_that_may_not_be_published_is_refused(publishable, call, licence, told):
    """It is published with the permission of the owners alone, and then its card says so."""
    with_sources(publishable, licensed("a", licence, ""))

    status, _, said = call("push", publishable, "acme/tiny-adapter", "--dry-run")
    allowed, card, _ = call("push", publishable, "acme/tiny-adapter", "--dry-run", "--with-permission")

    assert status == 2
    assert f"may not be published, because of its training data: {told}" in said
    assert said.count("\n") == 1
    assert allowed == 0
    assert f"**This model may not be passed on without permission:** a ({licence})" in card


def test_the_data_of_a_run_of_an_earlier_version_is_found_by_its_datasets(publishable, tmp_path, call):
    """Its record names no sources: a dataset that is there names them, and one that is gone is of unknown licence."""
    record = json.loads((publishable / "trained.json").read_text())
    del record["sources"]
    (publishable / "trained.json").write_text(json.dumps(record))
    card, _ = make_card(publishable, "acme/tiny", publishable)
    run = json.loads((publishable / "run.json").read_text())
    run["settings"]["dataset"] = str(tmp_path / "gone")
    (publishable / "run.json").write_text(json.dumps(run))

    status, _, said = call("push", publishable, "acme/tiny-adapter", "--dry-run")

    assert "| tiny | apache-2.0 | " in card
    assert status == 2
    assert "because of its training data: gone (unknown): no licence is stated" in said


def test_a_dry_run_shows_files_and_card_and_calls_nobody(publishable, call, monkeypatch):
    """Without a network, a dry run lists the files and prints the card."""
    monkeypatch.setattr("huggingface_hub.HfApi.create_commit", None)

    status, said, errors = call("push", publishable, "acme/tiny-adapter", "--dry-run")

    assert status == 0, errors
    assert "adapter_model.safetensors" in said
    assert "# acme/tiny-adapter" in said


def test_only_the_files_of_a_model_are_published(publishable):
    """A log that somebody wrote into the folder of a run may name paths of the machine; a note names what stays behind."""
    (publishable / "eval.log").write_text("page /home/ann/runs/first/report.html")
    (publishable / "done").write_text("")
    (publishable / "LICENSE").write_text("Apache License 2.0")

    pushed = push(publishable, "acme/tiny-adapter", dry_run=True)

    assert {"eval.log", "done", "log.jsonl", "training_args.bin"}.isdisjoint(pushed.sizes)
    assert {"adapter_model.safetensors", "tokenizer.json", "run.json", "trained.json", "LICENSE"} <= pushed.sizes.keys()
    assert pushed.notes[0] == "done, eval.log: no files of a model, so not published"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["acme/tiny/adapter"], "acme/tiny/adapter: Repo id must be"),
        (["acme/tiny", "--tag", "first try"], "--tag first try: no name of a branch or a tag"),
        (["acme/tiny", "--revision", "a..b"], "--revision a..b: no name of a branch or a tag"),
        (["acme/tiny", "--dataset", "data"], "--dataset data: no name of a dataset on the Hub"),
    ],
    ids=["repository", "tag", "branch", "dataset"],
)
def test_names_that_the_hub_cannot_have_are_refused_before_anything(publishable, call, words, told):
    """A dry run refuses them too, so that no commit is made whose tag then fails."""
    status, _, said = call("push", publishable, *words, "--dry-run")

    assert status == 2
    assert told in said
    assert said.count("\n") == 1


def test_a_run_that_is_not_finished_is_told_how_to_go_on(tmp_path, call):
    """Its folder has no adapter yet."""
    (tmp_path / "run.json").write_text(json.dumps({"settings": {"verb": "sft"}, "result": {}}))

    status, _, said = call("push", tmp_path, "acme/tiny", "--dry-run")

    assert status == 2
    assert f"{tmp_path}: its training is not finished; go on with the same sft command and --resume" in said


def test_an_adapter_of_a_local_base_is_refused(evaluated, call):
    """Others do not have the base, so the message says how to publish merged weights."""
    status, _, said = call("push", evaluated, "acme/tiny-adapter", "--dry-run")

    assert status == 2
    assert "a folder that others do not have; publish merged weights: " in said


def test_a_scorer_of_a_local_base_is_not_told_to_merge(evaluated, tmp_path, call):
    """A merged scorer is of no use, so the message says how to train one of a model that others have."""
    folder = shutil.copytree(evaluated, tmp_path / "s", ignore=shutil.ignore_patterns("checkpoint-*"))
    content = json.loads((folder / "run.json").read_text())
    content["settings"]["verb"] = "scorer"
    (folder / "run.json").write_text(json.dumps(content))

    status, _, said = call("push", folder, "acme/tiny-scorer", "--dry-run")

    assert status == 2
    assert "a folder that others do not have; publish that model, and train the scorer" in said


def test_evaluations_elsewhere_are_found_or_named(publishable, tmp_path):
    """The card shows an evaluation that `--out` wrote; one that is gone is named."""
    moved = next(publishable.glob("eval-*")).rename(tmp_path / "moved")
    (publishable / ELSEWHERE).write_text(f"{moved}\n{tmp_path / 'gone'}\n")

    pushed = push(publishable, "acme/tiny-adapter", dry_run=True)

    assert "| all | 0/2 0.0% [0.0, 65.8]" in pushed.card
    assert pushed.notes == [f"{tmp_path / 'gone'}: its evaluation has no report.json, so the card does not show it"]


def test_of_an_evaluation_that_was_repeated_the_newest_is_shown(publishable, tmp_path):
    """One table of the card is for one evaluation; the older folder is named."""
    older, *others = sorted(publishable.glob("eval-*"))
    for place in others:
        shutil.rmtree(place)
    newer = shutil.copytree(older, tmp_path / "again")
    os.utime(older / "predictions.jsonl", (1, 1))
    other = shutil.copytree(older, tmp_path / "other")
    settings = json.loads((other / "report.json").read_text())
    settings["settings"]["max_new_tokens"] += 1
    (other / "report.json").write_text(json.dumps(settings))
    (publishable / ELSEWHERE).write_text(f"{newer}\n{other}\n")

    found = find_evaluations(publishable)

    assert len(found.reports) == 2
    assert found.missing == [f"{older}: {newer} is the same evaluation again, and newer, so the card shows that one"]


def test_an_evaluation_remembers_where_it_was_written(evaluated, dataset, tmp_path, call):
    """`eval --out` notes the folder beside the adapter."""
    adapter = shutil.copytree(
        evaluated, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoint-*", "eval-*", ELSEWHERE)
    )
    words = evaluation(adapter, dataset, "--limit", 1, "--max-new-tokens", 2, "--out", tmp_path / "e")

    assert call(*words)[0] == 0

    assert (adapter / ELSEWHERE).read_text() == f"{tmp_path / 'e'}\n"


def test_a_path_of_this_machine_is_not_published(tmp_path):
    """A text with the path of the folder is refused by its name."""
    with pytest.raises(InputError, match=r"tokenizer_config\.json: would publish "):
        refuse_paths({"tokenizer_config.json": json.dumps({"name_or_path": str(tmp_path)}).encode()}, tmp_path)


def test_a_reader_token_is_one_clear_line(publishable, tmp_path):
    """Without write access, the Hub's refusal is one line."""
    with hub.serve(tmp_path / "hub") as server:
        words = [sys.executable, "-W", "ignore", "-m", "finetune", "push", str(publishable), "acme/tiny-adapter"]
        done = subprocess.run(
            words, env=server.env() | {"HF_TOKEN": "hf_reader"}, capture_output=True, text=True, check=False
        )

    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    assert "hf_reader" not in done.stdout + done.stderr
