"""The show as screens have it: the relay to 1 and to 100 projections, then two real browsers.

The relay: time from a kiosk's finger to a projection's receipt; a real server in a process of its
own on the loopback, real sockets; the finger moves at 60 Hz. The browsers: see bench_screens; on a
machine with a graphics card, give them every pixel: --density 1.

Usage: scripts/bench show [--density 0.125]
"""

import argparse
import asyncio
import multiprocessing
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import bench_screens
import uvicorn
from measuring import say
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Origin
from websockets.uri import parse_uri

from server import __version__
from server.assembly import web_app
from server.catalogue.model import Text
from server.editions.model import Edition, EditionPhoto, EditionStage, Rendition
from server.editions.shelf import Shelf
from server.settings import Settings
from server.show.messages import OpenPhoto, Scrub, Snapshot, server_message
from server.web.app import UVICORN_OPTIONS

SCREENS = (1, 100)
MOVES = 600
PACE_S = 1 / 60
WARM_UP = 30
START_LIMIT_S = 20.0
TEXT = Text({"en": "measured"})


def edition() -> Edition:
    """One photo of four stages; no screen here asks for its pictures."""
    rendition = Rendition(width=4, height=3, webp="a.webp", jpeg="a.jpg")
    stages = tuple(
        EditionStage(name=name, renditions=(rendition,))
        for name in ("scan", "repaired", "clear", "colour")
    )
    photo = EditionPhoto(
        id="print",
        title=TEXT,
        story=TEXT,
        source="print",
        was="black-and-white",
        width=4,
        height=3,
        stages=stages,
    )
    return Edition(
        set_id="measured",
        number=1,
        title=TEXT,
        intro=TEXT,
        languages=("en",),
        photos=(photo,),
        published_at=datetime.now(UTC).isoformat(),
        rekindle=__version__,
    )


def serve(home: Path, port: int) -> None:
    stations = {f"measured-{screens}": "measured" for screens in SCREENS}
    app = web_app(Settings(home=home, idle_ask_s=600, stations=stations))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", **UVICORN_OPTIONS)


class Ear(asyncio.Protocol):
    """A projection that notes when each message came and does nothing else with it yet: a hundred
    screens share this process, and what it takes to read for one would delay the others."""

    def __init__(self, base: str, path: str) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.ready = asyncio.Event()
        self._handshake = ClientProtocol(
            parse_uri(f"ws://{base}{path}"), origin=Origin(f"http://{base}")
        )
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._handshake.send_request(self._handshake.connect())
        self._transport.write(b"".join(self._handshake.data_to_send()))

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._rest += data
        if not self.ready.is_set():
            answer, end, self._rest = self._rest.partition(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 101") or not end:
                raise SystemExit(f"no socket: {answer.decode()}")
            self.ready.set()
        for kind, payload in self._frames():
            if kind == Opcode.TEXT:
                self.heard.append((now, payload))
            elif kind == Opcode.PING:
                pong = Frame(Opcode.PONG, payload).serialize(mask=True)
                self._transport.write(pong)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """Whole frames of a server (RFC 6455, 5.2): neither masked nor in parts."""
        while len(self._rest) >= 4:
            size, start = self._rest[1], 2
            if size == 126:
                size, start = int.from_bytes(self._rest[2:4]), 4
            if size == 127 or len(self._rest) < start + size:
                return
            yield self._rest[0] & 0x0F, self._rest[start : start + size]
            self._rest = self._rest[start + size :]

    def close(self) -> None:
        self._transport.abort()


async def hear(port: int, path: str) -> Ear:
    loop = asyncio.get_running_loop()
    _, ear = await loop.create_connection(lambda: Ear(f"127.0.0.1:{port}", path), "127.0.0.1", port)
    await ear.ready.wait()
    return ear


async def move(kiosk: ClientConnection) -> dict[float, float]:
    """Moves the finger; the time at which each position was sent."""
    sent: dict[float, float] = {}
    began = time.perf_counter()
    for step in range(MOVES + WARM_UP):
        await asyncio.sleep(max(0.0, began + step * PACE_S - time.perf_counter()))
        # To and fro over the first change, no position twice.
        position = round(0.01 + 0.98 * (step + 1) / (MOVES + WARM_UP + 1), 9)
        text = Scrub(position=position).model_dump_json()
        sent[position] = time.perf_counter()
        await kiosk.send(text)
    await asyncio.sleep(0.5)
    return sent


async def relay(port: int, screens: int) -> list[float]:
    """Milliseconds from each move to each projection that was shown it."""
    base, station = f"127.0.0.1:{port}", f"measured-{screens}"
    ears = [await hear(port, f"/ws/{station}/projection") for _ in range(screens)]
    url, origin = f"ws://{base}/ws/{station}/kiosk", Origin(f"http://{base}")
    async with connect(url, origin=origin, compression=None, proxy=None) as kiosk:
        silent = asyncio.create_task(ignore(kiosk))
        await kiosk.send(OpenPhoto(photo="print").model_dump_json())
        await asyncio.sleep(0.5)
        sent = await move(kiosk)
        silent.cancel()
    for ear in ears:
        ear.close()
    measured = list(sent)[WARM_UP:]
    times = [_times(ear.heard, sent, set(measured)) for ear in ears]
    # A screen may skip what is old already; one that skips much is not following.
    fewest = min(len(each) for each in times)
    if fewest < 0.5 * MOVES:
        raise SystemExit(f"a projection was shown {fewest} of {MOVES} moves only")
    return [each for log in times for each in log]


def _times(
    heard: list[tuple[float, bytes]], sent: dict[float, float], measured: set[float]
) -> list[float]:
    times = []
    for at, text in heard:
        message = server_message.validate_json(text)
        position = message.score.cues[0].first if isinstance(message, Snapshot) else None
        if position in measured:
            times.append((at - sent[position]) * 1000)
    return times


async def ignore(connection: ClientConnection) -> None:
    async for _ in connection:
        pass


async def wait_for(port: int) -> None:
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def measure(port: int) -> None:
    await wait_for(port)
    for screens in SCREENS:
        times = await relay(port, screens)
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        for percent in (50, 95, 99):
            say("show", f"show.relay_p{percent}_ms_{screens}", round(cuts[percent - 1], 2), "ms")


def measure_screens(port: int, density: float) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("The browsers' part needs Chromium. Run: scripts/setup dev")
    bench_screens.measure(f"http://127.0.0.1:{port}", port, chromium, free_port, density)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--density", type=float, default=bench_screens.DENSITY)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        shelf = Shelf(home / "editions")
        shelf.publish("measured", lambda folder, number, earlier: edition())
        shelf.publish(bench_screens.SET, bench_screens.fill)
        port = free_port()
        spawn = multiprocessing.get_context("spawn")
        server = spawn.Process(target=serve, args=(home, port), daemon=True)
        server.start()
        try:
            asyncio.run(measure(port))
            measure_screens(port, given.density)
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
