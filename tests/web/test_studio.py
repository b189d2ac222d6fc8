"""The curators' pages."""

import json
from pathlib import Path

import httpx
import pytest

from server.web.studio import COOKIE
from tests.support.editions import published_shelf
from tests.support.serving import house, quick_accounts, serving
from tests.web.conftest import PASSWORD


def log_in(client: httpx.Client, name: str = "lin", password: str = PASSWORD) -> httpx.Response:
    origin = str(client.base_url).rstrip("/")
    form = {"name": name, "password": password}
    return client.post("/studio/login", data=form, headers={"Origin": origin})


@pytest.fixture(scope="module")
def session(served: str) -> str:
    """The cookie of one login: too many would be slowed down."""
    with httpx.Client(base_url=served) as client:
        return log_in(client).cookies[COOKIE]


@pytest.fixture
def curator(client: httpx.Client, session: str) -> httpx.Client:
    """A browser of a curator who is in."""
    client.cookies.set(COOKIE, session)
    return client


PAGES = ["/studio", "/studio/first-gold", "/studio/first-gold/020-opening"]


@pytest.mark.parametrize("path", [*PAGES, "/studio/nothing"])
def test_nobody_gets_in_without_logging_in(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["location"]) == (303, "/studio/login")
    client.cookies.set(COOKIE, "forged.signature")
    assert client.get(path).status_code == 303


def test_a_curator_logs_in_looks_around_and_logs_out(client: httpx.Client) -> None:
    entered = log_in(client)
    assert (entered.status_code, entered.headers["location"]) == (303, "/studio")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert [client.get(path).status_code for path in PAGES] == [200, 200, 200]
    kept = dict(client.cookies)
    origin = str(client.base_url).rstrip("/")
    assert client.post("/studio/logout", headers={"Origin": origin}).status_code == 303
    client.cookies.update(kept)
    assert client.get("/studio").status_code == 303


def test_an_unknown_name_is_answered_like_a_wrong_password(client: httpx.Client) -> None:
    wrong = log_in(client, password="wrong horse")
    unknown = log_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text == unknown.text
    assert "do not match" in wrong.text


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    app = house(tmp_path, published_shelf(tmp_path / "editions", photos=1), accounts=accounts)
    with serving(app) as base, httpx.Client(base_url=base) as client:
        guesses = [log_in(client, password=f"guess {each}").status_code for each in range(6)]
        assert guesses == [403, 403, 403, 403, 403, 429]
        assert log_in(client).status_code == 429


def test_the_set_lists_its_photos_with_their_stages(curator: httpx.Client) -> None:
    page = curator.get("/studio/first-gold").text
    assert page.count("<picture>") == 4 + 4 + 3
    assert "The flag bearer" in page and "Photographs 3" in page


def test_the_photo_tells_how_each_stage_was_made(curator: httpx.Client) -> None:
    page = curator.get("/studio/first-gold/010-flag-bearer").text
    for told in ("denoise", "classic", "strength", "Nov 22, 2026", "0.40 s", "colour0000"):
        assert told in page
    assert "The scan, as it came." in page
    picture = page.split('srcset="')[1].split('"')[0]
    assert curator.get(picture).status_code == 200


def test_what_is_not_there_is_said_kindly(curator: httpx.Client) -> None:
    for path in ("/studio/nothing", "/studio/first-gold/nothing"):
        response = curator.get(path)
        assert response.status_code == 404
        assert "There is no such page" in response.text


def test_the_studio_speaks_chinese_when_asked_and_remembers_it(curator: httpx.Client) -> None:
    assert "Exhibit sets" in curator.get("/studio").text
    chosen = curator.get("/studio?lang=zh-Hans").text
    assert "展集" in chosen and "首金" in chosen and '<html lang="zh-Hans">' in chosen
    assert "展集" in curator.get("/studio").text
    assert "Exhibit sets" in curator.get("/studio?lang=en").text


def test_the_browsers_language_is_met_and_an_unknown_one_ignored(served: str) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert "工作室" in httpx.get(f"{served}/studio/login?lang=xx", headers=headers).text


def test_what_a_curator_wrote_is_shown_as_text(tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions", photos=1)
    manifest = shelf.folder("first-gold", 1) / "manifest.json"
    sly = manifest.read_text(encoding="utf-8").replace("First Gold", "<script>alert(1)</script>")
    manifest.write_text(sly, encoding="utf-8")
    with serving(house(tmp_path, shelf)) as base:
        page = httpx.get(base, headers={"Accept-Language": "en"}).text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_candidates_doubt_and_figures_are_shown(tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions", photos=2)
    manifest = shelf.folder("first-gold", 1) / "manifest.json"
    edition = json.loads(manifest.read_text("utf-8"))
    stage = edition["photos"][1]["stages"][2]
    small = stage["renditions"][-1]
    stage["altered"] = 0.004
    stage["candidates"] = [
        {
            "step": "diffusion.redraw",
            "kept": 2,
            "pictures": [small] * 3,
            "doubt": stage["evidence"],
        }
    ]
    figures = {"measures": {"displacement": 0.214}, "gates": {"displacement": 1.5}}
    stage["paradata"][0] |= figures | {"signed": "A. Curator, 2026-11-22", "notes": ["<b>Note"]}
    manifest.write_text(json.dumps(edition), "utf-8")
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    app = house(tmp_path, shelf, accounts=accounts)
    with serving(app) as base, httpx.Client(base_url=base) as client:
        log_in(client)
        page = client.get("/studio/first-gold/020-opening?lang=en").text
        chinese = client.get("/studio/first-gold/020-opening?lang=zh-Hans").text
        doubt = page.split('class="doubt" src="')[1].split('"')[0]
        assert client.get(doubt).status_code == 200
    assert page.count("Candidate 1") == page.count("Candidate 3")
    assert "Altered less than 1 % · Invented 4.0 %" in page and "不到 1%" in chinese
    assert "Candidate 2 · kept" in page and page.count("· kept") == 1
    assert "rekindle keep SET 020-opening diffusion.redraw N" in page
    assert "Displacement, px" in page and "0.214 (gate 1.5)" in page
    assert "A. Curator, 2026-11-22" in page and "&lt;b&gt;Note" in page
    for word in ("机器在猜测之处", "候选 2 · 采用", "位移（像素）", "署名"):
        assert word in chinese
