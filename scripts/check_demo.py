"""The demo that ends by itself: restores, publishes, serves, looks at every page and both screens
once; one line a check, exit 0 where all hold."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage
from websockets.sync.client import connect
from websockets.typing import Origin

ROOT = Path(__file__).parent.parent
DEMO = "exhibit_content/demo"
REKINDLE = [sys.executable, "-m", "server"]
DRAWN = "Boolean(window.rekindle && rekindle.drawn)"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


def rekindle(*words: str) -> None:
    subprocess.run([*REKINDLE, *words], check=True, cwd=ROOT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(port: int) -> Iterator[str]:
    server = subprocess.Popen(
        [*REKINDLE, "serve", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                fetch(f"{base}/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def page(base: str, path: str, words: str) -> None:
    content = fetch(base + path).decode()
    assert words in content, f"{path} does not hold {words!r}"


def screen(base: str, role: str) -> dict[str, object]:
    """The first message a screen gets: the whole show."""
    address = base.replace("http", "ws") + f"/ws/demo/{role}"
    with connect(address, origin=Origin(base), open_timeout=10) as socket_:
        shown: dict[str, object] = json.loads(socket_.recv(timeout=10))
        assert shown["type"] == "show", shown
        return shown


def every_picture(base: str, shown: dict[str, object]) -> None:
    url = base + str(shown["edition"]["url"])  # type: ignore[index]
    edition = json.loads(fetch(url + "manifest.json"))
    for photo in edition["photos"]:
        names = [photo["arrival"]] if photo["arrival"] else []
        for stage in photo["stages"]:
            names += [stage["evidence"]] if stage["evidence"] else []
            names += [one[kind] for one in stage["renditions"] for kind in ("webp", "jpeg")]
        for name in names:
            assert fetch(url + name), f"{name} is empty"


def glass(base: str, path: str, chromium: str) -> None:
    """A real browser shows the screen: a picture is drawn, and the glass is not of one tone."""
    with browsing(chromium, base + path) as page_:
        for _ in range(120):
            if page_("Runtime.evaluate", expression=DRAWN).get("result", {}).get("value"):
                break
            time.sleep(0.25)
        else:
            raise AssertionError(f"{path} has drawn nothing after 30 s")
        shot = page_("Page.captureScreenshot", format="png")["data"]
    tones = np.asarray(PillowImage.open(BytesIO(b64decode(shot))).convert("L"))
    darkest, brightest = int(tones.min()), int(tones.max())
    assert brightest - darkest > 60, f"{path} shows one tone ({darkest}..{brightest})"


@contextmanager
def browsing(chromium: str, address: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """A headless Chromium on one page, spoken to by its DevTools protocol."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [
                chromium,
                *CHROMIUM_FLAGS,
                f"--user-data-dir={profile}",
                "--remote-debugging-port=0",
                "--window-size=1280,720",
                address,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = Path(profile) / "DevToolsActivePort"
            for _ in range(150):
                if port.exists() and port.read_text().strip():
                    break
                time.sleep(0.2)
            listening = f"http://127.0.0.1:{port.read_text().split()[0]}/json/list"
            pages = [one for one in json.loads(fetch(listening)) if one["type"] == "page"]
            with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as devtools:

                def call(method: str, **params: object) -> dict[str, Any]:
                    devtools.send(json.dumps({"id": 1, "method": method, "params": params}))
                    # A page that is still being opened answers with an error: nothing yet.
                    answer: dict[str, Any] = json.loads(devtools.recv(timeout=30)).get("result", {})
                    return answer

                yield call
        finally:
            browser.terminate()
            browser.wait(timeout=20)


def main() -> int:
    failures = 0

    def check(name: str, look: Callable[[], object]) -> None:
        nonlocal failures
        try:
            look()
        except (AssertionError, KeyError, OSError, subprocess.SubprocessError, ValueError) as error:
            failures += 1
            print(f"FAILED {name}: {error}", flush=True)
        else:
            print(f"ok {name}", flush=True)

    check("the demo set has no errors", lambda: rekindle("check", DEMO))
    check("restore", lambda: rekindle("restore", DEMO))
    check("publish", lambda: rekindle("publish", DEMO))
    with serving(int(os.environ.get("REKINDLE_PORT", "0")) or free_port()) as base:
        check("the front page", lambda: page(base, "/", "/kiosk/demo"))
        check("the kiosk's page", lambda: page(base, "/kiosk/demo", "kiosk/main.js"))
        check("the projection's page", lambda: page(base, "/projection/demo", "projection/main.js"))
        check("the Studio asks who is there", lambda: page(base, "/studio", "password"))
        check("the kiosk is told the show", lambda: screen(base, "kiosk"))
        check("the projection is told the show", lambda: screen(base, "projection"))
        check("every picture is there", lambda: every_picture(base, screen(base, "projection")))
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            print("not looked at in a browser: no Chromium (apt-get install chromium)")
        else:
            check("the kiosk's glass", lambda: glass(base, "/kiosk/demo", chromium))
            check("the projection's glass", lambda: glass(base, "/projection/demo", chromium))
    print(f"{'FAILED' if failures else 'ok'}: {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
