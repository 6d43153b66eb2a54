"""Builds the turns of a conversation: a prompt with the question, and a completion with the trace."""

from .text import fence

PROMPT_ROLES = ("system", "user")
COMPLETION_ROLES = ("assistant",)

Turn = dict[str, str]
"""A message: its `role` and its `content`."""


def prompt(system: str, question: str) -> list[Turn]:
    """Return the prompt: a system turn and a user turn."""
    return _turns(PROMPT_ROLES, (system, question))


def completion(trace: str) -> list[Turn]:
    """Return the completion: an assistant turn with the fenced trace."""
    return _turns(COMPLETION_ROLES, (fence(trace),))


def _turns(roles: tuple[str, ...], contents: tuple[str, ...]) -> list[Turn]:
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
