"""Judges a proposed wording: it shows the slots, brings no number, is no copy, and passes the checks of pattern files.

The judge proves slots and numbers, not meaning. A person reads what it accepts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from generators.patterns.library import Library, read_library
from generators.patterns.overlap import GRAM, MOST, sequences, shared
from generators.patterns.pattern import Pattern
from generators.patterns.render import Plan, question_plan, render
from generators.text.article import article
from solver.plurals import counted
from solver.quantities import Quantity, read_quantities
from solver.refusal import InputError

from .placeholders import placeholder, with_braces, without_placeholders
from .proposals import body_of, grown
from .slots import most, needed, plain_wordings, shown

_ROWS = 64
"""Rows whose numbers are compared: a number that a wording adds differs from those of the slots in one of them."""
_LONGEST = 2_000
"""The most characters of a wording; the checks of a longer text could take minutes."""
_THOUGHTS_END = re.compile(r"</think(?:ing)?>")
_LABEL = re.compile(r"(?:new |another )?(?:wording|problem):\s*", re.IGNORECASE)
_QUOTES = re.compile(r'"([^"]*)"|\u201c([^\u201c\u201d]*)\u201d')
_ARTICLE = re.compile(r"\b(an?) ([^\W_]\S*)", re.IGNORECASE)
_UNCLEAN = re.compile(r"^[^A-Z0-9$\"]|\$(?!\d)\S*| [.,;:?!]|(?<!\.m)[.?!] [a-z]\S*")
"""A small letter that begins a sentence, a dollar sign without figures, or a space before a mark."""
_ASKS = re.compile(r"\?|\b(?:find|calculate|compute|determine|work out|tell|say|give)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """The wording of a model's answer, and the reason for which it is refused, or none."""

    body: str
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Judge:
    """A pattern with the wordings that it has so far."""

    library: Library
    pattern: Pattern
    proposed: tuple[str, ...] = field(default=())
    """Wordings that were proposed and accepted before, each with the lines above it."""

    def judge(self, answer: str) -> Verdict:
        """Return the verdict on a model's answer; any text gets one."""
        text = _bare(answer)
        body = with_braces(text)
        for fault in self._faults(text, body):
            if fault:
                return Verdict(body, *fault)
        return Verdict(body)

    def with_accepted(self, body: str) -> "Judge":
        """Return the judge that knows a further wording."""
        return replace(self, proposed=(*self.proposed, f"---\n{body}"))

    def _faults(self, text: str, body: str) -> Iterator[tuple[str, str] | None]:
        """Yield the result of one check after another; each relies on those before it."""
        yield _form(text)
        yield _unknown(self.pattern, text)
        try:
            plan = question_plan(body)
        except InputError as error:
            yield "unknown form", str(error)
            return
        yield _slots(self.pattern, plan)
        yield self._copy(plan)
        yield from self._checks(body, plan)

    def _copy(self, plan: Plan) -> tuple[str, str] | None:
        """Return the fault of a near copy of a wording of the pattern, or of a proposed one."""
        for body in (*self.pattern.bodies, *map(body_of, self.proposed)):
            share = shared(sequences(plan), sequences(question_plan(body)))
            if share >= MOST:
                return "near copy", f"shares {share:.0%} of its sequences of {GRAM} words with {body!r}"
        return None

    def _checks(self, body: str, plan: Plan) -> Iterator[tuple[str, str] | None]:
        """Yield the faults that the checks of pattern files find: of the pattern alone, then beside all others."""
        texts = grown(self.library.texts, self.pattern, (*self.proposed, f"---\n{body}"))
        try:
            read_library(texts, frozenset({self.pattern.id}))
        except (ValueError, ArithmeticError) as error:
            yield "refused by the pattern's checks", str(error)
            return
        questions = render(plan, self.pattern.draw(np.arange(_ROWS))).to_pylist()
        yield _new_number(self.pattern, questions)
        yield _unclean(questions)
        try:
            read_library(texts)
        except (ValueError, ArithmeticError) as error:
            yield "clash with another pattern", str(error)


def _bare(answer: str) -> str:
    """Return an answer without its reasoning, a label and quotation marks around it, and superfluous spaces."""
    text = _THOUGHTS_END.split(answer)[-1].strip()
    text = text[label.end() :] if (label := _LABEL.match(text)) else text
    quoted = _QUOTES.fullmatch(text)
    if quoted:
        text = quoted[1] or quoted[2] or ""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _form(text: str) -> tuple[str, str] | None:
    """Return the fault of an answer that is not one line of text with a question."""
    if not text:
        return "empty", "the answer has no text"
    if len(text) > _LONGEST:
        return "too long", f"the answer has {len(text):,} characters; at most {_LONGEST:,}"
    if "\n" in text:
        return "more than one line", f"the answer has {counted(len(text.splitlines()), 'line')}"
    if not text.isprintable() or re.search(r"[{}<>*#`\\]|^-|^slots:", text):
        return (
            "not plain text",
            "a wording has no braces, marks of Markdown or control characters, and begins with a word",
        )
    if not _ASKS.search(text):
        return "no question", "there is neither a question mark nor a verb such as find"
    if text[-1] not in ".?!":
        return "cut off", "the last sentence has no end"
    return None


def _unknown(pattern: Pattern, text: str) -> tuple[str, str] | None:
    """Return the fault of brackets that are no placeholder of a slot that may be shown."""
    allowed = most(pattern)
    for found in re.finditer(r"\[([^\[\]]*)\]?|\]", text):
        inner = found[1] or ""
        slot = re.split(r"\s*[:|]", inner)[0]
        if not allowed.get(slot) or without_placeholders(found[0]).strip():
            return "unknown placeholder", found[0]
    return None


def _slots(pattern: Pattern, plan: Plan) -> tuple[str, str] | None:
    """Return the fault of a wording that leaves a slot out, or shows one too often."""
    counts = shown(plan)
    for slot in needed(pattern):
        if not counts[slot]:
            return "slot left out", placeholder(slot)
    for slot, times in most(pattern).items():
        if counts[slot] > times:
            return "slot too often", f"{placeholder(slot)} {counts[slot]} times, at most {times}"
    return None


def _new_number(pattern: Pattern, questions: list[str]) -> tuple[str, str] | None:
    """Return the fault of a wording in which a number can be read that the pattern's first one has not in the same row.

    Whole questions are compared, since text around a slot may change its number, as in `[count] dozen`. Further wordings
    may say other numbers, as in "two children".
    """
    first = render(plain_wordings(pattern)[0].plan, pattern.draw(np.arange(_ROWS))).to_pylist()
    for question, own in zip(questions, first, strict=True):
        known = {value for read in _numbers(own) for value in _values(read)}
        for read in _numbers(question):
            if known.isdisjoint(_values(read)):
                return "new number", f"{read.text!r} in {question!r}"
    return None


def _unclean(questions: list[str]) -> tuple[str, str] | None:
    """Return the fault of a wording whose text does not suit the form of a slot in some row."""
    for question in questions:
        for found in _ARTICLE.finditer(question):
            if found[1].lower() != article(found[2]):
                return "wrong article", f"{found[0]!r} in {question!r}"
        fault = _UNCLEAN.search(question)
        if fault:
            return "unclean text", f"{fault[0]!r} in {question!r}"
    return None


def _numbers(question: str) -> list[Quantity]:
    """Return the numbers of a question; words such as `first` only give an order."""
    return [read for read in read_quantities(question) if read.kind != "ordinal" or read.text[0].isdecimal()]


def _values(read: Quantity) -> set[Fraction]:
    """Return the values that a number may stand for: `half` is also a division by 2, and 50 cents are 0.5 dollars."""
    values = {read.value}
    if read.kind in {"half", "fraction"} and read.top == 1:
        values.add(Fraction(read.bottom))
    if read.kind == "cents":
        values.add(read.value / 100)
    return values
