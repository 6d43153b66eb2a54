"""A model of TinyLlama's exact shape takes a training step and decodes, within 24 GiB and without a GPU. Opt-in: it takes minutes."""

import json
import os
import resource
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.skipif(not os.environ.get("WIREWORK_LARGE"), reason="9 GB and minutes: WIREWORK_LARGE=1 runs it"),
]


@pytest.fixture
def large(tiny, tmp_path):
    """Write a random model of that shape, with the tiny model's tokenizer."""
    sys.path.append(str(Path(__file__).parents[2]))
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from benchmarks.gpu import SHAPE
    from finetune.models.base_model import load_tokenizer

    with torch.device("cpu"):
        model = LlamaForCausalLM(
            LlamaConfig(**SHAPE, vocab_size=32000, bos_token_id=0, eos_token_id=1, pad_token_id=1)
        ).bfloat16()
    assert model.num_parameters() == 1_100_048_384
    model.save_pretrained(tmp_path / "large")
    load_tokenizer(str(tiny)).save_pretrained(tmp_path / "large")
    return tmp_path / "large"


def test_tinyllama_takes_a_step_and_writes(large, dataset, tmp_path, call):
    """One step of the GPU recipe, of one row, and a short completion fit this machine."""
    out = tmp_path / "run"
    flags = ["--rows", 1, "--epochs", 1, "--batch", 1, "--accumulation", 1, "--max-len", 2048]
    trained = call("sft", "--dataset", dataset, "--model", large, "--recipe", "tinyllama", "--out", out, *flags)
    judged = call("eval", "--adapter", out, "--dataset", dataset, "--limit", 1, "--max-new-tokens", 4)

    assert (trained[0], judged[0]) == (0, 0), trained[2] + judged[2]
    assert json.loads((out / "run.json").read_text())["result"]["steps"] == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 24 << 20
