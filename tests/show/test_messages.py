"""The wire."""

import pytest
from pydantic import BaseModel, ValidationError

from server.show import messages, timeline
from server.show.messages import (
    Closed,
    EditionRef,
    GoOn,
    Ping,
    Pong,
    Scrub,
    Snapshot,
    kiosk_message,
    projection_message,
    server_message,
)
from server.show.timeline import Frame

SNAPSHOT = Snapshot(
    revision=7,
    now=1000.5,
    edition=EditionRef(set_id="games", number=1, url="/editions/games/1/"),
    view="photo",
    photo="flag",
    programme=None,
    score=timeline.still(Frame(photo="flag", stage="scan"), 1000.0),
    language="zh-Hans",
    asking_until=None,
)


@pytest.mark.parametrize("message", [SNAPSHOT, Pong(sent=1.5, now=2.5), Closed()])
def test_what_the_server_says_comes_back_as_it_was(message: BaseModel) -> None:
    assert server_message.validate_json(message.model_dump_json()) == message


def test_a_kiosk_may_say_what_a_hand_can_do() -> None:
    said = kiosk_message.validate_json('{"type": "scrub", "position": 1.5}')
    assert said == Scrub(position=1.5)


def test_a_kiosk_may_say_what_went_on_without_its_server() -> None:
    said = GoOn(show=SNAPSHOT)
    assert kiosk_message.validate_json(said.model_dump_json()) == said


def test_a_projection_may_only_ask_the_time() -> None:
    assert projection_message.validate_json('{"type": "ping", "sent": 3}') == Ping(sent=3)
    with pytest.raises(ValidationError):
        projection_message.validate_json('{"type": "touch"}')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type": "dance"}',
        '{"type": "touch", "foto": 1}',
        '{"type": "open", "photo": "../etc"}',
        '{"type": "stage", "stage": "better"}',
        '{"type": "scrub", "position": -0.1}',
        '{"type": "scrub", "position": NaN}',
        '{"type": "zoom", "detail": {"scale": 0.5, "x": 0, "y": 0}}',
        '{"type": "zoom", "detail": {"scale": 2, "x": 1.1, "y": 0}}',
        '{"type": "compare", "split": {"at": -0.1}}',
        '{"type": "language", "language": "a language"}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        kiosk_message.validate_json(text)


def test_every_message_says_its_type_and_cannot_be_changed() -> None:
    said = [
        each
        for each in vars(messages).values()
        if isinstance(each, type) and issubclass(each, BaseModel) and "type" in each.model_fields
    ]
    assert len(said) == 22
    names = [each.model_fields["type"].default for each in said]
    assert len(set(names)) == len(names)
    assert all(each.model_config["extra"] == "forbid" for each in said)
    assert all(each.model_config["frozen"] for each in said)
