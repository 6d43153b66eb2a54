"""The estimate of a step's memory bounds what autograd keeps, and a step is split into as few passes as fit."""

import pytest
import torch

from finetune.hardware.device import Device
from finetune.hardware.estimate import Shape, Split, fewest_passes
from finetune.models.base_model import load_model

pytestmark = pytest.mark.filterwarnings("default")
ROWS, TOKENS = 3, 200


def kept(model, dtype):
    """Return the bytes of the tensors, weights left out, that the backward pass of a model's body keeps."""
    weights = {each.untyped_storage().data_ptr() for each in model.parameters()}
    found = {}

    def note(tensor):
        store = tensor.untyped_storage()
        if store.data_ptr() not in weights:
            found[store.data_ptr()] = (store.nbytes(), tensor)  # held, so that no address is used again
        return tensor

    ids = torch.randint(2, 500, (ROWS, TOKENS), generator=torch.Generator().manual_seed(0))
    autocast = torch.autocast("cpu", dtype, enabled=dtype is torch.bfloat16)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), autocast:
        model.base_model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
    return sum(size for size, _ in found.values())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_the_estimate_bounds_the_tensors_that_autograd_keeps(tiny, dtype, attention):
    """Counted over all layers of a model with an adapter: never less than is kept, and at most twice as much."""
    from peft import LoraConfig, get_peft_model

    device = Device("cpu", dtype)
    model = load_model(str(tiny), device, attn_implementation=attention)
    get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    shape = Shape.of(model, device)

    actual, estimate = kept(model, dtype), shape.layers * shape.layer(ROWS, TOKENS)

    assert actual <= estimate <= 2 * actual


SMALL = Shape(weights=0, trained=0, layers=10, hidden=64, inner=256, heads=4, narrow=64, scores=False, bytes=2)


def bytes_of(rows, *, checkpointing=False):
    """Return the memory of a pass of so many rows of 1,000 tokens."""
    return SMALL.step(rows, 1000, checkpointing=checkpointing)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (bytes_of(12), Split(12, 1, checkpointing=False)),
        (bytes_of(12) - 1, Split(6, 2, checkpointing=False)),
        (bytes_of(5), Split(4, 3, checkpointing=False)),
        (bytes_of(1), Split(1, 12, checkpointing=False)),
        (bytes_of(1) - 1, Split(6, 2, checkpointing=True)),
        (0, Split(1, 12, checkpointing=True)),
    ],
    ids=["all", "one byte short", "a divisor", "one row", "recomputed", "nothing fits"],
)
def test_a_step_has_as_few_passes_as_fit(memory, expected):
    """Passes are equal, and activations are recomputed only if one row does not fit without."""
    assert fewest_passes(SMALL, 12, 1000, memory) == expected
