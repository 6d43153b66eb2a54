"""Decoding under the constraint: gold traces pass, and whatever passes can be read and run."""

import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import honest_programs, law
from vocabularies import END, TOKENIZERS, tokenizer, vocabulary

import solver.constraint
from generators import build
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver import fence, judge, read, solve, write
from solver.constraint import Constraint, Vocabulary, masks
from solver.dataset import dataset_reading
from solver.grammar import SYNTAXES, grammar
from solver.grounding import literals, question_numbers
from solver.refusal import InputError
from solver.text import FENCE_END, FENCE_START, MAX_CANONICAL

PROBLEMS = Path(__file__).parent / "problems"
QUESTION = "Ann has 12 marbles and gives half of them to Ben, who has 8. They lose 25 % of these in a week."
WORKED = """```yaml
expert: entity_track
trace:
- {op: init, var: ann.marbles, value: 12}
- {op: init, var: ben.marbles, value: 8}
- {op: transfer, from_entity: ann.marbles, to_entity: ben.marbles, amount: 9}
- {op: query, var: ben.marbles}
```"""

PAIR = """```yaml
expert: arithmetic
trace:
- {{op: init, var: ann.marbles, value: 8}}
- {{op: init, var: ben.marbles, value: 12}}
- {{op: compute, compute_op: sub, args: [ben.marbles, ben.marbles], var: zero}}
- {{op: compute, compute_op: {}, args: [{}], var: result}}
- {{op: query, var: result}}
```"""


def allowed(constraint):
    """Return the tokens that may follow."""
    return np.flatnonzero(np.unpackbits(masks([constraint]).view(np.uint8), bitorder="little")).tolist()


def follow(text, question=QUESTION, name="bytes", reading=(), **options):
    """Follow a text token by token; return how much of it passes, and the constraint behind that."""
    constraint = Constraint(vocabulary(name), question, *reading, **options)
    passed = ""
    for token in tokenizer(name).encode(text, add_special_tokens=False).ids:
        if token not in allowed(constraint):
            break
        constraint.take(token)
        passed += tokenizer(name).decode([token])
    return passed, constraint


@pytest.fixture(scope="module")
def datasets(tmp_path_factory, run8):
    """Build or import a small dataset of every kind."""
    place = tmp_path_factory.mktemp("gold")
    built = [build(preset, out=place / preset, rows=24).folder for preset in ("run7", "run10")]
    imported = [
        import_problems(Request(source, origin=str(PROBLEMS / file)), place / source).folder
        for source, file in (("gsm8k", "gsm8k.jsonl"), ("svamp", "svamp.json"))
    ]
    return [run8.folder, *built, *imported]


@pytest.mark.parametrize("nonnegative", [False, True])
@pytest.mark.parametrize("name", TOKENIZERS)
def test_gold_traces_decode_to_themselves(datasets, name, nonnegative):
    """Every token of every gold completion passes, and then only an end token, whatever the tokens are."""
    for folder in datasets:
        reading = dataset_reading(folder)
        (file,) = folder.glob("data/train-*.parquet")
        for row in pq.read_table(file).slice(0, 12).to_pylist():
            text = row["completion"][0]["content"]
            passed, constraint = follow(text, row["question"], name, [reading], nonnegative=nonnegative)

            assert (passed, constraint.ended) == (text, True), row["id"]
            assert allowed(constraint) == [tokenizer(name).token_to_id(END)]


@law
@given(honest_programs())
def test_programs_that_run_pass(program):
    """The constraint refuses no program that runs, if the question has its numbers."""
    numbers = [str(value) for trace in program for step in trace.steps for _, value in literals(step)]
    text = fence(write(program))
    passed, constraint = follow(text, f"Numbers: {', '.join(numbers)}.")

    assert passed == text or (len(text) > MAX_CANONICAL / 2 and not constraint.ended)


def walk(seed, constraint, pieces):
    """Return a random completion that the constraint lets through, in which names and numbers end soon."""
    rng = random.Random(seed)
    text = ""
    while not constraint.ended:
        tokens = allowed(constraint)
        assert tokens, text
        ends = [token for token in tokens if pieces.id_to_token(token)[0] in "},]"]
        token = rng.choice(ends if ends and rng.random() < 0.8 else tokens)
        constraint.take(token)
        text += pieces.decode([token])
    return text


@settings(law, max_examples=12)
@given(
    st.integers(0, 2**32),
    st.sampled_from([QUESTION, "There are 0 of 1.", "No number", f"A weight of 0.{'0' * 30}1"]),
    st.integers(2_400, 2_700),
    st.booleans(),
)
def test_all_that_passes_can_be_run(seed, question, room, nonnegative):
    """No walk has a dead end, and each ends in a trace that is grounded and runs, below zero only where it may."""
    constraint = Constraint(vocabulary("byte-level"), question, nonnegative=nonnegative)
    constraint.position = replace(constraint.position, room=room)
    text = walk(seed, constraint, tokenizer("byte-level"))
    verdict = judge(text, None, "1", question if question.endswith(".") else None)

    assert len(text) <= room
    assert verdict.outcome in ("correct", "wrong_answer"), (verdict.reason, text)
    if nonnegative:
        assert all(line.value >= 0 for _, lines in solve(read(bare(text))).parts for line in lines)


def bare(text):
    """Return a completion without its fence."""
    return text.removeprefix(FENCE_START).removesuffix(FENCE_END)


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        (WORKED, WORKED[: WORKED.index("9}")]),
        (WORKED.replace("9}", "8}").replace("entity_track", "arithmetic"), "- {op: "),
        (WORKED.replace("to_entity: ben", "to_entity: ann"), "to_entity: "),
        (WORKED.replace("var: ben.marbles, v", "var: ann.marbles, v"), "var: ann.marbles"),
        (
            WORKED.replace("amount: 9", "amount: ann.marbles").replace("query, var: ben", "query, var: cy"),
            "query, var: ",
        ),
        (WORKED.replace("value: 8", "source: prev.result"), "value: 12}\n- {op: init, var: ben.marbles, "),
        (WORKED.replace("value: 12", "value: 2").replace("amount: 9", "amount: ben.marbles"), "amount: "),
        (PAIR.format("div", "ann.marbles, zero"), "args: [ann.marbles, "),
    ],
    ids=["a number", "an op", "an entity", "a name", "a query", "a source", "too much", "division by zero"],
)
def test_what_breaks_a_rule_is_stopped_where_it_does(text, passed):
    """The mask excludes the first token behind which the trace would break a rule."""
    assert follow(text)[0].endswith(passed)
    assert follow(text)[0] != text


@pytest.mark.parametrize(
    ("args", "passed"),
    [
        ("ann.marbles, ben.marbles", "ann.marbles, "),
        ("zero, zero", ""),
        ("zero, 2", ""),
        ("ben.marbles, 100", "ben.marbles, 1"),
        ("ben.marbles, ann.marbles", None),
        ("ben.marbles, 2", None),
        ("ann.marbles, ann.marbles", None),
        ("ann.marbles, zero", None),
    ],
)
def test_a_difference_below_zero_is_turned(args, passed):
    """The smallest of several values has nothing taken from it, and no value has more taken from it than it is."""
    text = PAIR.format("sub", args)
    found, _ = follow(text, nonnegative=True)

    assert follow(text)[0] == text
    assert found == text if passed is None else found.endswith(f"sub, args: [{passed}"), found


def test_a_composition_has_two_parts_at_least():
    """The closing fence is excluded behind the first part, and sources behind a part are its result."""
    part = "- expert: rate_equation\n  trace:\n  - {op: init, var: a, SOURCE}\n  - {op: compute, compute_op: mul, args: [a, a], var: b}\n  - {op: query, var: b}\n"
    first, later = part.replace("SOURCE", "value: 8"), part.replace("SOURCE", "source: sub0.result")

    assert follow(fence(first))[0] == fence(first).removesuffix("```")
    assert follow(fence(first + later))[0] == fence(first + later)
    assert follow(fence(first + later.replace("sub0", "sub1")))[0].endswith("source: sub")


def test_a_token_that_is_excluded_is_refused():
    """A caller who takes another token than the mask allows is told so."""
    constraint = Constraint(vocabulary("bytes"), QUESTION)

    with pytest.raises(ValueError, match="is not allowed here"):
        constraint.take(tokenizer("bytes").token_to_id("x"))


def test_end_tokens_behind_the_end_are_ignored():
    """A batch pads finished rows with them."""
    text = WORKED.replace("9}", "8}")
    _, constraint = follow(text)
    end = tokenizer("bytes").token_to_id(END)
    constraint.take(end)
    constraint.take(end)

    assert constraint.ended
    assert allowed(constraint) == [end]


def test_grammars_are_compiled_once_for_the_samples_of_a_question(monkeypatch):
    """A second sample that sets the same names compiles nothing, and old grammars are dropped."""
    monkeypatch.setattr(solver.constraint, "_KEPT", 8)
    fresh = Vocabulary(tokenizer("bytes").to_str(), [0])
    compiled = []
    for _ in range(2):
        constraint = Constraint(fresh, QUESTION)
        for token in tokenizer("bytes").encode(WORKED.replace("9}", "8}")).ids:
            constraint.take(token)
        compiled.append(dict(fresh._compiled))

    assert list(map(id, compiled[0].values())) == list(map(id, compiled[1].values()))
    for number in range(9):
        fresh.matcher(f'start: "{number}"')
    assert len(fresh._compiled) == 8


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_grammars_of_a_question_have_no_empty_slot(syntax):
    """A form that no number of the question fits is left out, and a question without a fitting number is refused."""
    assert "()" not in grammar(question_numbers("There are no apples."), syntax)
    with pytest.raises(InputError, match="no init can be written with these numbers"):
        grammar(frozenset(), syntax)


def test_a_missing_library_is_told_in_one_line(monkeypatch):
    """The message says which extra has it."""
    monkeypatch.setitem(sys.modules, "llguidance", None)

    with pytest.raises(InputError, match=r"pip install 'wirework\[constrained\]'"):
        Vocabulary("{}", [0])
