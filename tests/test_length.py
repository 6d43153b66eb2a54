"""No row is truncated (P10): bounds hold for every row, and rows beyond them are counted or refused."""

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from generators import build
from generators.builder.length import Ruler
from generators.builder.rows import row_ids
from generators.patterns.library import library
from generators.patterns.render import render
from solver.refusal import InputError


@pytest.fixture(scope="module")
def tokenizer(run8, tmp_path_factory):
    """Train a byte-level tokenizer on a few rows and return its folder."""
    import pyarrow.parquet as pq

    texts = pq.read_table(run8.folder / "data" / "train-00000-of-00001.parquet")["trace"].to_pylist()
    trained = Tokenizer(BPE())
    trained.pre_tokenizer = ByteLevel()
    trained.train_from_iterator(
        texts, BpeTrainer(vocab_size=600, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    )
    folder = tmp_path_factory.mktemp("tokenizer")
    trained.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("pattern", library().patterns.values(), ids=library().patterns)
def test_a_patterns_bound_holds_for_its_rows(pattern):
    """No row of a pattern is longer than the bound from its longest words."""
    draw = pattern.draw(np.linspace(0, pattern.space - 1, 2_000).astype(np.int64))
    ruler = Ruler("You wire.", 10_000)

    lengths = ruler.lengths(
        pattern, row_ids(pattern, draw.assignments), render(pattern.questions[0], draw), render(pattern.trace, draw)
    )

    assert lengths.max() <= ruler.bound(pattern)


def test_a_row_that_may_not_fit_is_named(tmp_path):
    """Without a tokenizer, a row whose bytes exceed max_len is an error with its id and the numbers."""
    with pytest.raises(
        InputError,
        match=r"^\w+/\w+/\d+ may have up to \d+ tokens \(one per byte\) and max_len is 600; give --tokenizer",
    ):
        build("run8", out=tmp_path / "d", max_len=600)


def test_the_tokenizer_decides_what_bytes_do_not(tmp_path, tokenizer):
    """With the target tokenizer, the same rows are counted, and fit."""
    built = build("run8", out=tmp_path / "d", max_len=600, tokenizer=str(tokenizer))

    assert max(max(entry.longest.values()) for entry in built.manifest.splits.values()) <= 600


def test_a_row_that_does_not_fit_is_named(tmp_path, tokenizer):
    """A row with too many tokens is an error with its id and the numbers."""
    with pytest.raises(InputError, match=r"^\w+/\w+/\d+ has \d+ tokens and max_len is 150; raise --max-len"):
        build("run8", out=tmp_path / "d", max_len=150, tokenizer=str(tokenizer / "tokenizer.json"))


def test_a_tokenizer_that_is_none_is_told(tmp_path):
    """A file that is not a tokenizer is one clear error."""
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(InputError, match=r"give a folder with tokenizer\.json"):
        build("run8", out=tmp_path / "d", max_len=600, tokenizer=str(tmp_path))
