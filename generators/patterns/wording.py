"""Splits a pattern file into its front matter and its wordings, the texts that ask its question.

Each wording is one line of text below a line `---`, or below `--- held out` if training may not have it. A line
`slots: {...}` above the text declares slots of the wording's own, which neither trace nor answer uses.
"""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from solver.document import Node, check_plain, load
from solver.refusal import FormatError, InputError

from .render import Plan, question_plan
from .slots import Numbers, Slot, read_own_slots
from .vocabulary import Vocabularies

MAX_FILE = 16_384
"""The most bytes a pattern file may have."""

_MARK = re.compile(r"^---[^\n]*(?:\n|\Z)", re.MULTILINE)
_MARKS = {"---": False, "--- held out": True}
"""The lines that may stand above a wording, and whether each holds it out."""


@dataclass(frozen=True, eq=False)
class Wording:
    """A wording of a question: its text in Jinja2, and the plan that renders it."""

    number: int
    """Its place among the wordings of its file, from 1."""
    line: int
    """The line of its text in the file."""
    body: str
    plan: Plan
    held_out: bool = False
    """Whether only validation and test may have it."""
    slots: dict[str, Slot] = field(default_factory=dict)
    """The slots of its own: distractors, which no step uses."""
    source: str = ""
    """The lines below its mark, as its file has them."""
    file: str = ""
    """The file that adds it to a pattern elsewhere, as messages show it; empty in the pattern's own file."""

    @property
    def where(self) -> str:
        """Its place for messages: `line 17, wording 1`."""
        return f"line {self.line}, wording {self.number}"

    def seen_from(self, other: "Wording") -> str:
        """Return its place for a message about another wording of the pattern: with the file, if they have two."""
        return self.where if self.file == other.file else f"{self.where} of {self.file or 'the pattern'}"

    @cached_property
    def metadata(self) -> str:
        """The metadata of its rows, a JSON object: the names of its numbers that no step uses, if it has any."""
        distractors = [name for name, slot in self.slots.items() if isinstance(slot, Numbers)]
        return json.dumps({"distractors": distractors} if distractors else {})


@dataclass(frozen=True)
class Part:
    """The unread text of a wording: the lines below a mark, and where its first line stands."""

    number: int
    line: int
    held_out: bool
    text: str


def split(source: str, *, extends: bool = False) -> tuple[str, list[Part]]:
    """Return the front matter and the parts of a pattern file; raise InputError if it has not this form.

    In a file that extends a pattern, the first wording may be held out.
    """
    if len(source.encode()) > MAX_FILE:
        raise InputError(f"more than {MAX_FILE} bytes; shorten it")
    marks = list(_MARK.finditer(source))
    if extends and len(marks) == 1:
        raise InputError("no wording; write --- below extends: EXPERT/NAME, and a question below it")
    if len(marks) < 2 or source[: marks[0].start()].strip():
        raise InputError("no front matter; write ---, slots, trace and answer, ---, and the question")
    ends = [*(mark.start() for mark in marks[1:]), len(source)]
    parts = []
    for number, (mark, end) in enumerate(zip(marks, ends, strict=True)):
        line = source.count("\n", 0, mark.start()) + 1
        written = mark[0].rstrip()
        if written not in _MARKS or (_MARKS[written] and number == 0):
            raise InputError(f"line {line}: {written!r} is no separator; write ---, or --- held out above a wording")
        parts.append(Part(number, line + 1, _MARKS[written], source[mark.end() : end]))
    front, *wordings = parts
    if wordings[0].held_out and not extends:
        raise InputError(f"line {wordings[0].line - 1}: the first wording is never held out; write --- above it")
    return front.text, wordings


def front_line(source: str) -> int:
    """Return the number of the first line of the front matter, of a file that `split` accepts."""
    return source.count("\n", 0, source.index("---")) + 2


def read_wording(part: Part, slots: dict[str, Slot], vocabularies: Vocabularies) -> Wording:
    """Parse a wording of a pattern with these slots; raise InputError, which says where the wording stands."""
    text = part.text.rstrip("\n")
    body = text.lstrip("\n")
    line = part.line + len(text) - len(body)
    declared = ""
    own: dict[str, Slot] = {}
    if body.startswith("slots:"):
        declared, _, body = body.partition("\n")
        line += 1
    with located(f"line {line}, wording {part.number}"):
        if not body.strip() or "\n" in body:
            raise InputError("a wording is one line of text after ---, with at most one line slots: {...} above it")
        if declared:
            own = read_own_slots(_own(declared, line - 1), slots, vocabularies)
        plan = question_plan(body)
        _check_literals(plan, {*slots, *own})
    return Wording(part.number, line, body, plan, part.held_out, own, part.text)


_SLOT_LIKE = re.compile(r"\{\s*(\w+)[^{}]*\}|\$\{?([a-z]\w*)|%\((\w+)\)|<(\w+)>|\[(\w+)\]")
"""Slots as other templates write them."""


def _check_literals(plan: Plan, slots: Collection[str]) -> None:
    """Check that no text of a wording shows a slot as other templates do; raise InputError."""
    for text in (piece for piece in plan if isinstance(piece, str)):
        for found in _SLOT_LIKE.finditer(text):
            name = next(filter(None, found.groups()))
            if found[1] or name in slots:
                raise InputError(f"{found[0]!r} is text and shows no slot; write {{{{ {name} }}}}")


def _own(declared: str, line: int) -> Node:
    """Return the node of a line `slots: {...}`."""
    try:
        document = load(declared, first_line=line, unique=True)
    except FormatError as error:
        raise InputError(str(error)) from None
    if not isinstance(document, dict):
        return document
    check_plain(document["slots"], ("slots",))
    return document["slots"]


@contextmanager
def located(where: str) -> Iterator[None]:
    """Put `where` before the message of an InputError that the block raises."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
