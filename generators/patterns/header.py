"""Reads the keys of a pattern's front matter that its rows do not show: its scaffold, its split, and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from solver.document import Node
from solver.licence import known_licence
from solver.refusal import InputError

KEYS = {
    "scaffold": "`free` for a pattern that need not share its expert's [scaffold](#shapes-and-scaffolds)",
    "split": "`test` for a pattern whose rows are written to the test split alone",
    "source": "the problem that the pattern was made from, such as `gsm8k/train/12`",
    "license": "the licence of that problem: an identifier of the Hub, such as `mit`",
    "notice": "the copyright notice of that problem",
}
"""The optional keys of a pattern that hold one line of text, and their meanings."""
_CHOICES = {"scaffold": "free", "split": "test"}
"""The keys with one possible value."""


@dataclass(frozen=True)
class Header:
    """The facts of a pattern that its rows do not show."""

    free: bool = False
    """Whether its scaffold may differ from that of its expert's other patterns (P2, P12)."""
    split: str | None = None
    """The only split that its rows are written to, or None if all splits have some."""
    source: str | None = None
    """The problem that it was made from."""
    licence: str | None = None
    """The licence of that problem."""
    notice: str | None = None
    """The copyright notice of that problem."""


def read_header(document: Mapping[str, Node]) -> Header:
    """Return the header of a pattern's front matter; raise InputError at a value that is none of its key's."""
    texts = {key: _text(key, document[key]) for key in KEYS if key in document}
    if "license" in texts:
        try:
            known_licence(texts["license"])
        except InputError as error:
            raise InputError(f"{error}; or write other").at("license") from None
    return Header(
        free="scaffold" in texts,
        split=texts.get("split"),
        source=texts.get("source"),
        licence=texts.get("license"),
        notice=texts.get("notice"),
    )


def _text(key: str, node: Node) -> str:
    """Return the line of text that a key has; raise InputError if it has none, or a value that the key does not know."""
    text = " ".join(node.split()) if isinstance(node, str) else ""
    wanted = _CHOICES.get(key)
    if not text or (wanted and text != wanted):
        found = f"is {text}" if text else "is empty or not text"
        raise InputError(f"{key} {found}; write {wanted or 'one line of text'}, or leave the key out").at(key)
    return text
