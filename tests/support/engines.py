"""A real, tiny engine, so that the house can be tested without waiting for pictures."""

import os
import time
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from server.restoration.engine import EngineTraits, OperationTraits, Picture, Report


class TintEngine:
    """Engine ``tint``: operations whose effect can be worked out by hand.

    ``pause`` seconds pass in every operation, for tests that interrupt one.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self._pause = pause

    traits = EngineTraits(
        id="tint",
        version="1",
        operations={
            "brighten": OperationTraits(),
            "mark": OperationTraits(layers_out=("damage",)),
            "paint": OperationTraits(layers_in=("damage",)),
            "wash": OperationTraits(facts=("regions",), colours=True),
            "dream": OperationTraits(facts=("prompt",), colours=True),
            "blur": OperationTraits(local=True, margin=8),
            "blocks": OperationTraits(multiple_of=16, minimum=32),
            "double": OperationTraits(multiple_of=8),
            "retouch": OperationTraits(facts=("retouched",)),
            "sketch": OperationTraits(multiple_of=16),
            "fail": OperationTraits(),
            "die": OperationTraits(),
            "compute": OperationTraits(needs_gpu=True),
            "environment": OperationTraits(),
        },
    )

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        return None

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        image = picture.image
        report(0.5)
        time.sleep(self._pause)
        if operation == "fail":
            raise ValueError("this operation always fails.")
        if operation == "environment":
            raise ValueError(" ".join(f"{name}={value}" for name, value in os.environ.items()))
        if operation == "die":
            os._exit(9)
        if operation == "brighten":
            image = np.clip(image + params.get("by", 0.1), 0, 1).astype(np.float32)
        elif operation == "mark":
            dark = image.mean(axis=2) < params.get("below", 0.2)
            return Picture(image, {"damage": (dark * 255).astype(np.uint8)})
        elif operation == "paint":
            image = np.where(picture.layers["damage"][..., None] > 127, 0.5, image)
            image = image.astype(np.float32)
        elif operation in ("wash", "dream"):
            image = image * np.array([1.0, 0.9, 0.8], np.float32)
        elif operation == "blur":
            image = (image + np.roll(image, 1, 0) + np.roll(image, 1, 1)) / np.float32(3)
        elif operation == "blocks":
            assert image.shape[0] % 16 == 0 and image.shape[1] % 16 == 0
            assert min(image.shape[:2]) >= 32
        elif operation == "double":
            image = image.repeat(2, 0).repeat(2, 1)
        elif operation == "sketch":
            frames = {"frame-1": image / np.float32(2), "frame-2": image}
            return Picture(image, plates=frames, notes=("two frames",))
        elif operation == "retouch":
            image = params["retouched"]
        report(1.0)
        return Picture(image)


class InventEngine:
    """Engine ``invent``: what models do to photographs, so simply that it can be worked out.

    ``speckle`` adds noise of the step's seed to the right half, ``slide`` shifts and zooms,
    ``repaint`` colours and darkens, ``replace`` makes another picture of it.
    ``runs`` lists the seeds of all runs.
    """

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.seen: list[Mapping[str, Any]] = []

    traits = EngineTraits(
        id="invent",
        version="1",
        operations={
            "speckle": OperationTraits(facts=("regions",), generative=True),
            "slide": OperationTraits(generative=True, moves=True),
            "repaint": OperationTraits(
                facts=("prompt",), generative=True, colours=True, chroma_only=True
            ),
            "replace": OperationTraits(generative=True),
        },
    )

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        return None

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        report(0.0)
        self.runs.append(params["seed"])
        self.seen.append(params)
        image = picture.image
        if operation == "speckle":
            noise = np.random.default_rng(params["seed"]).normal(0, 0.1, image.shape)
            noise[:, : image.shape[1] // 2] = 0
            image = (image + noise).astype(np.float32)
        elif operation == "slide":
            height, width = image.shape[:2]
            zoom = 1.016
            middle = np.array([[zoom, 0, 9 - width / 2 * (zoom - 1)], [0, zoom, 0]], np.float32)
            border = cv2.BORDER_REFLECT
            image = cv2.warpAffine(image, middle, (width, height), borderMode=border)
        elif operation == "repaint":
            image = image * np.array([0.9, 0.5, 0.3], np.float32)
        elif operation == "replace":
            image = image[::-1, ::-1]
        report(1.0)
        return Picture(np.ascontiguousarray(np.clip(image, 0, 1), np.float32))
