"""Fixtures: a tiny random model with a trained tokenizer, a small dataset, and the real commands run on both."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from folders import preset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Build a small dataset folder."""
    from generators import build

    place = tmp_path_factory.mktemp("data")
    (place / "tiny.yaml").write_text(preset(24, 4, 12, arithmetic=40, comparison=30, composition=30))
    return build(str(place / "tiny.yaml"), out=place / "tiny").folder


@pytest.fixture(scope="session")
def rows(dataset):
    """Return the training rows as dictionaries."""
    from finetune.runs.rows import read_rows

    return read_rows(str(dataset), "train").to_pylist()


@pytest.fixture(scope="session")
def tiny(rows, tmp_path_factory):
    """Write a random Llama of two layers with a tokenizer that has no chat template."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    pieces.train_from_iterator(
        [row["question"] + row["trace"] for row in rows],
        trainers.BpeTrainer(
            vocab_size=600,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, bos_token="<s>", eos_token="</s>")
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=2048,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
            tie_word_embeddings=True,
        )
    )
    folder = tmp_path_factory.mktemp("tiny") / "model"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def model(tiny):
    """Return the tiny model in float32."""
    import torch

    from finetune.hardware.device import Device
    from finetune.models.base_model import load_model

    return load_model(str(tiny), Device("cpu", torch.float32))


@pytest.fixture
def tokenizer(tiny):
    """Return the tiny model's tokenizer with the fallback template."""
    from finetune.models.base_model import load_tokenizer
    from finetune.models.chat import prepare_tokenizer

    made = load_tokenizer(str(tiny))
    prepare_tokenizer(made)
    return made


@pytest.fixture
def call(capsys):
    """Return a function that runs a command and returns its exit status, stdout and stderr."""
    from finetune.__main__ import main

    def run(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as usage:  # the parser refused a word
            status = usage.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture(scope="session")
def trained(dataset, tiny, tmp_path_factory):
    """Train an adapter for two epochs by the real command and return its folder."""
    from commands import sft

    from finetune.__main__ import main

    out = tmp_path_factory.mktemp("runs") / "first"
    assert main(sft(dataset, tiny, out)) == 0
    return out
