"""The pages that visitors take home as plain files, for any web server: same pages, addresses that
stay.

``<set>/<language>.html`` leads to ``<set>/<photo>/<language>.html`` and its files. What an earlier
export put there stays: somebody may have taken its address home.
"""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from server.catalogue.atomic import replacing
from server.editions.model import Edition, EditionPhoto
from server.web.take_home_pages import Surroundings, TakeHomePages

STYLES = "take-home.css"


def export_take_home(
    pages: TakeHomePages, edition: Edition, styles: Path, target: Path, address: str | None = None
) -> list[Path]:
    """Writes the pages of an edition and returns them.

    ``styles``: the pages' style sheet. ``address``: under which ``target`` will be reached; with
    it, pages know their whole address, and messengers show a picture of what is passed on.
    """
    place = target / edition.set_id
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(styles, target / STYLES)
    base = f"{address.rstrip('/')}/{edition.set_id}/" if address else None
    languages = pages.languages(edition)
    written = []
    for language in languages:
        around = Surroundings(f"../{STYLES}", _addresses(languages), base=base)
        leads = {photo.id: f"{photo.id}/{language}.html" for photo in edition.photos}
        text = pages.set(edition, language, around, leads)
        written += _write(place, language, languages, text)
    for photo in edition.photos:
        written += _photo(pages, edition, photo, place / photo.id, base)
    return written


def _photo(
    pages: TakeHomePages, edition: Edition, photo: EditionPhoto, folder: Path, base: str | None
) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name in pages.files(edition, photo):
        with replacing(folder / name) as temporary:
            shutil.copyfile(pages.file(edition, photo, name), temporary)
    languages = pages.languages(edition)
    written = []
    for language in languages:
        around = Surroundings(
            f"../../{STYLES}",
            _addresses(languages),
            home=f"../{language}.html",
            base=f"{base}{photo.id}/" if base else None,
        )
        text = pages.photo(edition, photo, language, around)
        written += _write(folder, language, languages, text)
    return written


def _addresses(languages: list[str]) -> dict[str, str]:
    return {tag: f"{tag}.html" for tag in languages}


def _write(folder: Path, language: str, languages: list[str], text: str) -> list[Path]:
    """The page under its language's name; the first language's as ``index.html`` too."""
    names = [f"{language}.html", *(["index.html"] if language == languages[0] else [])]
    for name in names:
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in names]


def broken_links(page: Path) -> Iterator[str]:
    """Addresses on a page, relative to it, that lead to no file."""
    reader = _Addresses()
    reader.feed(page.read_text(encoding="utf-8"))
    for address in reader.found:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        if not (page.parent / unquote(parts.path)).is_file():
            yield address


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]
