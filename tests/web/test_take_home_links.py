"""Links to take home: signed, passing, and readable by a phone."""

import io

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from server.errors import LinkExpired, LinkUnknown
from server.web.take_home_links import Links, Taken, code, phone_base

TAKEN = Taken("first-gold", 3, "010-flag-bearer")


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_link_leads_to_its_photo_until_its_time_is_over() -> None:
    clock = Clock()
    links = Links("secret", 3600, clock)
    token = links.token(TAKEN)
    assert links.read(token) == TAKEN
    assert links.ends(token) == clock.now + 3600
    clock.now += 3600
    assert links.read(token) == TAKEN
    clock.now += 1
    with pytest.raises(LinkExpired):
        links.read(token)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_link_is_unknown(place: int, other: str) -> None:
    links = Links("secret", 3600, Clock())
    token = links.token(TAKEN)
    place %= len(token)
    changed = token[:place] + other + token[place + 1 :]
    if changed == token:
        return
    # The last character of a signature holds two bits that say nothing.
    if place == len(token) - 1:
        return
    with pytest.raises(LinkUnknown):
        links.read(changed)


@pytest.mark.parametrize("token", ["", ".", "a.1.b", "first-gold.3.010-flag-bearer.abc.def", "é"])
def test_what_we_did_not_make_is_unknown(token: str) -> None:
    with pytest.raises(LinkUnknown):
        Links("secret", 3600, Clock()).read(token)
    with pytest.raises(LinkUnknown):
        Links("secret", 3600, Clock()).read(Links("other", 3600, Clock()).token(TAKEN))


@pytest.mark.parametrize(
    ("configured", "asked", "base"),
    [
        ("https://photos.example/", "http://127.0.0.1:8000", "https://photos.example"),
        (None, "http://127.0.0.1:8000", None),
        (None, "http://127.8.0.1:8000", None),
        (None, "http://[::1]:8000", None),
        (None, "http://localhost:8000", None),
        (None, "http://192.168.1.20:8000/", "http://192.168.1.20:8000"),
        (None, "http://hall.local:8000", "http://hall.local:8000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:8000", "http://127.0.0.1:9000"),
    ],
)
def test_phones_are_sent_where_they_can_reach_us(
    configured: str | None, asked: str, base: str | None
) -> None:
    assert phone_base(configured, asked) == base


def test_a_code_can_be_read_again() -> None:
    token = Links("secret", 3600, Clock()).token(TAKEN)
    address = f"http://192.168.100.120:8000/take-home/{token}/"
    svg = code(address).decode()
    assert svg.startswith("<svg") and "script" not in svg
    made = segno.make_qr(address, error="m", boost_error=True)
    assert f'viewBox="0 0 {made.symbol_size(border=4)[0]} ' in svg
    assert made.symbol_size(border=0)[0] <= 45, "too fine for an old phone's camera"
    picture = io.BytesIO()
    made.save(picture, kind="png", scale=8, border=4)
    pixels = cv2.imdecode(np.frombuffer(picture.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    read, *_ = cv2.QRCodeDetector().detectAndDecode(pixels)
    assert read == address
