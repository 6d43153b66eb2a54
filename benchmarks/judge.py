r"""Measures the speed of `judge`: python benchmarks/judge.py [TRACES.jsonl]

Prints completions per second on one core for gold, wrong, broken and hostile texts, and the slowest hostile text. Gold
texts are also judged with a question each. The caches of canonical lines and of questions are emptied before each repeat
(cold) or kept (warm). If trl, math-verify and torch are
installed, TRL's `accuracy_reward` judges the same gold completions twice: with the answer appended in the \boxed{} that
it looks for, and as that box alone, its fastest case. Gold answers are LaTeX between dollars. All its rewards, and
ours, must be 1.0. Gold texts are the traces in the field `yaml` of each line of TRACES.jsonl, written canonically and
fenced, or without a file, a few programs of this benchmark. Times are processor time, the best of several repeats.
Compare figures within one run only.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from solver import REWARDS, Refusal, fence, judge, read, solve, write
from solver.grounding import _READINGS, _plain, literals
from solver.number import write_number
from solver.numerals import MAX_WORDS, words
from solver.text import read_line

Item = tuple[str, list[str], str] | tuple[str, list[str], str, str]
"""A completion, its experts, the gold answer, and the question if the trace's numbers are looked up in it."""

PROGRAMS = (
    ("comparison", "{{op: init, var: ann.cards, value: {a}}}", "{{op: init, var: factor, value: {b}}}",
     "{{op: compute, compute_op: mul, args: [ann.cards, factor], var: step1}}",
     "{{op: compute, compute_op: sub, args: [step1, ann.cards], var: result}}", "{{op: query, var: result}}"),
    ("percentage", "{{op: init, var: bill, value: {a}}}", "{{op: init, var: rate, value: {b}}}",
     "{{op: percent_off, base: bill, rate: rate, var: result}}", "{{op: query, var: result}}"),
    ("entity_track", "{{op: init, var: ann.eggs, value: 6{a}}}", "{{op: consume, entity: ann.eggs, amount: {b}}}",
     "{{op: add_entity, entity: ann.eggs, amount: {a}}}", "{{op: query, var: ann.eggs}}"),
    ("rate_equation", "{{op: init, var: speed, value: {a}}}", "{{op: init, var: hours, value: {b}}}",
     "{{op: compute, compute_op: mul, args: [speed, hours], var: result}}", "{{op: query, var: result}}"),
)  # fmt: skip

REPEATS = 5


def gold_items(path: Path | None, most: int) -> list[Item]:
    """Return at most `most` gold completions: an even sample of the file's traces that run, or the built-in ones."""
    if path:
        lines = path.read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["yaml"] for line in lines[:: max(1, len(lines) // most)]]
    else:
        texts = [
            "\n- ".join([f"expert: {expert}\ntrace:", *steps]).format(a=a, b=b) + "\n"
            for a, b, (expert, *steps) in product(range(5, 55), range(2, 12), PROGRAMS)
        ][:most]
    items = []
    for text in texts:
        try:
            program = read(text)
            answer = solve(program).answer
        except Refusal:
            continue
        items.append((fence(write(program)), [trace.expert for trace in program], write_number(answer)))
    return items


def hostile_texts() -> dict[str, str]:
    """Return texts that are slow for other parsers, or once were for ours."""
    names = [("ab" * 16) + format(number, "07b").replace("0", "a").replace("1", "b") for number in range(63)]
    inits = "".join(f"- {{op: init, var: {name}, value: 1}}\n" for name in names)
    return {
        "10 MB of a": "a" * 10_000_000,
        "10 MB of newlines": "\n" * 10_000_000,
        "10 MB of fences": "```\n" * 2_500_000,
        "256 KB of fences": "```\n" * 65_536,
        "256 KB of newlines": "\n" * 262_144,
        "a fence and 256 KB of spaces": "```" + " " * 262_000 + "x",
        "60 KB of [": "[" * 60_000,
        "16 KB of small flow nodes": "[" + "[]," * 5_460 + "]",
        "16 KB of block keys": "\n".join(f"k{number}: v" for number in range(1_700)),
        "16 KB of steps": "expert: arithmetic\ntrace:\n" + "- {op: query, var: a}\n" * 740,
        "64 names alike": f"expert: arithmetic\ntrace:\n{inits}- {{op: query, var: {'ba' * 18}}}\n",
        "almost canonical": "expert: arithmetic\ntrace:\n- {" + "a: b, " * 670 + "a: b",
        "10,000 digits": "expert: arithmetic\ntrace:\n- {op: init, var: a, value: " + "9" * 10_000 + "}\n",
    }


def best(work: Callable[[], object], before: Callable[[], object] = lambda: None, repeats: int = REPEATS) -> float:
    """Return the least processor seconds of a call; `before` runs untimed before each repeat."""
    least = float("inf")
    for _ in range(repeats):
        before()
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return least


def rates(items: list[Item], reward: float | None) -> tuple[float, float]:
    """Return completions per second, cold and warm; exit if a reward is not the expected one."""
    worth = {judge(*item).reward for item in items}
    if reward is not None and worth != {reward}:
        raise SystemExit(f"rewards {sorted(worth)} where all should be {reward}")

    def work() -> None:
        for item in items:
            judge(*item)

    return len(items) / best(work, forget), len(items) / best(work)


def forget() -> None:
    """Empty the caches of lines and of questions."""
    for cached in (read_line, _plain, *_READINGS):
        cached.cache_clear()


def asking(items: list[Item]) -> list[Item]:
    """Return completions with a question each, which shows every number of the trace in one of its forms."""
    asked = []
    for place, (text, experts, answer, *_) in enumerate(items):
        values = [value for part in read(text[8:-3]) for step in part.steps for _, value in literals(step)]
        shown = [_shown(value, number) for number, value in enumerate(values)]
        story = " ".join(
            f"Ann the {place}th reads that there are {number} of them in the box today." for number in shown
        )
        asked.append((text, experts, answer, f"{story} How many are left in a week, in all the boxes together?"))
    return asked


def _shown(value: Fraction, number: int) -> str:
    """Return a number as a question shows it: with a dollar sign, in words where there are some, or as it is."""
    text = write_number(value)
    if number % 2 and text.isdecimal() and value <= MAX_WORDS:
        return words(text)
    return f"${text}" if number % 3 == 2 else text


def boxed(answer: str) -> str:
    """Return an answer as LaTeX."""
    top, _, bottom = answer.partition("/")
    return rf"\frac{{{top}}}{{{bottom}}}" if bottom else answer


def trl_rates(items: list[Item]) -> dict[str, float] | None:
    """Return completions per second of TRL's accuracy_reward, or None if it is not installed."""
    try:
        from trl.rewards import accuracy_reward
    except ImportError:
        return None
    solutions = [f"${boxed(answer)}$" for _, _, answer in items]
    forms = {
        "same completions, then the boxed answer": [
            rf"{text}{chr(10)}\boxed{{{boxed(answer)}}}" for text, _, answer in items
        ],
        "the boxed answer alone": [rf"\boxed{{{boxed(answer)}}}" for _, _, answer in items],
    }
    found = {}
    for name, texts in forms.items():
        chats = [[{"role": "assistant", "content": text}] for text in texts]
        worth = accuracy_reward(chats, solutions)
        if set(worth) != {1.0}:
            wrong = next(text for text, reward in zip(texts, worth, strict=True) if reward != 1.0)
            raise SystemExit(f"accuracy_reward is not 1.0 everywhere: {wrong}")
        found[name] = len(items) / best(lambda chats=chats: accuracy_reward(chats, solutions), repeats=3)
    return found


def kinds(gold: list[Item], hostile: dict[str, str]) -> dict[str, tuple[list[Item], float | None]]:
    """Return kinds of completions, made from gold ones and hostile texts, each with the reward that all of it has."""
    unset = [
        (text.replace("var: result}\n```", "var: nobody}\n```"), experts, answer) for text, experts, answer in gold
    ]
    return {
        "gold": (gold, REWARDS["correct"]),
        "gold, with a question each": (asking(gold), REWARDS["correct"]),
        "gold, not canonical: through libyaml": (
            [(text.replace(": ", ":  "), experts, answer) for text, experts, answer in gold],
            REWARDS["correct"],
        ),
        "wrong answer": ([(text, experts, "-1") for text, experts, _ in gold], REWARDS["wrong_answer"]),
        "broken: an unset name": (
            [item for item, (text, _, _) in zip(unset, gold, strict=True) if item[0] != text],
            REWARDS["broken"],
        ),
        "wrong expert": (
            [
                (text, ["arithmetic" if experts == ["comparison"] else "comparison"], answer)
                for text, experts, answer in gold
            ],
            REWARDS["wrong_expert"],
        ),
        "hostile: fences, brackets, bombs under 300 KB": (
            [(text, ["arithmetic"], "1") for text in hostile.values() if len(text) < 300_000],
            None,
        ),
    }


def main() -> None:
    """Run all measurements and print them as a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("traces", nargs="?", type=Path, metavar="TRACES.jsonl")
    parser.add_argument("--most", type=int, default=1_000, help="the most gold completions (default 1000)")
    args = parser.parse_args()
    gold = gold_items(args.traces, args.most)
    hostile = hostile_texts()
    table = Table("completions", "reward", title=f"judge, {len(gold):,} completions, one core", box=box.SIMPLE_HEAD)
    table.add_column("per second, cold", justify="right")
    table.add_column("per second, warm", justify="right")
    table.add_column("warm over TRL", justify="right")
    ours = rates(gold, REWARDS["correct"])
    theirs = trl_rates(gold)
    for name, (items, reward) in kinds(gold, hostile).items():
        cold, warm = ours if items is gold else rates(items, reward)
        table.add_row(name, "" if reward is None else str(reward), f"{cold:,.0f}", f"{warm:,.0f}", "")
    if theirs:
        table.add_section()
        for name, rate in theirs.items():
            table.add_row(f"TRL accuracy_reward: {name}", "1.0", "", f"{rate:,.0f}", f"{ours[1] / rate:.1f} x")
    times = {name: best(lambda text=text: judge(text, ["arithmetic"], 1)) for name, text in hostile.items()}
    slowest = max(times, key=lambda name: times[name])
    table.caption = f"worst hostile text: {slowest}, {times[slowest] * 1000:.1f} ms of at most 50"
    if theirs is None:
        table.caption += "\naccuracy_reward was not measured: install trl, math-verify and torch"
    Console(width=None if sys.stdout.isatty() else 120).print(table)


if __name__ == "__main__":
    main()
