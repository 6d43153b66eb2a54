"""Stands in for vLLM, which is no dependency: the same calls, answered by transformers with the same model."""

import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any


@dataclass
class StructuredOutputsParams:
    """The grammar of a request."""

    grammar: str


@dataclass
class SamplingParams:
    """How a request is decoded; other keywords than these are an error, as in vLLM."""

    temperature: float
    max_tokens: int
    stop_token_ids: list[int]
    logprobs: int
    detokenize: bool
    structured_outputs: StructuredOutputsParams | None = None
    seed: int | None = None


@dataclass
class LoRARequest:
    """The adapter of a request."""

    lora_name: str
    lora_int_id: int
    lora_path: str


class Engine:
    """Answers one request at a time, the last one first."""

    def __init__(self, model: str):
        self.model = model
        self.asked: list[tuple[str, Any, SamplingParams, Any]] = []
        self.waiting: list[tuple[str, Any, SamplingParams, Any]] = []
        self.loaded: Any = None

    def add_request(self, request_id: str, prompt: Any, params: SamplingParams, *, lora_request: Any) -> None:
        """Take a request."""
        self.asked.append((request_id, prompt, params, lora_request))
        self.waiting.append(self.asked[-1])

    def step(self) -> list[Any]:
        """Return an unfinished output of the last request, and the output of it."""
        request, prompt, params, adapter = self.waiting.pop()
        tokens, logprobs = self.decode(prompt["prompt_token_ids"], params, adapter)
        known = [{token: SimpleNamespace(logprob=logprob)} for token, logprob in zip(tokens, logprobs, strict=True)]
        made = SimpleNamespace(token_ids=tokens, logprobs=known)
        return [
            SimpleNamespace(request_id=request, finished=False, outputs=[]),
            SimpleNamespace(request_id=request, finished=True, outputs=[made]),
        ]

    def decode(self, prompt: list[int], params: SamplingParams, adapter: Any) -> tuple[list[int], list[float]]:
        """Return the tokens that the model writes, up to an end token or the limit, and their log-probabilities."""
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        if self.loaded is None:
            base = AutoModelForCausalLM.from_pretrained(self.model, dtype=torch.float32)
            self.loaded = PeftModel.from_pretrained(base, adapter.lora_path) if adapter else base
        tokens: list[int] = []
        logprobs: list[float] = []
        random = torch.Generator().manual_seed(params.seed or 0)
        while len(tokens) < params.max_tokens and not set(tokens[-1:]) & set(params.stop_token_ids):
            with torch.no_grad():
                logits = self.loaded(torch.tensor([prompt + tokens])).logits[0, -1].float()
            heat = params.temperature
            shares = (logits / heat).softmax(0) if heat else None
            token = int(logits.argmax() if shares is None else torch.multinomial(shares, 1, generator=random))
            tokens.append(token)
            logprobs.append(float(logits.log_softmax(0)[token]))
        return tokens, logprobs


class LLM:
    """A model that is loaded; `made` has all of them, with their settings."""

    made: list["LLM"]
    fault: Exception | None
    length: int

    def __init__(self, model: str, **settings: Any):
        if self.fault:
            raise self.fault
        self.settings = settings
        self.llm_engine = Engine(model)
        self.model_config = SimpleNamespace(max_model_len=self.length)
        self.made.append(self)


def install(monkeypatch: Any) -> type[LLM]:
    """Put the modules where an import finds them, and return the class of loaded models."""
    fresh = type("LLM", (LLM,), {"made": [], "fault": None, "length": 2048})
    contents = {
        "vllm": {"LLM": fresh, "SamplingParams": SamplingParams},
        "vllm.lora": {},
        "vllm.lora.request": {"LoRARequest": LoRARequest},
        "vllm.sampling_params": {"StructuredOutputsParams": StructuredOutputsParams},
    }
    for name, content in contents.items():
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "finetune.judge.vllm_decoder", raising=False)
    return fresh
