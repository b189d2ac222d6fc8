"""Who may act on the server."""

from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers

from server.web.security import is_own_host, is_own_origin, own_names
from tests.support.editions import FolderShelf
from tests.support.serving import house, serving


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "http://hall:8000"}, True),
        ({"origin": "https://hall:8000"}, True),
        ({"origin": "http://HALL:8000"}, True),
        ({"origin": "http://hall"}, False),
        ({"origin": "http://elsewhere:8000"}, False),
        ({"origin": "http://hall:8000.elsewhere"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({}, False),
        ({"referer": "http://hall:8000/studio/login"}, True),
        ({"referer": "http://elsewhere/hall:8000"}, False),
        ({"origin": "http://hall:8000", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://hall:8000", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://museum.example"}, True),
        ({"origin": "http://museum.example"}, False),
    ],
)
def test_only_our_own_pages_may_act(headers: dict[str, str], own: bool) -> None:
    asked = Headers({"host": "hall:8000", **headers})
    assert is_own_origin(asked, ["https://museum.example"]) == own


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("hall", True),
        ("Hall:8000", True),
        ("127.0.0.1:8000", True),
        ("192.168.1.20", True),
        ("[::1]:8000", True),
        ("[fe80::1]", True),
        ("rebound.example", False),
        ("hall.rebound.example", False),
        ("127.0.0.1.rebound.example", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_a_server_is_called_by_its_names_or_by_its_address(host: str, own: bool) -> None:
    assert is_own_host(host, ["hall"]) == own
    assert is_own_host(host, ["*"])


def test_a_machine_knows_its_names() -> None:
    assert "localhost" in own_names()
    assert len(own_names()) == 4


def test_a_name_that_is_not_ours_is_not_answered(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    refused = client.get("/healthz", headers={"Host": "rebound.example"})
    assert refused.status_code == 400
    assert "rebound.example is not a name" in refused.text


@pytest.mark.parametrize("origin", [None, "http://elsewhere.example", "null"])
def test_a_form_from_elsewhere_is_refused(client: httpx.Client, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    response = client.post("/studio/login", data={"name": "lin"}, headers=headers)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_an_origin_that_is_allowed_may_act(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "editions")
    app = house(tmp_path, shelf, allowed_origins=("https://museum.example",))
    with serving(app) as base:
        headers = {"Origin": "https://museum.example"}
        assert httpx.post(f"{base}/studio/logout", headers=headers).status_code == 303


@pytest.mark.parametrize("path", ["/", "/kiosk/hall", "/healthz", "/nowhere"])
def test_every_answer_is_fenced_in(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_a_refusal_is_fenced_in_too(client: httpx.Client) -> None:
    refused = client.post("/studio/login")
    assert refused.status_code == 403
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_a_body_beyond_64_kib_is_refused(client: httpx.Client, served: str) -> None:
    data = {"name": "lin", "password": "x" * 70_000}
    response = client.post("/studio/login", data=data, headers={"Origin": served})
    assert response.status_code == 413
