"""Settings that hang together."""

import pytest
from pydantic import ValidationError

from server.assembly import lights_out, places
from server.settings import Settings
from server.show.messages import Place


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"REKINDLE_{name.upper()}", value)
    return Settings()


def test_walls_and_cues_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch,
        walls='{"long": ["left", "right"]}',
        wall_metres='{"long": 6.5}',
        programme_sound="kiosk",
        lights_out="16:00",
        time_zone="Asia/Shanghai",
    )
    assert settings.walls == {"long": ("left", "right")}
    assert places(settings) == {"long": Place(wall_metres=6.5, sound="kiosk")}
    cue = lights_out(settings)
    assert cue is not None
    assert (cue.at.hour, cue.minutes, str(cue.zone)) == (16, 10.0, "Asia/Shanghai")


def test_without_a_time_the_lights_stay_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lights_out(read(monkeypatch)) is None


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("walls", '{"a": ["x"], "b": ["x"]}', "shares one wall, not x"),
        ("walls", '{"a": ["a"]}', "have one name: a"),
        ("walls", '{"a": []}', "nobody shares a"),
        ("time_zone", "Nowhere/Else", "no zone 'Nowhere/Else'"),
        ("lights_out", "25:00", "string_pattern|match pattern"),
        ("wall_metres", '{"a": -1}', "greater than 0"),
    ],
)
def test_what_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        read(monkeypatch, **{name: value})
