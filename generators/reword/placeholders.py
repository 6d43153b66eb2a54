"""Writes slots as placeholders, which models copy more surely than braces: `{{ item | one }}` becomes `[item: one]`."""

import re

_BRACES = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*(?:\|\s*(.*?)\s*)?\}\}")
_PLACEHOLDER = re.compile(r"\[([a-z][a-z0-9_]*)(?:\s*[:|]\s*([^\[\]{}]*[^\[\]{}\s]))?\s*\]")


def placeholder(slot: str, filters: str = "") -> str:
    """Return the placeholder of a slot in a form."""
    return f"[{slot}: {filters}]" if filters else f"[{slot}]"


def with_placeholders(body: str) -> str:
    """Return a wording with a placeholder for each slot."""
    return _BRACES.sub(lambda found: placeholder(found[1], found[2] or ""), body)


def with_braces(text: str) -> str:
    """Return a text with the slots of its placeholders in braces, as a pattern file has them."""
    return _PLACEHOLDER.sub(lambda found: "{{ " + " | ".join(filter(None, found.groups())) + " }}", text)


def without_placeholders(text: str) -> str:
    """Return a text without its placeholders."""
    return _PLACEHOLDER.sub(" ", text)
