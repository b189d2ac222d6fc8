"""The kiosk while its server is really gone, and when it is back."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from server.show.messages import (
    ChooseLanguage,
    Compare,
    Detail,
    GoToStage,
    Hold,
    LetGo,
    LightsOut,
    Mark,
    Narrate,
    OpenPhoto,
    Place,
    PlayProgramme,
    Redraw,
    Release,
    Restore,
    Scrub,
    ShowLifeSize,
    ShowWall,
    Split,
    Touch,
    Zoom,
)
from server.show.rules import next_deadline, step
from server.show.state import Event, ShowState, Timing, opening, snapshot
from tests.support.editions import FolderShelf, published_shelf
from tests.support.serving import house, serving
from tests.support.sounds import told_edition, tone
from tests.support.timeless import edition
from tests.ui.axe import faults_of
from tests.ui.browser import Screen
from tests.ui.conftest import SIZE, Gallery, Open
from tests.ui.visits import TALL, WIDE

pytestmark = pytest.mark.browser
TIMES = Timing(3_600_000, 60_000)
OTHER = "030-first-gold"

START = 1_000_000.0
CUE = LightsOut(begins=START, ends=START + 90_000)
WHEN_PLAYED = """async ([manifest, first, steps]) => {
  const source = document.querySelector("script[type=module]").src;
  const { step, nextDeadline } = await import(new URL("../kiosk/rules.js", source));
  let visit = { show: first, scrubbing: false, touched: first.now };
  return steps.map(([message, now]) => {
    visit = step(visit, message, manifest, now);
    const { show, scrubbing } = visit;
    return { show, scrubbing, due: nextDeadline(visit, manifest) };
  });
}"""


def something(chance: random.Random) -> Event:
    """Anything that a visitor may do."""
    on, share = chance.random() < 0.7, chance.random()
    choices: list[Event] = [
        Touch(),
        ShowWall(),
        *(OpenPhoto(photo=name) for name in ("flag", "gold", "team", "nobody")),
        *(GoToStage(stage=name) for name in ("scan", "repaired", "clear", "colour")),
        Restore(),
        Redraw(),
        Scrub(position=3 * share),
        Release(),
        Hold(),
        LetGo(),
        Mark(on=on),
        Narrate(on=on),
        ShowLifeSize(on=on, ruler=True),
        Zoom(detail=Detail(scale=1 + share, x=share, y=0.5)),
        Compare(split=Split(at=share, lens=0.5) if on else None),
        PlayProgramme(programme=chance.choice(["opening", "elsewhere", "nothing"])),
        ChooseLanguage(language=chance.choice(["en", "zh-Hans", "fr"])),
    ]
    return chance.choice(choices)


def a_visit(chance: random.Random, first: ShowState) -> list[tuple[Event | None, float, ShowState]]:
    """What happens, when, and the state after it."""
    now, state, visit = START, first, []
    for _ in range(40):
        due = next_deadline(state)
        if due is not None and chance.random() < 0.3:
            now, event = max(now, due), None
        else:
            now, event = now + chance.choice([16.0, 700.0, 4000.0, 9000.0]), something(chance)
        state = step(state, event, now)
        visit.append((event, now, state))
    return visit


def said(event: Event | None) -> Any:
    return event.model_dump(mode="json") if isinstance(event, BaseModel) else None


def told(shown: dict[str, Any], scrubbing: bool) -> dict[str, Any]:
    """What must agree: all but the counting, and what nobody sees of a picture that is held."""
    kept = {key: each for key, each in shown.items() if key not in ("now", "revision", "edition")}
    if kept["view"] == "programme":
        del kept["photo"]
    if scrubbing:
        kept["score"] = {**kept["score"], "starts": 0.0}
    return kept


@pytest.mark.parametrize("seed", range(12))
def test_alone_a_visit_goes_on_by_the_servers_rules(
    gallery: Gallery, open_screen: Open, station: str, seed: int
) -> None:
    page = open_screen(f"{gallery.address}/kiosk/{station}?renderer=css").page
    chance = random.Random(seed)
    games = edition()
    first = opening(games, START, Timing(), Place(wall_metres=4.0))
    if seed % 2:
        first = step(first, CUE, START)
    visit = a_visit(chance, first)
    steps = [[said(event), now] for event, now, _ in visit]
    manifest = games.model_dump(mode="json")
    shown = snapshot(first, "/e/", START).model_dump(mode="json")
    answers = page.evaluate(WHEN_PLAYED, [manifest, shown, steps])
    for (event, now, state), answer in zip(visit, answers, strict=True):
        ours = snapshot(state, "/e/", now).model_dump(mode="json")
        assert answer["scrubbing"] == state.scrubbing
        assert told(answer["show"], state.scrubbing) == told(ours, state.scrubbing), event
        assert answer["due"] == next_deadline(state)


class Hall:
    """A house whose server goes and comes back at the same address."""

    def __init__(self, root: Path, timing: Timing) -> None:
        self.root, self.timing = root, timing
        self.shelf: FolderShelf = published_shelf(root / "editions", size=SIZE)
        self.port = 0
        self.address = ""

    @contextmanager
    def open(self) -> Iterator[None]:
        with serving(house(self.root, self.shelf, timing=self.timing), self.port) as address:
            self.address, self.port = address, int(address.rsplit(":", 1)[1])
            yield


KEPT = """[...new Set(performance.getEntriesByType("resource").map(({ name }) => name))]
  .filter((name) => /(webp|png)$/.test(name)).length"""


def at_the_kept_wall(open_screen: Open, hall: Hall, station: str) -> Screen:
    """A kiosk that has had the time to ask for everything its edition holds."""
    screen = open_screen(f"{hall.address}/kiosk/{station}", reduced_motion=True)
    screen.wait_for_view("attract")
    # Eleven stages, three frames of a model, and for each of three photographs two maps.
    screen.wait(f"{KEPT} >= 20")
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    return screen


def alone(screen: Screen) -> None:
    """The server has gone, and the kiosk has noticed."""
    screen.wait("rekindle.alone")


def test_without_its_server_the_kiosk_opens_photographs_and_plays_their_stages(
    open_screen: Open, tmp_path: Path, station: str
) -> None:
    hall = Hall(tmp_path, TIMES)
    with hall.open():
        screen = at_the_kept_wall(open_screen, hall, station)
        screen.tap(f".print[data-photo='{WIDE}']")
        screen.wait_for_picture(WIDE, "scan")
    alone(screen)
    screen.tap(".shown .back")
    screen.wait_for_view("wall")
    screen.tap(f".print[data-photo='{OTHER}']")
    screen.wait_for_view("photo")
    screen.wait_for_picture(OTHER, "scan")
    screen.tap(".shown .restore")
    for stage in ("repaired", "clear"):
        screen.wait_for_picture(OTHER, stage)
    assert faults_of(screen) == []
    screen.tap(".shown .asks button:first-child")
    screen.wait("!document.querySelector('.shown .handle').hidden")
    assert faults_of(screen) == []
    with hall.open():
        # What the visitor did meanwhile is what the station shows, on every screen, without a jump.
        wall = open_screen(f"{hall.address}/projection/{station}")
        wall.wait_for_picture(OTHER, "clear")
        screen.wait("!rekindle.alone")
        assert screen.read("rekindle.drawn.after.stage") == "clear"
        screen.tap("[data-stage=repaired] img")
        wall.wait_for_picture(OTHER, "repaired")


def sounds_asked_for(screen: Screen, *files: str) -> None:
    names = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())"
    screen.wait(f"{json.dumps(files)}.every((file) => {names}.includes(file))")


def test_without_its_server_a_story_never_heard_before_is_told_and_labels_are_read_aloud(
    open_screen: Open, tmp_path: Path, station: str
) -> None:
    hall = Hall(tmp_path, TIMES)
    folder = hall.shelf.folder("first-gold", 1)
    told_edition(folder, 20.0)
    tone(folder / "aloud.wav", 1.0)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["spoken"] = {"zh-Hans": {"正在朗读": "aloud.wav"}}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with hall.open():
        screen = at_the_kept_wall(open_screen, hall, station)
        sounds_asked_for(screen, "told.wav", "aloud.wav")
        # The music is heard where the projection is.
        wall = open_screen(f"{hall.address}/projection/{station}", reduced_motion=True)
        sounds_asked_for(wall, "told.wav", "music.wav")
        assert "music.wav" not in screen.read(
            "performance.getEntriesByType('resource').map(({ name }) => name).join()"
        )
    alone(screen)
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    screen.tap(".shown .extras .listen")
    screen.wait("rekindleSound.heard.voice.plays && rekindleSound.heard.voice.at > 0.3")
    screen.tap(".shown .extras .listen")
    audio = "rekindleSpeech.audio"
    screen.read(f"{audio}.addEventListener('ended', () => (window.said = {audio}.src))")
    screen.page.keyboard.press("F3")
    screen.wait("window.said && said.endsWith('/aloud.wav')")


def test_a_sound_for_which_there_is_no_room_is_left_where_it_is(
    open_screen: Open, tmp_path: Path, station: str
) -> None:
    hall = Hall(tmp_path, TIMES)
    file = tone(hall.shelf.folder("first-gold", 1) / "told.wav", 2.0)
    size = file.stat().st_size
    with hall.open():
        page = open_screen(f"{hall.address}/kiosk/{station}?renderer=css").page
        had = """async ([url, room]) => {
          const source = document.querySelector("script[type=module]").src;
          const { had } = await import(new URL("../shared/keep.js", source));
          return had(new URL(url, location.href).href, room);
        }"""
        url = "/editions/first-gold/1/told.wav"
        assert page.evaluate(had, [url, size]) == size
        assert page.evaluate(had, [url, size - 1]) == 0
    assert page.evaluate(had, [url.replace("told", "other"), size]) is None


def test_where_nobody_did_anything_meanwhile_the_servers_state_counts(
    open_screen: Open, tmp_path: Path, station: str
) -> None:
    hall = Hall(tmp_path, TIMES)
    with hall.open():
        screen = at_the_kept_wall(open_screen, hall, station)
        screen.tap(f".print[data-photo='{TALL}']")
        screen.wait_for_picture(TALL, "scan")
    alone(screen)
    with hall.open():
        # A server that was started anew invites.
        screen.wait_for_view("attract")


def test_left_alone_without_its_server_it_asks_and_invites_the_next(
    open_screen: Open, tmp_path: Path, station: str
) -> None:
    hall = Hall(tmp_path, Timing(2500, 1500))
    with hall.open():
        screen = at_the_kept_wall(open_screen, hall, station)
    alone(screen)
    screen.tap(".language")
    screen.wait("document.documentElement.lang === 'en'")
    screen.wait("!document.querySelector('.asking').hidden")
    screen.wait_for_view("attract")
    screen.wait("document.documentElement.lang === 'zh-Hans'")
