"""The parts that every decoder needs: completions and samples, the end of a completion, and a question's constraint."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from finetune.models.constrained import vocabulary_of
from finetune.models.ways import NONNEGATIVE, Way
from finetune.runs import terminal
from solver.constraint import Constraint, Vocabulary
from solver.grounding import Reading
from solver.plurals import counted
from solver.text import FENCE

BATCH = 128
"""The most completions that are decoded together, if nothing else is asked for: their keys and values take memory."""

_NAMED = re.compile(r"^\W*expert\b", re.MULTILINE)


@dataclass(frozen=True)
class Completion:
    """The text that a model wrote, its number of tokens, and whether it was cut at the limit.

    `logprob` is the sum of the log-probabilities of its tokens, at temperature 1 and without a constraint.
    """

    text: str
    tokens: int
    truncated: bool
    logprob: float


@dataclass(frozen=True)
class Sampling:
    """How completions are drawn: how many for each prompt, at which temperature, and from which seed."""

    samples: int
    temperature: float
    seed: int = 0

    def rng(self, key: str, sample: int) -> Random:
        """Return the random numbers of one sample of the row with this id."""
        return Random(f"{self.seed}/{key}/{sample}")


@dataclass
class Lane:
    """A completion that is being written: greedily, or with the random numbers of a sample at a temperature."""

    row: int
    constraint: Constraint | None = None
    sample: int = 0
    rng: Random | None = None
    temperature: float = 1.0
    written: list[int] = field(default_factory=list)
    logprob: float = 0.0
    done: bool = False


def sampled_lanes(
    rows: Iterable[int], keys: Sequence[str], sampling: Sampling, constrain: Callable[[int], Constraint] | None
) -> Iterator[Lane]:
    """Yield the lanes of some prompts: for each the greedy completion, then the samples in order."""
    for row in rows:
        for sample in range(sampling.samples + 1):
            held = constrain(row) if constrain else None
            rng = sampling.rng(keys[row], sample) if sample else None
            yield Lane(row, held, sample, rng, sampling.temperature)


def by_row(finished: Iterable[tuple[Lane, Completion]], sampling: Sampling) -> Iterator[tuple[int, list[Completion]]]:
    """Yield the number and the completions of each prompt as soon as all of its lanes are finished."""
    found: dict[int, dict[int, Completion]] = {}
    for lane, completion in finished:
        made = found.setdefault(lane.row, {})
        made[lane.sample] = completion
        if len(made) == sampling.samples + 1:
            yield lane.row, [made[sample] for sample in sorted(made)]
            del found[lane.row]


def closed(text: str) -> bool:
    """Return whether the text contains the fence that closes its trace."""
    named = _NAMED.search(text)
    return text.find(FENCE, named.end()) >= 0 if named else text.count(FENCE) >= 2


class BaseDecoder(ABC):
    """Knows a model's tokenizer, the tokens that end a completion, and the limit of a completion in tokens.

    `room` is the number of tokens that the model was made for, if it says so.
    """

    def __init__(self, tokenizer: Any, ends: set[int], limit: int, room: int | None = None):
        self.tokenizer = tokenizer
        self.room = room
        self.ends = ends
        self.limit = limit
        self._vocabulary: Vocabulary | None = None
        self.ticks = {token for text, token in tokenizer.get_vocab().items() if "`" in text}

    def constraint(
        self,
        question: str,
        reading: Reading = Reading(),  # noqa: B008  # a frozen value
        way: Way = True,
    ) -> Constraint:
        """Return a constraint for one completion."""
        if self._vocabulary is None:
            self._vocabulary = vocabulary_of(self.tokenizer, self.ends)
        return Constraint(self._vocabulary, question, reading, nonnegative=way == NONNEGATIVE)

    def note_long(self, prompts: Iterable[list[int]]) -> None:
        """Print a note on prompts that leave no room for a completion: what a model makes of them means little."""
        found = [len(prompt) for prompt in prompts if self.room and len(prompt) >= self.room]
        if found:
            terminal.note(
                f"note: {counted(len(found), 'prompt')} of up to {counted(max(found), 'token')}: "
                f"the model reads {self.room:,}, so what it writes there means little"
            )

    @abstractmethod
    def decode(
        self, prompts: list[list[int]], batch: int, constrain: Callable[[int], Constraint] | None = None
    ) -> Iterator[tuple[int, Completion]]:
        """Yield the number and the greedy completion of each prompt as soon as it is finished.

        `batch` is the most completions decoded together. `constrain` returns a new constraint for a prompt's
        number. Each token is the most likely one that it allows.
        """

    @abstractmethod
    def sample(
        self,
        prompts: list[list[int]],
        keys: Sequence[str],
        sampling: Sampling,
        batch: int,
        constrain: Callable[[int], Constraint] | None = None,
    ) -> Iterator[tuple[int, list[Completion]]]:
        """Yield the number and the completions of each prompt: the greedy one, then the samples in order.

        `keys` are the ids of the rows; `batch` and `constrain` are those of `decode`.
        """

    def append(self, lane: Lane, token: int) -> Completion | None:
        """Append a token to a lane; return the completion if that finishes it."""
        written = lane.written
        if token in self.ends:
            return Completion(self.text(written), len(written), truncated=False, logprob=lane.logprob)
        written.append(token)
        full = len(written) >= self.limit
        if token in self.ticks or full:
            text = self.text(written)
            if closed(text) or full:
                return Completion(text, len(written), truncated=not closed(text), logprob=lane.logprob)
        return None

    def text(self, tokens: list[int]) -> str:
        """Return the text of generated tokens with its spaces unchanged."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
