"""One run tells a curator everything, and what is wrong is never restored or published."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from server.catalogue.checks import check, require_sound
from server.catalogue.manifest import load
from server.errors import Problem, SetInvalid
from tests.catalogue.test_scans import png_header
from tests.support.sets import draw_scan, make_set


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_set(tmp_path / "set")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def the_one(folder: Path, *, decode: bool = True) -> Problem:
    (problem,) = check(folder, decode=decode)
    return problem


def test_a_sound_set_has_no_problem(small: Path) -> None:
    assert check(small) == []
    assert require_sound(small) == load(small)


def test_a_missing_scan_is_one_line_and_says_what_is_there(small: Path) -> None:
    place = small / "photos/photo-1"
    (place / "scan.png").rename(place / "scan.PNG")
    problem = the_one(small)
    assert str(problem) == (
        'photos/photo-1/photo.toml: scan "scan.png" is missing. '
        'Put it beside photo.toml. Did you mean "scan.PNG"?'
    )


@pytest.mark.parametrize("decode", [True, False])
def test_a_truncated_scan_is_found_even_without_decoding_all(small: Path, decode: bool) -> None:
    scan = small / "photos/photo-2/scan.png"
    scan.write_bytes(scan.read_bytes()[:-200])
    problem = the_one(small, decode=decode)
    assert problem.file == "photos/photo-2/scan.png"
    assert "truncated or damaged" in problem.reason
    assert "Copy the file again" in problem.remedy


def test_damage_in_the_middle_is_found_by_decoding(small: Path) -> None:
    scan = small / "photos/photo-2/scan.png"
    content = bytearray(scan.read_bytes())
    content[1000:1040] = bytes(40)
    scan.write_bytes(content)
    assert "truncated or damaged" in the_one(small).reason
    assert check(small, decode=False) == []


def test_a_text_called_a_picture_is_one_line(small: Path) -> None:
    (small / "photos/photo-1/scan.png").write_text("A caption.")
    problem = the_one(small)
    assert problem.file == "photos/photo-1/scan.png"
    assert "is plain text, not a picture" in problem.reason


@pytest.mark.parametrize("decode", [True, False])
def test_a_decompression_bomb_is_one_line_with_limit_and_actual(small: Path, decode: bool) -> None:
    (small / "photos/photo-1/scan.png").write_bytes(png_header(40_000, 10_000))
    problem = the_one(small, decode=decode)
    assert "has 400 megapixels (40000 x 10000); the limit is 300 megapixels" in problem.reason


def test_a_page_too_many_is_a_warning(small: Path) -> None:
    first, second = (Pillow.fromarray(draw_scan((96, 72), number)) for number in (1, 3))
    first.save(
        small / "photos/photo-1/scan.png", format="TIFF", save_all=True, append_images=[second]
    )
    problem = the_one(small)
    assert problem.severity == "warning"
    assert "2 pages" in problem.reason
    assert require_sound(small)


@pytest.mark.parametrize(
    ("name", "size", "sound"),
    [
        ("damage.png", (96, 72), True),
        ("damage.png", (48, 36), True),
        ("damage.png", (72, 96), False),
        ("finished.tif", (960, 720), True),
        ("finished.tif", (960, 700), False),
    ],
)
def test_a_companion_has_the_shape_of_its_scan(
    small: Path, name: str, size: tuple[int, int], sound: bool
) -> None:
    Pillow.new("L", size).save(small / "photos/photo-1" / name)
    problems = check(small)
    assert (problems == []) is sound
    if not sound:
        assert problems[0].file == f"photos/photo-1/{name}"
        assert f"is {size[0]} x {size[1]}, of another shape than its scan (96 x 72)" in str(
            problems[0]
        )


def test_a_companion_is_a_picture_and_lies_in_the_set(small: Path, tmp_path: Path) -> None:
    (small / "photos/photo-1/damage.png").write_text("none")
    Pillow.new("L", (96, 72)).save(tmp_path / "finished.tif")
    (small / "photos/photo-2/finished.tif").symlink_to(tmp_path / "finished.tif")
    first, second = check(small)
    assert first.file == "photos/photo-1/damage.png"
    assert "is plain text" in first.reason
    assert str(second).startswith("photos/photo-2/finished.tif: is a link that leaves the set.")


def test_all_kinds_of_problems_come_in_one_run(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=8, recipy="classic")
    photos = folder / "photos"
    edit(photos / "photo-1/photo.toml", '"#DE2910"', '"red"')
    edit(photos / "photo-2/photo.toml", "[0.88, 0.14]", "[1.88, 0.14]")
    edit(photos / "photo-3/photo.toml", '"scan.png"', '"../photo-1/scan.png"')
    (photos / "photo-4/scan.png").unlink()
    (photos / "photo-5/scan.png").write_text("text")
    (photos / "photo-6/scan.png").write_bytes(png_header(40_000, 10_000))
    scan = photos / "photo-7/scan.png"
    scan.write_bytes(scan.read_bytes()[:2000])
    edit(photos / "photo-8/photo.toml", '"1974-09-01"', '"long ago"')
    problems = check(folder)
    assert sorted(problem.file for problem in problems) == [
        "exhibit.toml",
        "photos/photo-1/photo.toml",
        "photos/photo-2/photo.toml",
        "photos/photo-3/photo.toml",
        "photos/photo-4/photo.toml",
        "photos/photo-5/scan.png",
        "photos/photo-6/scan.png",
        "photos/photo-7/scan.png",
        "photos/photo-8/photo.toml",
    ]
    for problem in problems:
        assert "\n" not in str(problem)
        assert problem.remedy.endswith((".", "?"))
    with pytest.raises(SetInvalid) as refusal:
        require_sound(folder)
    assert list(refusal.value.problems) == problems


def test_a_faulty_photo_still_has_its_scan_looked_at(small: Path) -> None:
    edit(small / "photos/photo-1/photo.toml", '"#DE2910"', '"red"')
    (small / "photos/photo-1/scan.png").unlink()
    assert ["is not a colour" in str(check(small)[0]), "is missing" in str(check(small)[1])] == [
        True,
        True,
    ]


def test_warnings_do_not_block(small: Path) -> None:
    edit(small / "photos/photo-1/photo.toml", 'rights = "', 'prompt = "')
    assert [problem.severity for problem in check(small)] == ["warning"]
    assert require_sound(small).order == ("photo-1", "photo-2")


def test_a_set_whose_exhibit_file_is_gone_is_still_checked(small: Path) -> None:
    (small / "exhibit.toml").unlink()
    (small / "photos/photo-2/scan.png").write_text("text")
    assert [problem.file for problem in check(small)] == [
        "exhibit.toml",
        "photos/photo-2/scan.png",
    ]


def test_scans_of_any_size_between_tiny_and_large_pass(small: Path) -> None:
    for number, size in ((1, (100, 93)), (2, (3000, 2000))):
        flat = np.full((size[1], size[0]), 120, np.uint8)
        Pillow.fromarray(flat).save(small / f"photos/photo-{number}/scan.png")
    assert check(small) == []


def test_the_check_writes_nothing(small: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in small.rglob("*")}
    check(small)
    assert {path: path.stat().st_mtime_ns for path in small.rglob("*")} == before
    shutil.rmtree(small)
    (problem,) = check(small)
    assert problem.reason == "there is no such folder."
