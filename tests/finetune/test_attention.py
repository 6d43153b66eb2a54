"""Grouped attention on a CPU gives what transformers' own attention gives."""

import pytest
import torch

from finetune.hardware.attention import GROUPED, grouped_attention, use_grouped_attention
from finetune.hardware.device import Device

pytestmark = pytest.mark.filterwarnings("default")
CPU = Device("cpu", torch.float32)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_batch_is_attended_as_the_library_does(tiny, model, side):
    """The logits of all tokens but padding equal those of transformers' own attention, with padding on either side."""
    from transformers import AutoModelForCausalLM

    library = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32, attn_implementation="sdpa")
    ids = torch.randint(2, 500, (3, 13), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[0, :5] = 0
    mask = mask if side == "left" else mask.flip(1)
    found, wanted = (each(input_ids=ids, attention_mask=mask).logits[mask == 1] for each in (model, library))
    assert model.config._attn_implementation == GROUPED
    torch.testing.assert_close(found, wanted)


def test_gradients_pass_through_attention_as_through_the_librarys():
    """The heads of a group share keys and values, and their gradients add up."""
    from transformers.models.llama.modeling_llama import eager_attention_forward

    chance = torch.Generator().manual_seed(2)
    shapes = [(2, 6, 5, 8), (2, 2, 9, 8), (2, 2, 9, 8)]
    first = [torch.randn(shape, generator=chance, requires_grad=True) for shape in shapes]
    second = [each.detach().clone().requires_grad_() for each in first]
    module = torch.nn.Module()
    module.num_key_value_groups = 3
    mask = torch.randn(2, 1, 5, 9, generator=chance)
    for function, parts in ((grouped_attention, first), (eager_attention_forward, second)):
        function(module, *parts, mask, 0.3)[0].square().sum().backward()
    for found, wanted in zip(first, second, strict=True):
        torch.testing.assert_close(found.grad, wanted.grad)


def test_another_kind_of_model_keeps_its_attention():
    """Other architectures may pass more than a mask to their attention, so they are left as they are."""
    from transformers import GPT2Config, GPT2LMHeadModel

    other = GPT2LMHeadModel(GPT2Config(vocab_size=10, n_embd=8, n_layer=1, n_head=2))
    before = other.config._attn_implementation
    use_grouped_attention(other, CPU)
    assert other.config._attn_implementation == before != GROUPED
