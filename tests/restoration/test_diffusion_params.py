import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.restoration.engines.diffusion.engine import TRAITS, Diffusion
from server.restoration.engines.diffusion.params import OPERATIONS, Editing, Redrawing
from server.restoration.engines.parameters import parsed


class Listed:
    """Models of which only the digests are known."""

    def folder(self, name: str) -> Path:
        raise AssertionError("looking a result up reads no weights")

    def digest(self, name: str) -> str:
        return f"digest of {name}"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "needs model"),
        ({"model": "m", "steps": 0}, "steps should be greater than or equal to 1; it is 0"),
        ({"model": "m", "strenght": 0.5}, "Did you mean strength"),
        ({"model": "m", "scheduler": "fast"}, "it is 'fast'"),
        ({"model": "m", "strength": "0.5"}, "it is '0.5'"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parsed(Redrawing, "redraw", params)


def test_facts_of_the_photo_are_no_parameters_of_the_recipe() -> None:
    wanted = parsed(Redrawing, "redraw", {"model": "m", "prompt": None, "style": "film", "seed": 3})
    assert wanted.words == "film"
    asked = parsed(Editing, "edit", {"model": "m", "prompt": "a flag", "instruction": "Mend."})
    assert asked.words == "Mend. a flag"


def test_every_operation_has_its_parameters() -> None:
    assert set(OPERATIONS) == set(TRAITS.operations)
    for name, traits in TRAITS.operations.items():
        assert set(traits.facts) <= set(OPERATIONS[name].model_fields), name


def test_other_weights_make_another_digest() -> None:
    engine = Diffusion(Listed())
    base = engine.weights("redraw", {"model": "a"})
    assert base == engine.weights("redraw", {"model": "a", "steps": 4})
    assert base != engine.weights("redraw", {"model": "b"})
    assert base != engine.weights("redraw", {"model": "a", "lora": "b"})


def test_an_engine_that_does_not_run_loads_no_torch() -> None:
    code = (
        "import sys; from server.restoration.engines.diffusion import Diffusion;"
        "print('torch' in sys.modules, 'diffusers' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
