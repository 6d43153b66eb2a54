"""The pages as text: their generated parts, code blocks, markers, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .tables import table

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_TABLE = re.compile(r"<!-- table: ([^\n]+?) -->\n.*?<!-- /table -->", re.DOTALL)
_MARKER = re.compile(r"^<!-- (/?[a-z-]+)(?:: (.+?))? -->$")
_FENCE = re.compile(r"^(`{3,})(\w*)$")
_BLOCK = re.compile(r"^(`{3,})\w*$.*?^\1$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

NOTES = {"no-run", "file", "exit", "output"}
"""Markers that stand on the line before a code block and say how it is tested.

`no-run: reason` skips the block; `file: PATH` writes it to a file; `exit: N` expects this exit status of its last
command; `output` compares it with what the block before it printed.
"""
FRAMES = {"table", "/table", "test", "/test"}
"""Markers around a part of a page: a generated one, and the test command that the gate reads."""


@dataclass(frozen=True)
class Block:
    """A code block of a page, with the markers that stand in front of it."""

    page: Path
    line: int
    language: str
    text: str
    notes: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Name the block by its place."""
        return f"{self.page.name}:{self.line}"


def renewed(text: str) -> str:
    """Return a page's text with every generated part as the code has it now."""
    return _TABLE.sub(lambda found: f"<!-- table: {found[1]} -->\n{table(found[1])}\n<!-- /table -->", text)


def markers(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the word of every marker outside code blocks; a comment of another form is its own word."""
    for number, line in enumerate(prose(page).split("\n"), 1):
        if "<!--" in line:
            found = _MARKER.match(line)
            yield number, found[1] if found else line


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in order; those of generated parts are left out."""
    found, notes, lines = [], {}, page.read_text(encoding="utf-8").split("\n")
    generated = False
    start = None
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if start is None:
            marker = _MARKER.match(line)
            if marker and marker[1] in NOTES:
                notes[marker[1]] = marker[2] or ""
            elif fence:
                start = number, fence[1], fence[2]
            elif marker and marker[1] == "test":
                notes["no-run"] = "the test command does not run itself"
            elif line.strip():
                notes = {}
            if marker and marker[1] in ("table", "/table"):
                generated = marker[1] == "table"
        elif line == start[1]:
            if not generated:
                text = "\n".join(lines[start[0] : number - 1]) + "\n"
                found.append(Block(page, start[0], start[2], text, notes))
            start, notes = None, {}
    return found


def prose(page: Path) -> str:
    """Return a page's text, its code blocks left blank."""
    text = page.read_text(encoding="utf-8")
    return _BLOCK.sub(lambda found: "\n" * found[0].count("\n"), text)


def links(page: Path) -> list[str]:
    """Return the targets of a page's links that are no addresses of the web."""
    return [target for target in _LINK.findall(prose(page)) if "://" not in target]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
