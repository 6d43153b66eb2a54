"""Several processes through torchrun, which `accelerate launch` starts on GPUs; on CPUs here: they learn what one learns, and one of them speaks."""

import os
import subprocess
import sys

import pytest
from commands import losses, sft

pytestmark = pytest.mark.filterwarnings("default")


def test_two_processes_learn_what_one_does(trained, dataset, tiny, tmp_path):
    """Two of batch 2 see the rows that one of batch 4 sees, step by step: the same losses, one log, one adapter."""
    out = tmp_path / "two"
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = [*launch, "-m", "finetune", *sft(dataset, tiny, out, "--batch", 2)]

    # one GPU has no room for two: both compute on the processor
    env = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("\nadapter ") == 1
    assert (out / "adapter_model.safetensors").exists()
    assert losses(out) == pytest.approx(losses(trained), rel=1e-3)
