"""What a restorer finished by hand: the last stage, on both screens, with who did it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from server.show.clock import SystemClock
from server.show.state import Timing
from tests.support.editions import published_shelf
from tests.support.serving import house, serving
from tests.ui.conftest import SIZE, Gallery, Open
from tests.ui.test_honesty import off_by
from tests.ui.visits import WIDE, at_a_photo, at_the_wall, label, scan_of

pytestmark = pytest.mark.browser

LABEL = "由人手工完成，2026 年"
STUDIO = "Conservation studio"
PARADATA = {
    "engine": "hand",
    "engine_version": "1",
    "operation": "retouch",
    "params": {},
    "seed": 0,
    "weights": None,
    "made_at": "2026-11-24T10:00:00Z",
    "seconds": 0.0,
    "device": "cpu",
    "who": STUDIO,
    "key": "f" * 64,
}


def finish(folder: Path) -> None:
    """Adds to the edition's first photo what a hand made of its colours."""
    for name in ("full", "thumb"):
        coloured = Image.open(folder / WIDE / f"colour.{name}.webp").convert("RGB")
        width, height = coloured.size
        ImageDraw.Draw(coloured).ellipse(
            (0.1 * width, 0.1 * height, 0.2 * width, 0.3 * height), fill=(236, 224, 198)
        )
        for ending in ("webp", "jpg"):
            coloured.save(folder / WIDE / f"finished.{name}.{ending}", quality=95)
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    stages = manifest["photos"][0]["stages"]
    renditions = json.dumps(stages[-1]["renditions"]).replace("/colour.", "/finished.")
    last = {"name": "finished", "renditions": json.loads(renditions), "paradata": [PARADATA]}
    stages.append({**stages[-1], **last, "altered": 0.03, "invented": 0.0})
    file.write_text(json.dumps(manifest), "utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    root = tmp_path_factory.mktemp("finished")
    shelf = published_shelf(root / "editions", size=SIZE)
    finish(shelf.folder("first-gold", 1))
    clock, folder = SystemClock(), shelf.folder("first-gold", 1)
    with serving(house(root, shelf, timing=Timing(3_600_000, 60_000), clock=clock)) as address:
        yield Gallery(address, shelf.edition("first-gold", 1), folder, clock)


def test_a_restorers_hand_is_the_last_stage_and_says_whose_it_is(
    finished: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, finished, station)
    wall = open_screen(f"{finished.address}/projection/{station}", SIZE)
    names = screen.page.locator(".rail [data-stage]").evaluate_all(
        "all => all.map(({ dataset }) => dataset.stage)"
    )
    assert list(dict.fromkeys(names)) == ["scan", "repaired", "clear", "colour", "finished"]
    screen.tap("[data-stage=finished] img")
    for each in (screen, wall):
        each.wait_for_picture(WIDE, "finished")
    assert label(screen) == LABEL
    assert LABEL in wall.page.locator(".line").inner_text()
    picture = scan_of(finished, WIDE, "finished")
    assert off_by(wall, picture) <= 3
    screen.tap(".shown .asks button:nth-child(5)")
    screen.wait("document.querySelector('.panel .maker')")
    told = screen.page.locator(".panel .made:last-child").inner_text()
    for said in ("手工", "由修复师亲手修整。", "人工", STUDIO, "2026年11月24日"):
        assert said in told


def test_restoring_plays_on_to_what_the_hand_made(
    finished: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, finished, station, reduced_motion=True)
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    screen.tap("[data-stage=clear] img")
    screen.wait_for_picture(WIDE, "clear")
    screen.tap(".shown .restore")
    screen.wait_for_picture(WIDE, "finished")
