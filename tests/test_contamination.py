"""The gate refuses training questions that share ten words in a row, or half of a sketch, with a held-out one."""

import json

import numpy as np
import pytest
from folders import column, rows_of
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from datasets_cards import write_card
from generators import build, terminal
from generators.builder.dataset import rebuild
from generators.finished.audit import audit
from generators.patterns.copies import may_copy
from generators.patterns.library import library
from generators.patterns.question import questions
from generators.text.contamination import Gate, gate_of, read_guarded
from generators.text.guarded import GRAM, Guarded, grams, shipped
from generators.text.plain_words import plain_words
from solver.plurals import counted
from solver.refusal import InputError

HELD = "Zoë has 12 marbles and gives a third of them to José, who had 1,200. How many has she now?"


@pytest.fixture
def gate():
    """A gate of one question."""
    return Gate((Guarded.of("held", [HELD], "0"),))


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
    assert Guarded.of("held", [text], "0").refuses(text)


def test_plain_words_have_no_numbers_names_and_pronouns():
    """Numbers in digits, words, fractions and money, names, and pronouns of persons are left out alike."""
    first = plain_words(
        "Zoë sold 2 of her 12 kites at $1,200.50 each. She kept half. Does Mr. Lee's hen lay 3/4 as many?"
    )
    other = plain_words(
        "Ben sold two of his dozen kites at $3 each. He kept 1/3. Does Mr. Ono's hen lay twice as many?"
    )

    assert first == other
    assert {"sold", "kites", "kept", "hen"} <= set(first)


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
    assert len(gated.manifest.refused) == 1 + len(plain.manifest.refused)
    assert (
        f"It refused {counted(len(gated.manifest.refused), 'question')}."
        in write_card(gated.folder, plots=False).read_text()
    )


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
        read_guarded(str(path))


STORY = (
    "Ruth's bakery makes 48 seeded rolls before dawn. A school nearby orders a third of them, and the baker's cousin takes "
    "a basket of 9 to the harbour kiosk. How many seeded rolls are still on the bakery's shelf at noon?"
)
COPIES = {
    "numbers": STORY.replace("48", "96").replace("a third", "25%").replace("9", "14"),
    "names": STORY.replace("Ruth", "Omar"),
    "a sentence at the start": f"The night was cold and clear. {STORY}",
    "a sentence inside": STORY.replace("A school", "Nobody bought any bread the day before. A school"),
    "all": STORY.replace("48", "sixty").replace("Ruth", "Omar").replace("A school", "It rained a little. A school"),
    "one sentence left out": STORY.replace("Ruth's bakery makes 48 seeded rolls before dawn. ", ""),
}


@pytest.mark.parametrize("kind", COPIES)
def test_an_altered_copy_is_refused(kind):
    """New numbers, new names and one sentence more or less do not hide a copy, without ten words in a row."""
    guarded = Guarded(shipped().against, frozenset(), Guarded.of("held", [STORY], "0").sketches)

    assert guarded.refuses(COPIES[kind])


def test_a_short_held_out_question_refuses_only_its_like():
    """A question of few words is no reason to refuse each question that has these words."""
    guarded = Guarded.of("held", ["How much is 12 + 30?"], "0")

    assert guarded.refuses("How much is 7 + 5?")
    assert guarded.refuses("Ann sells 4 pies. How much is a pie if she gets $20 for all of them?") is None


def test_hashes_are_read_as_they_are_written(tmp_path):
    """A file of hashes has all that the gate needs, has no text of the questions, and is the same bytes each time."""
    guarded = Guarded.of("held", [HELD, STORY], "0")
    guarded.write(tmp_path / "one.npz")
    guarded.write(tmp_path / "two.npz")

    read = Guarded.read(tmp_path / "one.npz")

    assert (read.against, read.tens, read.sketches) == (guarded.against, guarded.tens, guarded.sketches)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert b"marbles" not in (tmp_path / "one.npz").read_bytes()


def test_the_shipped_set_guards_all_test_questions():
    """The package has the hashes of the 1,319 questions of GSM-8K's test split, in less than half a megabyte."""
    assert shipped().against.questions == len(shipped().sketches) == 1319


@pytest.mark.slow
def test_no_shipped_wording_is_a_copy():
    """Rows of every shipped wording that may copy a test question pass the gate; so do some of all other wordings."""
    for pattern in library().patterns.values():
        for wording in pattern.wordings:
            rows = 200 if may_copy(pattern, wording, shipped()) else 4
            draw = pattern.draw(np.arange(rows, dtype=object if not pattern.order.fast else np.int64))
            assert not any(map(shipped().refuses, questions(pattern, wording, draw).to_pylist())), pattern.id


OWN = """---
slots: {who: person, item: fruit, had: 20..90, gone: 2..19}
trace:
  - {op: init, var: $who.$item, value: $had}
  - {op: consume, entity: $who.$item, amount: $gone}
  - {op: query, var: $who.$item}
answer: had - gone
---
BODY
"""


@pytest.mark.parametrize(
    ("body", "copies"),
    [
        (
            "{{ who }} puts {{ had }} {{ item }} on the long table by the door, and {{ gone }} roll off. How many stay there?",
            True,
        ),
        ("From {{ had }} {{ item }}, {{ who }} eats {{ gone }}. How many are left?", False),
    ],
    ids=["copy", "other"],
)
def test_a_wording_that_copies_gives_no_training_rows(tmp_path, capsys, body, copies):
    """All training rows of a user's wording with a held-out question's words are refused and counted; others are not even read."""
    (tmp_path / "mine" / "entity_track").mkdir(parents=True)
    (tmp_path / "mine" / "entity_track" / "own.jinja").write_text(OWN.replace("BODY", body))
    asked = "Leo puts 12 melons on the long table by the door, and 4 roll off. How many stay there?"
    (tmp_path / "held.jsonl").write_text(json.dumps({"question": asked}))
    weights = {
        "rows": 10,
        "validation": 2,
        "test": 2,
        "max_len": 1024,
        "weights": {"entity_track": 100},
        "patterns": ["entity_track/own"],
    }

    built = build(weights, out=tmp_path / "d", patterns=tmp_path / "mine", against=tmp_path / "held.jsonl")
    terminal.built(built, 1.0)

    assert ("left out  10 rows, too near to a held-out question\n" in capsys.readouterr().out) == copies
    assert len(built.manifest.refused) == (10 if copies else 0)
    assert all("/own/" in row_id for row_id in built.manifest.refused)
    assert built.manifest.splits["test"].rows > 0


def test_several_held_out_sets_are_guarded(tmp_path):
    """`--against` may be given more than once, and each set is named in the recipe behind the shipped one."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"question": f"{HELD} {name}"}))

    built = build("run8", rows=20, out=tmp_path / "d", against=[tmp_path / "one.jsonl", tmp_path / "two.jsonl"])

    names = [one["name"] for one in json.loads((built.folder / "recipe.json").read_text())["against"]]
    assert names == [shipped().against.name, "one.jsonl", "two.jsonl"]


def test_without_the_gate_the_card_says_so(tmp_path):
    """`--no-gate` leaves the shipped set out, and the card says in plain words that nothing was checked."""
    built = build("run8", rows=20, out=tmp_path / "d", gate=False)

    assert built.manifest.refused is UNSET
    assert "were not checked against GSM-8K's test questions" in write_card(built.folder, plots=False).read_text()
    assert rebuild(built.folder, tmp_path / "again").manifest == built.manifest


def test_a_recipe_of_an_earlier_version_is_rebuilt_without_the_gate(tmp_path):
    """Such a recipe names one held-out set or null; its rows are made again as they were."""
    built = build("run8", rows=20, out=tmp_path / "d", gate=False)
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(json.loads((built.folder / "recipe.json").read_text()) | {"against": None}))

    assert rebuild(path, tmp_path / "again").manifest.content == built.manifest.content


def test_a_held_out_set_counts_once(tmp_path, capsys):
    """A set that is given twice, written in another way or copied is read and listed once, where it is named first."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"question": f"How many {name} are there?"}) + "\n")
    (tmp_path / "copy.jsonl").write_bytes((tmp_path / "one.jsonl").read_bytes())
    (tmp_path / "d").mkdir()
    named = ["one.jsonl", "two.jsonl", "one.jsonl", "d/../one.jsonl", "copy.jsonl"]

    gate = gate_of([f"{tmp_path}/{name}" for name in named], ours=True)

    assert [one.name for one in gate.against[1:]] == ["one.jsonl", "two.jsonl"]
    assert capsys.readouterr().err.count("one.jsonl: ") == 1
