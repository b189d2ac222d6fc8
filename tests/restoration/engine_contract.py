"""The one test every engine passes. A test module inherits it and says how to make the engine:

class TestMine(EngineContract):
    def make(self) -> Engine: ...
    def params(self, operation: str) -> dict[str, Any]: ...
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import pytest

from server.restoration.engine import Engine, Image, OperationTraits, Picture

SIZES = ((61, 67), (100, 93))
"""(height, width) in pixels; odd on purpose."""


def photograph(height: int, width: int, *, colour: bool) -> Image:
    """A scene with a gradient, edges, a disc and grain; grey or in colour."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    plane = 0.25 + 0.5 * x / width
    plane[height // 3 : height // 2, width // 4 : width // 2] = 0.15
    disc = (y - 0.7 * height) ** 2 + (x - 0.6 * width) ** 2 < (0.15 * min(height, width)) ** 2
    plane[disc] = 0.85
    plane += rng.normal(0, 0.01, plane.shape).astype(np.float32)
    image = np.repeat(plane[..., None], 3, axis=2)
    if colour:
        image *= np.array([1.05, 0.95, 0.7], np.float32)
        image[disc] = (0.8, 0.2, 0.15)
    return np.asarray(np.clip(image, 0, 1), np.float32)


class EngineContract(ABC):
    """Shape, type, range, determinism, purity, layers, progress and smallest size."""

    @abstractmethod
    def make(self) -> Engine:
        """A fresh engine."""

    def params(self, operation: str) -> dict[str, Any]:
        """The parameters and facts an operation needs, ``seed`` included."""
        return {"seed": 5}

    def picture(self, traits: OperationTraits, height: int, width: int, colour: bool) -> Picture:
        fit = traits.multiple_of
        height, width = -(-height // fit) * fit, -(-width // fit) * fit
        image = photograph(height, width, colour=colour)
        layer = np.zeros((height, width), np.uint8)
        layer[height // 4 : height // 4 + 3, 2 : width - 2] = 255
        return Picture(image, dict.fromkeys(traits.layers_in, layer))

    def cases(self) -> list[tuple[str, Picture]]:
        made = []
        for operation, traits in self.make().traits.operations.items():
            for height, width in SIZES:
                for colour in (False, True):
                    made.append((operation, self.picture(traits, height, width, colour)))
        return made

    def run(self, operation: str, picture: Picture) -> Picture:
        return self.make().run(operation, picture, self.params(operation), lambda share: None)

    def test_pictures_are_rgb_float32_within_0_and_1(self) -> None:
        for operation, picture in self.cases():
            image = self.run(operation, picture).image
            assert image.dtype == np.float32, operation
            assert image.ndim == 3 and image.shape[2] == 3, operation
            assert np.isfinite(image).all(), operation
            assert image.min() >= 0 and image.max() <= 1, operation

    def test_proportions_are_kept_and_nothing_shrinks(self) -> None:
        for operation, picture in self.cases():
            before, after = picture.image.shape, self.run(operation, picture).image.shape
            assert after[0] >= before[0] and after[1] >= before[1], operation
            assert after[1] / after[0] == pytest.approx(before[1] / before[0], rel=0.02), operation

    def test_equal_arguments_give_equal_bits(self) -> None:
        for operation, picture in self.cases():
            first = self.run(operation, picture)
            np.random.default_rng().random(3)
            second = self.run(operation, picture)
            assert first.image.tobytes() == second.image.tobytes(), operation
            for name, layer in first.layers.items():
                assert layer.tobytes() == second.layers[name].tobytes(), (operation, name)

    def test_what_is_given_is_never_written_to(self) -> None:
        for operation, picture in self.cases():
            image = picture.image.copy()
            layers = {name: layer.copy() for name, layer in picture.layers.items()}
            picture.image.flags.writeable = False
            for layer in picture.layers.values():
                layer.flags.writeable = False
            after = self.run(operation, picture)
            assert np.array_equal(picture.image, image), operation
            for name, layer in layers.items():
                assert np.array_equal(picture.layers[name], layer), (operation, name)
            assert not np.shares_memory(after.image, picture.image), operation

    def test_layers_are_those_declared(self) -> None:
        for operation, picture in self.cases():
            after = self.run(operation, picture)
            declared = self.make().traits.operations[operation].layers_out
            assert set(after.layers) == set(declared), operation
            for name, layer in after.layers.items():
                assert layer.dtype == np.uint8, (operation, name)
                assert layer.shape == after.image.shape[:2], (operation, name)

    def test_progress_runs_from_0_to_1_and_never_back(self) -> None:
        for operation, picture in self.cases():
            told: list[float] = []
            self.make().run(operation, picture, self.params(operation), told.append)
            assert told[0] == 0 and told[-1] == 1, operation
            assert told == sorted(told), operation

    def test_the_report_may_cancel(self) -> None:
        class Cancelled(Exception):
            pass

        def cancel(share: float) -> None:
            raise Cancelled

        for operation, picture in self.cases():
            with pytest.raises(Cancelled):
                self.make().run(operation, picture, self.params(operation), cancel)

    def test_the_smallest_size_it_names_is_enough(self) -> None:
        for operation, traits in self.make().traits.operations.items():
            side = max(traits.minimum, traits.multiple_of)
            picture = self.picture(traits, side, side + traits.multiple_of, colour=False)
            image = self.run(operation, picture).image
            assert np.isfinite(image).all(), operation

    def test_an_unknown_operation_is_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match="no-such-thing"):
            self.make().run(
                "no-such-thing", Picture(photograph(61, 67, colour=False)), {}, lambda share: None
            )
