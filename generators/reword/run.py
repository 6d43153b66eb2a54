"""Asks a model for wordings until enough are accepted, and appends each to a file that extends the pattern."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from generators.patterns.library import Library
from generators.patterns.pattern import Pattern
from solver.endpoint import Client, Endpoint, Prompt, Reply
from solver.journal import Journal
from solver.lock import only_writer
from solver.progress import Report
from solver.refusal import InputError

from .judge import Judge, Verdict
from .prompt import prompt
from .proposals import append_proposal, proposals_path, read_proposals

CALLS = 5
"""The default cap on calls, for each wording that is asked for."""
_ACCEPTED = "accepted"


@dataclass
class Reworded:
    """The result: how many wordings were accepted, and why others were refused."""

    path: Path
    log: Path
    accepted: list[str] = field(default_factory=list)
    earlier: int = 0
    """How many wordings earlier runs of the same command accepted."""
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each reason the first answer that was refused, and the detail."""
    calls: int = 0

    @property
    def count(self) -> int:
        """The number of accepted wordings, of this run and earlier ones."""
        return self.earlier + len(self.accepted)

    def refuse(self, verdict: Verdict) -> None:
        """Count a refused answer."""
        self.refused[verdict.reason] += 1
        self.examples.setdefault(verdict.reason, (verdict.body, verdict.detail))


def reword(
    library: Library,
    pattern: Pattern,
    endpoint: Endpoint,
    out: Path,
    *,
    count: int = 10,
    workers: int = 4,
    max_calls: int | None = None,
    report: Report | None = None,
) -> Reworded:
    """Propose wordings of a pattern of a library until `count` are accepted or the calls are used up, and return the result.

    Answers that the log has from an earlier run with the same prompts count, and are not asked for again. Raises
    InputError.
    """
    path = proposals_path(out, pattern)
    result = Reworded(path, path.with_suffix(".answers.jsonl"))
    try:
        with only_writer(out):
            judge = Judge(library, pattern, read_proposals(path, pattern))
            client = Client(endpoint, Journal(result.log), workers=workers, max_calls=max_calls or count * CALLS)
            _Run(client, judge, result).until(count, report or (lambda _done, _total: None))
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from None
    return result


class _Run:
    """One run, which fills its result."""

    def __init__(self, client: Client, judge: Judge, result: Reworded):
        self.client = client
        self.judge = judge
        self.result = result

    def until(self, count: int, report: Report) -> None:
        """Ask until `count` wordings are accepted; never more at once than are still lacking."""

        def take(asked: Prompt, reply: Reply) -> None:
            self.take(asked, reply)
            report(self.result.count, count)

        asked = 0
        while self.result.count < count and not self.client.spent():
            lacking = count - self.result.count
            self.client.ask([prompt(self.judge.pattern, asked + number) for number in range(lacking)], take)
            self.result.calls = self.client.calls
            asked += lacking

    def take(self, asked: Prompt, reply: Reply) -> None:
        """Judge a reply, append an accepted wording to the file, and write the verdict into the log."""
        result, request = self.result, asked.request(self.client.endpoint)
        if reply.fault:
            reason, _, detail = reply.fault.partition(": ")
            result.refuse(Verdict("", reason, detail))
            return
        record = self.client.journal.records[request]
        if record.get("verdict") == _ACCEPTED:
            # what a person has since removed from the file stays removed
            result.earlier += 1
            return
        if "verdict" in record:
            result.refuse(Verdict(reply.text, record["verdict"], record.get("detail", "")))
            return
        verdict = self.judge.judge(reply.text)
        if verdict.reason:
            result.refuse(Verdict(reply.text, verdict.reason, verdict.detail))
        else:
            append_proposal(result.path, self.judge.pattern, verdict.body)
            self.judge = self.judge.with_accepted(verdict.body)
            result.accepted.append(verdict.body)
        self.client.journal.add(request, verdict=verdict.reason or _ACCEPTED, detail=verdict.detail)
