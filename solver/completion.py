"""Finds the trace in a completion: the answering text in what a model wrote, and the last complete trace in that text.

The rules and the forms that are accepted stand in docs/trace-language.md, section "Where the trace is looked for".
"""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .document import MAX_TEXT
from .refusal import FormatError
from .text import FENCE_END, FENCE_START, Outline, canonical_outline, outline
from .turns import ASSISTANTS

MAX_COMPLETION = 262_144
"""The most characters of a completion that is searched for a trace."""
MAX_TRIES = 64
"""The most places of a completion that are parsed, the last places first."""
MAX_ANCHORS = 2_048
"""The most places where a trace may begin that are looked at, the last ones."""

_QUERY = "query"
_LIKE = {
    "\n": "\u2028\u2029\x85",
    " ": "\xa0\u2002\u2003\u2007\u2009\u200a\u202f\u3000",
    "": "\ufeff\u200b\u2060",
    "|": "\uff5c",
}
"""Characters that are read as a line break, as a space, not at all, and as the bar of a token."""

_TURNS = (
    *("<|im_start|>", "<|start|>", "<|start_header_id|>", "<|start_of_role|>", "<start_of_turn>", "<|turn>"),
    *("<|user|>", "<|system|>", "<|tool|>", "<|observation|>", "<|user_token|>", "<|system_token|>"),
    *("[inst]", "<|assistant|>", "<|chatbot_token|>", "[/inst]"),
)
"""The tokens that start a turn in the common chat templates. The role follows the first six."""
_ASSISTANTS = (*ASSISTANTS, *_TURNS[-3:])
_ROLE = re.compile(r"[ \t]*+(\w*+)")
_THOUGHTS = (
    *("think", "thinking", "thought", "thoughts", "reason", "reasoning", "reflection", "analysis"),
    *("scratchpad", "rationale", "cot", "seed:think", "mm:think"),
)
_CLOSING = frozenset(
    [
        form.format(name)
        for name in _THOUGHTS
        for form in ("</{}>", "<|/{}|>", "[/{}]", "◁/{}▷", "<|end_of_{}|>", "<|end_{}|>")
    ]
    + ["<channel|>"]
)
_OPENING = frozenset(
    [
        form.format(name)
        for name in _THOUGHTS
        for form in ("<{}>", "<|{}|>", "[{}]", "◁{}▷", "<|begin_of_{}|>", "<|start_{}|>")
    ]
    + ["<|channel>"]
)
"""The tags that end and start a block of reasoning, in lower case."""
_CHANNEL = "<|channel|>"
"""gpt-oss names a channel behind this token; its answer has the channel "final"."""
_SIGNS = frozenset([*_TURNS, *_CLOSING, *_OPENING, _CHANNEL])

_TAG = re.compile(r"<(?<!!<)[/|\w][^<>\n]{0,80}+>|\[/?[A-Z]{2}[A-Z_]{0,30}+\]|◁/?\w++▷")
_BARE = re.compile(r"(</?\w[^\s>]*+)(?:\s++\w++=[^>]*+|\s*+)>")
"""A tag with attributes, or with a space before its end; they are left out."""
_FENCE = re.compile(r"`{3,}+|~{3,}+")
"""Text that no trace contains: a tag or token, or a fence."""
_KEY = r"""["']?expert["']?[ \t]*+:"""
_ANCHOR = re.compile(
    rf"""(?:\n|[>▷\]`~][ \t]*+)([ \t]*+(?:-[ \t]++\{{?)?{_KEY})"""
    r"""|([\[{]\s*+\{?+\s*+["']?(?:expert|trace)["']?\s*+:)""",
    re.IGNORECASE,
)
"""A place where a trace may begin: a line that names an expert, or the bracket before the first key."""
_STEP_LIKE = r"""[ \t]*+(?:-[ \t]*+(?:[\[{]|["']?\w++["']?[ \t]*+:)|["']?(?:trace|op)["']?[ \t]*+:|[\]}#])"""
_LINE = (
    rf"(?![ \t]*+{_KEY})(?:(?:[ \t]*+\n)++(?={_STEP_LIKE})|---[ \t]*+\n\s*+{_KEY}[^\n]*+\n?"
    r"""|(?:(?!---)(?:[ \t]++(?=\S)|[-#\]}])|["']?trace["']?[ \t]*+:|(?-i:[a-z_]\w*+:))[^\n]*+\n?)"""
)
_ONE = re.compile(rf"[^\n]*+\n?(?:(?!-[ \t]++{_KEY}){_LINE})*+", re.IGNORECASE)
_LIST = re.compile(rf"[^\n]*+\n?(?:{_LINE})*+", re.IGNORECASE)
"""The lines of a trace, and of a composition, that has no fence: prose or another trace ends it."""
_DOCUMENT = re.compile(r"""\s*+(?:#[^\n]*+\s*+)*+(?:[-\[{]|["']?(?:expert|trace)["']?[ \t]*+:)""", re.IGNORECASE)
"""The start of a text that is nothing but a trace."""
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[\[\]{}]')


@dataclass(frozen=True, slots=True)
class Found:
    """The trace of a completion: its text and outline, and the number of complete traces beside which it stood."""

    text: str
    document: Outline
    traces: int


def extract(completion: str) -> str:
    """Return the YAML of the trace in a completion: the last complete trace behind any reasoning.

    If no trace is complete, return the text that comes closest: the last one that names an expert, else the first
    fenced block, else everything. Raises FormatError if the completion is longer than MAX_COMPLETION.
    """
    return _search(completion).best.text


def find(completion: str) -> Found:
    """Return the trace of a completion, parsed as far as its outline; raise FormatError if there is none."""
    fenced = completion.startswith(FENCE_START) and completion.endswith(FENCE_END)
    text = completion[len(FENCE_START) : -len(FENCE_END)] if fenced else completion
    document = canonical_outline(text)
    if document is not None and (fenced or _QUERY in text):  # the search would find the same, more slowly
        return Found(text, document, 1)
    search = _search(completion)
    best = search.best
    if best.document is None:
        raise best.error or FormatError("no_trace", "no trace")
    return Found(best.text, best.document, search.traces)


def _search(completion: str) -> "_Search":
    if len(completion) > MAX_COMPLETION:
        raise FormatError("too_long", f"{len(completion)} characters; at most {MAX_COMPLETION} are searched")
    text = _plain(completion)
    tags = list(_TAG.finditer(text))
    search = _Search(text, *_answering(text, tags), tags)
    search.run()
    return search


def _plain(text: str) -> str:
    """Return a text with one kind of line break and of space, and a line break in front."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        for replacement, characters in _LIKE.items():
            for character in characters:
                text = text.replace(character, replacement)
    return "\n" + text.replace("assistantfinal", "</analysis>")  # gpt-oss, where its special tokens were skipped


def _answering(text: str, tags: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Return where the answer stands: in the last turn of the assistant, behind its reasoning."""
    start, end = 0, len(text)
    opened: int | None = None
    asked = False
    for match in tags:
        tag = match[0].lower()
        if " " in tag:
            tag = _BARE.sub(r"\1>", tag)
        if tag not in _SIGNS or (tag == "[/inst]" and not asked):
            continue
        asked = asked or tag == "[inst]"
        if tag in _TURNS:
            role = tag
            if tag in _TURNS[:6] and (named := _ROLE.match(text, match.end())):
                role = named[1].lower()
            if role in _ASSISTANTS:
                start, end, opened = match.end(), len(text), None
            else:
                end = min(end, match.start())
        elif match.start() >= end:
            continue
        elif tag in _CLOSING or (tag == _CHANNEL and text.startswith("final", match.end())):
            start, opened = match.end(), None
        elif opened is None:
            opened = match.start()
    return start, end if opened is None else opened


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A text that was parsed: its outline, or the error."""

    text: str
    document: Outline | None = None
    error: FormatError | None = None


class _Search:
    """Searches an answer for complete traces, the last one first.

    A trace is complete if it can be parsed, has a list of steps, and was not cut off: text follows it, or it has a
    query. The texts that libyaml parses have MAX_TEXT characters together, so that no answer takes long.
    """

    def __init__(self, text: str, start: int, end: int, tags: Sequence[re.Match[str]]):
        self.text = text
        self.start = start
        self.end = end
        self.tags = tags
        self.traces = 0
        self.chosen: _Attempt | None = None
        self.closest: _Attempt | None = None
        self.tries = MAX_TRIES
        self.unread = MAX_TEXT
        self.unscanned = 4 * MAX_TEXT

    @property
    def best(self) -> _Attempt:
        """The last complete trace, or the text that comes closest to one."""
        attempt = self.chosen or self.closest
        if attempt is None:
            raise AssertionError("the search has not run")
        return attempt

    def run(self) -> None:
        """Try every place that names an expert, from the last to the first; without one, try the text itself."""
        text = self.text
        anchors = [match.start(match.lastindex or 0) for match in self._anchors(max(0, self.start - 1), self.end)]
        anchors = anchors[-MAX_ANCHORS:]
        stops = self._stops(anchors[0], anchors[-1]) if anchors else []
        starts = [start for start, _, _ in stops]
        last = len(anchors)
        unlikely: tuple[int, int] | None = None
        while last and self.tries > 0:
            place = bisect(starts, anchors[last - 1])
            begin = stops[place - 1][1] if place else self.start
            end = starts[place] if place < len(stops) else self.end
            if anchors[last - 1] < begin:  # inside a tag
                last -= 1
                continue
            first = bisect(anchors, begin - 1, 0, last)
            wrapped = place > 0
            if wrapped and stops[place - 1][2]:
                begin = self._behind_info(begin, end, anchors[first])
            if text.find("race", begin, end) >= 0:
                self._segment(begin, end, anchors[first:last], wrapped=wrapped, closed=place < len(stops))
            elif unlikely is None:
                unlikely = (begin if wrapped else anchors[last - 1], end)
            last = first
        if self.closest is None and not unlikely and next(self._anchors(0, len(text)), None):
            error = FormatError("no_trace", "no trace in the answer, only before or behind it; write it as the answer")
            self.closest = _Attempt(text[self.start : self.end], error=error)
        elif self.closest is None:
            self._attempt(*(unlikely or self._block()), closed=True)

    def _anchors(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield the places of the text where a trace may begin."""
        lower = self.text.lower()
        if "expert" in lower or "trace" in lower:  # far quicker than the expression where neither stands
            yield from _ANCHOR.finditer(self.text, start, end)

    def _stops(self, first: int, last: int) -> list[tuple[int, int, bool]]:
        """Return the spans of tags and fences, from the one before the first anchor to the one behind the last."""
        text = self.text
        begin = max(self.start, text.rfind("```", 0, first), text.rfind("~~~", 0, first))
        behind = _FENCE.search(text, last, self.end)
        fences = _FENCE.finditer(text, begin, behind.end() if behind else self.end)
        before = max(0, bisect(self.tags, first, key=re.Match.start) - 1)
        after = bisect(self.tags, last, key=re.Match.start) + 1
        tags = [tag for tag in self.tags[before:after] if self.start <= tag.start() < self.end]
        return sorted([*((*tag.span(), False) for tag in tags), *((*fence.span(), True) for fence in fences)])

    def _behind_info(self, begin: int, end: int, anchor: int) -> int:
        """Return where the text of a fenced block begins: behind its info string, unless the trace is on that line."""
        line_end = self.text.find("\n", begin, end)
        return line_end + 1 if 0 <= line_end < anchor else begin

    def _block(self) -> tuple[int, int]:
        """Return the first fenced block, or everything."""
        opening = _FENCE.search(self.text, self.start, self.end)
        if opening is None:
            return self.start, self.end
        start = self._behind_info(opening.end(), self.end, self.end)
        closing = _FENCE.search(self.text, start, self.end)
        return start, closing.start() if closing else self.end

    def _segment(self, begin: int, end: int, anchors: list[int], *, wrapped: bool, closed: bool) -> None:
        """Try a piece of text without fences: as a whole if it may be nothing but a trace, and each trace in it."""
        whole = _DOCUMENT.match(self.text, begin, end) is not None
        if whole and wrapped and self._attempt(begin, end, closed=closed):
            return
        before = self.traces
        for start, stop in reversed(list(self._pieces(end, anchors))):
            if self.text.find("race", start, stop) >= 0:
                self._attempt(start, stop, closed=closed or stop < end)
        if self.traces == before and whole and not wrapped:
            self._attempt(begin, end, closed=closed)

    def _pieces(self, end: int, anchors: list[int]) -> Iterator[tuple[int, int]]:
        """Yield the lines of each trace that prose surrounds."""
        stop = 0
        for anchor in anchors:
            if anchor >= stop:
                stop = self._end(anchor, end)
                yield anchor, stop

    def _end(self, anchor: int, end: int) -> int:
        """Return where a trace ends that begins at an anchor."""
        sign = self.text[anchor : anchor + 80].lstrip()[:1]
        if sign not in ("[", "{"):
            match = (_LIST if sign == "-" else _ONE).match(self.text, anchor, end)
            return match.end() if match else end
        depth = 0
        limit = min(end, anchor + self.unscanned)
        for match in _BRACKET.finditer(self.text, anchor, limit):
            sign = match[0]
            depth += (sign in "[{") - (sign in "]}")
            if depth == 0:
                self.unscanned -= match.end() - anchor
                return match.end()
        self.unscanned -= limit - anchor
        line_end = self.text.find("\n", anchor, end)
        return end if line_end < 0 or limit == end else line_end

    def _attempt(self, start: int, end: int, *, closed: bool) -> bool:
        """Parse a text, keep the result if it is better than those before, and return whether it is complete."""
        text = self.text[start:end]
        document = canonical_outline(text)
        error: FormatError | None = None
        if document is None:
            if self.closest is not None and (len(text) > self.unread or self.tries <= 0):
                return False
            self.tries -= 1
            self.unread -= min(len(text), MAX_TEXT)
            try:
                document = outline(text, self.text.count("\n", 0, start))
            except FormatError as found:
                error = found
        attempt = _Attempt(text, document, error)
        if self.closest is None:
            self.closest = attempt
        if document is None or not document.has_steps or not (closed or _QUERY in text):
            return False
        self.traces += 1
        if self.chosen is None:
            self.chosen = attempt
        return True
