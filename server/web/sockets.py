"""WebSocket to channel: one coroutine a screen."""

import asyncio

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from server.show.hub import Hub
from server.show.messages import Ping, kiosk_message, projection_message
from server.show.screens import Kind, Screen
from server.show.stations import Stations
from server.show.walls import SharedWall

POLICY_VIOLATION = 1008
GOING_AWAY = 1001
CLOSE_LIMIT_S = 2.0
LONGEST_REASON = 123
"""Bytes (RFC 6455, 5.5)."""


class WebSocketChannel:
    """A screen's socket as the hub's channel."""

    def __init__(self, socket: WebSocket, listening: asyncio.Task[None]) -> None:
        self._socket = socket
        self._listening = listening

    async def send(self, text: str) -> None:
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionError("the screen is gone") from error

    def abort(self) -> None:
        self._listening.cancel()


def screens_router(stations: Stations) -> APIRouter:
    """``/ws/<station>/kiosk`` and ``/ws/<station>/projection``."""
    router = APIRouter()

    @router.websocket("/ws/{station}/kiosk")
    async def kiosk(socket: WebSocket, station: str) -> None:
        await _serve(socket, await stations.hub(station), "kiosk")

    @router.websocket("/ws/{station}/projection")
    async def projection(socket: WebSocket, station: str) -> None:
        await _serve(socket, await stations.projected(station), "projection")

    return router


async def _serve(socket: WebSocket, hub: Hub | SharedWall | None, kind: Kind) -> None:
    if hub is None:
        await socket.close(POLICY_VIOLATION, "no such station")
        return
    await socket.accept()
    # A task of its own, so that the hub can end it without ending this one.
    listening = asyncio.create_task(_listen(socket, hub, kind))
    try:
        await asyncio.wait({listening})
    finally:
        listening.cancel()
    if listening.cancelled():
        await _close(socket, GOING_AWAY, "")
    elif isinstance(error := listening.exception(), ValidationError):
        await _close(socket, POLICY_VIOLATION, _reason(error))
    elif error is not None:
        raise error


async def _listen(socket: WebSocket, hub: Hub | SharedWall, kind: Kind) -> None:
    """Until the screen leaves. Raises ValidationError for what is no message."""
    listening = asyncio.current_task()
    assert listening is not None
    screen = hub.join(kind, WebSocketChannel(socket, listening))
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await _hear(message.get("text") or "", hub, screen)
    finally:
        hub.leave(screen)


async def _hear(text: str, hub: Hub | SharedWall, screen: Screen) -> None:
    adapter = kiosk_message if screen.kind == "kiosk" else projection_message
    message = adapter.validate_json(text)
    if isinstance(message, Ping):
        hub.answer(screen, message)
    elif isinstance(hub, Hub):
        await hub.post(message)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """Says goodbye, to a screen that may have stopped listening."""
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await socket.close(code, reason)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    text = f"{place}: {first['msg']}" if place else first["msg"]
    return text.encode()[:LONGEST_REASON].decode(errors="ignore")
