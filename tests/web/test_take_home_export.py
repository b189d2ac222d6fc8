"""The pages as plain files: a folder that any web server can show."""

import re
from pathlib import Path

import pytest
from PIL import Image

from server.editions.keepsakes import Keepsakes
from server.editions.model import Edition
from server.web.take_home import TakeHome, TakeHomeOptions
from server.web.take_home_export import broken_links, export_take_home
from server.web.take_home_pages import TakeHomePages
from tests.support.editions import FolderShelf, published_shelf
from tests.support.serving import UI

STYLES = UI / "styles" / "take_home.css"
HOME = "https://photos.example/take"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> FolderShelf:
    return published_shelf(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="module")
def edition(shelf: FolderShelf) -> Edition:
    edition = shelf.current("first-gold")
    assert edition is not None
    return edition


@pytest.fixture(scope="module")
def pages(shelf: FolderShelf, tmp_path_factory: pytest.TempPathFactory) -> TakeHomePages:
    return TakeHomePages(UI, Keepsakes(tmp_path_factory.mktemp("kept"), shelf.folder))


@pytest.fixture(scope="module")
def exported(
    pages: TakeHomePages, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    target = tmp_path_factory.mktemp("exported")
    written = export_take_home(pages, edition, STYLES, target, HOME)
    assert sorted(written) == sorted(target.rglob("*.html"))
    return target


def test_every_photo_has_its_page_and_files_in_every_language(
    exported: Path, edition: Edition
) -> None:
    for photo in edition.photos:
        folder = exported / "first-gold" / photo.id
        assert {path.name for path in folder.iterdir()} == {
            "index.html",
            "en.html",
            "zh-Hans.html",
            "scan.jpg",
            "scan-view.jpg",
            "restored.jpg",
            "restored-view.jpg",
            "postcard.en.jpg",
            "postcard.zh-Hans.jpg",
        }
        assert (folder / "index.html").read_text() == (folder / "zh-Hans.html").read_text()
        assert photo.title.root["en"] in (folder / "en.html").read_text()
        with Image.open(folder / "restored.jpg") as picture:
            assert b"newscodes/digitalsourcetype/" in picture.info["xmp"]


def test_every_link_leads_to_a_file_and_no_page_asks_for_more(exported: Path) -> None:
    found = list(exported.rglob("*.html"))
    assert len(found) == 3 + 3 * 3
    for page in found:
        assert list(broken_links(page)) == []
        text = page.read_text()
        assert "<script" not in text and 'href="/' not in text and 'src="/' not in text
        assert "is here until" not in text


def test_a_page_knows_its_whole_address_for_those_who_pass_it_on(exported: Path) -> None:
    text = (exported / "first-gold" / "010-flag-bearer" / "en.html").read_text()
    image = re.search(r'property="og:image" content="([^"]+)"', text)
    assert image and image[1] == f"{HOME}/first-gold/010-flag-bearer/restored-view.jpg"


def test_a_link_that_leads_nowhere_is_found(exported: Path) -> None:
    page = exported / "broken.html"
    page.write_text('<a href="gone.html">x</a><img src="first-gold/%65n.html"><a href="#a">y</a>')
    try:
        assert list(broken_links(page)) == ["gone.html"]
    finally:
        page.unlink()


def test_what_somebody_took_home_stays_when_the_set_changes(
    pages: TakeHomePages, edition: Edition, tmp_path: Path
) -> None:
    export_take_home(pages, edition, STYLES, tmp_path)
    fewer = edition.model_copy(update={"photos": edition.photos[:1]})
    export_take_home(pages, fewer, STYLES, tmp_path)
    index = (tmp_path / "first-gold" / "en.html").read_text()
    assert "010-flag-bearer" in index and "020-opening" not in index
    assert (tmp_path / "first-gold" / "020-opening" / "en.html").is_file()


def test_codes_lead_to_the_exported_page_of_the_visitors_language(
    pages: TakeHomePages, edition: Edition, shelf: FolderShelf, exported: Path
) -> None:
    options = TakeHomeOptions("secret", 72, f"{HOME}/", exported=True)
    house = TakeHome(pages, shelf, options, UI, lambda: 0.0)
    address = house.address(edition, edition.photos[0], "en", "http://127.0.0.1:8000")
    assert address == f"{HOME}/first-gold/010-flag-bearer/en.html"
    assert (exported / address.removeprefix(f"{HOME}/")).is_file()
    assert house.hours("http://127.0.0.1:8000") == 0
    nowhere = TakeHome(pages, shelf, TakeHomeOptions("secret", 72, exported=True), UI, lambda: 0.0)
    assert nowhere.hours("http://192.168.1.2:8000") is None
