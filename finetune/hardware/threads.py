"""Chooses how many threads of a CPU train a model: the fewest that a short timing finds about as fast as any number.

Small models have many small operations, and threads wait for each other at the end of each. With two threads instead of
one, training SmolLM2-135M took half as much processor time again.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import torch

from finetune.runs import terminal
from solver.plurals import counted

from .device import Device

CHOSEN = "OMP_NUM_THREADS"
"""The environment variable by which users of torch set the number of threads; it is obeyed without a timing."""
_WORTH = 1.2
"""More threads are taken if they make a step shorter by this factor."""
_TRIES = 3


@contextmanager
def training_threads(model: Any, device: Device, rows: int, tokens: int, wanted: int = 0) -> Iterator[int]:
    """Use the wanted number of threads, or with 0 a measured one, until the context ends; yield the number.

    `model` is the language model, with adapters in its layers but without PEFT's wrapper around it. `rows` and `tokens` are the shape of a batch of training. Other devices than a CPU keep torch's number.
    """
    before = torch.get_num_threads()
    try:
        if wanted:
            torch.set_num_threads(wanted)
        elif device.name == "cpu" and before > 1 and not os.environ.get(CHOSEN):
            times = timed(counts(before), lambda: _layer(model, device, rows, tokens))
            torch.set_num_threads(fewest(times))
            shown = ", ".join(f"{1000 * spent:.0f} ms with {number}" for number, spent in times.items())
            used = counted(torch.get_num_threads(), "thread")
            terminal.note(f"{used}: a layer takes {shown}; --threads or {CHOSEN} sets the number")
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def counts(most: int) -> list[int]:
    """Return the numbers of threads to try: powers of two, and the most.

    >>> counts(6)
    [1, 2, 4, 6]
    """
    return sorted({*(2**power for power in range(most.bit_length())), most})


def timed(numbers: list[int], step: Callable[[], object]) -> dict[int, float]:
    """Return the least seconds of a step for each number of threads.

    The numbers take turns, so that other work on the machine disturbs all of them alike.
    """
    times = dict.fromkeys(numbers, float("inf"))
    for turn in range(1 + _TRIES):
        for number in numbers:
            torch.set_num_threads(number)
            began = time.perf_counter()
            step()
            if turn:  # the first turn allocates memory
                times[number] = min(times[number], time.perf_counter() - began)
    return times


def fewest(times: Mapping[int, float]) -> int:
    """Return the least number of threads that no larger number beats by the factor that more threads are worth.

    >>> fewest({1: 1.0, 2: 0.9, 4: 0.5}), fewest({1: 1.0, 2: 1.4})
    (4, 1)
    """
    best = min(times.values())
    return min(number for number, spent in times.items() if spent <= best * _WORTH)


def _layer(model: Any, device: Device, rows: int, tokens: int) -> None:
    """Compute the first layer of a model on a batch, forward and backward, and leave no gradients.

    The head is left out. A model that ignores `num_hidden_layers` after it was made computes all its layers.
    """
    chance = torch.Generator().manual_seed(0)
    ids = torch.randint(model.config.vocab_size, (rows, tokens), generator=chance)
    autocast = torch.autocast("cpu", device.dtype) if device.dtype is torch.bfloat16 else nullcontext()
    layers = model.config.num_hidden_layers
    model.config.num_hidden_layers = 1
    try:
        with torch.random.fork_rng(devices=[]), autocast:
            hidden = model.base_model(
                input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False
            ).last_hidden_state
            hidden.float().mean().backward()
    finally:
        model.config.num_hidden_layers = layers
        model.zero_grad(set_to_none=True)
