"""A way between screens and server that takes uneven time: a TCP relay on the loopback."""

import asyncio
import random

CHUNK = 65536


class Jitter:
    """Relays connections to ``port``; each piece of data waits 0 to ``most_ms`` milliseconds,
    evenly spread, in each direction. Order is kept, as TCP keeps it."""

    def __init__(self, port: int, most_ms: float, seed: int = 1974) -> None:
        self._port = port
        self._most = most_ms / 1000
        self._random = random.Random(seed)

    async def serve(self, port: int) -> None:
        """Relays until cancelled."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _relay(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_connection("127.0.0.1", self._port)
        ways = [
            asyncio.create_task(self._carry(near_in, far_out)),
            asyncio.create_task(self._carry(far_in, near_out)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (near_out, far_out):
                end.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(_deliver(pieces, target))
        try:
            data = b" "
            while data:
                data = await source.read(CHUNK)
                pieces.put_nowait((loop.time() + self._random.uniform(0, self._most), data))
            await delivering
        finally:
            delivering.cancel()


async def _deliver(
    pieces: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter
) -> None:
    """Each piece at its time, in order, until the empty one that ends a stream."""
    loop = asyncio.get_running_loop()
    while True:
        due, data = await pieces.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not data:
            return
        target.write(data)


def relay(port: int, target: int, most_ms: float) -> None:
    """Runs a relay from ``port`` to ``target`` for as long as its process lives."""
    asyncio.run(Jitter(target, most_ms).serve(port))
