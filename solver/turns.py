"""Builds and reads the turns of a conversation: a prompt with the question, and a completion with the trace."""

from .text import fence

PROMPT_ROLES = ("system", "user")
COMPLETION_ROLES = ("assistant",)
ASSISTANTS = ("assistant", "model")
"""The roles of a model's own messages."""
USERS = ("user", "human")
"""The roles of the messages that ask."""
PARTS = ("text", "output_text", "input_text")
"""The types of the parts of a message that hold its text; others hold reasoning, images or calls of tools."""

Turn = dict[str, str]
"""A message: its `role` and its `content`."""


def prompt(system: str, question: str) -> list[Turn]:
    """Return the prompt: a system turn, unless the system line is empty, and a user turn."""
    return _turns(PROMPT_ROLES, (system, question))[0 if system else 1 :]


def completion(trace: str) -> list[Turn]:
    """Return the completion: an assistant turn with the fenced trace."""
    return _turns(COMPLETION_ROLES, (fence(trace),))


def reply(completion: object) -> str | None:
    """Return the text of the assistant's last message, or None if there is none.

    A completion is a message, a list of messages, the content of one, or anything else, as model output is. The content
    of a message is a text or a list of parts.
    """
    if isinstance(completion, list | tuple) and all(_is_part(item) for item in completion):
        return _content(completion)
    return _last(completion, ASSISTANTS)


def asked(question: object) -> str | None:
    """Return the text of a question, or of the user's last message if it is a prompt of messages; None if it is blank."""
    text = question if isinstance(question, str) else _last(question, USERS)
    return None if text is None or text.isspace() or not text else text


def _last(messages: object, roles: tuple[str, ...]) -> str | None:
    """Return the text of the last message with one of these roles, or None if there is none."""
    for message in reversed(messages if isinstance(messages, list | tuple) else [messages]):
        if isinstance(message, dict) and message.get("role") in roles:
            return _content(message.get("content"))
    return None


def _is_part(item: object) -> bool:
    return isinstance(item, dict) and "role" not in item and isinstance(item.get("type"), str)


def _content(content: object) -> str | None:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else []
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") in PARTS else part for part in parts]
    return "".join(text for text in texts if isinstance(text, str)) if parts else None


def _turns(roles: tuple[str, ...], contents: tuple[str, ...]) -> list[Turn]:
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
