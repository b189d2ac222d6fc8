"""How a WebSocket's connection ends."""

import socket
import time
from itertools import cycle
from pathlib import Path

import psutil
import pytest

from server.show import screens
from server.show.messages import ChooseLanguage, PlayProgramme
from server.web import sockets, transport
from tests.support.editions import FolderShelf, put_manifest
from tests.support.screens import screen, stalled_screen
from tests.support.serving import house, serving
from tests.support.timeless import long_edition


def is_held(screen: socket.socket) -> bool:
    """Whether the server, in this process, still holds its end of the screen's connection."""
    ends = psutil.Process().net_connections("tcp4")
    return any(end.raddr and end.raddr.port == screen.getsockname()[1] for end in ends)


def test_a_frozen_screens_socket_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "SEND_LIMIT_S", 0.2)
    monkeypatch.setattr(sockets, "CLOSE_LIMIT_S", 0.2)
    monkeypatch.setattr(transport, "FAREWELL_S", 0.2)
    shelf = FolderShelf(tmp_path / "editions")
    put_manifest(shelf, long_edition())
    with (
        serving(house(tmp_path, shelf)) as base,
        screen(base, "hall", "kiosk") as kiosk,
        stalled_screen(base, "hall") as frozen,
    ):
        kiosk.snapshot()
        kiosk.say(PlayProgramme(programme="opening"))
        kiosk.snapshot()
        assert is_held(frozen)
        deadline = time.monotonic() + 15
        languages = cycle(("en", "zh-Hans"))
        while is_held(frozen):
            assert time.monotonic() < deadline, "the frozen screen was never cut off"
            kiosk.say(ChooseLanguage(language=next(languages)))
            kiosk.snapshot()
