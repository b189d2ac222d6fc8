"""The application put together."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from server.errors import EditionMissing, StoreDamaged
from server.web.pages import Pages
from server.web.problems import status_of
from tests.support.editions import FolderShelf
from tests.support.screens import screen
from tests.support.serving import UI, house, serving


def test_the_web_loads_neither_torch_nor_ray_nor_an_engine() -> None:
    code = (
        "import sys, server.web.app; "
        "heavy = {'torch', 'ray', 'cv2', 'diffusers', 'pyvips', 'skimage'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_page_leads_to_every_screen(client: httpx.Client, served: str) -> None:
    with screen(served, "foyer", "projection"):
        page = client.get("/").text
    for path in ("/kiosk/first-gold", "/projection/first-gold", "/kiosk/foyer", "/studio"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code in (200, 303)


def test_an_empty_house_says_so(tmp_path: Path) -> None:
    with serving(house(tmp_path, FolderShelf(tmp_path / "editions"))) as base:
        assert "Nothing is published yet" in httpx.get(base).text
        assert httpx.get(f"{base}/kiosk/hall").status_code == 200


@pytest.mark.parametrize("kind", ["kiosk", "projection"])
def test_a_screens_page_is_asked_for_anew_and_names_its_station(
    client: httpx.Client, kind: str
) -> None:
    page = client.get(f"/{kind}/east-hall")
    assert page.headers["cache-control"] == "no-cache"
    assert "east-hall" in page.text
    script = page.text.split('type="module" src="')[1].split('"')[0]
    assert script.startswith("/ui/") and script.endswith(f"/{kind}/main.js")
    for name in ("East", "a" * 33, "a.b"):
        assert client.get(f"/{kind}/{name}").status_code == 404


def test_the_stations_are_told_with_their_screens(client: httpx.Client, served: str) -> None:
    with screen(served, "count", "kiosk") as kiosk, screen(served, "count", "projection") as other:
        revision = kiosk.snapshot().revision
        other.snapshot()
        told = [each for each in client.get("/api/stations").json() if each["station"] == "count"]
    assert told == [
        {
            "station": "count",
            "set_id": "first-gold",
            "edition": 1,
            "view": "attract",
            "revision": revision,
            "kiosks": 1,
            "projections": 1,
        }
    ]


def test_it_is_well(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"ok": True}


def test_a_program_is_told_of_a_problem_as_json(served: str) -> None:
    response = httpx.get(f"{served}/nowhere", headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"status": 404, "detail": "Not Found"}


def test_no_page_describes_the_interface_to_strangers(client: httpx.Client) -> None:
    assert {client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}


def test_a_missing_edition_is_not_found_and_the_rest_is_ours() -> None:
    assert status_of(EditionMissing("games")) == 404
    assert status_of(StoreDamaged("ab", "gone")) == 500


def test_words_travel_in_the_page_as_data_that_cannot_end_its_script(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kiosk.po").write_text('msgid "Touch"\nmsgstr "</script>&"\n', encoding="utf-8")
    (tmp_path / "templates").symlink_to(UI / "templates")
    page = bytes(Pages(tmp_path, "1").screen("projection.html", "hall").body).decode()
    assert '{"en": {"Touch": "\\u003c/script\\u003e\\u0026"}}' in page
