import threading
from pathlib import Path

import numpy as np
import pytest

from server.errors import StoreDamaged
from server.restoration.engine import Picture
from server.restoration.images import read_scan
from server.restoration.store import Result, Store, file_digest


def picture(value: float = 0.25) -> Picture:
    image = np.full((6, 8, 3), value, np.float32)
    return Picture(image, {"damage": np.eye(6, 8, dtype=np.uint8) * 255})


def record(key: str = "ab" + "0" * 62) -> dict[str, object]:
    return {
        "key": key,
        "stage": "clear",
        "engine": "tint",
        "engine_version": "1",
        "operation": "brighten",
        "params": {"by": 0.1},
        "seed": 0,
        "weights": None,
        "tiling": None,
        "inputs": {"image": "cd"},
        "made_at": "2026-11-22T10:00:00+00:00",
        "seconds": 0.1,
        "device": "cpu",
        "who": None,
        "versions": {"rekindle": "0"},
    }


def test_what_is_put_is_got_with_its_layers_and_its_record(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = store.put(picture(), record())
    found = store.get("ab" + "0" * 62)
    assert found is not None and found.paradata == kept.paradata
    assert np.abs(found.image() - picture().image).max() <= 1 / 65535
    assert np.array_equal(found.layer("damage"), picture().layers["damage"])
    assert found.paradata.image == file_digest(found.image_file)
    assert (found.paradata.width, found.paradata.height) == (8, 6)


def test_what_was_never_put_is_not_there(tmp_path: Path) -> None:
    assert Store(tmp_path).get("ff" * 32) is None


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError):
        store.put(picture(), {**record(), "stage": "no stage"})
    assert store.get("ab" + "0" * 62) is None
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_of_two_runners_with_one_key_the_first_stays(tmp_path: Path) -> None:
    results: list[Result] = []

    def one() -> None:
        results.append(Store(tmp_path).put(picture(), record()))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({result.paradata.image for result in results}) == 1
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_a_damaged_result_is_named_with_the_remedy(tmp_path: Path) -> None:
    kept = Store(tmp_path).put(picture(), record())
    kept.image_file.write_bytes(kept.image_file.read_bytes()[:40])
    with pytest.raises(StoreDamaged, match="Delete .* and restore"):
        kept.image()
    (kept.folder / "paradata.json").write_text("{")
    with pytest.raises(StoreDamaged, match="record"):
        Store(tmp_path).get(kept.paradata.key)


def test_only_what_killed_runners_left_is_swept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    left = tmp_path / "unfinished" / "left"
    left.mkdir(parents=True)
    store.sweep()
    assert left.exists()
    store.sweep(now=left.stat().st_mtime + 2 * 24 * 3600)
    assert not left.exists()


def test_plates_keep_their_size_and_order(tmp_path: Path) -> None:
    plates = {
        "frame-1": np.full((3, 4, 3), 0.2, np.float32),
        "frame-0": np.ones((6, 8, 3), np.float32),
    }
    made = Picture(picture().image, plates=plates, notes=("tiles were halved",))
    kept = Store(tmp_path).put(made, {**record(), "notes": made.notes})
    assert list(kept.paradata.plates) == ["frame-1", "frame-0"]
    assert kept.paradata.notes == ("tiles were halved",)
    for name, plate in plates.items():
        assert kept.paradata.plates[name] == file_digest(kept.plate_file(name))
        assert np.abs(read_scan(kept.plate_file(name)) - plate).max() <= 0.5 / 255
