"""Files that never change under their address, and nothing else."""

import http.client
from pathlib import Path

import httpx
import pytest

from server.web.static import FOREVER, ui_version
from tests.support.editions import FolderShelf, make_edition
from tests.support.serving import house, serving


def test_an_editions_files_may_be_kept_for_ever(client: httpx.Client) -> None:
    manifest = client.get("/editions/first-gold/1/manifest.json")
    assert manifest.status_code == 200
    assert manifest.headers["cache-control"] == FOREVER
    stage = manifest.json()["photos"][0]["stages"][0]["renditions"][0]
    picture = client.get(f"/editions/first-gold/1/{stage['webp']}")
    assert picture.headers["content-type"] == "image/webp"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/editions/first-gold/1/{stage['jpeg']}").content[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "path",
    [
        "/editions/first-gold/1/../../../rekindle.db",
        "/editions/first-gold/1/..%2f..%2f..%2frekindle.db",
        "/editions/first-gold/1/%2e%2e/current",
        "/editions/first-gold/1//etc/passwd",
        "/editions/first-gold/1/",
        "/editions/first-gold/1/010-flag-bearer",
        "/editions/first-gold/2/manifest.json",
        "/editions/first-gold/-1/manifest.json",
        "/editions/first-gold/one/manifest.json",
        "/editions/../1/manifest.json",
        "/editions/%2e%2e/1/manifest.json",
        "/editions/nothing/1/manifest.json",
        "/ui/../server/settings.py",
    ],
)
def test_nothing_else_is_given_out(served: str, path: str) -> None:
    # Written to the wire as it stands: a better client would tidy the path up first.
    connection = http.client.HTTPConnection(served.removeprefix("http://"), timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 404
    assert response.headers["cache-control"] != FOREVER


def test_a_link_out_of_an_edition_is_not_followed(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "editions")
    make_edition(shelf.folder("first-gold", 1), photos=1)
    shelf.publish("first-gold", 1)
    (tmp_path / "private.txt").write_text("private")
    (shelf.folder("first-gold", 1) / "link.txt").symlink_to(tmp_path / "private.txt")
    with serving(house(tmp_path, shelf)) as base:
        assert httpx.get(f"{base}/editions/first-gold/1/link.txt").status_code == 404


def test_an_edition_without_its_manifest_is_none(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "editions")
    for number in (1, 2):
        make_edition(shelf.folder("first-gold", number), number=number, photos=1)
    shelf.publish("first-gold", 1)
    (shelf.folder("first-gold", 2) / "manifest.json").unlink()
    path = "editions/first-gold/{}/010-flag-bearer/arrival.png"
    with serving(house(tmp_path, shelf)) as base:
        assert httpx.get(f"{base}/{path.format(1)}").status_code == 200
        assert httpx.get(f"{base}/{path.format(2)}").status_code == 404


def test_the_interface_lies_under_its_version(client: httpx.Client) -> None:
    page = client.get("/studio/login").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    styles = client.get(address)
    assert styles.headers["content-type"].startswith("text/css")
    assert styles.headers["cache-control"] == FOREVER
    folder = address.removesuffix("styles/studio.css")
    assert client.get(f"{folder}templates/studio_login.html").status_code == 404
    assert client.get(f"{folder}locale/zh_Hans/LC_MESSAGES/studio.po").status_code == 404


def test_a_changed_file_has_another_address(tmp_path: Path) -> None:
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "main.js").write_text("1")
    first = ui_version(tmp_path)
    assert ui_version(tmp_path) == first
    (tmp_path / "kiosk" / "main.js").write_text("2")
    assert ui_version(tmp_path) != first
