"""Who may act on the server."""

from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers

from server.web.security import is_own_origin, own_hosts
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


def test_a_machine_knows_itself_by_name_and_by_loopback() -> None:
    hosts = own_hosts()
    assert {"localhost", "127.0.0.1", "[::1]"} <= set(hosts)
    assert not any("*" in host or "%" in host for host in hosts)


def test_a_name_that_is_not_ours_is_not_answered(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"Host": "rebound.example"}).status_code == 400


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
