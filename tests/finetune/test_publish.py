"""Merging an adapter, and publishing it with its card on the loopback Hub."""

import json
import subprocess
import sys

import hub
import pytest
from commands import evaluation

from finetune.hardware.device import find_device
from finetune.models.adapter import load
from finetune.publish import write_card

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def evaluated(trained, dataset):
    """Evaluate the trained adapter on two rows, so that its card has a table."""
    from finetune.__main__ import main

    assert main(evaluation(trained, dataset, "--limit", 2, "--max-new-tokens", 4)) == 0
    return trained


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


def published(folder, server, name):
    """Push a folder by the real command and return the names of the repository's files and its card."""
    words = [sys.executable, "-W", "ignore", "-m", "finetune", "push", str(folder), name]
    done = subprocess.run(words, env=server.env(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    script = (
        "import json, sys; from huggingface_hub import HfApi, hf_hub_download as get; "
        "names = HfApi().list_repo_files(sys.argv[1]); "
        "print(json.dumps([names, open(get(sys.argv[1], 'README.md')).read()]))"
    )
    read = subprocess.run(
        [sys.executable, "-c", script, name], env=server.env(), capture_output=True, text=True, check=True
    )
    return json.loads(read.stdout.splitlines()[-1])


def test_a_merged_model_is_published_under_its_own_name(evaluated, tmp_path, call):
    """Its card names the repository, not the folder it was merged in, and carries the adapter's evaluation."""
    assert call("merge", evaluated, "--out", tmp_path / "merged", "--dtype", "float32")[0] == 0

    with hub.serve(tmp_path / "hub") as server:
        names, card = published(tmp_path / "merged", server, "acme/tiny-merged")

    assert "ask --model acme/tiny-merged " in card
    assert str(tmp_path) not in card
    assert "| all | 0/2 0.0% [0.0, 65.8]" in card
    assert not [name for name in names if name.startswith("eval-")]


def test_the_tables_of_a_card_are_whole(evaluated):
    """A blank line would end a table; the card has two, without blank lines."""
    card = write_card(evaluated, "acme/tiny-adapter", evaluated).read_text()

    tables = [part for part in card.split("\n\n") if part.startswith("| ")]

    assert [part.count("\n") >= 3 for part in tables] == [True, True]
    assert "hf download acme/tiny-adapter --local-dir acme/tiny-adapter\n" in card


def test_an_adapter_is_published_in_one_commit_with_its_evaluation(evaluated, tmp_path):
    """The repository has adapter, tokenizer and card but no checkpoints; the card shows the evaluation."""
    with hub.serve(tmp_path / "hub") as server:
        names, card = published(evaluated, server, "acme/tiny-adapter")
        commits = server.log.commits()

    assert {"README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= set(names)
    assert not [name for name in names if name.startswith(("checkpoint-", "eval-"))]
    assert commits == 1
    assert "| all | 0/2 0.0% [0.0, 65.8]" in card
    assert "library_name: peft" in card


def test_a_reader_token_is_one_clear_line(evaluated, tmp_path):
    """Without write access, the Hub's refusal is one line."""
    with hub.serve(tmp_path / "hub") as server:
        words = [sys.executable, "-W", "ignore", "-m", "finetune", "push", str(evaluated), "acme/tiny-adapter"]
        done = subprocess.run(
            words, env=server.env() | {"HF_TOKEN": "hf_reader"}, capture_output=True, text=True, check=False
        )

    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    assert "hf_reader" not in done.stdout + done.stderr
