from typing import Any

import numpy as np
import pytest

from server.restoration.engine import Engine, Picture
from server.restoration.engines.classic import Classic
from tests.restoration.engine_contract import EngineContract, photograph

REGIONS = [
    {
        "id": "disc",
        "outline": [[0.45, 0.5], [0.8, 0.5], [0.8, 0.9], [0.45, 0.9]],
        "strokes": None,
        "points": None,
        "protect": False,
        "colour": "#DE2910",
        "certainty": "documented",
    },
    {"id": "wall", "points": [[0.1, 0.1]], "colour": "#3A5F8A", "certainty": "guess"},
]


class TestClassic(EngineContract):
    def make(self) -> Engine:
        return Classic()

    def params(self, operation: str) -> dict[str, Any]:
        facts: dict[str, Any] = {"seed": 5}
        if operation in ("tone", "colour"):
            facts["was"] = "black-and-white"
        if operation == "colour":
            facts["regions"] = REGIONS
        if operation == "enlarge":
            facts["long_side"] = 200
        return facts


def test_nothing_is_local_because_everything_is_measured_on_the_whole() -> None:
    assert not any(traits.local for traits in Classic().traits.operations.values())


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("denoise", {"strength": 2}, "strength must be a number from 0 to 1; it is 2"),
        ("denoise", {"strength": True}, "strength must be a number"),
        ("enlarge", {"factor": 0.5}, "factor must be a number from 1 to 8; it is 0.5"),
        ("tone", {"was": "sepia"}, 'was must be "black-and-white" or "colour"'),
        ("find-damage", {"sensitivity": "much"}, "sensitivity must be a number"),
        (
            "colour",
            {"regions": [{"id": "a", "points": [[0.5, 0.5]], "colour": "#12"}]},
            "'#12' is not a colour",
        ),
    ],
)
def test_a_parameter_out_of_range_is_refused_with_its_limits(
    operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Classic().run(operation, Picture(photograph(61, 67, colour=False)), params, lambda s: None)


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("denoise", {"strenght": 0.5}, "denoise has no parameter 'strenght'. Did you mean streng"),
        ("enlarge", {"longside": 1200}, "'longside'. Did you mean long_side"),
        ("mend", {"sensitivity": 2}, "'sensitivity'. It has: grain, seed"),
        ("find-damage", {"regions": []}, "find-damage has no parameter 'regions'"),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest_known_one(
    operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Classic().run(operation, Picture(photograph(61, 67, colour=False)), params, lambda s: None)


def test_a_colour_original_is_never_coloured_by_region() -> None:
    picture = Picture(photograph(61, 67, colour=True))
    params = {"seed": 0, "was": "colour", "regions": REGIONS}
    after = Classic().run("colour", picture, params, lambda share: None)
    assert np.array_equal(after.image, picture.image)
    assert not after.layers["colour-source"].any()
