"""Decodes with vLLM: rows enter its batch as soon as others leave it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from vllm import SamplingParams
from vllm.sampling_params import StructuredOutputsParams

from finetune.models.constrained import end_tokens
from finetune.models.vllm_engine import Engine
from solver.constraint import Constraint
from solver.grammar import grammar
from solver.plurals import counted
from solver.refusal import InputError

from .completion import BaseDecoder, Completion, Lane, Sampling, by_row, sampled_lanes


class VllmDecoder(BaseDecoder):
    """Decodes with a model in vLLM, which chooses its own batches.

    A constraint is the grammar of its question, which knows the numbers but not which names are set.
    """

    def __init__(self, engine: Engine, tokenizer: Any, limit: int):
        super().__init__(tokenizer, end_tokens(engine.generation_config, tokenizer), limit)
        self.engine = engine
        self.asked = 0

    def decode(
        self,
        prompts: list[list[int]],
        batch: int,  # noqa: ARG002  # vLLM chooses its own
        constrain: Callable[[int], Constraint] | None = None,
    ) -> Iterator[tuple[int, Completion]]:
        """Yield the number and the greedy completion of each prompt as soon as it is finished."""
        asked = [Lane(row, constrain(row) if constrain else None) for row in range(len(prompts))]
        for lane, completion in self._run(prompts, asked):
            yield lane.row, completion

    def sample(
        self,
        prompts: list[list[int]],
        keys: Sequence[str],
        sampling: Sampling,
        batch: int,  # noqa: ARG002
        constrain: Callable[[int], Constraint] | None = None,
    ) -> Iterator[tuple[int, list[Completion]]]:
        """Yield the number and the completions of each prompt, the greedy one first."""
        return by_row(self._run(prompts, sampled_lanes(range(len(prompts)), keys, sampling, constrain)), sampling)

    def _run(self, prompts: Sequence[list[int]], asked: Iterable[Lane]) -> Iterator[tuple[Lane, Completion]]:
        """Yield each lane with its completion as soon as it is finished; a lane names its prompt by its number."""
        engine, room = self.engine.llm.llm_engine, self.engine.llm.model_config.max_model_len
        longest = max(map(len, prompts))
        if longest >= room:
            raise InputError(f"a prompt has {counted(longest, 'token')}, and this model reads {room:,} in vLLM")
        waiting: dict[str, Lane] = {}
        for lane in asked:
            self.asked += 1
            waiting[str(self.asked)] = lane
            prompt = {"prompt_token_ids": prompts[lane.row]}
            engine.add_request(str(self.asked), prompt, self._params(lane), lora_request=self.engine.adapter)
        while waiting:
            for output in engine.step():
                if output.finished:
                    lane = waiting.pop(output.request_id)
                    yield lane, self._completion(lane, output.outputs[0])

    def _params(self, lane: Lane) -> SamplingParams:
        """Return how vLLM decodes a lane."""
        drawn = (
            {"temperature": lane.temperature, "seed": lane.rng.getrandbits(63)} if lane.rng else {"temperature": 0.0}
        )
        held = lane.constraint and StructuredOutputsParams(grammar=grammar(lane.constraint.position.numbers, "gbnf"))
        return SamplingParams(
            **drawn,
            max_tokens=self.limit,
            stop_token_ids=sorted(self.ends),
            logprobs=0,  # of the token itself, before temperature and grammar
            detokenize=False,
            structured_outputs=held,
        )

    def _completion(self, lane: Lane, output: Any) -> Completion:
        """Return the completion among the tokens of a lane, up to the fence that closes its trace.

        Without a fence and an end token, the model's own length cut it.
        """
        for token, known in zip(output.token_ids, output.logprobs, strict=True):
            lane.logprob += known[token].logprob
            finished = self.append(lane, token)
            if finished:
                return finished
        return Completion(self.text(lane.written), len(lane.written), truncated=True, logprob=lane.logprob)
