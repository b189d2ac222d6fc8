"""How a WebSocket's connection ends: also when nobody reads at the other end."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FAREWELL_S = 3.0
"""Time for the closing handshake; whoever has not answered by then is cut off."""


class ImpatientSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, but for a screen that is frozen.

    uvicorn closes a connection only once all that was sent is read, which a frozen screen never
    does: the socket and what it buffers would stay for as long as the screen is switched on.
    """

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            # Does nothing where the connection is closed already.
            self.loop.call_later(FAREWELL_S, self.transport.abort)
