"""A model hub on this machine's own address: the part of the hub's protocol that fetching uses."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LFS_FROM = 1000
"""Files of so many bytes are large files here, whose SHA-256 the hub's records hold."""


@dataclass
class Hub:
    """Repositories by name, one revision each, and what goes wrong with them."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    revision: str = "a" * 40
    gated: set[str] = field(default_factory=set)
    breaks_after: int | None = None
    """The next large answer ends after so many bytes, without a word."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of every request."""
    tokens: set[str | None] = field(default_factory=set)
    address: str = ""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serves the hub on a free loopback port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            hub.asked.append((path, self.headers.get("Range")))
            hub.tokens.add(self.headers.get("Authorization"))
            if path.startswith("/api/models/"):
                self._tell(path.removeprefix("/api/models/").split("/revision/")[0])
            elif "/resolve/" in path:
                repository, rest = path.strip("/").split("/resolve/")
                self._send(repository, rest.split("/", 1)[1])
            else:
                self._refuse(404, "EntryNotFound")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _tell(self, repository: str) -> None:
            if repository not in hub.files:
                return self._refuse(404, "RepoNotFound")
            siblings = [_sibling(name, data) for name, data in hub.files[repository].items()]
            body = json.dumps(
                {"id": repository, "sha": hub.revision, "siblings": siblings}
            ).encode()
            self._answer(200, body, {"Content-Type": "application/json"})

        def _send(self, repository: str, name: str) -> None:
            if repository in hub.gated:
                return self._refuse(401, "GatedRepo")
            data = hub.files.get(repository, {}).get(name)
            if data is None:
                return self._refuse(404, "EntryNotFound")
            wanted = self.headers.get("Range")
            if wanted is None:
                return self._answer(200, data, {})
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            if start >= len(data):
                return self._refuse(416, "")
            span = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            self._answer(206, data[start:], span)

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            if hub.breaks_after is not None and len(body) >= LFS_FROM:
                body, hub.breaks_after = body[: hub.breaks_after], None
                self.close_connection = True
            self.wfile.write(body)

        def _refuse(self, status: int, code: str) -> None:
            self._answer(status, b"", {"X-Error-Code": code})

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _sibling(name: str, data: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
    if len(data) >= LFS_FROM:
        sha = hashlib.sha256(data).hexdigest()
        told["lfs"] = {"size": len(data), "sha256": sha, "pointerSize": 130}
    return told
