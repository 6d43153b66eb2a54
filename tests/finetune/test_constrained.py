"""Constrained decoding: a model that has learned nothing writes traces that run, in the decoder and in `generate`."""

import json
from dataclasses import replace

import pytest
import torch

from finetune.judge.completion import Sampling
from finetune.judge.decode import Decoder
from finetune.models.chat import prompt_ids
from finetune.models.constrained import Constrained, mask
from finetune.models.ways import NONNEGATIVE
from solver.grammar import grammar
from solver.grounding import question_numbers
from solver.reward import judge

pytestmark = pytest.mark.filterwarnings("default")

QUESTION = "Ann has 3 bags of 5 apples. How many has she?"
LONG = 2_050
"""The characters that a trace may have here, and so the most tokens: a random model writes names as long as it may."""


@pytest.fixture
def decoder(model, tokenizer):
    """Return a decoder of the random model."""
    return Decoder(model.eval(), tokenizer, LONG)


def held(decoder, question):
    """Return a constraint that ends a trace early."""
    constraint = decoder.constraint(question)
    constraint.position = replace(constraint.position, room=LONG)
    return constraint


def test_a_random_model_writes_traces_that_run(decoder, tokenizer, rows):
    """Each completion is closed, is grounded, and runs; in batches and alone."""
    rows = rows[:2]
    prompts = [prompt_ids(tokenizer, row["prompt"]) for row in rows]
    for place, completion in decoder.decode(prompts, 2, lambda place: held(decoder, rows[place]["question"])):
        row = rows[place]
        verdict = judge(completion.text, None, row["answer"], row["question"])

        assert not completion.truncated
        assert verdict.answer is not None, verdict.reason
    alone = decoder.stream(prompts[0], lambda piece: None, held(decoder, rows[0]["question"]))
    assert alone.text.endswith("```")


def test_the_way_to_constrain_reaches_the_constraint(decoder):
    """Steps below zero are excluded where the way says so, and not otherwise."""
    ways = {way: decoder.constraint(QUESTION, way=way).position.nonnegative for way in (True, NONNEGATIVE)}

    assert ways == {True: False, NONNEGATIVE: True}


def test_samples_are_constrained_too(decoder, tokenizer, rows):
    """Whatever is drawn at a high temperature is a trace that runs."""
    row = rows[0]
    prompt = prompt_ids(tokenizer, row["prompt"])
    ((_, several),) = decoder.sample(
        [prompt], [row["id"]], Sampling(3, 2.0), 4, lambda _: held(decoder, row["question"])
    )

    assert len({completion.text for completion in several}) == 4
    for completion in several:
        verdict = judge(completion.text, None, row["answer"], row["question"])
        assert verdict.answer is not None, verdict.reason


def test_generate_is_constrained_alike(decoder, model, tokenizer, rows):
    """The library's own sampling takes the same constraints, as reinforcement needs it."""
    prompt = prompt_ids(tokenizer, rows[0]["prompt"])
    pair = [held(decoder, rows[0]["question"]) for _ in range(2)]
    found = model.generate(
        torch.tensor([prompt, prompt]),
        attention_mask=torch.ones(2, len(prompt), dtype=torch.long),
        logits_processor=[Constrained(pair)],
        do_sample=False,
        max_new_tokens=LONG,
        pad_token_id=tokenizer.pad_token_id,
    )
    text = tokenizer.decode(found[0, len(prompt) :], skip_special_tokens=True)
    decoded = decoder.stream(prompt, lambda piece: None, held(decoder, rows[0]["question"]))

    assert text == decoded.text
    assert all(constraint.ended for constraint in pair)


def test_a_finished_row_is_padded_with_any_token(decoder, model, tokenizer, rows):
    """Rows of one batch end at different steps; what pads the earlier ones is no token of their traces."""
    prompt = prompt_ids(tokenizer, rows[0]["prompt"])
    padding = tokenizer.encode("a", add_special_tokens=False)[0]
    pair = [held(decoder, rows[0]["question"]) for _ in range(3)]
    torch.manual_seed(0)
    found = model.generate(
        torch.tensor([prompt] * 3),
        attention_mask=torch.ones(3, len(prompt), dtype=torch.long),
        logits_processor=[Constrained(pair)],
        do_sample=True,
        top_k=0,
        max_new_tokens=LONG,
        pad_token_id=padding,
    )

    assert all(constraint.ended for constraint in pair)
    assert {row[-1] for row in found.tolist()} == {padding, tokenizer.eos_token_id}


def test_a_wide_head_has_no_token_beyond_the_vocabulary(decoder):
    """Logits of tokens that the tokenizer lacks are excluded."""
    known = decoder.constraint("Ann has 3.").vocabulary.tokens.vocab_size
    masked = mask(torch.zeros(1, known + 7), [decoder.constraint("Ann has 3.")])

    assert torch.isinf(masked[0, known:]).all()
    assert not torch.isinf(masked[0, :known]).all()


def test_eval_and_ask_take_the_flag(call, dataset, trained):
    """The evaluation has a folder and a setting of its own, and the answer begins as training rows do."""
    words = ["--adapter", trained, "--constrained", "--max-new-tokens", 60]
    status, _, err = call("eval", "--dataset", dataset, "--limit", 1, *words)
    folder = trained / "eval-tiny-test-constrained"

    assert status == 0, err
    assert json.loads((folder / "evaluation.json").read_text())["constrained"] is True
    assert call("ask", "Ann has 3 bags of 5. How many?", *words)[1].partition("\n")[2].startswith("```yaml\n")


@pytest.mark.parametrize("question", [None, "Ann has 3 bags of 5.5 apples and eats 25 %. How many are left?"])
def test_xgrammar_loads_the_grammar(question, rows):
    """It takes the gold completions of its question, and no text with another number or op."""
    xgrammar = pytest.importorskip("xgrammar")
    info = xgrammar.TokenizerInfo([bytes([byte]) for byte in range(256)], stop_token_ids=[0])
    compiler = xgrammar.GrammarCompiler(info)

    def takes(text, asked):
        numbers = None if question is None else question_numbers(asked)
        matcher = xgrammar.GrammarMatcher(
            compiler.compile_grammar(xgrammar.Grammar.from_ebnf(grammar(numbers, "gbnf")))
        )
        return all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(0)

    for row in rows[:4]:
        text = row["completion"][0]["content"]
        assert takes(text, row["question"])
        assert not takes(text.replace("value: ", "value: 99887"), row["question"]) or question is None
        assert not takes(text.replace("compute_op", "operation").replace("op: query", "op: answer"), row["question"])
