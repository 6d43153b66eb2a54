"""Puts prompts to an OpenAI-compatible endpoint: several at once, with retries, a cap on calls, and a journal.

A prompt that the journal holds an answer to is not asked again. The key comes from the environment and is neither
printed nor written: it is masked in all that the endpoint sends.
"""

import asyncio
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import urlsplit

import msgspec

from .journal import Journal
from .refusal import InputError

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types.chat import ChatCompletionMessageParam

KEY_ENV = "OPENAI_API_KEY"
TRIES = 4
"""How often a prompt is sent if the endpoint is busy, fails or does not answer in time."""
PAUSE = 0.5
"""Seconds before the second try; each further pause is twice as long."""
LONGEST_PAUSE = 300.0
"""The most seconds to wait because the endpoint asks for it in `Retry-After`."""

_SHOWN = 200
"""The most characters of an endpoint's text in a message."""
_BUSY = {408, 409, 425, 429}
"""Statuses below 500 that another try may get past."""
_KEYS = {401, 403}
_HOPELESS = {*_KEYS, 404, 405, 410}
"""Statuses that every prompt would get."""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint and the model to ask there; use `read_endpoint` for what a user gives."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    temperature: float | None = None
    """None leaves it to the endpoint, as it does for `max_tokens`."""
    max_tokens: int | None = None
    timeout: float = 60.0
    """Seconds that one call may take."""

    def masked(self, text: str) -> str:
        """Return a text with the key masked."""
        return text.replace(self.key, "[key]") if self.key else text


def read_endpoint(
    url: str,
    model: str,
    key_env: str | None = None,
    *,
    temperature: float | None = None,
    max_tokens: int | None = None,
    timeout: float = 60.0,
) -> Endpoint:
    """Return the endpoint that a user gives; the key is in the environment variable `key_env`, or in OPENAI_API_KEY.

    A local server needs no key, so only a variable that is named must exist. Raises InputError.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise InputError(f"{url!r} is no address of an endpoint; write one such as http://127.0.0.1:8000/v1")
    if parts.username is not None or parts.query or parts.fragment:
        # the address is shown in messages, so it must not hold a secret
        raise InputError(f"the endpoint's address has a user, a query or a fragment; write the key into {KEY_ENV}")
    key = os.environ.get(key_env or KEY_ENV, "").strip()
    if key_env and not key:
        raise InputError(f"the environment variable {key_env} is empty or not set; set it to the endpoint's key")
    if not re.fullmatch(r"[!#-&(-\[\]-~]*", key):  # a header takes no others, and a quoted key could not be masked
        raise InputError(f"{key_env or KEY_ENV} holds a character that no key has: a space, a quote or no ASCII")
    return Endpoint(url.rstrip("/"), model, key, temperature, max_tokens, timeout)


Message = dict[str, str]
"""A `role` and its `content`."""


@dataclass(frozen=True)
class Prompt:
    """The messages of one request; `sample` tells apart requests with the same messages."""

    messages: tuple[Message, ...]
    sample: int = 0
    grammar: str = ""
    """A grammar that the answer has to match, as vLLM takes it; empty for none."""

    def request(self, endpoint: Endpoint) -> str:
        """Return the request's name in the journal: a hash of all that may change its answer, except the address."""
        asked = [endpoint.model, endpoint.temperature, endpoint.max_tokens, self.messages, self.sample]
        asked += [self.grammar] if self.grammar else []
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]


class Reply(NamedTuple):
    """The answer to a prompt, or `fault`, the reason why there is none; `again` if the journal had the answer."""

    text: str
    fault: str = ""
    again: bool = False
    cut: bool = False
    """Whether the answer ends at the limit of tokens."""
    tokens: int | None = None
    """The tokens of the answer, and below those of the prompt, if the endpoint tells them."""
    prompt_tokens: int | None = None


def printable(text: str) -> str:
    """Return a text in which each character that would steer a terminal is a mark of replacement."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


class _ChatMessage(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _ChatMessage
    finish_reason: object = None


class _Chat(msgspec.Struct):
    choices: list[_Choice]
    usage: object = None
    """Its numbers of tokens are optional, so an answer counts whatever stands here."""


class Client:
    """Asks an endpoint, and counts the calls of all its prompts together."""

    def __init__(self, endpoint: Endpoint, journal: Journal, *, workers: int = 4, max_calls: int | None = None):
        self.endpoint = endpoint
        self.journal = journal
        self.workers = workers
        self.max_calls = max_calls
        self.calls = 0
        self._answered = False

    def spent(self) -> bool:
        """Return whether the calls are used up."""
        return self.max_calls is not None and self.calls >= self.max_calls

    def ask(self, prompts: Iterable[Prompt], take: Callable[[Prompt, Reply], None]) -> None:
        """Call `take` with each prompt and its reply, in the order in which replies come.

        Prompts are left out when the calls are used up. Raises InputError if the endpoint cannot answer at all.
        """
        asked = []
        for prompt in prompts:
            known = self.journal.records.get(prompt.request(self.endpoint), {})
            if "answer" in known:
                take(prompt, _known(known))
            else:
                asked.append(prompt)
        if asked and not self.spent():
            stop = asyncio.run(self._ask_all(asked, take))
            if stop is not None:
                raise stop

    async def _ask_all(self, prompts: list[Prompt], take: Callable[[Prompt, Reply], None]) -> BaseException | None:
        """Ask all prompts, and return the error that stopped a worker, and with it the others."""
        waiting = iter(prompts)
        try:
            async with _openai(self.endpoint) as openai, asyncio.TaskGroup() as group:
                for _ in range(min(self.workers, len(prompts))):
                    group.create_task(self._work(openai, waiting, take))
        except ExceptionGroup as group:
            return group.exceptions[0]
        except KeyboardInterrupt as stop:  # asyncio raises that of a worker by itself, and logs it if it is raised here
            return stop
        return None

    async def _work(
        self, openai: "AsyncOpenAI", waiting: Iterator[Prompt], take: Callable[[Prompt, Reply], None]
    ) -> None:
        """Ask prompt after prompt, until none is left or the calls are used up."""
        while not self.spent() and (prompt := next(waiting, None)):
            reply = await self._reply(openai, prompt)
            if not reply.fault:
                told = {"tokens": reply.tokens, "prompt_tokens": reply.prompt_tokens, "cut": 1 if reply.cut else None}
                noted = {name: str(value) for name, value in told.items() if value is not None}
                self.journal.add(prompt.request(self.endpoint), model=self.endpoint.model, answer=reply.text, **noted)
            take(prompt, reply)

    async def _reply(self, openai: "AsyncOpenAI", prompt: Prompt) -> Reply:
        """Return the reply to a prompt after at most TRIES calls."""
        reply, pause = await self._call(openai, prompt), PAUSE
        for _ in range(TRIES - 1):
            if not isinstance(reply, _Retry) or self.spent():
                break
            await asyncio.sleep(pause if reply.after is None else reply.after)
            pause *= 2
            if self.spent():  # by the other workers, meanwhile
                break
            reply = await self._call(openai, prompt)
        if not isinstance(reply, _Retry):
            return reply
        if reply.unreachable:
            raise InputError(f"{self.endpoint.url}: {reply.fault}; start the server, or correct the address")
        return Reply("", reply.fault)

    async def _call(self, openai: "AsyncOpenAI", prompt: Prompt) -> "Reply | _Retry":
        """Call the endpoint once; raise InputError if it refuses what every prompt has in common."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        endpoint = self.endpoint
        self.calls += 1
        messages = cast("list[ChatCompletionMessageParam]", list(prompt.messages))
        grammar = {"grammar": prompt.grammar} if prompt.grammar else None
        options = {
            "temperature": endpoint.temperature,
            "max_tokens": endpoint.max_tokens,
            "structured_outputs": grammar,
        }
        given = {name: value for name, value in options.items() if value is not None}
        raw = openai.chat.completions.with_raw_response  # its content is read below: the library does not check types
        try:
            async with asyncio.timeout(endpoint.timeout):  # the client's own limit is one for each piece that arrives
                response = await raw.create(model=endpoint.model, messages=messages, extra_body=given)
        except (TimeoutError, APITimeoutError):
            return _Retry(f"no answer within {endpoint.timeout:g} s")
        except APIConnectionError as error:
            return _Retry(self._shown(f"no connection: {error.__cause__ or error}"), unreachable=True)
        except APIStatusError as error:
            return self._refused(error)
        self._answered = True
        return self._read(response.content)

    def _refused(self, error: "APIStatusError") -> "Reply | _Retry":
        """Return the reply to a call that ended with an HTTP error; raise InputError if it would not help to go on."""
        status = error.status_code
        # about a key an endpoint may say parts of it
        said = "the key is missing or refused" if status in _KEYS else self._shown(error.response.text)
        fault = f"HTTP {status}: {said}"
        if status >= 500 or status in _BUSY:
            after = _retry_after(error.response.headers.get("Retry-After", ""))
            if after is not None and after > LONGEST_PAUSE:
                raise InputError(
                    f"{self.endpoint.url}: {fault}; it asks to wait {after:,.0f} s; run the command again then"
                )
            return _Retry(fault, after)
        if status in _HOPELESS or not self._answered:
            raise InputError(f"{self.endpoint.url}: {fault}; check the address, the model's name and the key")
        return Reply("", fault)

    def _read(self, content: bytes) -> Reply:
        """Return the answer in the content of a response."""
        try:
            chat = msgspec.json.decode(content, type=_Chat)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            chat = _Chat([])
        if not chat.choices:
            return Reply("", f"not a chat answer: {self._shown(content.decode(errors='replace')) or 'nothing'}")
        choice = chat.choices[0]
        return Reply(
            self.endpoint.masked(choice.message.content or ""),
            cut=choice.finish_reason == "length",
            tokens=_count(chat.usage, "completion_tokens"),
            prompt_tokens=_count(chat.usage, "prompt_tokens"),
        )

    def _shown(self, text: str) -> str:
        """Return the beginning of a text of the endpoint, on one line and with the key masked."""
        return printable(" ".join(self.endpoint.masked(text).split()))[:_SHOWN]


class _Retry(NamedTuple):
    """A call that another one may get past; `after` is the number of seconds that the endpoint asks to wait."""

    fault: str
    after: float | None = None
    unreachable: bool = False


def _count(usage: object, name: str) -> int | None:
    """Return a number of tokens that an endpoint tells, or None."""
    found = usage.get(name) if isinstance(usage, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _known(record: dict[str, str]) -> Reply:
    """Return the reply that a journal's record holds."""
    tokens, prompt_tokens = (
        int(record[name]) if record.get(name, "").isdecimal() else None for name in ("tokens", "prompt_tokens")
    )
    return Reply(record["answer"], again=True, cut="cut" in record, tokens=tokens, prompt_tokens=prompt_tokens)


def _retry_after(header: str) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or a date; None if it has neither."""
    try:
        return max(float(header), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(header).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def refuse_without_openai() -> None:
    """Raise InputError if the library of endpoints is not installed."""
    try:
        import openai  # noqa: F401  # imported for the question alone
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != "openai":
            raise
        raise InputError(
            "openai is not installed; pip install 'wirework[reword]', or '.[reword]' in a checkout"
        ) from None


def _openai(endpoint: Endpoint) -> "AsyncOpenAI":
    """Return the client of the library; raise InputError if it is not installed."""
    refuse_without_openai()
    from openai import AsyncOpenAI

    return AsyncOpenAI(base_url=endpoint.url, api_key=endpoint.key or "none", timeout=endpoint.timeout, max_retries=0)
