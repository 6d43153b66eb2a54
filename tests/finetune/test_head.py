"""What is done faster on a CPU is done the same: attention, the scores of a completion, what an adapter reads."""

import copy

import pytest

from finetune.attention import GROUPED, attend, grouped_attention
from finetune.base_model import load_model
from finetune.device import Device
from finetune.head import read_narrow, score_labelled

import torch  # isort: skip

pytestmark = pytest.mark.filterwarnings("default")
CPU = Device("cpu", torch.float32)


@pytest.fixture
def model(tiny):
    """Return the tiny model in float32."""
    return load_model(str(tiny), CPU)


@pytest.fixture
def batch():
    """Return three rows of random tokens, padded on the right, with labels on the ends of two."""
    chance = torch.Generator().manual_seed(3)
    ids = torch.randint(2, 500, (3, 17), generator=chance)
    mask = torch.ones_like(ids)
    mask[1, 11:] = 0
    labels = ids.masked_fill(mask == 0, -100)
    labels[:2, :6] = -100
    labels[2] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_batch_is_attended_as_the_library_does(tiny, model, side):
    """Logits of all true tokens are those of transformers' own attention, with padding on either side."""
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
    """What a kind of model asks of its attention beyond a mask is not known here, so it is left alone."""
    from transformers import GPT2Config, GPT2LMHeadModel

    other = GPT2LMHeadModel(GPT2Config(vocab_size=10, n_embd=8, n_layer=1, n_head=2))
    before = other.config._attn_implementation
    attend(other, CPU)
    assert other.config._attn_implementation == before != GROUPED


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_head_gives_what_trls_gives(model, batch, temperature):
    """Log-probabilities, entropies, the likeliest tokens, the mask and all gradients are TRL's."""
    from trl.trainer.utils import add_fused_lm_head

    outputs = []
    models = [model, copy.deepcopy(model)]
    for each, ours in zip(models, (True, False), strict=True):
        if ours:
            score_labelled(each, CPU, temperature)
        else:
            add_fused_lm_head(each, temperature, outputs=("log_probs", "entropy", "is_top1"))
        outputs.append(each(**batch, fused_lm_head=True))
        outputs[-1].log_probs.sum().backward()
    found, wanted = outputs
    assert found.label_mask.sum() == 11 + 5
    for field in ("log_probs", "entropy", "is_top1", "label_mask"):
        torch.testing.assert_close(found[field], wanted[field])
    for (name, one), (_, other) in zip(*(each.named_parameters() for each in models), strict=True):
        torch.testing.assert_close(one.grad, other.grad, msg=name)


def test_the_head_leaves_other_calls_alone(model, batch):
    """Called as transformers calls it, the model gives logits and, with labels, its own loss."""
    wanted = model(**batch)
    score_labelled(model, CPU)
    found = model(**batch)
    torch.testing.assert_close(found.loss, wanted.loss)
    torch.testing.assert_close(model(batch["input_ids"]).logits, model(input_ids=batch["input_ids"]).logits)


def test_a_batch_without_labels_has_a_loss_of_zero_and_gradients(model, batch):
    """As TRL's: a share of a batch in which nothing is labelled adds nothing and breaks nothing."""
    score_labelled(model, CPU)
    out = model(**batch | {"labels": torch.full_like(batch["labels"], -100)}, fused_lm_head=True)
    out.log_probs.sum().backward()
    assert out.log_probs.abs().sum() == 0
    assert all(part.grad is None or not part.grad.abs().sum() for part in model.parameters())


def test_what_is_left_out_changes_no_adapters_gradient(tiny, batch):
    """In bfloat16 under autocast, as a training runs: gradients point where they did."""
    from peft import LoraConfig, get_peft_model
    from trl.trainer.utils import add_fused_lm_head

    found = []
    for trimmed in (True, False):
        torch.manual_seed(0)
        base = load_model(str(tiny), Device("cpu", torch.bfloat16))
        wrapped = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
        add_fused_lm_head(base)
        if trimmed:
            score_labelled(base, CPU)
            read_narrow(wrapped)
        with torch.autocast("cpu", torch.bfloat16):
            loss = -wrapped(**batch, fused_lm_head=True).log_probs.sum()
        loss.backward()
        found.append([part.grad for part in wrapped.parameters() if part.requires_grad])
        assert found[-1][0].dtype == torch.float32
    for one, other in zip(*found, strict=True):
        assert torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0) > 0.999
