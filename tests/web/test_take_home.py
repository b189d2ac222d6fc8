"""The page that a visitor's phone opens."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from PIL import Image

from server.catalogue.model import Text
from server.editions.model import Edition
from server.show.clock import Clock
from server.web.take_home_links import Links, Taken
from tests.support.editions import FolderShelf, published_shelf
from tests.support.serving import house, serving

PHOTO = "010-flag-bearer"
CODE = "/take-home/code/first-gold/1/010-flag-bearer.svg"
SECRET = "for a test alone"


class Watch:
    """Stands still on 21 September 2026, so that pages can say a day."""

    def now(self) -> float:
        return 1_790_000_000_000.0

    def wall(self) -> float:
        return self.now()


def link(clock: Clock, photo: str = PHOTO, number: int = 1, ago_s: float = 0) -> str:
    links = Links(SECRET, 72 * 3600, lambda: clock.now() / 1000 - ago_s)
    return f"/take-home/{links.token(Taken('first-gold', number, photo))}/"


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> FolderShelf:
    return published_shelf(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="module")
def address(
    shelf: FolderShelf, watch: Watch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with serving(house(tmp_path_factory.mktemp("house"), shelf, clock=watch)) as base:
        yield base


@pytest.fixture
def phone(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Accept-Language": "en"}) as client:
        yield client


def test_the_page_tells_everything_and_asks_for_nothing(phone: httpx.Client, watch: Watch) -> None:
    page = phone.get(link(watch))
    assert page.status_code == 200
    for told in (
        "The flag bearer",
        "旗手",
        "September 1974, Tehran.",
        "September 1, 1974 · Tehran",
        "Colour: 1 documented, rest inferred",
        "4 % of this picture was added by software",
        "Grain and noise were quietened.",
        "the flag",
        "Documented",
        "The flag&#39;s own standard",
        "#DE2910",
        "Simulated for a test",
        "This page is here until September 24, 2026.",
    ):
        assert told in page.text
    assert "<script" not in page.text
    assert "set-cookie" not in page.headers
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_pictures_are_described_to_who_does_not_see_them(tmp_path: Path, watch: Watch) -> None:
    shelf = published_shelf(tmp_path)
    manifest = shelf.folder("first-gold", 1) / "manifest.json"
    edition = Edition.model_validate_json(manifest.read_bytes())
    first, *others = edition.photos
    *stages, last = first.stages
    last = last.model_copy(update={"describe": Text({"en": "The flag turns red."})})
    first = first.model_copy(
        update={"describe": Text({"en": "A man with a flag."}), "stages": (*stages, last)}
    )
    edition = edition.model_copy(update={"photos": (first, *others)})
    manifest.write_text(edition.model_dump_json(), encoding="utf-8")
    with (
        serving(house(tmp_path / "house", shelf, clock=watch)) as address,
        httpx.Client(base_url=address, headers={"Accept-Language": "en"}) as phone,
    ):
        pages = [phone.get(link(watch, photo.id)).text for photo in edition.photos[:2]]
    told = [re.findall(r'<img src="\w+-view.jpg"[^>]* alt="([^"]*)"', page) for page in pages]
    assert told == [
        [
            "The flag bearer, restored. The flag turns red.",
            "The flag bearer, the scan of the original. A man with a flag.",
        ],
        ["The opening, restored", "The opening, the scan of the original"],
    ]


def test_everything_that_the_page_names_is_there(phone: httpx.Client, watch: Watch) -> None:
    page = phone.get(link(watch))
    named = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    own = [each for each in named if not each.startswith(("http", "data:"))]
    assert {"restored.jpg", "scan.jpg", "restored-view.jpg", "postcard.en.jpg"} <= set(own)
    for each in own:
        answer = phone.get(urljoin(str(page.url), each))
        assert answer.status_code == 200, each
        if each.endswith(".jpg"):
            assert Image.open(BytesIO(answer.content)).format == "JPEG"
            assert b"newscodes/digitalsourcetype/" in answer.content
            assert "set-cookie" not in answer.headers


def test_the_restored_picture_is_the_last_stage_and_the_scan_the_scan(
    phone: httpx.Client, watch: Watch, shelf: FolderShelf
) -> None:
    for name, stage in (("restored", "colour"), ("scan", "scan")):
        taken = Image.open(BytesIO(phone.get(f"{link(watch)}{name}.jpg").content))
        published = Image.open(shelf.folder("first-gold", 1) / PHOTO / f"{stage}.full.jpg")
        assert taken.tobytes() == published.tobytes()


def test_the_phones_language_is_met_and_another_can_be_chosen(
    phone: httpx.Client, watch: Watch
) -> None:
    chinese = phone.get(link(watch), headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert '<html lang="zh-Hans" dir="ltr">' in chinese.text
    assert "带走这张照片" in chinese.text and "国旗标准" in chinese.text
    assert "1974年9月1日 · Tehran" in chinese.text
    assert 'href="postcard.zh-Hans.jpg"' in chinese.text
    assert '<html lang="en" dir="ltr">' in phone.get(f"{link(watch)}?lang=en").text
    assert '<html lang="zh-Hans" dir="ltr">' in phone.get(f"{link(watch)}?lang=zh-Hans").text
    assert '<html lang="en" dir="ltr">' in phone.get(f"{link(watch)}?lang=xx").text


def test_a_link_without_its_slash_is_led_to_the_page(phone: httpx.Client, watch: Watch) -> None:
    answer = phone.get(link(watch).rstrip("/"))
    assert answer.status_code == 308
    assert answer.headers["location"] == link(watch)


@pytest.mark.parametrize("path", ["", "restored.jpg", "postcard.en.jpg"])
def test_a_link_whose_time_is_over_says_so_kindly(
    phone: httpx.Client, watch: Watch, path: str
) -> None:
    address = link(watch, ago_s=72 * 3600 + 1)
    answer = phone.get(address + path)
    chinese = phone.get(address + path, headers={"Accept-Language": "zh"})
    assert phone.get(link(watch, ago_s=72 * 3600) + path).status_code == 200
    assert answer.status_code == 410
    assert "This page has closed" in answer.text
    assert "set-cookie" not in answer.headers
    assert "本页已经关闭" in chinese.text


@pytest.mark.parametrize(
    "path",
    [
        "/take-home/first-gold.1.010-flag-bearer.abc.def/",
        "/take-home/x/",
        "/take-home/x/restored.jpg",
        "/take-home/%2e%2e/",
    ],
)
def test_a_link_that_we_did_not_make_says_so_kindly(phone: httpx.Client, path: str) -> None:
    answer = phone.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "../../../rekindle.db",
        "..%2f..%2f..%2frekindle.db",
        "manifest.json",
        "colour-full.jpg",
        "postcard.fr.jpg",
        "postcard...jpg",
        "scan",
    ],
)
def test_a_page_gives_out_its_own_files_alone(phone: httpx.Client, watch: Watch, name: str) -> None:
    assert phone.get(link(watch) + name).status_code == 404


def test_an_edition_that_is_gone_is_said_to_be(phone: httpx.Client, watch: Watch) -> None:
    for address in (link(watch, number=9), link(watch, photo="999-gone")):
        answer = phone.get(address)
        assert answer.status_code == 410
        assert "moved on" in answer.text


def test_the_code_leads_to_the_page_and_keeps_the_edition(
    phone: httpx.Client, watch: Watch, shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded: list[str] = []

    def remembered(address: str) -> bytes:
        coded.append(address)
        return b"<svg/>"

    monkeypatch.setattr("server.web.take_home.code", remembered)
    answer = phone.get(CODE)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert coded[0].startswith("http://127.0.0.1/take-home/first-gold.1.010-flag-bearer.")
    assert phone.get(coded[0].removeprefix("http://127.0.0.1")).status_code == 200
    assert shelf.kept[-1] == ("first-gold", 1, 72 * 3600)


@pytest.mark.parametrize(
    "path",
    [
        "/take-home/code/first-gold/2/010-flag-bearer.svg",
        "/take-home/code/first-gold/1/999-gone.svg",
        "/take-home/code/nothing/1/010-flag-bearer.svg",
        "/take-home/code/%2e%2e/1/010-flag-bearer.svg",
        "/take-home/code/first-gold/one/010-flag-bearer.svg",
    ],
)
def test_there_is_no_code_for_what_is_not_there(phone: httpx.Client, path: str) -> None:
    assert phone.get(path).status_code == 404


def test_codes_are_not_made_without_end(phone: httpx.Client) -> None:
    answers = [phone.get(CODE.replace("010", "099")).status_code for _ in range(40)]
    assert 429 in answers


def test_a_program_that_tries_out_links_is_asked_to_wait(
    tmp_path: Path, watch: Watch, shelf: FolderShelf
) -> None:
    with serving(house(tmp_path, shelf, clock=watch)) as base, httpx.Client(base_url=base) as phone:
        answers = [phone.get(f"/take-home/guess-{number}/") for number in range(301)]
        assert [answer.status_code for answer in answers] == [404] * 300 + [429]
        assert "One moment, please" in answers[-1].text
        assert phone.get(link(watch) + "scan.jpg").status_code == 429


def test_where_phones_cannot_reach_there_is_no_code_and_the_curator_is_told(
    tmp_path: Path, shelf: FolderShelf
) -> None:
    with serving(house(tmp_path, shelf, phones=None)) as base:
        assert httpx.get(base + CODE).status_code == 404
        assert "data-take-home" not in httpx.get(f"{base}/kiosk/hall").text
        # The kiosk calls by another name: phones do as well.
        named = {"Host": "192.168.7.7:8000"}
        assert httpx.get(base + CODE, headers=named).status_code == 200
        assert 'data-take-home="72.0"' in httpx.get(f"{base}/kiosk/hall", headers=named).text


def test_a_photograph_that_was_left_alone_has_its_scan_and_no_more(
    tmp_path: Path, watch: Watch
) -> None:
    shelf = published_shelf(tmp_path / "editions", photos=1)
    edition = shelf.current("first-gold")
    assert edition is not None
    alone = edition.photos[0].model_copy(update={"stages": edition.photos[0].stages[:1]})
    put(shelf, edition.model_copy(update={"photos": (alone,)}))
    with serving(house(tmp_path, shelf, clock=watch)) as base:
        page = httpx.get(base + link(watch), headers={"Accept-Language": "en"}).text
        assert "restored" not in page and "How was this made?" not in page
        assert httpx.get(f"{base}{link(watch)}restored.jpg").status_code == 404
        assert httpx.get(f"{base}{link(watch)}postcard.en.jpg").status_code == 200


def test_what_a_curator_wrote_is_shown_as_text(tmp_path: Path, watch: Watch) -> None:
    shelf = published_shelf(tmp_path / "editions", photos=1)
    manifest = shelf.folder("first-gold", 1) / "manifest.json"
    sly = manifest.read_text(encoding="utf-8").replace("the flag", "<script>alert(1)</script>")
    manifest.write_text(sly, encoding="utf-8")
    with serving(house(tmp_path, shelf, clock=watch)) as base:
        page = httpx.get(base + link(watch), headers={"Accept-Language": "en"}).text
    assert "<script>" not in page and "&lt;script&gt;alert(1)" in page


def put(shelf: FolderShelf, edition: Edition) -> None:
    path = shelf.folder(edition.set_id, edition.number) / "manifest.json"
    path.write_text(edition.model_dump_json(), encoding="utf-8")
