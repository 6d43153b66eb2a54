"""The HTTP server of the Hub: reads requests, applies faults, logs and answers."""

import json
import os
import re
import socket
import socketserver
import struct
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .accounts import ACCOUNTS, identify
from .blobs import Blobs
from .call import Body, Call, Line, Reply, answer, refuse
from .faults import Fault, Faults
from .log import Entry, Log
from .refusal import Refusal
from .repos import Repos
from .routes import dispatch
from .xet import Xet


class Server(ThreadingHTTPServer):
    """A Hub that keeps everything in one folder and listens on 127.0.0.1 only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, port: int, *, page_size: int, part_size: int, rate: float) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.folder = folder.absolute()
        self.page_size = page_size
        self.part_size = part_size
        self.up, self.down = Line(rate), Line(rate)
        self.blobs = Blobs(self.folder / "blobs")
        self.repos = Repos(self.folder / "repos")
        self.xet = Xet(self.folder / "xet", self.blobs)
        self.accounts = dict(ACCOUNTS)
        self.faults = Faults()
        self.log = Log()
        self.stopped = threading.Event()
        self.crashes: list[str] = []

    def server_bind(self) -> None:
        """Bind without a look-up of the machine's name, which http.server would do by DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def fault(self, kind: str, path: str = "", method: str | None = None, **more: object) -> Fault:
        """Activate a fault; see `Fault` for the arguments."""
        return self.faults.add(Fault(kind, path, method, **more))  # type: ignore[arg-type]

    def env(
        self,
        token: str | None = "hf_alice",
        *,
        xet: bool = False,
        home: Path | None = None,
    ) -> dict[str, str]:
        """Return an environment in which a client process knows only this Hub.

        Without `home` it gets a new one, since load_dataset silently falls back to its cache.
        """
        if home is None:
            home = Path(tempfile.mkdtemp(prefix="home-", dir=self.folder))
        kept = {
            name: value
            for name, value in os.environ.items()
            if not re.match(r"HF_|HUGGING|(.*_)?proxy$", name, re.IGNORECASE)
        }
        return {
            **kept,
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            **({} if token is None else {"HF_TOKEN": token}),
            **({} if xet else {"HF_HUB_DISABLE_XET": "1"}),
        }

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up, and record every other error as a crash."""
        if not isinstance(sys.exception(), ConnectionError):
            self.crashes.append(traceback.format_exc())
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop listening and release the calls that hang."""
        self.stopped.set()
        self.faults.clear()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection, which can carry many requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve_request(self) -> None:
        """Answer one request, or apply the fault that hits it."""
        body = Body(self.rfile, self.headers, self.server.up)
        if self.path.startswith("/_test/"):
            self.send(control(self.server, self.command, self.path, body))
            return
        fault = self.server.faults.take(self.command, self.path)
        kind = fault.kind if fault else None
        if kind in {"reset", "hang"}:
            if kind == "hang":
                fault.hang()
            self.note(0, body, kind)
            self.reset()
            return
        if kind == "status":
            reply = answer({"error": "A fault ordered by a test"}, fault.status, fault.headers)
        else:
            reply = self.reply(body)
        try:
            body.drain()
        except ConnectionError:
            self.note(0, body, kind)
            raise
        self.note(reply.status, body, kind)
        if kind == "lost":
            self.reset()
        else:
            self.send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve_request  # noqa: N815

    def reply(self, body: Body) -> Reply:
        """Do the work of the call and return the reply."""
        server = self.server
        try:
            account = identify(server.accounts, self.headers.get("Authorization"))
            return dispatch(Call(server, self.command, self.path, self.headers, body, account))
        except Refusal as refusal:
            return refuse(refusal)

    def send(self, reply: Reply) -> None:
        """Send the reply; without its body if the request is HEAD."""
        length = len(reply.body) if reply.blob is None else reply.blob[2]
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        pieces = [reply.body] if reply.blob is None else self.server.blobs.pieces(*reply.blob)
        for piece in pieces:
            self.server.down.carry(len(piece))
            self.wfile.write(piece)

    def reset(self) -> None:
        """Drop the connection with RST; the client would take a plain close for a regular end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def note(self, status: int, body: Body, fault: str | None) -> None:
        """Log the request before the reply is sent, so that a client with a reply finds the entry."""
        self.server.log.add(Entry(self.command, self.path, status, body.count, fault))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Print nothing, since the log has the requests."""


def control(server: Server, method: str, path: str, body: Body) -> Reply:
    """Answer /_test/fault and /_test/log, for tests whose server is another process."""
    text = body.read()
    if (method, path) == ("GET", "/_test/log"):
        return answer([asdict(entry) for entry in server.log.entries()])
    if (method, path) == ("DELETE", "/_test/fault"):
        server.faults.clear()
        return answer({})
    if (method, path) == ("POST", "/_test/fault"):
        try:
            return answer(asdict(server.fault(**json.loads(text))))
        except (ValueError, TypeError, re.error) as error:
            return answer({"error": str(error)}, 400)
    return answer({"error": "There are /_test/fault and /_test/log"}, 404)


@contextmanager
def serve(
    folder: Path,
    port: int = 0,
    *,
    page_size: int = 1000,
    part_size: int = 100_000_000,
    rate: float = 0,
) -> Iterator[Server]:
    """Run a Hub in a thread of this process; a crash in it fails the test that caused it.

    `rate` limits the bytes a second in each direction, as a slow line does; it does not limit Xet.
    """
    server = Server(folder, port, page_size=page_size, part_size=part_size, rate=rate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
    if server.crashes:
        msg = "the test Hub crashed:\n" + "\n".join(server.crashes)
        raise RuntimeError(msg)
