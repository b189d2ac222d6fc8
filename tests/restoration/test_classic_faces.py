import cv2
import numpy as np
import pytest
from skimage import data

from server.restoration.engines.classic.faces import maybe_faces


@pytest.mark.parametrize("side", [40, 110])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_face_is_spared_whatever_its_size_and_wherever_it_looks(
    side: int, mirrored: bool
) -> None:
    head = cv2.cvtColor(data.astronaut()[40:220, 140:320], cv2.COLOR_RGB2GRAY)
    head = cv2.resize(head, (2 * side, 2 * side), interpolation=cv2.INTER_AREA) / np.float32(255)
    plane = np.full((427, 640), head.mean(), np.float32)
    top, left = 200, 300
    plane[top : top + 2 * side, left : left + 2 * side] = head[:, ::-1] if mirrored else head
    # Brows to mouth, in shares of the cut-out.
    face = np.s_[
        top + round(0.6 * side) : top + round(1.2 * side), left + side - 9 : left + side + 9
    ]
    assert maybe_faces(plane)[face].mean() > 0.9


def test_a_plain_wall_has_no_face_and_a_picture_too_small_none_that_can_be_told() -> None:
    assert not maybe_faces(np.full((427, 640), 0.6, np.float32)).any()
    assert not maybe_faces(np.full((30, 40), 0.6, np.float32)).any()
