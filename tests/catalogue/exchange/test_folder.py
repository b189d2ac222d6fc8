"""A folder of pictures becomes a set, whole or not at all."""

from pathlib import Path

import pytest
from PIL import Image as Pillow

from server.catalogue.checks import check
from server.catalogue.exchange.folder import import_folder, slug
from server.catalogue.manifest import load, scan_path
from server.errors import ImportRefused
from tests.support.sets import draw_scan


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    (folder / "box 1" / "deep").mkdir(parents=True)
    Pillow.fromarray(draw_scan((96, 72))).save(folder / "10 Flag_bearer.jpg")
    Pillow.fromarray(draw_scan((96, 72), 2)).save(folder / "2 Opening.tif")
    Pillow.fromarray(draw_scan((96, 72), 3)).save(folder / "box 1" / "deep" / "中文.png")
    (folder / "notes.txt").write_text("Bought at a flea market.")
    (folder / ".hidden.jpg").write_text("x")
    (folder / "Thumbs.db").write_text("x")
    return folder


def test_every_picture_becomes_a_photo_in_the_order_people_count(
    source: Path, tmp_path: Path
) -> None:
    report = import_folder(source, tmp_path / "set")
    assert report.photos == ("001-2-opening", "002-10-flag-bearer", "photo-003")
    exhibit = load(tmp_path / "set")
    assert exhibit.order == report.photos
    assert [photo.title.in_(["en"]) for photo in exhibit.photos] == [
        "2 Opening",
        "10 Flag bearer",
        "中文",
    ]
    assert exhibit.photos[2].title.root == {"zh-Hans": "中文"}
    assert [problem.severity for problem in check(tmp_path / "set")] == ["warning"] * 11


def test_scans_are_copied_byte_for_byte_under_their_true_suffix(
    source: Path, tmp_path: Path
) -> None:
    (source / "2 Opening.tif").rename(source / "2 Opening.jpg")
    import_folder(source, tmp_path / "set")
    photo = load(tmp_path / "set").photos[0]
    assert photo.scan == "scan.tif"
    copied = scan_path(tmp_path / "set", photo).read_bytes()
    assert copied == (source / "2 Opening.jpg").read_bytes()


def test_files_that_are_no_pictures_are_named_and_the_rest_is_imported(
    source: Path, tmp_path: Path
) -> None:
    broken = source / "box 1" / "broken.jpg"
    whole = (source / "10 Flag_bearer.jpg").read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    report = import_folder(source, tmp_path / "set")
    assert [problem.file for problem in report.problems] == ["box 1/broken.jpg", "notes.txt"]
    assert len(report.photos) == 3


def test_title_and_id_are_those_given_or_the_name_of_the_set(source: Path, tmp_path: Path) -> None:
    import_folder(source, tmp_path / "Summer Games")
    import_folder(source, tmp_path / "b", title="首金", languages=("zh-Hans",))
    named, given = load(tmp_path / "Summer Games"), load(tmp_path / "b")
    assert (named.id, named.title.root) == ("summer-games", {"en": "Summer Games"})
    assert (given.id, given.title.root) == ("b", {"zh-Hans": "首金"})
    assert given.languages == ("zh-Hans",)


def test_a_target_that_holds_something_is_left_alone(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "set"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    with pytest.raises(ImportRefused, match="not empty"):
        import_folder(source, target)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]


def test_an_empty_target_is_used(source: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    assert len(import_folder(source, tmp_path / "set").photos) == 3


def test_a_folder_without_pictures_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.jpg").write_text("no picture")
    with pytest.raises(ImportRefused, match="no picture that can be read"):
        import_folder(tmp_path / "texts", tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["texts"]
    with pytest.raises(ImportRefused, match="no such folder"):
        import_folder(tmp_path / "nowhere", tmp_path / "set")


def test_an_import_that_fails_half_way_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("server.catalogue.exchange.folder._write_exhibit", full)
    with pytest.raises(OSError, match="No space"):
        import_folder(source, tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["scans"]


def test_captions_and_old_dates_come_along_and_the_day_of_the_scan_does_not(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    exif = Pillow.Exif()
    exif[270] = "The team enters the stadium"
    exif.get_ifd(0x8769)[36867] = "1974:09:01 00:00:00"
    Pillow.fromarray(draw_scan((96, 72))).save(folder / "a.jpg", exif=exif)
    exif[270] = "SAMSUNG DIGITAL CAMERA"
    exif.get_ifd(0x8769)[36867] = "2019:03:05 10:00:00"
    Pillow.fromarray(draw_scan((96, 72))).save(folder / "b.jpg", exif=exif)
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description photoshop:DateCreated="1908-07">'
        b'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Tom &amp; the flag</rdf:li>'
        b"</rdf:Alt></dc:description></rdf:Description></x:xmpmeta>"
    )
    Pillow.fromarray(draw_scan((96, 72))).save(folder / "c.jpg", xmp=xmp)
    iim = b"\x1c\x02\x37\x00\x0819360000\x1c\x02\x78\x00\x06\xe6\x97\x97\xe6\x89\x8b"
    block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(iim).to_bytes(4, "big") + iim
    plain = (folder / "b.jpg").read_bytes()[2:]
    segment = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    (folder / "d.jpg").write_bytes(b"\xff\xd8" + segment + plain)
    import_folder(folder, tmp_path / "set")
    told = [(photo.date, photo.story.root) for photo in load(tmp_path / "set").photos]
    assert told == [
        ("1974-09-01", {"en": "The team enters the stadium"}),
        (None, {}),
        ("1908-07", {"en": "Tom & the flag"}),
        ("1936", {"zh-Hans": "旗手"}),
    ]


def test_slugs_are_safe_in_paths_and_addresses() -> None:
    assert slug("Ünï  Çode/../x") == "uni-code-x"
    assert slug("中文") == ""
    assert len(slug("a" * 200)) == 48


def test_all_old_photographs_import(old_photos: list[Path], tmp_path: Path) -> None:
    report = import_folder(old_photos[0].parent, tmp_path / "set")
    assert len(report.photos) == len(old_photos)
    assert report.problems == ()
    assert not [entry for entry in check(tmp_path / "set") if entry.severity == "error"]
