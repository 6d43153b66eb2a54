"""Tables and code as Markdown."""

from collections.abc import Iterable


def rows(*head: str, body: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table; columns whose name begins with `>` are flushed right."""
    lines = [[name.lstrip(">") for name in head], ["---:" if name.startswith(">") else "---" for name in head]]
    lines += [[str(cell) for cell in row] for row in body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: object) -> str:
    """Return a text as code in a cell."""
    return f"`{str(text).replace('|', chr(92) + '|')}`"


def cell(text: str) -> str:
    """Return a message as a cell: on one line, its middle left out where it is long, and no sign read as Markdown."""
    text = " ".join(text.split())
    text = text if len(text) <= 190 else f"{text[:150]} ... {text[-30:]}"
    return f"`{text.replace('`', chr(39))}`".replace("|", "\\|")


def check_same(ours: Iterable[str], told: Iterable[str]) -> None:
    """Raise KeyError unless the code and what is said about it have the same names."""
    missing = set(ours) ^ set(told)
    if missing:
        raise KeyError(f"{', '.join(sorted(missing))}: the code and tests/docs/meanings.py do not agree")
