import threading
import time
from pathlib import Path

import pytest

from server.editions.model import Edition
from server.editions.shelf import Shelf
from server.errors import EditionMissing
from tests.support.editions import make_edition


def publish(shelf: Shelf) -> Edition:
    def fill(folder: Path, number: int, earlier: Path | None) -> Edition:
        return make_edition(folder, number=number, photos=1, size=(16, 12))

    return shelf.publish("demo", fill)


def test_publishing_counts_up_and_the_newest_is_current(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.sets() == [] and shelf.current("demo") is None
    assert [publish(shelf).number for _ in range(2)] == [1, 2]
    current = shelf.current("demo")
    assert current is not None and current.number == 2
    assert shelf.sets() == ["demo"]


def test_another_process_sees_the_swap(tmp_path: Path) -> None:
    here, there = Shelf(tmp_path), Shelf(tmp_path)
    publish(here)
    first = there.current("demo")
    publish(here)
    second = there.current("demo")
    assert first is not None and second is not None
    assert (first.number, second.number) == (1, 2)


def test_rolling_back_returns_to_the_edition_before(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    publish(shelf), publish(shelf)
    assert shelf.roll_back("demo").number == 1
    current = shelf.current("demo")
    assert current is not None and current.number == 1
    with pytest.raises(EditionMissing):
        shelf.roll_back("demo")
    assert publish(shelf).number == 3


def test_a_failed_build_leaves_what_is_published_and_no_rubbish(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    publish(shelf)
    before = sorted(path.name for path in (tmp_path / "demo").iterdir())

    def fail(folder: Path, number: int, earlier: Path | None) -> Edition:
        (folder / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        shelf.publish("demo", fail)
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == before
    current = shelf.current("demo")
    assert current is not None and current.number == 1


def test_old_editions_go_but_never_one_a_screen_shows(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, keep=2)
    publish(shelf)
    shelf.lease("demo", 1, "main")
    for _ in range(4):
        publish(shelf)
    assert shelf.numbers("demo") == [1, 4, 5]
    (tmp_path / "demo" / "leases" / "main").unlink()
    publish(shelf)
    assert shelf.numbers("demo") == [5, 6]


def test_two_publishers_take_turns(tmp_path: Path) -> None:
    numbers: list[int] = []

    def fill(folder: Path, number: int, earlier: Path | None) -> Edition:
        time.sleep(0.05)
        return make_edition(folder, number=number, photos=1, size=(16, 12))

    def one() -> None:
        numbers.append(Shelf(tmp_path).publish("demo", fill).number)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3]


def test_an_edition_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EditionMissing, match="demo has no edition 7"):
        Shelf(tmp_path).edition("demo", 7)


def test_an_edition_that_somebody_took_a_link_to_stays_until_the_link_ends(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, keep=1)
    for number in (1, 2):
        publish(shelf)
        shelf.keep("demo", number, 3600.0)
    publish(shelf)
    assert shelf.numbers("demo") == [1, 2, 3]
    shelf.keep("demo", 1, -1.0)
    publish(shelf)
    assert shelf.numbers("demo") == [2, 4]
