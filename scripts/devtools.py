"""A page of a Chromium of its own, asked by the debugging protocol and by nothing else: what drives
browsers for tests has them keep every answer of the network, and a page would seem to grow."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

STARTS_WITHIN_S = 30.0


class Page:
    """The only page of a browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0

    def ask(self, method: str, **params: Any) -> Any:
        """What the browser answers; raises RuntimeError where it will not."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") != self._asked:
                continue  # news of the page
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]

    def read(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; of a promise, what it keeps."""
        answer = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")


@contextmanager
def browser(
    chromium: str, flags: Sequence[str], profile: Path
) -> Iterator[tuple[Page, subprocess.Popen[bytes]]]:
    """A browser without a window, and its page, until the block ends."""
    command = [chromium, *flags, "--headless", "--remote-debugging-port=0"]
    command += [f"--user-data-dir={profile}", "about:blank"]
    started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        with connect(_address(profile), max_size=None, compression=None, proxy=None) as socket:
            yield Page(socket), started
    finally:
        started.terminate()
        started.wait()


def _address(profile: Path) -> str:
    """Where the page is asked; the browser writes its port down once it listens."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        time.sleep(0.2)
        try:
            port = (profile / "DevToolsActivePort").read_text().split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in json.load(answer) if each["type"] == "page"]
            return str(pages[0]["webSocketDebuggerUrl"])
        except (OSError, LookupError):
            continue
    raise SystemExit("Chromium did not start")
