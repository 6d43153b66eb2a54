"""TRL trains on the published dataset as it is: no mapping, the solver as the reward."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))
import hub
from folders import preset

# A process of its own: the clients read the Hub's address when they are imported.
TRAIN = """
import json, sys
from pathlib import Path

from datasets import load_dataset
from generators import build
from datasets_cards import push_to_hub
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

from solver import trace_reward

place = Path(sys.argv[1])
folder = build(str(place / "tiny.yaml"), out=place / "tiny").folder
push_to_hub(folder, "acme/tiny")
dataset = load_dataset("acme/tiny")

bytes_of = Tokenizer(models.BPE())
bytes_of.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bytes_of.decoder = decoders.ByteLevel()
texts = dataset["train"]["question"][:] + dataset["train"]["trace"][:]
alphabet = pre_tokenizers.ByteLevel.alphabet()
special = ["<pad>", "<eos>", "<|system|>", "<|user|>", "<|assistant|>"]
bytes_of.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_of, pad_token="<pad>", eos_token="<eos>")
tokenizer.chat_template = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<eos>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
shape = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2)
ids = dict(bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)


def model():
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=2048, **shape, **ids))


quiet = dict(max_steps=1, report_to="none", use_cpu=True, save_strategy="no", logging_steps=1, disable_tqdm=True)
sft = SFTTrainer(
    model(), SFTConfig(str(place / "sft"), max_length=2048, per_device_train_batch_size=2, **quiet),
    train_dataset=dataset["train"], eval_dataset=dataset["validation"], processing_class=tokenizer,
)
batch = next(iter(sft.get_train_dataloader()))
learned = tokenizer.decode(batch["input_ids"][0][batch["labels"][0] != -100])
sft.train()

seen = []


def reward(completions, **columns):
    seen.append({"columns": sorted(columns), "scores": trace_reward(completions, **columns)})
    gold = trace_reward(columns["completion"], **columns) if "completion" in columns else []
    seen[-1]["gold"] = gold
    return seen[-1]["scores"]


grpo = GRPOTrainer(
    model(), reward_funcs=[trace_reward, reward], train_dataset=dataset["train"], processing_class=tokenizer,
    args=GRPOConfig(str(place / "grpo"), num_generations=2, per_device_train_batch_size=2, max_completion_length=8, **quiet),
)
grpo.train()
print(json.dumps({
    "learned": learned,
    "completions": [row[0]["content"] for row in dataset["train"]["completion"]],
    "sft": [entry for entry in sft.state.log_history if "loss" in entry or "train_loss" in entry],
    "steps": [sft.state.global_step, grpo.state.global_step],
    "grpo": [entry for entry in grpo.state.log_history if "reward" in entry],
    "rewards": seen,
}))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Publish a small dataset on a loopback Hub, load it from there and train one step each."""
    place = tmp_path_factory.mktemp("trl")
    (place / "tiny.yaml").write_text(preset(16, 4, 4, comparison=50, composition=50))
    with hub.serve(place / "hub") as server:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", TRAIN, str(place)],
            env=server.env(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_sft(trained):
    """SFTTrainer takes a step on `prompt` and `completion`, and learns the completion alone."""
    assert trained["steps"][0] == 1
    assert trained["sft"][0]["loss"] > 0
    assert trained["learned"].removesuffix("<eos>").strip() in [text.strip() for text in trained["completions"]]


def test_grpo(trained):
    """GRPOTrainer takes a step with `reward_funcs=trace_reward`, which gets the answer and experts of each row."""
    assert trained["steps"][1] == 1
    assert trained["grpo"]
    for seen in trained["rewards"]:
        assert {"answer", "experts"} <= set(seen["columns"])
        assert set(seen["scores"]) <= {0.0, 0.3, 0.5, 0.7, 1.0}
        assert set(seen["gold"]) <= {1.0}  # where TRL hands on the completion, it earns everything
