"""The gate refuses questions that share ten consecutive words, or their sketch, with a held-out one."""

import json

import pytest
from folders import column, rows_of
from hypothesis import given
from hypothesis import strategies as st

from datasets_cards import write_card
from generators import build
from generators.builder.dataset import rebuild
from generators.finished.audit import audit
from generators.text.contamination import GRAM, Gate, grams, read_gate, sketch
from solver.plurals import counted
from solver.refusal import InputError

HELD = "Zoë has 12 marbles and gives a third of them to José, who had 1,200. How many has she now?"


@pytest.fixture
def gate():
    """A gate of one question."""
    return Gate("held", [HELD], "0")


@pytest.mark.parametrize(
    "question",
    [
        HELD,
        HELD.upper(),
        HELD.replace("1,200", "1200"),
        HELD.replace("12 ", "forty-five ").replace("1,200", "$3.50"),
        HELD.replace("Zoë", "Mia").replace("José", "Ben"),
        "It rains. Then she has 12 marbles and gives a third of them to José, who waits.",
    ],
)
def test_the_same_question_is_refused(gate, question):
    """Other case, commas, numbers or names do not pass the gate, nor does new text around ten shared words."""
    assert gate.refuses(question)


@pytest.mark.parametrize(
    "question",
    ["Zoë has 12 marbles. How many has she now?", "He gives a third of them to José, who had none of his own at all."],
)
def test_another_question_passes(gate, question):
    """Fewer than ten words in a row in common are no contamination."""
    assert gate.refuses(question) is None


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=30))
def test_a_text_of_n_words_has_n_minus_nine_sequences(words):
    """Every sequence of ten words is compared once."""
    assert len(list(grams(" ".join(words)))) == max(0, len(words) - GRAM + 1)


@given(st.text(max_size=200))
def test_any_text_has_a_sketch_that_its_own_gate_refuses(text):
    """The gate of any text refuses that text."""
    assert Gate("held", [text], "0").refuses(text)


def test_numbers_of_all_kinds_are_one_mark():
    """Numbers in digits, words, fractions, percents and money are all masked alike."""
    assert sketch("2 of 2/3, 40% or a dozen at $5") == sketch("two of half, 7 percent or 3 dozen at 12 cents")


def test_a_build_leaves_out_what_the_gate_refuses(tmp_path):
    """A refused row is left out, its neighbours stay, and the manifest, the audit and the card agree."""
    plain = build("run8", rows=50, out=tmp_path / "plain")
    row = rows_of(plain.folder)[7]
    held = tmp_path / "held.jsonl"
    held.write_text(json.dumps({"question": row["question"]}))

    gated = build("run8", rows=50, out=tmp_path / "gated", against=str(held))

    ids = column(gated.folder, "id")
    assert row["id"] in gated.manifest.refused
    assert row["id"] not in ids
    assert len(ids) + sum(one in gated.manifest.refused for one in column(plain.folder, "id")) == 50
    assert audit(gated.folder).faults == []
    assert (
        f"It refused {counted(len(gated.manifest.refused), 'question')}."
        in write_card(gated.folder, plots=False).read_text()
    )
    assert "gate did not run" in write_card(plain.folder, plots=False).read_text()


def test_a_rebuild_asks_for_the_held_out_set(tmp_path):
    """A recipe that names a held-out set is rebuilt only with that set, to the same bytes."""
    held = tmp_path / "held.jsonl"
    held.write_text(json.dumps({"question": HELD}))
    built = build("run8", rows=20, out=tmp_path / "one", against=str(held))

    with pytest.raises(InputError, match=r"built against held\.jsonl"):
        rebuild(built.folder, tmp_path / "two")
    again = rebuild(built.folder, tmp_path / "two", against=str(held))

    assert again.manifest == built.manifest


@pytest.mark.parametrize(
    ("text", "told"), [("x", "line 1: not JSON"), ('{"answer": 1}', "no entry has a question; it has answer")]
)
def test_a_held_out_set_without_questions_is_one_error(tmp_path, text, told):
    """A file without a question is refused in one line."""
    path = tmp_path / "held.jsonl"
    path.write_text(text)

    with pytest.raises(InputError, match=told):
        read_gate(str(path))
