"""Outlining, colouring and protecting in the Studio: a real server over a real set."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
from PIL import Image
from skimage import data

from server.catalogue.manifest import load
from server.catalogue.model import Region
from server.web.languages import read_words
from tests.support.editions import FolderShelf, published_shelf
from tests.support.serving import house, quick_accounts, serving
from tests.support.sets import make_set
from tests.web.conftest import PASSWORD
from tests.web.test_studio import log_in

PAGE = "/studio/small-set/photo-1/regions"
SKY = {
    "region": "",
    "outline": json.dumps([[0.1, 0.05], [0.5, 0.05], [0.5, 0.12]]),
    "name.en": "the sky",
    "name.zh-Hans": "天空",
    "colour": "#87afcf",
    "certainty": "guess",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_set(tmp_path / "set", photos=2, size=(240, 180))
    file = folder / "photos/photo-1/photo.toml"
    file.write_text(f"# My own note.\n{file.read_text('utf-8')}", "utf-8")
    return folder


@pytest.fixture
def curator(tmp_path: Path, folder: Path) -> Iterator[httpx.Client]:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    app = house(tmp_path, FolderShelf(tmp_path / "editions"), accounts=accounts, sets=[folder])
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    with serving(app) as base, httpx.Client(base_url=base, headers=headers) as client:
        log_in(client)
        client.headers["Origin"] = base
        yield client


def text_of(folder: Path) -> str:
    return (folder / "photos/photo-1/photo.toml").read_text("utf-8")


def regions(folder: Path) -> tuple[Region, ...]:
    return load(folder).photo("photo-1").region


def version(client: httpx.Client) -> str:
    return client.get(PAGE).text.split('name="version" value="')[1].split('"')[0]


def send(client: httpx.Client, path: str = "", **form: str) -> httpx.Response:
    return client.post(PAGE + path, data=form)


def test_a_region_is_saved_beside_what_was_written_and_undone(
    curator: httpx.Client, folder: Path
) -> None:
    before = text_of(folder)
    saved = send(curator, **SKY, version=version(curator))
    assert (saved.status_code, saved.headers["location"]) == (303, f"{PAGE}#last")
    region = regions(folder)[-1]
    assert (region.id, region.colour, region.certainty) == ("the-sky", "#87AFCF", "guess")
    assert region.name.root == {"en": "the sky", "zh-Hans": "天空"}
    assert text_of(folder).startswith(before.rstrip("\n"))
    page = curator.get(PAGE).text
    assert "“the sky” is saved in photo.toml." in page
    assert f"rekindle restore {folder} --photo photo-1" in page
    undone = send(curator, "/undo", version=version(curator))
    assert undone.headers["location"] == f"{PAGE}?undone=true"
    assert text_of(folder) == before
    assert "Taken back" in curator.get(f"{PAGE}?undone=true").text
    assert 'action="/studio/small-set/photo-1/regions/undo"' not in curator.get(PAGE).text


def test_a_second_region_of_one_name_gets_a_number(curator: httpx.Client, folder: Path) -> None:
    for _ in range(2):
        assert send(curator, **SKY, version=version(curator)).status_code == 303
    assert [each.id for each in regions(folder)] == ["face", "flag", "the-sky", "the-sky-2"]


def test_a_region_is_changed_where_it_stands(curator: httpx.Client, folder: Path) -> None:
    page = curator.get(f"{PAGE}?region=face").text
    assert 'value="the face"' in page and "Change this region" in page
    outline = json.dumps(regions(folder)[0].outline)
    form = {"region": "face", "outline": outline, "name.en": "Ali", "protect": "on"}
    assert send(curator, **form, version=version(curator)).status_code == 303
    face, flag = regions(folder)
    assert (face.id, face.name.root, face.protect, flag.id) == ("face", {"en": "Ali"}, True, "flag")
    assert "“Ali” is changed in photo.toml." in curator.get(PAGE).text


def test_a_region_is_removed_and_comes_back(curator: httpx.Client, folder: Path) -> None:
    before = text_of(folder)
    assert send(curator, "/remove", region="flag", version=version(curator)).status_code == 303
    assert [each.id for each in regions(folder)] == ["face"]
    assert text_of(folder).startswith("# My own note.")
    send(curator, "/undo", version=version(curator))
    assert text_of(folder) == before


def test_faults_are_shown_in_the_form_and_nothing_is_lost(
    curator: httpx.Client, folder: Path
) -> None:
    before = text_of(folder)
    careless = SKY | {"certainty": "documented", "colour": "blue", "name.en": "<b>sky"}
    answer = send(curator, **careless, version=version(curator))
    assert answer.status_code == 422
    for told in ("Write the colour as #RRGGBB", "A documented colour needs its source"):
        assert told in answer.text
    for kept in ('value="blue"', 'value="天空"', "&lt;b&gt;sky", "[[0.1, 0.05]"):
        assert kept in answer.text
    assert 'value="documented" selected' in answer.text
    assert answer.text.count('aria-invalid="true"') == 3
    assert text_of(folder) == before


def test_a_file_changed_meanwhile_is_not_overwritten(curator: httpx.Client, folder: Path) -> None:
    old = version(curator)
    theirs = text_of(folder) + "\n# Typed meanwhile.\n"
    (folder / "photos/photo-1/photo.toml").write_text(theirs, "utf-8")
    for path, form in (("", SKY), ("/remove", {"region": "flag"})):
        answer = send(curator, path, **form, version=old)
        assert answer.status_code == 409
        assert "Somebody changed photo.toml meanwhile, so nothing was written" in answer.text
        assert text_of(folder) == theirs
    answer = send(curator, **SKY, version=old)
    assert 'value="the sky"' in answer.text and 'value="#87AFCF"' in answer.text
    # What was shown is now what the file says, and can be saved upon.
    again = answer.text.split('name="version" value="')[1].split('"')[0]
    assert send(curator, **SKY, version=again).status_code == 303
    assert "# Typed meanwhile." in text_of(folder)
    (folder / "photos/photo-1/photo.toml").write_text(theirs, "utf-8")
    assert send(curator, "/undo", version=version(curator)).status_code == 409
    assert text_of(folder) == theirs


def test_what_another_curator_did_is_not_taken_back_by_a_page_that_did_not_show_it(
    curator: httpx.Client, folder: Path
) -> None:
    send(curator, **SKY, version=version(curator))
    seen = version(curator)
    send(curator, "/remove", region="flag", version=seen)
    assert send(curator, "/undo", version=seen).status_code == 409
    assert [each.id for each in regions(folder)] == ["face", "the-sky"]


def test_a_set_with_errors_is_not_written_into(curator: httpx.Client, folder: Path) -> None:
    now, before = version(curator), text_of(folder)
    (folder / "photos/photo-2/scan.png").write_text("no picture")
    answer = send(curator, **SKY, version=now)
    assert answer.status_code == 422
    assert "Nothing was written" in answer.text and "photos/photo-2/scan.png" in answer.text
    assert 'value="the sky"' in answer.text and text_of(folder) == before
    (folder / "photos/photo-2/photo.toml").write_text("title = ", "utf-8")
    answer = curator.get(PAGE)
    assert answer.status_code == 422 and "is not valid TOML" in answer.text
    unreadable = curator.get("/studio/small-set/photo-2/regions")
    assert unreadable.status_code == 422


def test_an_outline_is_proposed_and_takes_as_much_as_is_asked(curator: httpx.Client) -> None:
    def proposed(reach: float) -> np.ndarray:
        query = {"x": 0.35, "y": 0.9, "reach": reach}
        answer = curator.get("/studio/small-set/photo-1/outline", params=query)
        return np.array(answer.json()["outline"])

    little, more = proposed(0.25), proposed(1)
    assert 0.2 < more[:, 0].mean() < 0.5
    assert np.ptp(little[:, 0]) <= np.ptp(more[:, 0])
    both = urlencode({"x": [0.35, 0.73], "y": [0.9, 0.3]}, doseq=True)
    assert curator.get(f"/studio/small-set/photo-1/outline?{both}").status_code == 200
    for wrong in ("", "x=2&y=0.5", "x=nan&y=0.5", "x=0.5&y=0.5&reach=99", "x=0.5&" * 17 + "y=0.5"):
        assert curator.get(f"/studio/small-set/photo-1/outline?{wrong}").status_code == 422


def test_the_scan_is_shown_small(curator: httpx.Client, folder: Path) -> None:
    large = Image.new("RGB", (3000, 1000), (200, 180, 140))
    large.save(folder / "photos/photo-1/scan.png")
    answer = curator.get("/studio/small-set/photo-1/scan.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    (folder.parent / "seen.jpg").write_bytes(answer.content)
    with Image.open(folder.parent / "seen.jpg") as seen:
        assert seen.size == (1600, 533)
    assert 'viewBox="0 0 3000 1000"' in curator.get(PAGE).text


def test_faces_are_found_and_protected_one_or_all(curator: httpx.Client, folder: Path) -> None:
    portrait = data.astronaut()[:300:2, 100:400:2]
    Image.fromarray(np.hstack([portrait, portrait])).save(folder / "photos/photo-1/scan.png")
    for name in ("face", "flag"):
        send(curator, "/remove", region=name, version=version(curator))
    found = curator.get("/studio/small-set/photo-1/faces").json()["faces"]
    assert len(found) == 2
    one = {"outlines": json.dumps(found[:1]), "version": version(curator)}
    assert send(curator, "/protect", **one).status_code == 303
    assert len(curator.get("/studio/small-set/photo-1/faces").json()["faces"]) == 1
    (region,) = regions(folder)
    assert region.protect and region.name.root == {"en": "a face", "zh-Hans": "一张脸"}
    assert [list(point) for point in region.outline or ()] == found[0]
    # The same once more, from a page that is no longer true.
    assert send(curator, "/protect", **one).status_code == 409
    rest = {"outlines": json.dumps(found[1:]), "version": version(curator)}
    assert send(curator, "/protect", **rest).status_code == 303
    assert [each.id for each in regions(folder)] == ["face-1", "face-1-2"]
    for forged in ("", "[]", "{}", json.dumps([[[0.1, 0.1], [0.2, 0.2], [9, 9]]])):
        answer = send(curator, "/protect", outlines=forged, version=version(curator))
        assert answer.status_code == 422
    send(curator, "/undo", version=version(curator))
    assert len(regions(folder)) == 1


@pytest.mark.parametrize("path", ["", "/remove", "/undo", "/protect"])
def test_only_curators_of_our_own_pages_change_anything(
    curator: httpx.Client, folder: Path, path: str
) -> None:
    before = text_of(folder)
    form = {**SKY, "region": "flag", "outlines": "[]", "version": version(curator)}
    for origin in ("https://elsewhere.example", "null"):
        answer = curator.post(PAGE + path, data=form, headers={"Origin": origin})
        assert answer.status_code == 403
    curator.cookies.clear()
    answer = send(curator, path, **form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio/login")
    for part in ("regions", "scan.jpg", "faces", "outline?x=0.5&y=0.5"):
        assert curator.get(f"/studio/small-set/photo-1/{part}").status_code == 303
    assert text_of(folder) == before


def test_no_path_leads_out_of_the_sets(curator: httpx.Client, folder: Path) -> None:
    (folder.parent / "photo.toml").write_text('title = { en = "outside" }', "utf-8")
    for place in (
        "small-set/..",
        "small-set/%2e%2e",
        "small-set/..%2f..",
        "small-set/photo-3",
        "../set/photo-1",
        "set/photo-1",
        "%2e%2e/photo-1",
    ):
        for part in ("regions", "scan.jpg", "faces"):
            assert curator.get(f"/studio/{place}/{part}").status_code == 404, (place, part)


def test_more_than_a_form_holds_is_refused(curator: httpx.Client, folder: Path) -> None:
    before = text_of(folder)
    large = {**SKY, "outline": "[" * 70_000, "version": version(curator)}
    assert send(curator, **large).status_code == 413
    many = {**SKY, **{f"more{place}": "" for place in range(200)}}
    assert send(curator, **many).status_code == 400
    assert text_of(folder) == before


def test_a_set_that_is_not_published_is_found_and_leads_from_photo_to_photo(
    curator: httpx.Client,
) -> None:
    assert 'href="/studio/small-set"' in curator.get("/studio").text
    listed = curator.get("/studio/small-set").text
    assert f'href="{PAGE}"' in listed and "Not published yet" in listed
    assert 'href="/studio/small-set/photo-2/regions"' in curator.get(PAGE).text
    chinese = curator.get(f"{PAGE}?lang=zh-Hans").text
    assert "区域与颜色" in chinese and "寻找人脸" in chinese


def test_a_published_photo_leads_there_or_says_what_is_missing(
    tmp_path: Path, folder: Path
) -> None:
    exhibit = folder / "exhibit.toml"
    exhibit.write_text(exhibit.read_text("utf-8").replace("small-set", "first-gold"), "utf-8")
    renamed = [("photo-1", "010-flag-bearer"), ("photo-2", "020-opening")]
    for old, new in renamed:
        (folder / "photos" / old).rename(folder / "photos" / new)
        exhibit.write_text(exhibit.read_text("utf-8").replace(old, new), "utf-8")
    shelf = published_shelf(tmp_path / "editions")
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    path = "/studio/first-gold/{}?lang=en"
    with (
        serving(house(tmp_path, shelf, accounts=accounts, sets=[folder])) as base,
        httpx.Client(base_url=base) as client,
    ):
        log_in(client)
        page = client.get(path.format("010-flag-bearer")).text
        assert 'href="/studio/first-gold/010-flag-bearer/regions"' in page
        page = client.get(path.format("030-first-gold")).text
        assert "REKINDLE_SETS" in page and "030-first-gold/regions" not in page


def test_every_phrase_of_the_studio_is_written_in_chinese() -> None:
    ui = Path(__file__).parents[2] / "kiosk_ui"
    words = read_words(ui / "locale", "studio")["zh-Hans"]
    templates = "\n".join(file.read_text("utf-8") for file in ui.glob("templates/studio_*.html"))
    said = {phrase for _, phrase in re.findall(r"""_\((['"])(.+?)\1\)""", templates)}
    form = (ui.parent / "server/web/region_form.py").read_text("utf-8")
    said |= set(re.findall(r'found\[[^\]]+\] = "(.+)"', form))
    assert len(said) > 100
    assert said == set(words)
    for phrase, text in words.items():
        assert sorted(re.findall(r"\{\w+\}", phrase)) == sorted(re.findall(r"\{\w+\}", text))
