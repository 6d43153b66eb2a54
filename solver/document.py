"""Parses untrusted YAML into strings, lists and dicts, and nothing else.

Model output and other people's pattern files are parsed here. A linear scan first refuses texts that are too long or
too deeply nested, because libyaml crashed on 60 KB of `[` and takes quadratic time on deep flow nesting. The text is
then parsed event by event, so aliases are never expanded and tags are never resolved.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from .refusal import FormatError, InputError

MAX_TEXT = 16_384
"""The most bytes a document may have."""
MAX_EVENTS = 4_096
"""The most YAML events (nodes and brackets) a document may have."""
MAX_DEPTH = 8
"""The most lists and mappings inside one another; a composition needs five."""

_BRACKET = re.compile(r"[\[\]{}]")
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The loader that makes texts alone of every scalar; libyaml's, where PyYAML was built with it."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A YAML feature that plain data does not have; `description` completes 'the value is ...': "a YAML alias"."""

    description: str


TWICE = Odd("given twice")

Node = str | list["Node"] | dict[str, "Node"] | Odd


def load(text: str, max_text: int = MAX_TEXT, first_line: int = 1, *, unique: bool = False) -> Node:
    """Return the one document in `text` as nodes; raise FormatError if it is not one small YAML document.

    `max_text` is in bytes; errors count lines from `first_line`. Scalars stay strings, quoted or not. A repeated key,
    an anchor, an alias or a tag makes the value an `Odd`, so that the reader of the field can name the field in its
    error. With `unique`, as for people's files, a repeated key is a FormatError that names its line.
    """
    _scan(text, max_text)
    try:
        return _build(text, _OpenUnique if unique else _Open)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        mark = getattr(error, "problem_mark", None)
        line = f" in line {first_line + mark.line}" if mark else ""
        raise FormatError("not_yaml", f"not YAML{line}: {problem}") from None


def _scan(text: str, max_text: int) -> None:
    if len(text) > max_text:
        raise FormatError("too_long", f"{len(text)} characters; at most {max_text} are read")
    if not text.isascii():
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise FormatError("not_yaml", "not YAML: the text is not valid Unicode") from None
        if size > max_text:
            raise FormatError("too_long", f"{size} bytes; at most {max_text} are read")
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise FormatError("too_deep", f"brackets nest more than {MAX_DEPTH} deep")


def _build(text: str, opened: "type[_Open]") -> Node:
    """Build the nodes from the event stream, with a stack of open containers."""
    root: list[Node] = []
    stack: list[_Open] = [opened(root)]
    documents = 0
    event: Any
    for count, event in enumerate(yaml.parse(text, Loader=LOADER)):
        if count > MAX_EVENTS:
            raise FormatError("too_long", f"more than {MAX_EVENTS} YAML nodes")
        kind = type(event)
        if kind is yaml.ScalarEvent:
            stack[-1].add(event.value, event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            node: list[Node] | dict[str, Node] = {} if kind is yaml.MappingStartEvent else []
            stack[-1].add(node, event)
            stack.append(opened(node))
            if len(stack) > MAX_DEPTH + 1:
                raise FormatError("too_deep", f"lists and mappings nest more than {MAX_DEPTH} deep")
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
        elif kind is yaml.AliasEvent:
            stack[-1].add(Odd("a YAML alias"), None)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
    if documents != 1:
        raise FormatError("not_yaml", f"{documents} YAML documents; write exactly one")
    return root[0]


Place = tuple[str | int, ...]
"""The keys and positions, from 0, that lead to a node: ("slots", "count")."""


def lines(text: str, first_line: int = 1) -> dict[Place, int]:
    """Return the line of every key and item of a document that `load` accepts; of a repeated key, the last one.

    A document whose aliases or anchors are wrong has no lines.
    """
    found: dict[Place, int] = {}
    try:
        pending: list[tuple[Place, Any]] = [((), yaml.compose(text, Loader=LOADER))]
    except yaml.YAMLError:
        return found
    seen: set[int] = set()  # an alias shares the node of its anchor
    while pending:
        place, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[*place, key.value] = first_line + key.start_mark.line
                pending.append(((*place, key.value), value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                found[*place, number] = first_line + item.start_mark.line
                pending.append(((*place, number), item))
    return found


def located(error: InputError, path: object, text: str) -> InputError:
    """Return an error about a place in a file with the file's name in front, and the line of the place or what holds it."""
    known = lines(text)
    around = [error.place[:end] for end in range(len(error.place), 0, -1)]
    line = next((f", line {known[place]}" for place in around if place in known), "")
    return InputError(f"{path}{line}: {error}")


def check_plain(node: Node, place: Place) -> None:
    """Raise InputError at the first key that is given twice, and at the first anchor, alias or tag.

    `place` leads to the node and has a key.
    """
    if isinstance(node, Odd):
        fix = "keep one" if node == TWICE else "write the plain value"
        key = next(part for part in reversed(place) if isinstance(part, str))
        raise InputError(f"{key} is {node.description}; {fix}").at(*place)
    for part, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        check_plain(child, (*place, part))


class _Open:
    """A container that is being filled; in a mapping, keys and values alternate."""

    __slots__ = ("key", "node")

    def __init__(self, node: list[Node] | dict[str, Node]):
        self.node = node
        self.key: str | None = None

    def add(self, node: Node, event: Any) -> None:
        if event is not None and event.anchor is not None:
            node = Odd("a YAML anchor")
        elif event is not None and event.tag is not None:
            node = Odd("a YAML tag")
        if isinstance(self.node, list):
            self.node.append(node)
        elif self.key is None:
            if not isinstance(node, str):
                raise FormatError("not_yaml", "a key that is not a plain word")
            self.key = node
        else:
            twice = self.key in self.node
            self.node[self.key] = TWICE if twice else node
            self.key = None


class _OpenUnique(_Open):
    """A container that refuses a key that it has already, as YAML does."""

    __slots__ = ()

    def add(self, node: Node, event: Any) -> None:
        if isinstance(self.node, dict) and self.key is None and isinstance(node, str) and node in self.node:
            raise yaml.MarkedYAMLError(problem=f"{node[:40]} is given twice; keep one", problem_mark=event.start_mark)
        super().add(node, event)
