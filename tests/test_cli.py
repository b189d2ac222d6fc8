"""The command line, from a curator's folder to a published edition, with the real engine."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from server.__main__ import main
from server.catalogue.sounds import seconds_of
from server.editions.shelf import Shelf
from tests.support.sets import make_set
from tests.support.speaking import said, speaking

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rekindle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command with a home of its own; answers exit code, output and errors."""
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REKINDLE_WORKERS", "1")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rekindle", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def published(tmp_path: Path) -> int | None:
    edition = Shelf(tmp_path / "home" / "editions").current("small-set")
    return edition.number if edition else None


def test_from_a_set_to_an_edition_and_back(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    assert rekindle("check", folder)[0] == 0
    code, said, _ = rekindle("restore", folder)
    assert code == 0 and "2 of 2 photos restored (0 were there already)" in said
    code, said, _ = rekindle("restore", folder)
    assert code == 0 and "(2 were there already)" in said
    assert "edition 1 is published" in rekindle("publish", folder)[1]
    assert "edition 2 is published" in rekindle("publish", folder)[1]
    assert "edition 1 is published again" in rekindle("rollback", folder)[1]
    assert published(tmp_path) == 1


def test_what_the_kiosk_reads_aloud_is_spoken_once_and_published(
    tmp_path: Path, rekindle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    monkeypatch.setenv("REKINDLE_SPEECH", speaking(program))
    monkeypatch.setenv("REKINDLE_SPEECH_VOICES", '{"en": "en-gb"}')
    folder = make_set(tmp_path / "set", photos=1)
    photo = folder / "photos" / "photo-1" / "photo.toml"
    words = photo.read_text("utf-8")
    photo.write_text(f'describe = {{ en = "A hill.", zh-Hans = "一座山。" }}\n{words}', "utf-8")
    rekindle("restore", folder), rekindle("publish", folder)
    shelf = Shelf(tmp_path / "home" / "editions")
    edition = shelf.current("small-set")
    assert edition is not None and [*edition.spoken] == ["en", "zh-Hans"]
    for language, text in (("en", "A hill."), ("zh-Hans", "一座山。"), ("en", "Picture 1")):
        sound = edition.spoken[language][text]
        assert seconds_of(shelf.folder("small-set", 1) / sound) > 0
    before = said(program)
    assert "en-gb A hill." in before and "zh-Hans 一座山。" in before
    photo.write_text(photo.read_text("utf-8").replace("A hill.", "A green hill."), "utf-8")
    rekindle("publish", folder)
    assert sorted({*said(program)} - {*before}) == ["en-gb A green hill."]
    assert len(said(program)) == len(before) + 1
    photo.write_text(photo.read_text("utf-8").replace("A green hill.", "A cough."), "utf-8")
    code, _, error = rekindle("publish", folder)
    assert code == 1 and 'for "A cough.": my throat hurts' in error.replace("\n", " ")
    assert published(tmp_path) == 2


def test_every_file_an_edition_names_is_there(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    rekindle("restore", folder), rekindle("publish", folder)
    shelf = Shelf(tmp_path / "home" / "editions")
    edition = shelf.edition("small-set", 1)
    place = shelf.folder("small-set", 1)
    for photo in edition.photos:
        assert [stage.name for stage in photo.stages] == ["scan", "repaired", "clear", "colour"]
        assert photo.arrival is not None and (place / photo.arrival).is_file()
        for stage in photo.stages:
            for one in stage.renditions:
                for name in (one.webp, one.jpeg):
                    with PillowImage.open(place / name) as picture:
                        assert picture.size == (one.width, one.height)
                        assert b"digitalsourcetype" in picture.info["xmp"]
            assert (stage.evidence is None) == (stage.name == "scan")


def test_publishing_again_links_what_has_not_changed(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    rekindle("restore", folder), rekindle("publish", folder), rekindle("publish", folder)
    shelf = Shelf(tmp_path / "home" / "editions")
    one, two = (sorted((shelf.folder("small-set", n) / "media").iterdir()) for n in (1, 2))
    assert [path.name for path in one] == [path.name for path in two]
    assert all(a.samefile(b) for a, b in zip(one, two, strict=True))


def test_stages_are_exported_with_their_paradata(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    rekindle("restore", folder)
    assert rekindle("export", "stages", folder, "--to", tmp_path / "out")[0] == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    stages = ("clear", "colour", "repaired", "scan")
    assert names == sorted(
        f"photo-1.{stage}.{kind}" for stage in stages for kind in ("json", "png")
    )
    record = json.loads((tmp_path / "out" / "photo-1.colour.json").read_text())
    assert record["steps"][-1]["operation"] == "colour"


def test_a_faulty_set_is_refused_alike_and_what_is_published_stays(
    tmp_path: Path, rekindle: Run
) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    rekindle("restore", folder), rekindle("publish", folder)
    (folder / "photos" / "photo-1" / "scan.png").write_text("not a picture")
    toml = folder / "photos" / "photo-2" / "photo.toml"
    toml.write_text(toml.read_text().replace("#DE2910", "red"))
    code, listed, _ = rekindle("check", folder)
    assert code == 1 and "photo-1/scan.png" in listed and "#RRGGBB" in listed
    for verb in ("restore", "publish"):
        code, _, refused = rekindle(verb, folder)
        assert code == 1
        assert "photo-1/scan.png" in refused and "#RRGGBB" in refused
    assert published(tmp_path) == 1


def test_a_photo_that_cannot_be_restored_is_named_and_the_others_are_done(
    tmp_path: Path, rekindle: Run
) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    # A recipe of the photo's own, with a value that the engine refuses: only that photo fails.
    recipe = folder / "mine.toml"
    recipe.write_text(
        'name = "mine"\ntitle = { en = "Mine" }\n'
        '[[step]]\nstage = "clear"\nengine = "classic"\noperation = "enlarge"\n'
        "params = { factor = -1 }\n"
    )
    toml = folder / "photos" / "photo-1" / "photo.toml"
    toml.write_text('recipe = "mine.toml"\n' + toml.read_text())
    code, said, refused = rekindle("restore", folder)
    assert code == 1 and "1 of 2 photos restored" in said
    assert refused.startswith("photo-1: step classic.enlarge failed: factor must be")


def test_a_set_that_is_not_restored_is_not_published(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    code, _, refused = rekindle("publish", folder)
    assert code == 1 and f"rekindle restore {folder}" in refused
    assert published(tmp_path) is None


def test_one_photo_can_be_restored_alone(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    assert "1 of 1 photos" in rekindle("restore", folder, "--photo", "photo-2")[1]
    code, _, refused = rekindle("restore", folder, "--photo", "photo-9")
    assert code == 1 and "Known: photo-1, photo-2" in refused


def test_a_folder_of_images_becomes_an_exhibition(tmp_path: Path, rekindle: Run) -> None:
    made = make_set(tmp_path / "made", photos=2)
    plain = tmp_path / "plain"
    plain.mkdir()
    for number in (1, 2):
        shutil.copy(made / "photos" / f"photo-{number}" / "scan.png", plain / f"Team {number}.png")
    target = tmp_path / "team-photos"
    code, said, _ = rekindle("import", "folder", plain, "--to", target)
    assert code == 0 and "2 photos" in said
    assert rekindle("check", target)[0] == 0
    assert rekindle("restore", target)[0] == 0
    assert rekindle("publish", target)[0] == 0


def test_a_user_is_let_in_once(tmp_path: Path, rekindle: Run) -> None:
    words = ("user", "add", "curator", "--password", "a long enough word")
    assert rekindle(*words)[0] == 0
    code, _, refused = rekindle(*words)
    assert code == 1 and "curator" in refused


@pytest.mark.timeout(1800)
def test_every_real_old_photograph_goes_all_the_way(
    tmp_path: Path, rekindle: Run, old_photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKINDLE_WORKERS", "2")
    target = tmp_path / "old"
    code, said, _ = rekindle("import", "folder", old_photos[0].parent, "--to", target)
    assert code == 0 and f"{len(old_photos)} photos" in said and "left out" not in said
    code, said, refused = rekindle("restore", target)
    assert (code, refused) == (0, "") and f"{len(old_photos)} of {len(old_photos)}" in said
    assert rekindle("publish", target)[0] == 0


TWICE = """
name = "twice"
title = { en = "Twice" }
[[step]]
stage = "repaired"
engine = "classic"
operation = "find-damage"
[[step]]
stage = "repaired"
engine = "classic"
operation = "mend"
candidates = 2
"""


def test_keeping_a_candidate_is_written_beside_the_curators_notes(
    tmp_path: Path, rekindle: Run
) -> None:
    folder = make_set(tmp_path / "set", photos=1, recipe="twice.toml")
    (folder / "twice.toml").write_text(TWICE)
    file = folder / "photos" / "photo-1" / "photo.toml"
    file.write_text("# ask his daughter\n" + file.read_text("utf-8"), "utf-8")
    code, said, _ = rekindle("keep", folder, "photo-1", "classic.mend", 2)
    assert code == 0 and "candidate 2 of classic.mend goes on" in said
    text = file.read_text("utf-8")
    assert text.startswith("# ask his daughter") and '"classic.mend" = 2' in text
    assert rekindle("restore", folder)[0] == 0
    for wrong in (("photo-1", "classic.mend", 3), ("photo-1", "a.b", 1), ("photo-9", "a.b", 1)):
        code, _, refused = rekindle("keep", folder, *wrong)
        assert code == 1 and refused
    assert file.read_text("utf-8") == text


def test_the_check_knows_the_recipes_steps(tmp_path: Path, rekindle: Run) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    file = folder / "photos" / "photo-1" / "photo.toml"
    sound = file.read_text("utf-8")
    file.write_text(sound + '[params."classic.claer"]\nstrength = 0.5\n', "utf-8")
    code, said, _ = rekindle("check", folder)
    assert code == 1 and "photos/photo-1/photo.toml" in said
    assert 'Did you mean "classic.clear"?' in said
    file.write_text(sound.replace("scan =", 'recipe = "clasic"\nscan ='), "utf-8")
    code, said, _ = rekindle("check", folder)
    assert code == 1 and 'recipe "clasic": there is no such recipe.' in said
