"""Prompts follow the model's chat template, and the loss is on the completion only."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import ZEPHYR

from finetune.models.base_model import load_tokenizer
from finetune.models.chat import check_mask, measure, prepare_tokenizer, prompt_ids, refuse_long, row_ids
from finetune.runs.rows import read_rows
from solver.refusal import InputError


def test_the_fallback_is_the_form_of_zephyr_and_is_told(tiny, rows):
    """A tokenizer without a template gets TinyLlama's, and a note says so."""
    tokenizer = load_tokenizer(str(tiny))

    said = prepare_tokenizer(tokenizer)

    assert "Zephyr" in said
    assert ZEPHYR.format("You are a helpful assistant.", rows[0]["question"]) == tokenizer.decode(
        prompt_ids(tokenizer, rows[0]["prompt"])
    )


def test_a_model_keeps_its_own_template(tokenizer):
    """An existing template is not changed, and there is no note."""
    tokenizer.chat_template = "{{ messages }}"

    assert not prepare_tokenizer(tokenizer)
    assert tokenizer.chat_template == "{{ messages }}"


def test_a_completion_is_read_as_it_was_written(tiny):
    """A tokenizer that cleans up spaces, as SmolLM2's does, is told not to: the reward reads the model's own text."""
    tokenizer = load_tokenizer(str(tiny))
    tokenizer.clean_up_tokenization_spaces = True
    prepare_tokenizer(tokenizer)

    assert tokenizer.batch_decode([tokenizer("apples .")["input_ids"]]) == ["apples ."]
    assert not tokenizer.clean_up_tokenization_spaces


def test_a_long_row_is_refused_with_its_id_and_lengths(tokenizer, dataset):
    """Training does not start if a row would be cut."""
    lengths = measure(tokenizer, read_rows(str(dataset), "train"))
    longest = max(lengths, key=lambda row: row.total)

    refuse_long(lengths, longest.total)
    with pytest.raises(InputError) as told:
        refuse_long(lengths, longest.total - 1)

    assert f"{longest.id} has {longest.prompt} + {longest.completion} = {longest.total}" in str(told.value)


@pytest.mark.parametrize("fault", ["a prompt token learned", "a completion token masked", "a token cut"])
def test_a_wrong_mask_is_noticed(tokenizer, dataset, fault):
    """A row with one token too many or too few in the loss stops the run."""
    table = read_rows(str(dataset), "train", 2)
    prepared = []
    for row in table.to_pylist():
        before, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
        prepared.append({"input_ids": whole, "labels": [-100] * len(before) + whole[len(before) :]})
    check_mask(tokenizer, table, prepared)
    last, length = prepared[-1], len(before)
    if fault == "a prompt token learned":
        last["labels"][length - 1] = last["input_ids"][length - 1]
    elif fault == "a completion token masked":
        last["labels"][length] = -100
    else:
        last["input_ids"], last["labels"] = last["input_ids"][:-1], last["labels"][:-1]

    with pytest.raises(InputError, match=row["id"]):
        check_mask(tokenizer, table, prepared)


def test_a_template_that_rewrites_the_prompt_is_refused(tokenizer, dataset):
    """If the prompt's tokens depend on the completion, no mask is correct; the message names the row."""
    tokenizer.chat_template = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    table = read_rows(str(dataset), "train", 1)

    with pytest.raises(InputError, match=table["id"][0].as_py()):
        measure(tokenizer, table)


def test_a_table_that_is_not_ours_is_refused(tmp_path):
    """A dataset without the required columns is refused; the message names them."""
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"id": ["1"], "answer": ["1"]}), tmp_path / "data" / "train-00000-of-00001.parquet")

    with pytest.raises(InputError, match="lacks the columns prompt, completion, question, trace, expert"):
        read_rows(str(tmp_path), "train")
