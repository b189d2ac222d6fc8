"""Files to model and back; a curator's own writing survives."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.manifest import (
    companion,
    load,
    photo_folder,
    read,
    save_exhibit,
    save_photo,
    scan_path,
    schema,
)
from server.catalogue.model import ExhibitSet, Photo, Programme, Region, Text
from server.errors import SetInvalid
from tests.support.sets import make_set


def lines(folder: Path) -> list[str]:
    return [str(problem) for problem in read(folder)[1]]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_set(tmp_path / "set")


@pytest.fixture
def photo_file(small: Path) -> Path:
    return small / "photos/photo-1/photo.toml"


def test_a_set_is_read_with_its_photos_in_order(small: Path) -> None:
    edit(small / "exhibit.toml", '["photo-1", "photo-2"]', '["photo-2", "photo-1"]')
    exhibit = load(small)
    assert [photo.id for photo in exhibit.photos] == ["photo-2", "photo-1"]
    assert exhibit.photo("photo-1").region[1].colour == "#DE2910"
    assert exhibit.title.in_(["zh-Hans"]) == "小展览"
    assert scan_path(small, exhibit.photos[0]) == photo_folder(small, "photo-2") / "scan.png"


def test_a_byte_order_mark_is_no_obstacle(small: Path) -> None:
    path = small / "exhibit.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(small).id == "small-set"


def test_all_regions_can_go_and_others_come(small: Path, photo_file: Path) -> None:
    photo = load(small).photos[0]
    save_photo(small, photo.model_copy(update={"region": ()}))
    assert "region" not in photo_file.read_text("utf-8")
    save_photo(small, photo)
    assert load(small).photos[0] == photo


def test_regions_written_on_one_line_stay_there(small: Path, photo_file: Path) -> None:
    text = photo_file.read_text("utf-8").partition("[[region]]")[0]
    line = '{ id = "sky", name = { en = "the sky" }, points = [[0.5, 0.1]] }'
    photo_file.write_text(f"region = [\n  {line},  # mine\n]\n{text}", "utf-8")
    photo = load(small).photos[0]
    more = (*photo.region, photo.region[0].model_copy(update={"id": "cloud"}))
    save_photo(small, photo.model_copy(update={"region": more}))
    assert load(small).photos[0].region == more
    assert f"{line},  # mine" in photo_file.read_text("utf-8")


def test_companions_are_found_where_they_are(small: Path) -> None:
    photo = load(small).photos[0]
    assert companion(small, photo, "damage.png") is None
    painted = photo_folder(small, photo.id) / "damage.png"
    painted.write_bytes(b"x")
    assert companion(small, photo, "damage.png") == painted
    painted.unlink()
    painted.symlink_to("/etc/hostname")
    assert companion(small, photo, "damage.png") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('place = "Tehran"', 'plaec = "Tehran"', 'plaec is an unknown key. Did you mean "place"?'),
        ('"#DE2910"', '"red"', 'region "flag" colour "red" is not a colour. Write it as "#RRGGBB"'),
        ('"documented"', '"sure"', 'region "flag" certainty is "sure". Write one of: documented'),
        (
            "[[0.58, 0.14], [0.88, 0.14]",
            "[[0.58, -0.14], [1.88, 0.14]",
            'region "flag" outline leaves the photo: -0.14 is not within 0 to 1. Give at least',
        ),
        (", [0.88, 0.4], [0.58, 0.4]]", "]", 'region "flag" outline is not a list of enough point'),
        (
            '"1974-09-01"',
            "1974-09-01",
            "date is 1974-09-01: input should be a valid string. Put it",
        ),
        ('id = "flag"', 'id = "The Flag"', 'id "The Flag" is not an id. Use lower-case letters'),
        ('id = "flag"', 'id = "face"', "two regions with one id: face. Give each region an id"),
        ('certainty = "documented"\n', "", "needs its certainty. Add certainty ="),
        ("protect = true", 'protect = "very"', 'region "face" protect is "very"'),
        ('scan = "scan.png"', 'source = "foto"', 'source is "foto". Write one of: print, negative'),
        ('scan = "scan.png"', 'was = "color"', 'was is "color". Write one of: black-and-white'),
        ('scan = "scan.png"', 'id = "x"', "id is an unknown key."),
        (
            'scan = "scan.png"',
            'scan = "../photo-2/scan.png"',
            "leaves the set. Put the file beside",
        ),
        ('scan = "scan.png"', 'scan = "/etc/passwd"', "leaves the set."),
        ('scan = "scan.png"', r"scan = 'C:\scan.png'", "leaves the set."),
        ('scan = "scan.png"', 'recipe = "../own.toml"', 'recipe "../own.toml" leaves the set.'),
        ('scan = "scan.png"', 'recipe = "own.toml"', 'there is no recipe "own.toml" in the set.'),
        ('place = "Tehran"', "place = Tehran", "is not valid TOML: "),
        ('place = "Tehran"', 'place = "Teh', "at line "),
        ('place = "Tehran"', "people = 'Ali'", 'people is "Ali"'),
    ],
)
def test_one_fault_in_a_photo_is_one_line_with_its_remedy(
    small: Path, photo_file: Path, old: str, new: str, expected: str
) -> None:
    edit(photo_file, old, new)
    (line,) = lines(small)
    assert line.startswith("photos/photo-1/photo.toml: ")
    assert expected in line
    with pytest.raises(SetInvalid) as refusal:
        load(small)
    assert str(refusal.value) == line


def test_a_title_without_languages_is_explained(small: Path, photo_file: Path) -> None:
    edit(photo_file, '[title]\nen = "Picture 1"\nzh-Hans = "照片1"\n', "")
    edit(photo_file, "date =", 'title = "Picture 1"\ndate =')
    (line,) = lines(small)
    assert "title is not a text by language. Write it as title = { en =" in line


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('clear = "Sharp."', "describe_stage.clear is not a text by language. Write it as des"),
        ('clear = { e = "Sharp." }', 'describe_stage.clear: "e" is not a language tag.'),
        ('scan = { en = "Grey." }', "Write one of: repaired, clear, colour, finished."),
    ],
)
def test_a_fault_in_what_a_stage_changes_is_explained(
    small: Path, photo_file: Path, written: str, expected: str
) -> None:
    edit(photo_file, "date =", f"describe_stage.{written}\ndate =")
    (line,) = lines(small)
    assert expected in line


def test_what_a_stage_changes_is_read_and_kept(small: Path, photo_file: Path) -> None:
    words = 'describe_stage.clear = { en = "Sharp.", zh-Hans = "清晰。" }  # by ear'
    edit(photo_file, "date =", f"{words}\ndate =")
    photo = load(small).photos[0]
    assert photo.describe_stage["clear"].in_(["zh-Hans"]) == "清晰。"
    save_photo(small, photo)
    assert words in photo_file.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"photo-2"]\n',
            '"photo-2", "photo-1"]\n',
            'two photos with one id: order names "photo-1"',
        ),
        ('"photo-2"]\n', '"photo-2", "photo-3"]\n', "but there is no folder photos/photo-3."),
        ('id = "small-set"', 'id = "Small Set"', 'id "Small Set" is not an id.'),
        ('recipe = "classic"', 'recipe = "../x/own.toml"', "leaves the set."),
        ('recipe = "classic"', 'recipes = "classic"', 'unknown key. Did you mean "recipe"?'),
        ('recipe = "classic"', "photos = []", "photos is an unknown key."),
        ('recipe = "classic"', "recipe = ", "is not valid TOML: invalid value (at line 3, column"),
    ],
)
def test_one_fault_in_the_exhibit_is_one_line_with_its_remedy(
    small: Path, old: str, new: str, expected: str
) -> None:
    edit(small / "exhibit.toml", old, new)
    (line,) = lines(small)
    assert line.startswith("exhibit.toml: ")
    assert expected in line


def test_a_programme_may_only_play_photos_of_the_set(small: Path) -> None:
    path = small / "exhibit.toml"
    head, programme = path.read_text("utf-8").split("[[programme]]")
    programme = programme.replace('"photo-2"]', '"photo-9"]')
    path.write_text(f"{head}[[programme]]{programme}", "utf-8")
    (line,) = lines(small)
    assert 'programme "both" names "photo-9", which is not in order.' in line


def test_a_photo_that_is_not_in_order_is_a_warning(small: Path) -> None:
    make_set(small / "other", photos=3)
    (small / "other/photos/photo-3").rename(small / "photos/photo-3")
    exhibit, problems = read(small)
    assert [(problem.file, problem.severity) for problem in problems] == [
        ("photos/photo-3", "warning")
    ]
    assert exhibit == load(small)


def test_folders_that_differ_in_capitals_alone_are_two_photos_with_one_id(small: Path) -> None:
    (small / "photos/Photo-1").mkdir()
    assert any("two photos with one id: Photo-1 and photo-1" in line for line in lines(small))


def test_a_folder_that_links_out_of_the_set_is_refused(small: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (small / "photos/photo-2").rename(outside)
    (small / "photos/photo-2").symlink_to(outside)
    (line,) = lines(small)
    assert "photos/photo-2: is a link that leaves the set." in line


def test_a_scan_that_links_out_of_the_set_is_refused(small: Path, tmp_path: Path) -> None:
    scan = small / "photos/photo-1/scan.png"
    scan.rename(tmp_path / "scan.png")
    scan.symlink_to(tmp_path / "scan.png")
    (line,) = lines(small)
    assert 'scan "scan.png" leaves the set.' in line


def test_the_faults_of_all_files_come_together(small: Path, photo_file: Path) -> None:
    edit(small / "exhibit.toml", 'recipe = "classic"', 'recipy = "classic"')
    edit(photo_file, '"#DE2910"', '"red"')
    edit(photo_file, "place", "palce")
    (small / "photos/photo-2/photo.toml").unlink()
    with pytest.raises(SetInvalid) as refusal:
        load(small)
    assert [problem.file for problem in refusal.value.problems] == [
        "exhibit.toml",
        "photos/photo-1/photo.toml",
        "photos/photo-1/photo.toml",
        "photos/photo-2/photo.toml",
    ]


def test_what_can_be_read_of_a_faulty_set_is_read(small: Path, photo_file: Path) -> None:
    edit(photo_file, '"#DE2910"', '"red"')
    exhibit, problems = read(small)
    assert exhibit is not None
    assert [photo.id for photo in exhibit.photos] == ["photo-2"]
    assert len(problems) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"order = []"])
def test_an_unusable_exhibit_file_never_raises(small: Path, content: bytes) -> None:
    (small / "exhibit.toml").write_bytes(content)
    assert read(small)[1]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetInvalid, match="there is no such folder"):
        load(tmp_path / "nowhere")


WRITTEN = """# Our first set
id = "small-set"   # printed on the posters
title = { en = "A small set", zh-Hans = "小展览" }  # agreed with the director
recipe = 'classic'
order = [
  "photo-1",  # the face of the show
  "photo-2",
]

# Programmes
[[programme]]
id = "both"        # the short one
title = { en = "In a row" }
photos = ["photo-1", "photo-2"]
"""


def test_a_save_changes_only_the_values_that_changed(small: Path) -> None:
    path = small / "exhibit.toml"
    path.write_text(WRITTEN, "utf-8")
    exhibit = load(small)
    save_exhibit(small, exhibit)
    assert path.read_text("utf-8") == WRITTEN
    title = Text({"en": "Another title", "zh-Hans": "小展览"})
    save_exhibit(small, exhibit.model_copy(update={"title": title}))
    assert path.read_text("utf-8") == WRITTEN.replace("A small set", "Another title")


def test_comments_stay_with_what_they_explain(small: Path) -> None:
    path = small / "exhibit.toml"
    path.write_text(WRITTEN, "utf-8")
    exhibit = load(small)
    second = Programme(id="one", title=Text({"en": "One"}), photos=("photo-2",))
    changed = exhibit.model_copy(
        update={
            "order": ("photo-2", "photo-1"),
            "programme": (second, *exhibit.programme),
            "intro": Text({"en": "Welcome"}),
        }
    )
    save_exhibit(small, changed)
    text = path.read_text("utf-8")
    assert load(small) == changed.model_copy(update={"photos": changed.photos[::-1]})
    for comment in WRITTEN.splitlines():
        if "#" in comment:
            assert comment[comment.index("#") :] in text
    assert '"photo-1",  # the face of the show' in text
    assert 'id = "both"        # the short one' in text


def test_a_value_that_is_taken_away_goes(small: Path, photo_file: Path) -> None:
    photo = load(small).photo("photo-1")
    save_photo(small, photo.model_copy(update={"place": None, "region": photo.region[1:]}))
    assert "Tehran" not in photo_file.read_text("utf-8")
    again = load(small).photo("photo-1")
    assert again.place is None
    assert [region.id for region in again.region] == ["flag"]


def test_a_save_leaves_no_other_file(small: Path, photo_file: Path) -> None:
    before = sorted(entry.name for entry in photo_file.parent.iterdir())
    save_photo(small, load(small).photo("photo-1"))
    assert sorted(entry.name for entry in photo_file.parent.iterdir()) == before


slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
texts = st.dictionaries(st.sampled_from(["en", "zh-Hans", "de"]), plain, max_size=3).map(Text)
fractions = st.floats(0, 1)
points = st.tuples(fractions, fractions)
regions = st.builds(
    Region,
    id=slugs,
    name=texts,
    outline=st.none() | st.lists(points, min_size=3, max_size=5).map(tuple),
    strokes=st.none() | st.just((((0.1, 0.2), (0.3, 0.4)),)),
    points=st.lists(points, min_size=1, max_size=3).map(tuple),
    protect=st.booleans(),
    colour=st.none() | st.just("#DE2910"),
    certainty=st.sampled_from(["likely", "guess"]),
    source=st.none() | texts,
)
photos = st.builds(
    Photo,
    id=st.just("photo-1"),
    title=texts,
    story=texts,
    date=st.none() | plain,
    people=st.lists(plain, max_size=3).map(tuple),
    scan=st.sampled_from(["scan.tif", "a b.png"]),
    was=st.sampled_from(["black-and-white", "colour"]),
    restore=st.booleans(),
    prompt=st.none() | plain,
    region=st.lists(regions, max_size=3, unique_by=lambda region: region.id).map(tuple),
)


@settings(max_examples=25)
@given(first=photos, second=photos)
def test_every_photo_reads_as_it_was_saved_also_over_another(
    tmp_path_factory: pytest.TempPathFactory, first: Photo, second: Photo
) -> None:
    folder = tmp_path_factory.mktemp("sets") / "set"
    exhibit = ExhibitSet(id="s", title=Text({"en": "t"}), order=("photo-1",))
    folder.mkdir()
    save_exhibit(folder, exhibit)
    for photo in (first, second):
        save_photo(folder, photo)
        assert load(folder).photo("photo-1") == photo


def test_the_schema_has_the_keys_that_a_curator_may_write() -> None:
    definitions = schema()["$defs"]
    assert "photos" not in definitions["ExhibitSet"]["properties"]
    assert "id" not in definitions["Photo"]["properties"]
    assert definitions["Photo"]["required"] == ["title"]
    assert definitions["ExhibitSet"]["additionalProperties"] is False
    assert definitions["Region"]["properties"]["protect"]["type"] == "boolean"


CHOSEN = """
[params."diffusion.redraw"]
strength = 0.3   # his hands

[keep]
"diffusion.redraw" = 2

[signed]
"diffusion.redraw" = "A. Curator, 2026-11-22"
"""


def test_what_a_curator_decides_about_models_is_read_and_saved(
    small: Path, photo_file: Path
) -> None:
    photo_file.write_text(photo_file.read_text("utf-8") + CHOSEN, "utf-8")
    photo = load(small).photo("photo-1")
    assert photo.params == {"diffusion.redraw": {"strength": 0.3}}
    assert photo.keep == {"diffusion.redraw": 2}
    assert photo.signed == {"diffusion.redraw": "A. Curator, 2026-11-22"}
    keep = {"diffusion.redraw": 3, "diffusion.recolour": 1}
    save_photo(small, photo.model_copy(update={"keep": keep}))
    assert load(small).photo("photo-1").keep == keep
    assert "# his hands" in photo_file.read_text("utf-8")


def test_a_step_without_its_engine_is_refused(small: Path, photo_file: Path) -> None:
    photo_file.write_text(photo_file.read_text("utf-8") + "[keep]\nredraw = 2\n", "utf-8")
    (problem,) = read(small)[1]
    assert 'keep "redraw"' in problem.reason
    assert "diffusion.redraw" in problem.remedy
