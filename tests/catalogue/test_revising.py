"""Changes to a photo.toml: checked first, never over somebody else's, taken back to the byte."""

from pathlib import Path

import pytest

from server.catalogue.manifest import load
from server.catalogue.model import Photo, Region, Text
from server.catalogue.revising import Revisions
from server.errors import Overtaken, SetInvalid
from tests.support.sets import make_set

SKY = Region(
    id="sky",
    name=Text({"en": "the sky", "zh-Hans": "天空"}),
    outline=((0.1, 0.05), (0.5, 0.05), (0.5, 0.12)),
    colour="#87AFCF",
    certainty="guess",
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = make_set(tmp_path / "set", photos=1)
    file = folder / "photos/photo-1/photo.toml"
    text = file.read_text("utf-8").replace("[[region]]", "# Outlined by Lin.\n[[region]]", 1)
    file.write_text(f"# My own note.\n{text}", "utf-8")
    return folder


def opened(folder: Path) -> Photo:
    return load(folder).photo("photo-1")


def written(folder: Path) -> str:
    return (folder / "photos/photo-1/photo.toml").read_text("utf-8")


def test_a_region_is_added_and_nothing_else_is_touched(small: Path) -> None:
    before, photo = written(small), opened(small)
    revisions: Revisions[str] = Revisions()
    version = revisions.version(small, "photo-1")
    revisions.save(small, photo, [*photo.region, SKY], version, "the sky")
    assert opened(small).region == (*photo.region, SKY)
    assert written(small).startswith(f'{before.rstrip()}\n\n[[region]]\nid = "sky"\n')
    assert revisions.last(small, "photo-1") == "the sky"


def test_changes_are_taken_back_to_the_byte_one_after_the_other(small: Path) -> None:
    revisions: Revisions[str] = Revisions()
    texts = [written(small)]
    for label, kept in (("without the face", 1), ("without any", 2)):
        photo, version = opened(small), revisions.version(small, "photo-1")
        revisions.save(small, photo, photo.region[1:], version, label)
        assert len(opened(small).region) == 2 - kept
        assert "# My own note." in written(small)
        texts.append(written(small))
    expected: list[tuple[str, str | None]] = [(texts[1], "without the face"), (texts[0], None)]
    for text, left in expected:
        revisions.undo(small, "photo-1", revisions.version(small, "photo-1"))
        assert (written(small), revisions.last(small, "photo-1")) == (text, left)
    with pytest.raises(Overtaken):
        revisions.undo(small, "photo-1", revisions.version(small, "photo-1"))
    assert written(small) == texts[0]


def test_a_file_that_somebody_changed_is_not_overwritten(small: Path) -> None:
    revisions: Revisions[str] = Revisions()
    photo, version = opened(small), revisions.version(small, "photo-1")
    revisions.save(small, photo, photo.region[1:], version, "removed")
    mine = revisions.version(small, "photo-1")
    theirs = written(small) + "\n# Typed meanwhile.\n"
    (small / "photos/photo-1/photo.toml").write_text(theirs, "utf-8")
    assert revisions.last(small, "photo-1") is None
    for seen in (mine, revisions.version(small, "photo-1")):
        with pytest.raises(Overtaken, match=r"photos/photo-1/photo\.toml was changed meanwhile"):
            revisions.undo(small, "photo-1", seen)
    with pytest.raises(Overtaken):
        revisions.save(small, photo, [*photo.region, SKY], version, "added")
    assert written(small) == theirs


def test_nothing_is_written_into_a_set_with_errors_or_that_would_have_some(small: Path) -> None:
    revisions: Revisions[str] = Revisions()
    photo, version = opened(small), revisions.version(small, "photo-1")
    before = written(small)
    with pytest.raises(SetInvalid, match="two regions with one id: sky"):
        revisions.save(small, photo, [SKY, SKY], version, "twice")
    with pytest.raises(SetInvalid, match="documented colour needs its source"):
        careless = SKY.model_copy(update={"certainty": "documented"})
        revisions.save(small, photo, [careless], version, "careless")
    (small / "photos/photo-1/scan.png").unlink()
    with pytest.raises(SetInvalid, match=r'scan "scan.png" is missing'):
        revisions.save(small, photo, [SKY], version, "added")
    assert written(small) == before and revisions.last(small, "photo-1") is None
