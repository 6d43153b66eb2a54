"""Tokens of a card: counted as SmolLM2-135M reads a row, without network, and never more than the bound."""

import pyarrow.parquet as pq
import pytest
from folders import rows_of

import datasets_cards.tokens
from datasets_cards.tokens import TokenCounts, count
from generators.builder.length import WRAPPING
from solver.turns import completion, prompt


@pytest.mark.parametrize(
    ("pieces", "turns"),
    [
        (["user", "\n", "How", " many", " are", " left", "?"], prompt("", "How many are left?")),
        (
            ["user", "\n", "A", " baker", " sells", " ", "1", ",", "7", "5", "0", " rolls", "."],
            prompt("", "A baker sells 1,750 rolls."),
        ),
    ],
    ids=["words", "digits"],
)
def test_a_text_is_split_as_the_model_does(pieces, turns):
    """Common words are one token and each digit is one; a turn has three marks around it."""
    assert count(turns) == len(pieces) + 3


def test_each_turn_has_its_marks():
    """A row of three turns has as many tokens as its turns together."""
    turns = [*prompt("You wire.", "How many?"), *completion("expert: arithmetic\n")]

    assert count(turns) == sum(count([turn]) for turn in turns)


def test_no_row_has_more_tokens_than_its_bound(run8):
    """The bound on a row, one token a byte and room for a chat template, holds for the model that is counted."""
    rows = rows_of(run8.folder, "test")

    assert rows
    for row in rows:
        turns = row["prompt"] + row["completion"]
        assert count(turns) <= sum(len(turn["content"].encode()) for turn in turns) + WRAPPING


def test_rows_of_a_large_dataset_are_counted_at_equal_distances(run8, monkeypatch):
    """One row in three is counted, however the rows come in batches; a row for evaluation has no completion."""
    monkeypatch.setattr(datasets_cards.tokens, "MOST_COUNTED", 10)
    table = pq.read_table(next((run8.folder / "data").glob("test-*"))).slice(0, 30)
    system = table["prompt"][0].as_py()[0]["content"]
    counts = TokenCounts(system, 30)
    for batch in table.to_batches(max_chunksize=7):
        counts.add_batch(batch)
    rows = table.slice(0, 1).set_column(table.schema.get_field_index("completion"), "completion", [[None]])
    asked = TokenCounts(system, 1)
    asked.add_batch(rows.to_batches()[0])

    assert counts.every == 3
    assert sorted(counts.rows.elements()) == sorted(
        count(row["prompt"] + row["completion"]) for row in table.to_pylist()[::3]
    )
    assert list(asked.rows) == [count(table["prompt"][0].as_py())]
