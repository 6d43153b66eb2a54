"""A call to the Hub: the request, its body, and the reply."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qs, urlencode, urlsplit

from .accounts import Account
from .blobs import CHUNK
from .refusal import Refusal

if TYPE_CHECKING:
    from .server import Server


class Line:
    """One direction of a line with a rate in bytes a second, shared by all connections; 0 means no limit."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._free = 0.0
        self._lock = threading.Lock()

    def carry(self, size: int) -> None:
        """Wait for the time that the line needs for this many bytes."""
        if not self.rate:
            return
        with self._lock:
            self._free = max(self._free, time.monotonic()) + size / self.rate
            wait = self._free - time.monotonic()
        time.sleep(max(wait, 0))


class Body:
    """A request body, read once by length or by chunks; counts its bytes."""

    def __init__(self, stream: BinaryIO, headers: Message, line: Line) -> None:
        self.count = 0
        self._line = line
        if headers.get("Transfer-Encoding", "").lower() == "chunked":
            self._source = self._chunked(stream)
        else:
            self._source = self._measured(stream, int(headers.get("Content-Length", 0)))

    def pieces(self) -> Iterator[bytes]:
        """Yield the pieces that have not been read yet."""
        for piece in self._source:
            self.count += len(piece)
            self._line.carry(len(piece))
            yield piece

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.pieces())

    def drain(self) -> None:
        """Read to the end, so that the connection can carry the next request."""
        for _ in self.pieces():
            pass

    @staticmethod
    def _measured(stream: BinaryIO, length: int) -> Iterator[bytes]:
        while length > 0:
            piece = stream.read(min(CHUNK, length))
            if not piece:
                msg = "the client went away in the middle of a body"
                raise ConnectionError(msg)
            length -= len(piece)
            yield piece

    def _chunked(self, stream: BinaryIO) -> Iterator[bytes]:
        while True:
            line = stream.readline()
            if not line:
                msg = "the client went away between two chunks"
                raise ConnectionError(msg)
            size = int(line.split(b";")[0], 16)
            yield from self._measured(stream, size)
            stream.readline()
            if size == 0:
                return


@dataclass
class Reply:
    """An answer; `blob` sends part of a stored file in place of a body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    blob: tuple[str, int, int] | None = None
    """The sha256 of the file, the start, and the number of bytes to send."""


@dataclass
class Call:
    """One request, as the function that answers it sees it."""

    hub: "Server"
    method: str
    target: str
    headers: Message
    body: Body
    account: Account | None

    @property
    def base(self) -> str:
        """The Hub's address as the client wrote it."""
        return f"http://{self.headers['Host']}"

    @property
    def query(self) -> dict[str, str]:
        """The query with the last value of each name."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def asks(self, name: str) -> bool:
        """Return whether the query turns a switch on."""
        return self.query.get(name, "").lower() in {"1", "true"}

    def json(self) -> dict:
        """Read the body as a JSON object; an empty body is an empty object."""
        text = self.body.read()
        try:
            value = json.loads(text or b"{}")
        except ValueError as error:
            raise Refusal(400, f"The body is not JSON: {error}") from None
        return value or {}

    def lines(self) -> list[dict]:
        """Read the body as one JSON object a line."""
        try:
            return [json.loads(line) for line in self.body.read().splitlines() if line.strip()]
        except ValueError as error:
            raise Refusal(400, f"The body is not ndjson: {error}") from None

    def form(self) -> dict[str, list[str]]:
        """Read the body as a form."""
        return parse_qs(self.body.read().decode())


def answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Reply with JSON."""
    head = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Reply(status, head, json.dumps(value).encode())


def refuse(refusal: Refusal) -> Reply:
    """Reply with a refusal."""
    return answer(refusal.body, refusal.status, refusal.headers)


def paged(call: Call, items: list) -> Reply:
    """Reply with one page of a list and a Link to the next one."""
    size = min(int(call.query.get("limit", call.hub.page_size)), call.hub.page_size)
    start = int(call.query.get("cursor", 0))
    headers = {}
    if start + size < len(items):
        query = urlencode({**call.query, "cursor": start + size})
        headers["Link"] = f'<{call.base}{urlsplit(call.target).path}?{query}>; rel="next"'
    return answer(items[start : start + size], headers=headers)
