"""Mutates model outputs and judges them: python benchmarks/fuzz.py [OUTPUTS.jsonl] --texts 10000000

Prints the number of texts, of exceptions and of rewards, and the slowest text with its processor time. Each line of
OUTPUTS.jsonl has a trace in `yaml` or a model's output in `completion`; without a file, the programs of
benchmarks/judge.py are used. Mutations are those that models and trainers make: texts cut off, repeated and mixed, chat
tokens, reasoning tags, fences, prose, odd line ends, and messages with roles and parts. Text k of a seed is the same on
any machine. A text that seems to take longer than the limit is judged again, up to five times, and its least time
counts, since other programs run on the same cores.
"""

import argparse
import json
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track

from solver import fence, judge

try:
    from benchmarks.judge import gold_items
except ImportError:  # run as a script: this folder is on the path, not its parent
    from judge import gold_items  # type: ignore[import-not-found, no-redef]

LIMIT = 0.05
"""The most seconds of processor time that a text may take."""
BATCH = 5_000
EXPERTS = (None, "arithmetic", "comparison", ("percentage", "arithmetic"))
QUESTIONS = (None, "Ann has 7 cards and twice as many pens. How many has she?", "", "7 " * 500)
ROLES = ("assistant", "user", "tool", "system", "function", "model", "", "ASSISTANT")
PIECES = (
    *("<think>", "</think>", "<thinking>", "</thinking>", "<|channel|>analysis", "<|channel|>final<|message|>"),
    *("[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "<reasoning>", "</reasoning>", "<answer>", "</answer>"),
    *("<|im_start|>assistant\n", "<|im_start|>user\n", "<|im_end|>", "<|eot_id|>", "</s>", "<end_of_turn>"),
    *("<start_of_turn>model\n", "[INST]", "[/INST]", "<|endoftext|>", "<|return|>", "<pad>", "<|assistant|>"),
    *("```", "```yaml\n", "~~~\n", '```yaml title="t"\n', "``` {.yaml}\n", "````", "\n---\n", "...\n"),
    *("\r", "\r\n", "\u2028", "\u00a0", "\u200b", "\ufeff", "\x00", "\t", "\ud800", "　", "\u2212", "…", "“", "﹕"),
    *("expert: arithmetic\n", "expert: [", "trace:\n", "trace: []\n", "- {op: query, var: x}\n", "query", "op:"),
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "&a",
        "*a",
        "!!python",
        "<<: *a",
        "|",
        ">",
        "#",
        '"',
        "'",
        "\\",
        "%",
        "$7",
        "7,000",
    ),
    *("I give up.", "So the answer is 42.", "expert: comparison, since it compares.", "9" * 50, "a" * 100, " " * 200),
)


@dataclass
class Tally:
    """The counts of a batch, and its slowest text."""

    rewards: Counter[float] = field(default_factory=Counter)
    exceptions: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)


def outputs(path: Path | None) -> list[str]:
    """Return the texts that are mutated."""
    if path is None:
        return [item[0] for item in gold_items(None, 200)]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [fence(row["yaml"]) if "yaml" in row else row["completion"] for row in rows]


def mutated(texts: list[str], rng: random.Random) -> object:
    """Return a text, or messages, made from some of these texts."""
    text = rng.choice(texts)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 8, 20))):
        at, end = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        match rng.randrange(8):
            case 0 | 1 | 2:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case 3:
                text = text[:at] + text[min(end, at + 12) :]
            case 4:
                text = text[:at] + text[at:end] * rng.choice((2, 3, 30)) + text[end:]
            case 5:
                text = text[:end]
            case 6:
                text = text + rng.choice(("", "\n", " ", rng.choice(PIECES))) + rng.choice(texts)
            case _:
                lines = text.split("\n")
                rng.shuffle(lines)
                text = "\n".join(lines)
        text = text[:100_000]
    return text if rng.random() < 0.8 else messages(text, texts, rng)


def messages(text: str, texts: list[str], rng: random.Random) -> object:
    """Return a list of messages, some of whose contents are lists of parts."""
    contents: list[object] = [
        text,
        rng.choice(texts),
        [{"type": "text", "text": text}],
        [{"type": "image"}, text],
        None,
        7,
    ]
    chosen = [
        {
            "role": rng.choice(ROLES),
            "content": rng.choice(contents),
            **({"reasoning": text} if rng.random() < 0.1 else {}),
        }
        for _ in range(rng.randrange(4))
    ]
    return rng.choice((chosen, chosen[:1], [None], {"role": "assistant", "content": text}, [*chosen, text]))


def batch(texts: list[str], seed: int, first: int, count: int) -> Tally:
    """Judge `count` mutated texts from number `first` on."""
    tally = Tally()
    for number in range(first, first + count):
        rng = random.Random(f"{seed} {number}")
        completion, experts, question = mutated(texts, rng), rng.choice(EXPERTS), rng.choice(QUESTIONS)
        took = []
        for _ in range(5):
            start = time.process_time()
            try:
                reward = judge(completion, experts, 42, question=question).reward
            except Exception as error:  # noqa: BLE001 - any exception is the finding
                tally.exceptions.append((number, f"{type(error).__name__}: {error}"[:200]))
                break
            took.append(time.process_time() - start)
            if took[-1] < LIMIT:
                break
        if took:
            tally.rewards[reward] += 1
            tally.slowest = max(tally.slowest, (min(took), number))
    return tally


def main() -> None:
    """Judge the texts and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outputs", type=Path, nargs="?")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    texts = outputs(args.outputs)
    starts = range(0, args.texts, BATCH)
    total = Tally()
    with ProcessPoolExecutor(args.workers) as pool:
        jobs = [pool.submit(batch, texts, args.seed, first, min(BATCH, args.texts - first)) for first in starts]
        for job in track(jobs, "judging", console=Console(stderr=True)):
            tally = job.result()
            total.rewards += tally.rewards
            total.exceptions += tally.exceptions
            total.slowest = max(total.slowest, tally.slowest)
    print(f"texts {args.texts:,} of {len(texts)} outputs, seed {args.seed}")
    print("rewards " + ", ".join(f"{reward}: {count:,}" for reward, count in sorted(total.rewards.items())))
    print(f"slowest {total.slowest[0] * 1000:.1f} ms, text {total.slowest[1]:,}")
    print(f"exceptions {len(total.exceptions)}")
    for number, fault in total.exceptions[:10]:
        print(f"  text {number:,}: {fault}")


if __name__ == "__main__":
    main()
