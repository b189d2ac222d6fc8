"""The kiosk reads aloud, with the sounds that the edition carries, in a real browser."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.catalogue.model import Text
from server.editions.model import Edition
from server.editions.speech import Speaker, spoken
from server.web.aloud import read_aloud
from server.web.languages import read_words
from tests.support.editions import published_shelf
from tests.support.serving import UI, house, serving
from tests.support.speaking import speaking
from tests.ui.browser import Screen
from tests.ui.conftest import Open
from tests.ui.visits import WIDE

pytestmark = pytest.mark.browser

DESCRIBED = "一个人举着一面红旗。"
MENDED = "划痕不见了。"
LISTEN = """
window.heard = [];
const audio = rekindleSpeech.audio;
audio.addEventListener("playing", () => heard.push([rekindleSpeech.said, audio.src]));
// Before the kiosk goes on to the next.
const add = () => (window.whole = (window.whole ?? 0) + audio.currentTime);
audio.addEventListener("ended", add, { capture: true });
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Edition]]:
    """A house whose edition was spoken by a real program, and describes its first photograph
    and one of its stages."""
    root = tmp_path_factory.mktemp("told")
    shelf = published_shelf(root / "editions")
    folder = shelf.folder("first-gold", 1)
    edition = Edition.model_validate_json((folder / "manifest.json").read_bytes())
    scan, repaired, *others = edition.photos[0].stages
    repaired = repaired.model_copy(update={"describe": Text({"zh-Hans": MENDED})})
    photo = edition.photos[0].model_copy(
        update={
            "describe": Text({"zh-Hans": DESCRIBED}),
            "stages": (scan, repaired, *others),
        }
    )
    edition = edition.model_copy(update={"photos": (photo, *edition.photos[1:])})
    aloud = read_aloud(edition, read_words(UI / "locale", "kiosk"))
    (folder / "media").mkdir()
    speaker = Speaker(speaking(root / "program"), {}, root / "store")
    edition = edition.model_copy(update={"spoken": spoken(aloud, speaker, folder)})
    (folder / "manifest.json").write_text(edition.model_dump_json(), encoding="utf-8")
    with serving(house(root, shelf)) as address:
        yield address, edition


def heard(screen: Screen, text: str) -> None:
    """Until this text sounds, from a file of the edition."""
    screen.wait(f"heard.some(([said, file]) => said === '{text}' && file.endsWith('.wav'))")


def at_the_wall(open_screen: Open, address: str, station: str) -> Screen:
    screen = open_screen(f"{address}/kiosk/{station}?renderer=css&motion=less")
    screen.wait_for_view("attract")
    screen.page.evaluate(LISTEN)
    screen.page.keyboard.press("Enter")
    screen.wait_for_view("wall")
    return screen


def test_the_headphones_key_reads_what_is_looked_at(
    open_screen: Open, told: tuple[str, Edition], station: str
) -> None:
    address, edition = told
    screen = at_the_wall(open_screen, address, station)
    assert screen.read("heard") == []
    screen.page.keyboard.press("F3")
    for text in ("正在朗读", "首金", "一场运动会。"):
        heard(screen, text)
    order = [text for text, _ in screen.read("heard")]
    assert order == ["正在朗读", "首金", "一场运动会。"]
    # Heard to its end, not begun alone.
    screen.wait("window.whole > 0.5")
    # What the projection shows meanwhile is out of sight here, and not told.
    screen.page.evaluate("document.querySelector('.label').textContent = '首金'")
    time.sleep(0.5)
    assert [text for text, _ in screen.read("heard")] == order
    files = [Path(file).name for _, file in screen.read("heard")]
    assert files[1] == Path(edition.spoken["zh-Hans"]["首金"]).name


def test_a_photograph_is_described_between_its_title_and_its_story(
    open_screen: Open, told: tuple[str, Edition], station: str
) -> None:
    screen = at_the_wall(open_screen, told[0], station)
    screen.page.keyboard.press("F3")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_view("photo")
    heard(screen, "1974 年 9 月，德黑兰。")
    texts = [text for text, _ in screen.read("heard")]
    assert texts[-3:] == ["旗手", DESCRIBED, "1974 年 9 月，德黑兰。"]
    assert not screen.page.locator(".shown .described").is_visible()
    place = screen.page.locator(".shown .place")
    described, stage = (place.get_attribute("aria-describedby") or "").split()
    assert screen.page.locator(f"#{described}").text_content() == DESCRIBED
    assert screen.page.locator(f"#{stage}").text_content() == "扫描所得的原样，从不改动。 "
    screen.page.keyboard.press("F3")
    screen.wait("rekindleSpeech.audio.paused && rekindleSpeech.said === ''")


def test_a_stage_is_told_after_its_label_in_a_curators_words_or_by_what_was_done(
    open_screen: Open, told: tuple[str, Edition], station: str
) -> None:
    screen = at_the_wall(open_screen, told[0], station)
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_view("photo")
    screen.wait_for_picture(WIDE, "scan")
    screen.page.keyboard.press("F3")
    heard(screen, "正在朗读")
    for name, label, words in (
        ("repaired", "由软件修补，2026 年", MENDED),
        ("clear", "由软件提高清晰度，2026 年", "压低了颗粒和噪点。"),
        ("scan", "", "扫描所得的原样，从不改动。"),
    ):
        screen.page.evaluate("heard.length = 0")
        screen.tap(f".shown [data-stage={name}]")
        heard(screen, words)
        texts = [text for text, _ in screen.read("heard")]
        assert texts == [part for part in (label, words) if part]
        described = screen.page.locator(f"#stage-{WIDE}").text_content() or ""
        assert described.split() == " ".join([label, words]).split()
