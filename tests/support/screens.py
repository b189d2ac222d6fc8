"""Screens as the server knows them: real sockets that listen, speak, or stop reading."""

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pydantic import BaseModel
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from server.show.messages import Ping, Pong, ServerMessage, Snapshot, server_message

PATIENCE_S = 5.0


class Screen:
    """One kiosk or projection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, message: BaseModel) -> None:
        self.connection.send(message.model_dump_json())

    def next(self) -> ServerMessage:
        """The next message; raises TimeoutError where none comes."""
        return server_message.validate_json(self.connection.recv(timeout=PATIENCE_S))

    def snapshot(self) -> Snapshot:
        message = self.next()
        assert isinstance(message, Snapshot), message
        return message

    def until(self, revision: int) -> Snapshot:
        """The first snapshot that is as new as ``revision``."""
        while True:
            shown = self.snapshot()
            if shown.revision >= revision:
                return shown

    def ask(self, sent: float) -> Pong:
        self.say(Ping(sent=sent))
        message = self.next()
        assert isinstance(message, Pong), message
        return message


@contextmanager
def screen(base: str, station: str, kind: str, *, origin: str | None = None) -> Iterator[Screen]:
    """A screen of the server at ``base``; its page comes from there, or from ``origin``."""
    url = f"{base.replace('http', 'ws', 1)}/ws/{station}/{kind}"
    page = Origin(origin or base)
    with connect(url, origin=page, compression=None, proxy=None) as connection:
        yield Screen(connection)


@contextmanager
def stalled_screen(base: str, station: str) -> Iterator[socket.socket]:
    """A projection that shakes hands and then never reads again."""
    place = urlsplit(base)
    with socket.socket() as raw:
        # A small window, so that the server's side fills soon.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(PATIENCE_S)
        raw.connect((place.hostname, place.port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET /ws/{station}/projection HTTP/1.1",
            f"Host: {place.netloc}",
            f"Origin: {base}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        raw.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        assert raw.recv(12) == b"HTTP/1.1 101"
        yield raw
