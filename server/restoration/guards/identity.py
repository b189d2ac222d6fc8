"""Whether a face is still the same person's, by a face model the museum installed.

YuNet finds the faces (Wu, Peng and Yu, 2023), SFace compares them (Zhong et al., 2021); OpenCV runs
both. From 0.363 on, SFace's authors take two photographs for one person; a picture and its own
restoration lie far above.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from server.errors import ModelMissing, ModelRefused
from server.restoration.engine import Image, Models
from server.restoration.images import resize, to_bytes8

DETECTOR, RECOGNISER = "yunet", "sface"
"""The models' names."""

_LOOKED_AT = 1280
"""Long side of the picture in which faces are looked for, pixels."""
_SURE = 0.7
"""Score from which the detector's answer is a face."""


class Faces:
    """Compares the faces of two pictures that lie on each other."""

    def __init__(self, detector: Path, recogniser: Path) -> None:
        self._detector = cv2.FaceDetectorYN.create(str(detector), "", (320, 320), _SURE)
        self._recogniser = cv2.FaceRecognizerSF.create(str(recogniser), "")

    def similarity(self, given: Image, made: Image) -> float | None:
        """Cosine similarity, -1..1, of the face that changed most; None where there is no face.

        Faces are looked for in ``given`` alone, and the same place is compared in ``made``.
        """
        before, after = _looked_at(given), _looked_at(made)
        self._detector.setInputSize(before.shape[1::-1])
        faces = self._detector.detect(before)[1]
        if faces is None:
            return None
        return min(self._alike(before, after, face) for face in faces)

    def _alike(
        self,
        before: npt.NDArray[np.uint8],
        after: npt.NDArray[np.uint8],
        face: npt.NDArray[np.float32],
    ) -> float:
        features = [
            self._recogniser.feature(self._recogniser.alignCrop(picture, face)).copy()
            for picture in (before, after)
        ]
        kind = cv2.FaceRecognizerSF_FR_COSINE
        return float(self._recogniser.match(features[0], features[1], kind))


def faces_of(models: Models | None) -> Faces | str:
    """The face models, or the sentence that says why identity is not measured."""
    if models is None:
        return "Identity was not measured: no face model."
    try:
        files = [_weights(models.folder(name)) for name in (DETECTOR, RECOGNISER)]
    except (ModelMissing, ModelRefused) as error:
        return f"Identity was not measured: {error}"
    try:
        return Faces(files[0], files[1])
    except cv2.error:
        names = " or ".join(file.name for file in files)
        return f"Identity was not measured: {names} cannot be read. Run: rekindle models verify"


def _weights(place: Path) -> Path:
    return place if place.is_file() else next(iter(sorted(place.glob("*.onnx"))), place)


def _looked_at(image: Image) -> npt.NDArray[np.uint8]:
    """BGR, 8 bits."""
    height, width = image.shape[:2]
    scale = min(1.0, _LOOKED_AT / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.ascontiguousarray(to_bytes8(resize(image, *size))[..., ::-1])
