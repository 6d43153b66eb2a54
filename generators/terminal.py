"""Prints results in the terminal: tables, rows and summaries."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import JustifyMethod
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from generators.files.folder import Built
from generators.files.layout import DROPPED, PROBLEMS
from generators.finished.audit import MAX_SHOWN, Audit
from generators.patterns.library import Library
from generators.patterns.pattern import COMPOSITION, Pattern
from generators.patterns.question import questions
from generators.patterns.render import render
from generators.patterns.soundness import Soundness
from solver.command import pasted
from solver.constants import Constant
from solver.endpoint import printable
from solver.experts import EXPERTS
from solver.number import write_number
from solver.plurals import counted
from solver.terminal import console, steps_table
from solver.text import read

if TYPE_CHECKING:
    from datasets_cards.publish import Pushed
    from generators.finished.coverage import Coverage
    from generators.finished.stats import Figures
    from generators.finished.stored_row import StoredRow
    from generators.imports.as_patterns import MadePatterns
    from generators.reword.run import Reworded

out = console()
_LISTED = 60
"""The most patterns that the result of a build lists one by one."""
PANEL = 140
"""The most columns of a framed question."""


def _table(title: str, *columns: str) -> Table:
    """Return an empty table; a column named `>x` is aligned to the right, and `=x` has names, which are never broken."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        justify: JustifyMethod = "right" if column.startswith(">") else "left"
        table.add_column(column.lstrip(">="), justify=justify, no_wrap=column[:1] in (">", "="), overflow="fold")
    return table


def _say(*parts: str | tuple[str, str]) -> None:
    """Print a line without wrapping or markup; a styled part is a pair of text and style."""
    out.print(Text.assemble(*parts), soft_wrap=True)


def built(result: Built, seconds: float) -> None:
    """Print the result of a build: rows per pattern, lengths, proofs, speed and the next commands."""
    verification, overlap = result.manifest.verification, result.manifest.test_numbers_in_train
    out.print(_pattern_table(result))
    rows = sum(result.counts.values())
    out.print(
        f"proved    {counted(verification.read_back, 'row')} parsed back, solved, and equal to the pattern's formula; "
        f"{verification.second_opinion:,} of them cross-checked with libyaml and fractions"
    )
    by_pattern, patterns = len(verification.fit_by_pattern or ()), len(verification.bounds or ())
    fit = (
        "all patterns fit"
        if by_pattern == patterns
        else f"{by_pattern} of {counted(patterns, 'pattern')} fit, the rest row by row"
    )
    out.print(f"lengths   upper bounds in tokens; {fit}")
    if result.manifest.refused:
        out.print(f"left out  {counted(len(result.manifest.refused), 'row')}, too near to a held-out question")
    if overlap and overlap.of and result.manifest.splits["train"].rows:
        out.print(
            f"held out  all numbers of {overlap.rows:,} of {counted(overlap.of, 'test row')} are those of a training row of their pattern"
        )
    out.print(f"speed     {counted(rows, 'row')} in {seconds:.2f} s, {rows / seconds:,.0f} a second")
    _say("folder    ", (str(result.folder), "bold"))
    if not isinstance(result.folder, Path):
        _say(f"next      fetch it into a folder, then {pasted('generators', 'verify', 'FOLDER')}")
        return
    _say(f"next      {pasted('generators', 'verify', result.folder)}")
    _say(f"          datasets.load_dataset({str(result.folder)!r})")


def _pattern_table(result: Built) -> Table:
    """Return the table of a build: rows of each pattern per split, and the bound on its longest row.

    Of many patterns, it has one line for each expert.
    """
    splits = {name: entry for name, entry in result.manifest.splits.items() if entry.rows}
    table = _table("", "expert", "=pattern", *(f">{split}" for split in splits), ">longest")
    names = sorted({name for entry in splits.values() for name in entry.patterns})
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("/")[0] if len(names) > _LISTED else name, []).append(name)
    last = ""
    for name, group in groups.items():
        expert, _, pattern = name.partition("/")
        if last and expert != last and pattern:
            table.add_section()
        counts = [f"{sum(entry.patterns.get(one, 0) for one in group):,}" for entry in splits.values()]
        longest = max(entry.longest.get(one, 0) for one in group for entry in splits.values())
        table.add_row(
            expert if expert != last else "", pattern or counted(len(group), "pattern"), *counts, str(longest)
        )
        last = expert
    table.add_section()
    max_len = result.manifest.verification.max_len
    table.add_row(
        "all", counted(len(names), "pattern"), *(f"{entry.rows:,}" for entry in splits.values()), f"of {max_len}"
    )
    return table


def imported(result: Built, seconds: float) -> None:
    """Print the result of an import: the stages that the problems passed, the speed and the next command."""
    funnel = result.manifest.funnel or []
    total = funnel[0][1]
    table = _table("", "", ">problems", ">share")
    for label, count in funnel:
        table.add_row(label, f"{count:,}", f"{count / total:.1%}")
    out.print(table)
    rows = sum(result.counts.values())
    out.print(
        f"wrote     {counted(rows, 'row')}; "
        f"{counted(result.manifest.dropped.rows if result.manifest.dropped else 0, 'dropped problem')} and the reasons in {DROPPED}"
    )
    out.print(f"speed     {counted(total, 'problem')} in {seconds:.1f} s, {total / seconds:,.0f} a second")
    _say("folder    ", (str(result.folder), "bold"))
    _say(f"next      {pasted('generators', 'verify', result.folder)}")


def made_patterns(made: "MadePatterns", seconds: float) -> None:
    """Print how many patterns were made of problems, why the others gave none, and the next command."""
    table = _table("", "", ">problems", ">share")
    table.add_row("problems", f"{made.problems:,}", "")
    table.add_row("patterns", f"{made.patterns:,}", f"{made.patterns / made.problems:.1%}")
    table.add_row("... that vary a name", f"{made.persons:,}", f"{made.persons / made.problems:.1%}")
    for reason, count in made.reasons:
        table.add_row(f"dropped: {reason}", f"{count:,}", f"{count / made.problems:.1%}")
    out.print(table)
    middle = made.draws[len(made.draws) // 2]
    out.print(f"draws     of each pattern's numbers: {made.draws[0]:,} at least, {middle:,} in the middle")
    out.print(f"speed     {counted(made.problems, 'problem')} in {seconds:.1f} s; the reasons are in {DROPPED}")
    _say("folder    ", (str(made.folder), "bold"))
    _say(f"next      {pasted('generators', 'check', made.folder)}")
    words = ("build", "--weights", made.folder / PROBLEMS, "--patterns", made.folder)
    _say(f"          {pasted('generators', *words)}")


def audited(folder: Path, found: Audit, seconds: float) -> None:
    """Print the result of an audit: its faults, or that there are none."""
    rows = sum(found.rows.values())
    for fault in found.faults[:MAX_SHOWN]:
        _say(("fault ", "red"), fault)
    if len(found.faults) > MAX_SHOWN:
        out.print(f"... and {len(found.faults) - MAX_SHOWN:,} more")
    if found.passed:
        splits = ", ".join(f"{split} {count:,}" for split, count in found.rows.items() if count)
        _say(("sound", "green"), f" {folder}: {splits}; {found.proof}")
        out.print(
            f"      no {found.unique} is repeated; {counted(rows, 'row')} in {seconds:.1f} s, {rows / seconds:,.0f} a second"
        )
        if found.limit:
            _say(f"      {found.limit}")
        out.print("      load_dataset finds these rows by the page and the files")
        if found.beyond:
            more = f" and {len(found.beyond) - MAX_SHOWN} more" if len(found.beyond) > MAX_SHOWN else ""
            _say(f"      not audited: {', '.join(found.beyond[:MAX_SHOWN])}{more}")
    else:
        _say((counted(len(found.faults), "fault"), "red"), f" in {folder}")


def covered(location: str, found: "Coverage") -> None:
    """Print the share of problems that the patterns cover, and the most frequent signatures that they lack."""
    table = _table("most frequent signatures without a pattern", ">problems", "=example", "formula")
    for lack in found.lacking[:MAX_SHOWN]:
        table.add_row(f"{lack.problems:,}", lack.example, lack.formula)
    if found.lacking:
        out.print(table)
    _say(
        "covered   ",
        (f"{found.share:.1%}", "bold"),
        f" of the problems of {location}: {found.covered:,} of {found.problems:,}, {found.traced:,} of them with a trace",
    )
    out.print(
        f"signatures {found.covered_signatures:,} of {found.signatures:,} in the problems are covered; "
        f"the patterns have {found.pattern_signatures:,}"
    )


def measured(found: dict[str, "Figures"]) -> None:
    """Print the figures of datasets, a column for each."""
    from generators.finished.stats import FIGURES, shown

    table = _table("", "=", *(f">{location}" for location in found))
    for name in FIGURES:
        table.add_row(name, *(shown(name, figures[name]) for figures in found.values()))
    out.print(table)


def pushed(done: "Pushed") -> None:
    """Print the changes of a push, or of a dry run, and how to load the result."""
    table = _table("", "", "file", ">bytes")
    for change in done.changes:
        table.add_row(change.action, Text(change.path), f"{change.size:,}")
    if done.changes:
        out.print(table)
    else:
        out.print(f"nothing changed: {done.repo_id} holds this dataset already")
    if done.commit is None:
        if done.page:
            _say(done.page)
        out.print(
            f"dry run: {counted(len(done.changes), 'file')} would change in {done.repo_id}, revision {done.revision}"
        )
        return
    where = f"pull request {done.pull_request}" if done.pull_request else f"revision {done.revision}"
    word = "pushed" if done.changes else "found "
    out.print(f"{word}  {done.repo_id}, {where}, {done.commit[:8]}; loaded back, rows and hashes are the same")
    out.print(f"page    {done.url}")
    pinned = done.tag or ("" if done.revision == "main" else done.revision)
    pin = f', revision="{pinned}"' if pinned else ""
    _say(f'load    datasets.load_dataset("{done.repo_id}"{pin})')


def exported(folder: Path, rows: dict[str, int], to: str) -> None:
    """Print the exported files, and the option with which a trainer uses the reward."""
    for name, count in rows.items():
        _say(f"{folder / name}  {counted(count, 'row')}")
    if to == "verl":
        _say(f"reward  custom_reward_function.path={quote(str(folder / 'reward.py'))}")


def reworded(result: "Reworded", wanted: int) -> None:
    """Print the refused answers by reason, the accepted wordings and their file."""
    table = _table("refused", "reason", ">answers", "the first one", "because")
    for reason, count in result.refused.most_common():
        answer, detail = result.examples[reason]
        table.add_row(reason, f"{count:,}", *(Text(printable(shorten(text[:2_000], 300))) for text in (answer, detail)))
    if result.refused:
        out.print(table)
    earlier = f", {result.earlier:,} more in earlier runs" if result.earlier else ""
    _say(
        "accepted  ",
        (f"{len(result.accepted):,} of {wanted:,}", "bold"),
        f" after {counted(result.calls, 'call')}{earlier}",
    )
    if result.count:
        _say(f"file      {result.path}; the checks prove slots and numbers, not meaning: read it before use")
    _say(f"answers   {result.log}")


def patterns(library: Library) -> None:
    """Print the patterns with their steps and numbers of questions, and the shapes of the experts."""
    table = _table("", "expert", "=pattern", "steps", ">questions", ">wordings", ">held out")
    last = ""
    for pattern in library.patterns.values():
        if last and pattern.expert != last:
            table.add_section()
        shown = " + ".join(" ".join(trace.words) for trace in pattern.program)
        held_out = sum(wording.held_out for wording in pattern.wordings)
        table.add_row(
            pattern.expert if pattern.expert != last else "",
            pattern.name,
            shown,
            f"{pattern.space:,}",
            str(len(pattern.wordings)),
            str(held_out),
        )
        last = pattern.expert
    out.print(table)
    shapes = _table("", "expert", "shape of every trace")
    for name, expert in EXPERTS.items():
        shapes.add_row(name, Text(expert.shape))
    shapes.add_row(COMPOSITION, "each sub-trace in its own expert's shape")
    out.print(shapes)


def constants(found: Iterable[Constant]) -> None:
    """Print constants with their values and the words that allow them."""
    table = _table("", "constant", ">value", "words that allow it")
    for one in found:
        table.add_row(one.name, write_number(one.value), one.trigger)
    out.print(table)


def checked(found: Soundness, notes: list[str]) -> None:
    """Print the faults of a folder's files, notes on its sound patterns, and how many are sound."""
    for fault in found.faults:
        print(f"error: {fault}", file=sys.stderr)
    for note in notes:
        print(note)
    sound = len(found.patterns)
    count = f"{sound} of {counted(found.files, 'pattern')}" if found.faults else counted(sound, "pattern")
    print(
        f"{count} {'is' if sound == 1 else 'are'} sound; "
        f"trace and closed form agree on {counted(found.assignments, 'assignment')}"
    )
    wordings = [wording for pattern in found.patterns for wording in pattern.wordings]
    held_out = sum(wording.held_out for wording in wordings)
    print(
        f"{counted(len(wordings), 'wording')}, {held_out:,} of them held out, with the slots and numbers of their problems; "
        "the meaning of a wording is for a person to read"
    )


def row(pattern: Pattern, index: int, places: Sequence[int]) -> None:
    """Print the row with an index in the pattern's own order, in the wordings at some places, from 0."""
    draw = pattern.draw(np.array([index], dtype=pattern.index_type))
    asked = {place: questions(pattern, pattern.wordings[place], draw)[0].as_py() for place in places}
    title = f"{pattern.id}/{index}"
    if len(asked) == 1:
        _framed(title, asked[places[0]])
    else:
        table = _table(title, ">wording", ">line", "question")
        for place, question in asked.items():
            wording = pattern.wordings[place]
            mark = Text("held out: ", style="yellow") if wording.held_out else Text()
            where = f"{wording.file}, {wording.line}" if wording.file else str(wording.line)
            table.add_row(str(place + 1), where, mark + Text(question))
        out.print(table)
    _traced(render(pattern.trace, draw)[0].as_py())


def stored(found: "StoredRow") -> None:
    """Print a row of a dataset: its question, trace and steps, its split, and its wording."""
    values = found.values
    _framed(values["id"], values["question"])
    if values["trace"]:
        _traced(values["trace"])
    else:
        _say("answer    ", (values["answer"], "bold"))
    _say(f"split     {found.split}")
    if found.seed is not None:
        _say(f"seed      {found.seed}")
    if found.pattern:
        wording = found.pattern.wordings[found.place]
        mark = ", held out" if wording.held_out else ""
        _say(
            f"wording   {found.place + 1} of {len(found.pattern.wordings)}, line {wording.line} of {wording.file or 'its file'}{mark}"
        )
    if found.distractors:
        _say(f"no step uses {', '.join(found.distractors)}, which the wording adds")


def _framed(title: str, question: str) -> None:
    out.print(Panel(Text(question), title=title, title_align="left", box=box.ROUNDED, width=min(out.width, PANEL)))


def _traced(trace: str) -> None:
    """Print a trace and the solver's steps."""
    out.print(Text(trace.rstrip(), style="cyan"))
    program: Any = read(trace)
    out.print(steps_table(program))
