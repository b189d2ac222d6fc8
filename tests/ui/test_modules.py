"""The screens' pure rules, asked in the browser that runs them."""

import random
from itertools import combinations
from typing import Any

import pytest

from tests.ui.browser import Screen
from tests.ui.conftest import Gallery, Open

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(gallery: Gallery, open_screen: Open, station: str) -> Screen:
    return open_screen(f"{gallery.address}/kiosk/{station}?renderer=css")


def asked(screen: Screen, module: str, call: str, argument: object) -> Any:
    """What ``call``, a function of the module and the argument, answers in the page."""
    load = (
        f"import(new URL('{module}', document.querySelector('script[type=module]').src))"
        f".then((module) => ({call})(module, argument))"
    )
    return screen.page.evaluate(f"(argument) => {load}", argument)


@pytest.mark.parametrize(("width", "height"), [(1760, 690), (1000, 1500)])
def test_prints_hang_apart_from_each_other_and_inside_the_wall(
    screen: Screen, width: float, height: float
) -> None:
    chance = random.Random(1974)
    gap, title = 57.0, 50.0
    for count in range(1, 25):
        ratios = [chance.uniform(0.6, 1.9) for _ in range(count)]
        hung = asked(
            screen,
            "../kiosk/wall-layout.js",
            "(module, args) => module.hang(...args)",
            [ratios, width, height, gap, title],
        )
        places = hung["places"]
        for place, ratio in zip(places, ratios, strict=True):
            assert place["width"] / place["height"] == pytest.approx(ratio)
            assert place["left"] >= -1 and place["top"] >= -1
            assert place["left"] + place["width"] <= hung["width"] + 1
            assert place["top"] + place["height"] + title <= hung["height"] + 1
        for one, other in combinations(places, 2):
            beside = (
                one["left"] + one["width"] + gap <= other["left"] + 1
                or other["left"] + other["width"] + gap <= one["left"] + 1
            )
            below = (
                one["top"] + one["height"] + title <= other["top"] + 1
                or other["top"] + other["height"] + title <= one["top"] + 1
            )
            assert beside or below


def apart(one: list[float], other: list[float]) -> bool:
    """Whether two rectangles (left, top, width, height) share nothing."""
    return (
        one[0] + one[2] <= other[0]
        or other[0] + other[2] <= one[0]
        or one[1] + one[3] <= other[1]
        or other[1] + other[3] <= one[1]
    )


@pytest.mark.parametrize(
    ("area", "picture"),
    [
        ([46, 35, 1828, 810], [317, 35, 810, 810]),
        ([46, 35, 1828, 810], [66, 35, 1310, 810]),
        ([43, 20, 994, 1400], [60, 20, 960, 960]),
    ],
)
def test_a_card_stands_beside_the_picture_and_its_line_runs_over_no_face(
    screen: Screen, area: list[float], picture: list[float]
) -> None:
    left, top, width, height = picture
    faces = [[left + 0.4 * width, top + 0.2 * height, 0.16 * width, 0.2 * height]]
    for across, down in ((0.1, 0.1), (0.1, 0.25), (0.3, 0.8), (0.8, 0.3), (0.4, 0.2)):
        subject = [left + across * width, top + down * height, 0.16 * width, 0.2 * height]
        asked_for = [area, 460, 280, subject, picture, faces]
        card = asked(
            screen,
            "../kiosk/card-place.js",
            "(module, args) => module.cardPlace(...args)",
            asked_for,
        )
        assert apart(card, picture), (subject, card)
        ends = asked(
            screen,
            "../kiosk/card-place.js",
            "(module, args) => module.leader(...args)",
            [card, subject],
        )
        (x0, y0), (x1, y1) = ends
        for step in range(1, 40):
            share = step / 40
            point = [x0 + share * (x1 - x0), y0 + share * (y1 - y0), 0, 0]
            assert apart(point, faces[0]), (subject, card)


def test_a_card_with_room_nowhere_else_covers_what_is_no_face(screen: Screen) -> None:
    picture = [0, 0, 800, 600]
    face = [300.0, 100.0, 160.0, 200.0]
    card = asked(
        screen,
        "../kiosk/card-place.js",
        "(module, args) => module.cardPlace(...args)",
        [picture, 300, 200, face, picture, [face]],
    )
    assert apart(card, face)


SHARES = """async (module, shares) => {
  const source = document.querySelector("script[type=module]").src;
  const { Words } = await import(new URL("../shared/words.js", source));
  const { howMade } = await import(new URL("../kiosk/made.js", source));
  const words = Words.ofPage();
  const scan = { name: "scan", paradata: [] };
  return ["en", "zh-Hans"].map((language) => {
    words.language = language;
    return shares.map((share) => {
      const made = { name: "clear", altered: share, invented: share, paradata: [] };
      const [, section] = howMade({ stages: [scan, made] }, words);
      return [module.addedLabel(words, share), section.querySelector("p").textContent];
    });
  });
}"""


def test_a_share_is_never_told_as_less_than_it_is(screen: Screen) -> None:
    english, chinese = asked(
        screen, "../shared/labels.js", SHARES, [0, 1e-6, 0.0099, 0.014, 0.9999, 1]
    )
    added, made = zip(*english, strict=True)
    assert [each.split(" of this")[0] for each in added] == [
        "Nothing in this picture was added by software",
        "Less than 1 %",
        "Less than 1 %",
        "1 %",
        "99 %",
        "100 %",
    ]
    assert made[0] == "Of the picture, nothing is altered and nothing is added."
    assert made[1] == "Of the picture, less than 1 % is altered and less than 1 % is added."
    assert made[4] == "Of the picture, 99 % is altered and 99 % is added."
    assert all("不到 1%" in each for each in chinese[1])
    assert "0%" not in "".join(chinese[0])


CLOCK = """(module, exchanges) => {
  let local = 0;
  const clock = new module.ServerClock(() => local);
  const read = [];
  for (const { at, there, back, server } of exchanges) {
    local = at + there + back;
    clock.learn(at, server);
    for (let frame = 0; frame < 100; frame += 1) {
      local += 16;
      read.push([local, clock.now()]);
    }
  }
  return read;
}"""


def exchange(at: float, there: float, back: float, offset: float) -> dict[str, float]:
    """A question that left at ``at``, this screen's time, ms."""
    return {"at": at, "there": there, "back": back, "server": at + there + offset}


EPOCH = 1_700_000_123_456.0


def test_the_servers_time_is_found_through_a_jittery_network_and_never_runs_backwards(
    screen: Screen,
) -> None:
    chance = random.Random(7)
    ways = [2 + chance.expovariate(1 / 15) for _ in range(160)]
    pairs = zip(ways[::2], ways[1::2], strict=True)
    exchanges = [exchange(n * 2000.0, go, come, EPOCH) for n, (go, come) in enumerate(pairs)]
    read = asked(screen, "../shared/server-clock.js", CLOCK, exchanges)
    times = [server for _, server in read]
    assert all(later >= earlier for earlier, later in zip(times, times[1:], strict=False))
    assert max(abs(server - local - EPOCH) for local, server in read[6000:]) < 5


def test_many_slow_exchanges_place_the_server_better_than_the_fastest_of_them(
    screen: Screen,
) -> None:
    errors = []
    for seed in range(20):
        chance = random.Random(seed)
        ways = [(chance.uniform(0, 50), chance.uniform(0, 50)) for _ in range(48)]
        exchanges = [exchange(n * 1700.0, go, come, EPOCH) for n, (go, come) in enumerate(ways)]
        read = asked(screen, "../shared/server-clock.js", CLOCK, exchanges)
        errors += [abs(server - local - EPOCH) for local, server in read[1600::10]]
    errors.sort()
    # The fastest of so many is 8 ms and more off as often.
    assert errors[int(0.95 * len(errors))] < 5


def test_a_first_exchange_that_came_late_is_forgotten_at_once(screen: Screen) -> None:
    exchanges = [exchange(0, 2, 1600, EPOCH)]
    exchanges += [exchange(4000.0 * n, 2, 3, EPOCH) for n in range(1, 4)]
    read = asked(screen, "../shared/server-clock.js", CLOCK, exchanges)
    assert abs(read[99][1] - read[99][0] - EPOCH) > 700
    assert max(abs(server - local - EPOCH) for local, server in read[100:]) <= 1


def test_a_server_that_came_back_with_another_clock_is_believed(screen: Screen) -> None:
    before = [exchange(2000.0 * n, 1, 1, EPOCH) for n in range(30)]
    after = [exchange(60000 + 2000.0 * n, 30, 30, EPOCH - 40_000) for n in range(2)]
    read = asked(screen, "../shared/server-clock.js", CLOCK, before + after)
    assert abs(read[-1][1] - read[-1][0] - (EPOCH - 40_000)) <= 1


def test_the_glass_gets_the_smallest_rendition_that_fills_it(screen: Screen) -> None:
    renditions = [{"width": w, "height": w * 2 // 3} for w in (3840, 1920, 480)]
    call = "(module, [all, glasses]) => glasses.map((each) => module.renditionFor(all, each).width)"
    glasses = [5120, 3840, 3600, 1920, 1280, 480]
    found = asked(screen, "../shared/edition.js", call, [renditions, glasses])
    assert found == [3840, 3840, 3840, 1920, 1920, 480]


def test_a_date_is_said_in_the_visitors_language(screen: Screen) -> None:
    call = """async (module, [language, dates]) => {
      const source = document.querySelector("script[type=module]").src;
      const { Words } = await import(new URL("../shared/words.js", source));
      const words = Words.ofPage();
      words.language = language;
      return dates.map((edtf) => module.dateText(edtf, words));
    }"""
    dates = ["1974-09-01", "1974-09", "1974", "1974~", "197X", "1974/1976"]
    said = {
        "en": ["September 1, 1974", "September 1974", "1974", "about 1974", "1970s", "1974/1976"],
        "zh-Hans": ["1974年9月1日", "1974年9月", "1974 年", "约 1974 年", "1970 年代", "1974/1976"],
    }
    for language, expected in said.items():
        assert asked(screen, "../kiosk/dates.js", call, [language, dates]) == expected


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("#000000", "Black"),
        ("#ffffff", "White"),
        ("#808080", "Grey"),
        ("#DE2910", "Red"),
        ("#7a1010", "Dark red"),
        ("#E36A3A", "Orange"),
        ("#F2B84E", "Yellow"),
        ("#123f20", "Dark green"),
        ("#3C3B6E", "Dark blue"),
        ("#A9BFD6", "Light blue"),
        ("#56409A", "Purple"),
        ("#ffc0cb", "Pink"),
        ("#D9AC8B", "Sand"),
        ("#8A5F1E", "Brown"),
        ("#F1EDE4", "Cream"),
    ],
)
def test_a_colour_has_the_name_that_people_give_it(screen: Screen, colour: str, name: str) -> None:
    call = "(module, colour) => module.colourName(colour)"
    assert asked(screen, "../kiosk/colour-name.js", call, colour) == name
