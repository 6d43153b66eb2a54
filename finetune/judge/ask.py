"""Puts one question to a model: prints the trace as it is written, then the solver's steps and the answer."""

import sys
from collections import Counter
from pathlib import Path

from finetune.hardware.device import find_device
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import find_adapter, load, named_base, records
from finetune.models.chat import prompt_ids
from finetune.models.ways import Way
from finetune.runs import terminal
from finetune.runs.folder import trained_system_line
from solver.completion import extract
from solver.constraint import refuse_without_llguidance
from solver.grounding import Reading, foreign, question_numbers
from solver.number import write_number
from solver.plurals import counted
from solver.program import Program
from solver.refusal import InputError, Refusal
from solver.terminal import steps_table
from solver.text import read
from solver.turns import prompt

from .choose import DEFAULT, candidate
from .choose import choose as choose_candidate
from .completion import BATCH, Completion, Sampling
from .decode import Decoder
from .sampled import Scores, check_sampling, scored
from .scorer import Scorer, find_scorer


def ask(
    question: str,
    *,
    model: str | None = None,
    adapter: str | Path | None = None,
    max_new_tokens: int = 400,
    dtype: str = "auto",
    constrained: Way = False,
    samples: int = 0,
    temperature: float = 0.7,
    choose: str = DEFAULT,
    seed: int = 0,
    scorer: str | Path | None = None,
) -> bool:
    """Ask the question, print the trace and its solution, and return whether the trace runs.

    With `samples`, all completions are shown, and the chosen one is solved.
    """
    if not question.strip():
        raise InputError("the question is empty; write one")
    check_sampling(temperature, choose, scorer)
    if constrained:
        refuse_without_llguidance()
    keep_memory()
    device = find_device(dtype)
    weights = None if adapter is None else find_adapter(adapter)
    judge = None if scorer is None else find_scorer(scorer)
    base = named_base(model, weights, device)
    terminal.say(f"model {base}{f' with {adapter}' if adapter else ''} on {device}")
    decoder = Decoder(*load(base, weights, device), max_new_tokens)
    asked = prompt(trained_system_line(weights or records(base)), question)
    ids = prompt_ids(decoder.tokenizer, asked)
    decoder.note_long([ids])
    if constrained and not any(question_numbers(question)):
        terminal.note("note: no number is read in the question, so the trace may take any")
    if samples:
        held = (lambda _: decoder.constraint(question, way=constrained)) if constrained else None
        sampling = Sampling(samples, temperature, seed)
        ((_, completions),) = decoder.sample([ids], [question], sampling, BATCH, held)
        completion = completions[
            _show_candidates(completions, question, choose, Scorer(judge, device).scores if judge else None)
        ]
        print(completion.text)
    else:
        completion = decoder.stream(ids, _show, decoder.constraint(question, way=constrained) if constrained else None)
        print()
    if completion.truncated:
        terminal.say(f"cut after {counted(completion.tokens, 'token')}; raise --max-new-tokens")
    try:
        program = read(extract(completion.text))
        terminal.out.print(steps_table(program))
    except Refusal as error:
        terminal.say(f"refused: {error}")
        return False
    told = not_asked(program, question)
    if told:
        terminal.say(told)
    return True


def _show_candidates(completions: list[Completion], question: str, way: str, scores: Scores | None) -> int:
    """Print the different completions with their answers, votes and likelihoods; return the place of the chosen one."""
    found = scored([candidate(each.text, each.logprob, question) for each in completions], question, scores)
    chosen = choose_candidate(found, way)
    copies = Counter(each.text for each in found)
    answers = Counter(each.answer for each in found if each.answer is not None)
    rows: list[tuple[object, ...]] = []
    for text, copied in copies.items():
        each = found[[other.text for other in found].index(text)]
        name = "chosen" if text == found[chosen].text else "greedy" if text == found[0].text else ""
        if each.answer is None:
            rows.append((name, copied, f"refused: {each.fault}", "", f"{each.logprob:.2f}", ""))
        else:
            facts = write_number(each.answer), answers[each.answer], f"{each.logprob:.2f}", each.unused
            rows.append((name, copied, *facts, *((f"{each.score:.2f}",) if scores else ())))
    columns = (
        "",
        ">times",
        ">answer",
        ">votes",
        ">log-likelihood",
        ">numbers left out",
        *((">score",) if scores else ()),
    )
    terminal.table(f"{counted(len(copies), 'different completion')} of {len(completions)}, by {way}", columns, rows)
    return chosen


def not_asked(program: Program, question: str) -> str | None:
    """Return a warning that names the numbers of a program that its question does not have, or None if it has all.

    >>> not_asked(read("{expert: arithmetic, trace: [{op: init, var: a, value: 5}]}"), "How many are 2 and 3?")
    'warning: 5 is not in the question; the model made it up'
    """
    found = dict.fromkeys(write_number(value) for *_, value in foreign(program, question, Reading()))
    if not found:
        return None
    verb = "is" if len(found) == 1 else "are"
    return (
        f"warning: {', '.join(found)} {verb} not in the question; the model made {'it' if verb == 'is' else 'them'} up"
    )


def _show(piece: str) -> None:
    sys.stdout.write(piece)
    sys.stdout.flush()
