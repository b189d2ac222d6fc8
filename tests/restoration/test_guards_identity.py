"""Faces are found and compared by real networks of OpenCV's two face models' form."""

from pathlib import Path

import numpy as np
import pytest

from server.errors import ModelMissing
from server.restoration.engine import Image
from server.restoration.guards.identity import Faces, faces_of
from tests.support.face_models import make_detector, make_recogniser


class Shelf:
    """Models in a folder, by name; what is not there is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        for place in (self._folder / name, self._folder / f"{name}.onnx"):
            if place.exists():
                return place
        raise ModelMissing(name, f"Run: rekindle models fetch {name}")

    def digest(self, name: str) -> str:
        return name


def portrait(turned: bool = False) -> Image:
    """A bright face with a dark mark, left or right, before a dark wall; no cell is half bright."""
    picture = np.full((192, 256, 3), 0.2, np.float32)
    picture[64:96, 96:128] = 0.95
    mark = slice(116, 124) if turned else slice(100, 108)
    picture[72:90, mark] = 0.0
    return picture


@pytest.fixture
def faces(tmp_path: Path) -> Faces:
    return Faces(make_detector(tmp_path / "a.onnx"), make_recogniser(tmp_path / "b.onnx"))


def test_the_same_face_is_the_same_person(faces: Faces) -> None:
    assert faces.similarity(portrait(), portrait()) == pytest.approx(1, abs=1e-3)


def test_another_face_in_its_place_is_not(faces: Faces) -> None:
    alike = faces.similarity(portrait(), portrait(turned=True))
    assert alike is not None and alike < 0.6


def test_without_a_face_nothing_is_measured(faces: Faces) -> None:
    wall = np.full((192, 256, 3), 0.2, np.float32)
    assert faces.similarity(wall, portrait()) is None


def test_a_museum_without_face_models_is_told_so(tmp_path: Path) -> None:
    assert faces_of(None) == "Identity was not measured: no face model."
    said = faces_of(Shelf(tmp_path))
    assert isinstance(said, str) and "Model yunet is not here. Run: rekindle" in said


def test_a_model_is_a_file_or_the_folder_it_was_fetched_into(tmp_path: Path) -> None:
    (tmp_path / "yunet").mkdir()
    make_detector(tmp_path / "yunet" / "2023.onnx")
    make_recogniser(tmp_path / "sface.onnx")
    assert isinstance(faces_of(Shelf(tmp_path)), Faces)


def test_a_broken_face_model_is_told_and_stops_nothing(tmp_path: Path) -> None:
    for name in ("yunet", "sface"):
        (tmp_path / f"{name}.onnx").write_bytes(b"half of it")
    said = faces_of(Shelf(tmp_path))
    assert isinstance(said, str) and "cannot be read" in said
