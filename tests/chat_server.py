"""A scripted chat endpoint on loopback: answers each call with the next reply of a list, and records the calls."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """A reply as it goes over the line; one that hangs never comes, and one that trickles never ends."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    trickles: bool = False


HANG = Reply(hangs=True)
TRICKLE = Reply("{", headers={"Content-Length": "1000000"}, trickles=True)


def says(text: str | None, **more: object) -> Reply:
    """Return the reply of a model that says a text; `more` are further keys of it, such as `usage`."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": more.pop("finish", "stop"),
    }
    return Reply(json.dumps({"id": "1", "choices": [choice], **more}))


class Server(ThreadingHTTPServer):
    """Sends the replies in order, and the last one again to all further calls."""

    daemon_threads = True

    def __init__(self, replies: list[Reply | str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.replies = [says(reply) if isinstance(reply, str) else reply for reply in replies]
        self.calls: list[dict] = []
        self.keys: list[str] = []
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.called = threading.Semaphore(0)
        """Can be acquired once for each call."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Record the call, and send the next reply."""
        server = self.server
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            reply = server.replies[min(len(server.calls), len(server.replies) - 1)]
            server.calls.append({"path": self.path, **asked})
            server.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
            server.called.release()
        if reply.hangs:
            server.stopped.wait()
            self.close_connection = True
            return
        body = reply.body.encode(errors="surrogateescape")
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        while reply.trickles and not server.stopped.wait(0.02):
            self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Print nothing, since the server has the calls."""


@contextmanager
def serve(*replies: Reply | str) -> Iterator[Server]:
    """Run an endpoint with these replies in a thread of this process."""
    server = Server(list(replies))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
