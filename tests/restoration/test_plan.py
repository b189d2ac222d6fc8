import pytest
from pydantic import ValidationError

from server.catalogue.model import Text
from server.restoration.plan import Recipe, Step, cache_key, canonical_json

STEP = Step(stage="clear", engine="classic", operation="denoise", params={"strength": 1.0})


def key(**changes: object) -> str:
    arguments: dict[str, object] = {
        "inputs": {"image": "ab"},
        "step": STEP,
        "params": {"strength": 1.0},
        "engine_version": "1",
        "weights": None,
        "tiling": None,
    }
    return cache_key(**(arguments | changes))  # type: ignore[arg-type]


def test_equal_work_has_one_key_whatever_the_order_of_names() -> None:
    assert key(inputs={"a": "1", "b": "2"}) == key(inputs={"b": "2", "a": "1"})


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"image": "cd"}},
        {"inputs": {"image": "ab", "damage": "ef"}},
        {"step": STEP.model_copy(update={"seed": 1})},
        {"step": STEP.model_copy(update={"operation": "tone"})},
        {"step": STEP.model_copy(update={"engine": "nets"})},
        {"params": {"strength": 0.5}},
        {"engine_version": "2"},
        {"weights": "0f"},
        {"tiling": {"tile": 2048}},
    ],
)
def test_whatever_decides_the_pixels_changes_the_key(change: dict[str, object]) -> None:
    assert key(**change) != key()


def test_the_stage_a_step_belongs_to_does_not_change_its_pixels() -> None:
    assert key(step=STEP.model_copy(update={"stage": "colour"})) == key()


def test_steps_out_of_the_order_of_stages_are_refused() -> None:
    steps = (STEP, Step(stage="repaired", engine="classic", operation="mend"))
    with pytest.raises(ValidationError, match="order of stages"):
        Recipe(name="odd", title=Text({"en": "Odd"}), step=steps)


def test_canonical_json_keeps_chinese_and_refuses_what_is_no_number() -> None:
    assert canonical_json({"b": 1, "a": "首金"}) == '{"a":"首金","b":1}'.encode()
    with pytest.raises(ValueError):
        canonical_json(float("nan"))


def test_guards_make_another_key_and_their_absence_none() -> None:
    assert key(guards=None) == key()
    assert key(guards={"version": 1}) != key()


def test_a_candidate_is_the_step_with_the_next_seed() -> None:
    whole = STEP.model_copy(update={"seed": 2**32 - 1, "candidates": 3, "keep": 2})
    assert [whole.candidate(number).seed for number in (1, 2, 3)] == [2**32 - 1, 0, 1]
    assert whole.candidate(2).candidates == 1


def test_a_step_keeps_one_it_makes() -> None:
    with pytest.raises(ValidationError, match="keep is 3, the step has 2 candidates"):
        Step(stage="clear", engine="a", operation="b", candidates=2, keep=3)
