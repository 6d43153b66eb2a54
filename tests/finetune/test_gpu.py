"""The benchmark for a GPU runs on a CPU with tiny models, and one pass starts fewer operations than four."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2]))

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def benchmark():
    """Return the benchmark's module."""
    from benchmarks import gpu

    return gpu


def test_a_step_in_one_pass_starts_a_fraction_of_the_operations(benchmark, dataset, tiny, tmp_path):
    """Operations of torch stand for kernels, as there is no GPU here: four passes with checkpointing start four times as many."""
    passes, one = benchmark.compare_launches(str(dataset), str(tiny), tmp_path)

    assert passes > 3 * one > 0


def test_every_figure_is_told_on_a_machine_without_a_gpu(benchmark, dataset, tiny, capsys):
    """Speeds, share of peak, a training and its evaluation are printed in their order."""
    words = f"--dataset {dataset} --model {tiny} --small --seconds 4000 --steps 3 --epochs 1 --decode 4 --new-tokens 4"

    benchmark.main(words.split())

    said = [line.split(": ")[1] for line in capsys.readouterr().out.splitlines() if line.startswith("measured: ")]
    assert said == [
        "device",
        "TinyLlama's shape",
        "launches",
        "peak",
        "TinyLlama's shape, adapter",
        "135M, adapter",
        "135M, all weights",
        "a training of 135M, all weights",
        "decoding",
        "its evaluation",
        "decoding with a static cache",
        "its evaluation",
    ]


def test_time_that_is_over_ends_with_the_figures_so_far(benchmark, dataset, tiny, capsys, monkeypatch):
    """The benchmark ends in its time, wherever it is."""
    import signal

    monkeypatch.setattr(benchmark, "compare_launches", lambda *_: signal.raise_signal(signal.SIGALRM))

    with pytest.raises(SystemExit, match="the figures above stand"):
        benchmark.main(["--dataset", str(dataset), "--model", str(tiny), "--small"])

    assert "measured: device: no GPU" in capsys.readouterr().out
