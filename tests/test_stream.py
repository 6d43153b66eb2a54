"""The rows of a stream are those of a build, divided among ranks and workers, and resumable."""

from itertools import islice

import pytest
from datasets import load_dataset
from datasets.distributed import split_dataset_by_node

from generators import build, stream
from generators.builder.stream import longest
from solver.refusal import InputError


def ids(rows, count):
    """Return the ids of the next rows."""
    return [row["id"] for row in islice(rows, count)]


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_stream_is_a_build_that_never_ends(tmp_path, split):
    """Its rows are those of a dataset of the same preset and seed, in order, followed by more."""
    built = build("run8", rows=600 if split == "train" else 0, seed=3, shard_rows=200, out=tmp_path / "d").folder
    expected = load_dataset("parquet", data_files=f"{built}/data/{split}-*.parquet", split="train").to_list()
    whole = len(expected) // 200 * 200

    rows = stream("run8", split, 3, block=200)

    assert list(islice(rows, whole)) == expected[:whole]
    assert len(set(ids(rows, 1_000))) == 1_000


@pytest.mark.parametrize("ranks", [2, 7])
def test_ranks_part_the_rows(ranks):
    """Ranks read different blocks, and together they read all of them."""
    rows = stream(block=50)

    parts = [ids(split_dataset_by_node(rows, rank, ranks), 100) for rank in range(ranks)]

    assert rows.num_shards % ranks == 0
    assert len({row for part in parts for row in part}) == 100 * ranks
    assert {row for part in parts for row in part} == set(ids(rows, 100 * ranks))


@pytest.mark.parametrize("read", [1, 49, 50, 120])
def test_a_saved_state_goes_on(read):
    """A stream that is loaded from a state yields the next rows."""
    rows = stream(block=50)
    reader = iter(rows)
    ids(reader, read)
    state = rows.state_dict()
    following = ids(reader, 80)

    again = stream(block=50)
    again.load_state_dict(state)

    assert ids(again, 80) == following


def test_a_stream_is_as_long_as_its_patterns_allow(cook):
    """The longest split fits its patterns' spaces; one that is 0.1 % longer does not."""
    rows = longest(cook(rows=1, validation=0, test=0), "train")

    cook(rows=rows, validation=0, test=0).check_spaces()
    with pytest.raises(InputError, match="train questions"):
        cook(rows=rows + rows // 1_000, validation=0, test=0).check_spaces()


@pytest.mark.parametrize(
    ("knobs", "told"),
    [
        ({"split": "tran"}, "did you mean train"),
        ({"preset": "run88"}, "did you mean run8"),
        ({"block": 0}, "block is 0; give a whole number of at least 1"),
        ({"seed": "x"}, "seed is 'x'"),
    ],
    ids=str,
)
def test_a_stream_that_cannot_be_is_told(knobs, told):
    """A bad argument is one clear error before the first row."""
    with pytest.raises(InputError, match=told):
        stream(**knobs)


def test_a_training_stream_of_evaluation_patterns_is_refused(tmp_path):
    """The message speaks of the stream, not of a number of rows that nobody asked for."""
    preset = tmp_path / "mine.yaml"
    preset.write_text(
        "rows: 0\nvalidation: 0\ntest: 20\nmax_len: 2048\nphrasings: 1\nweights: {arithmetic: 100}\npatterns: []\n",
        encoding="utf-8",
    )
    (tmp_path / "patterns" / "arithmetic").mkdir(parents=True)
    (tmp_path / "patterns" / "arithmetic" / "eaten.jinja").write_text(
        """---
split: test
slots:
  apples: 10..90
  eaten: 2..9
trace:
  - {op: init, var: apples, value: $apples}
  - {op: init, var: eaten, value: $eaten}
  - {op: compute, compute_op: sub, args: [apples, eaten], var: result}
  - {op: query, var: result}
answer: apples - eaten
---
Tom has {{ apples }} apples. He eats {{ eaten }} of them. How many apples are left?
""",
        encoding="utf-8",
    )

    for split in ("train", "validation"):
        with pytest.raises(
            InputError, match=rf"^{split} has no pattern: each writes its rows to test alone; stream test"
        ):
            stream(preset, split, patterns=tmp_path / "patterns")
    assert len(ids(stream(preset, "test", patterns=tmp_path / "patterns", block=20), 20)) == 20
