"""The turns of a conversation: how a question is put to a model, and how the model answers it."""

from .text import fence

PROMPT_ROLES = ("system", "user")
COMPLETION_ROLES = ("assistant",)

Turn = dict[str, str]
"""A message: its `role` and its `content`."""


def prompt(system: str, question: str) -> list[Turn]:
    """Return the conversation that asks a question."""
    return _turns(PROMPT_ROLES, (system, question))


def completion(trace: str) -> list[Turn]:
    """Return the conversation that answers with a trace, in its fence."""
    return _turns(COMPLETION_ROLES, (fence(trace),))


def _turns(roles: tuple[str, ...], contents: tuple[str, ...]) -> list[Turn]:
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
