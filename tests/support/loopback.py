"""A server on this machine that takes what apprise's json:// sends, and answers as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = "hunter2-token"


@dataclass
class Loopback:
    """`status` is the next answers'; `received` holds the messages as they came."""

    port: int
    status: int = 200
    received: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address as a variable holds it, with a secret in its path and in its password."""
        return f"json://robot:{SECRET}@127.0.0.1:{self.port}/{SECRET}"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.received]


@contextmanager
def loopback_server() -> Iterator[Loopback]:
    """A server for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if loopback.status == 200:
                loopback.received.append(json.loads(body))
            self.send_response(loopback.status)
            self.end_headers()
            self.wfile.write(f"no such token: {SECRET}".encode())

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    loopback = Loopback(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
