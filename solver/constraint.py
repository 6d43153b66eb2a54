"""Tells which tokens a model may write next, so that its trace can be read, is grounded and runs.

It needs the library `llguidance`, which is imported late. Nothing here needs torch: a mask is a numpy array, and any
engine that lets its logits be masked can use it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .grammar import numbers_for
from .grounding import Reading
from .position import Position
from .refusal import InputError

if TYPE_CHECKING:
    from llguidance import LLMatcher

_KEPT = 512
"""The most grammars that are kept compiled; samples for one question share most of theirs."""


def refuse_without_llguidance() -> None:
    """Raise InputError if the library that makes the masks is not installed."""
    if find_spec("llguidance") is None:
        raise InputError("llguidance is not installed; pip install 'wirework[constrained]'")


class Vocabulary:
    """The tokens of a model, and the grammars that were compiled for them."""

    def __init__(self, tokenizer: str, ends: Iterable[int]):
        """Take the JSON text of a tokenizer of the library `tokenizers`, and the tokens that end a completion."""
        refuse_without_llguidance()
        from llguidance import LLExecutor, LLTokenizer

        self.ends = frozenset(ends)
        self.tokens = LLTokenizer(tokenizer, eos_token=sorted(self.ends), slices=[])
        self.executor = LLExecutor()
        self._compiled: OrderedDict[str, LLMatcher] = OrderedDict()

    def matcher(self, grammar: str) -> "LLMatcher":
        """Return a matcher of a grammar, from its beginning."""
        from llguidance import LLMatcher

        if grammar not in self._compiled:
            self._compiled[grammar] = LLMatcher(self.tokens, grammar, log_level=0)
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(grammar)
        return self._compiled[grammar].deep_copy()


class Constraint:
    """Follows one completion for a question, token by token."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        question: str,
        reading: Reading = Reading(),  # noqa: B008  # frozen
        *,
        nonnegative: bool = False,
    ):
        """Start before the first token; `reading` is how the question is read, as its dataset tells.

        With `nonnegative`, no step may give a value below zero.
        """
        self.vocabulary = vocabulary
        self._go_to(Position(numbers_for(question, reading), nonnegative), "")

    def _go_to(self, position: Position, text: str) -> None:
        """Go to a position; `text` is what has been written behind it."""
        self.position = position
        self.written = text
        self.matcher = self.vocabulary.matcher(position.grammar())
        if text:
            self.matcher.consume_tokens(self.vocabulary.tokens.tokenize_str(text))

    @property
    def ended(self) -> bool:
        """Whether the completion has its closing fence, so that only a token that ends it may follow."""
        return self.position.ends(self.written)

    def take(self, token: int) -> None:
        """Take the token that was chosen; raise ValueError for one that the mask excludes.

        Tokens behind the end, which pad a batch, are ignored.
        """
        if self.ended and token in self.vocabulary.ends:
            return
        if not self.matcher.consume_token(token):
            raise ValueError(f"token {token} is not allowed here: {self.matcher.get_error()}")
        self.written += self.vocabulary.tokens.decode_str([token])
        while split := self.position.split(self.written):
            lines, rest = split
            self._go_to(self.position.after(lines), rest)


def masks(constraints: Sequence[Constraint]) -> NDArray[np.int32]:
    """Return which tokens may follow in each completion: a row of bits for each, 32 in a number, the lowest first."""
    from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask_par

    vocabulary = constraints[0].vocabulary
    bits = allocate_token_bitmask(len(constraints), vocabulary.tokens.vocab_size)
    rows = [(constraint.matcher, row) for row, constraint in enumerate(constraints)]
    fill_next_token_bitmask_par(vocabulary.executor, rows, bits)
    return bits
