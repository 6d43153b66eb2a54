"""Scores completions with an adapter that `finetune scorer` trained to tell right traces from wrong ones."""

from itertools import takewhile
from pathlib import Path

from finetune.hardware.device import Device
from finetune.models.adapter import adapter_base, find_adapter, fingerprint, is_scorer, load
from finetune.models.chat import prompt_ids, row_ids
from finetune.models.verdicts import RIGHT, WRONG, answer, verdict_prompt
from finetune.runs.folder import trained_system_line
from solver.refusal import InputError

from .decode import Decoder


def find_scorer(name: str | Path) -> Path:
    """Return the folder of a scorer, fetched first if the name is ORG/NAME on the Hub; raise InputError if it is none."""
    folder = find_adapter(name)
    if not is_scorer(folder):
        raise InputError(f"{name}: no scorer; train one with the verb scorer")
    return folder


class Scorer:
    """A model that says how likely it is that a completion is right."""

    def __init__(self, folder: Path, device: Device):
        """Load the scorer of a folder."""
        self.system = trained_system_line(folder)
        self.weights = fingerprint(folder)
        self.decoder = Decoder(*load(adapter_base(folder), folder, device), 1)

    def scores(self, question: str, texts: list[str]) -> list[float]:
        """Return the log odds that each completion for a question is right: how much likelier yes is than no."""
        if not texts:
            return []
        tokenizer = self.decoder.tokenizer
        prompts, tokens = [], []
        for text in texts:
            asked = verdict_prompt(self.system, question, text)
            ids = prompt_ids(tokenizer, asked)
            said = [row_ids(tokenizer, asked, [answer(word)])[len(ids) :] for word in (RIGHT, WRONG)]
            shared = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(*said, strict=False))]
            prompts.append([*ids, *shared])
            tokens.append([one[len(shared)] for one in said])
        logits = self.decoder.logits(prompts)
        return [float(found[right] - found[wrong]) for found, (right, wrong) in zip(logits, tokens, strict=True)]
