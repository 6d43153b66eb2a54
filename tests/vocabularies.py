"""Small vocabularies for decoding: tokens of single bytes, of a byte-level BPE, and of a BPE that falls back to bytes."""

from functools import cache

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from solver.constraint import Vocabulary

END = "</s>"
TEXT = """```yaml
- expert: entity_track
  trace:
  - {op: init, var: ann.marbles, value: 12}
  - {op: compute, compute_op: mul, args: [step1, step2], var: result}
  - {op: transfer, from_entity: ann.marbles, to_entity: ben.marbles, amount: 5}
  - {op: query, var: result}
```"""


def _bytes():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({END: 0} | {sign: place for place, sign in enumerate(alphabet, 1)}, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return made


def _byte_level():
    made = Tokenizer(models.BPE())
    # No splits: tokens reach over the end of a step and into the next one.
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    lines = [f"{one}\n{two}\n" for one, two in zip(TEXT.splitlines(), TEXT.splitlines()[1:], strict=False)]
    trainer = trainers.BpeTrainer(
        vocab_size=500, max_token_length=5, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(lines * 20, trainer)
    return made


def _with_fallback():
    pieces = [*(f"<0x{byte:02X}>" for byte in range(256)), *map(chr, range(33, 127)), "▁"]
    merges = [("▁", "{"), ("o", "p"), ("i", "n"), ("v", "a"), ("`", "`"), ("``", "`")]
    pieces += ["".join(pair) for pair in merges]
    model = models.BPE({END: 0} | {piece: place for place, piece in enumerate(pieces, 1)}, merges, byte_fallback=True)
    made = Tokenizer(model)
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return made


TOKENIZERS = {"bytes": _bytes, "byte-level": _byte_level, "fallback": _with_fallback}


@cache
def tokenizer(name):
    """Return a small tokenizer."""
    made = TOKENIZERS[name]()
    made.add_special_tokens([END])
    return made


@cache
def vocabulary(name):
    """Return the vocabulary of a small tokenizer."""
    made = tokenizer(name)
    return Vocabulary(made.to_str(), [made.token_to_id(END)])
