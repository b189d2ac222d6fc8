"""The printer's queue, with real programs in the place of ``lp`` and ``lpstat``."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from server.errors import PrinterRefused
from server.gallery import printer as module
from server.gallery.printer import Printer
from tests.support.queue import Queue


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(tmp_path / "queue", monkeypatch)


def test_a_picture_is_handed_to_the_queue(queue: Queue, tmp_path: Path) -> None:
    picture = tmp_path / "-card one.jpg"
    picture.write_bytes(b"picture")
    printer = Printer("cards", ["media=Postcard", "fit-to-page"])
    assert printer.print(picture, "first-gold 010") == "cards-1"
    assert queue.printed() == [b"picture"]
    assert queue.told() == [
        ["-d", "cards", "-t", "first-gold 010", "-o", "media=Postcard", "-o", "fit-to-page"]
        + ["--", str(picture)]
    ]


def test_a_stopped_printer_is_not_given_what_it_would_keep(queue: Queue, tmp_path: Path) -> None:
    queue.says("printer cards disabled since Sun 22 Nov 2026 - out of paper")
    with pytest.raises(PrinterRefused, match="cards: it is stopped: .* out of paper"):
        Printer("cards").print(tmp_path / "card.jpg", "a card")
    assert queue.printed() == []


def test_what_the_queue_answers_is_told(queue: Queue, tmp_path: Path) -> None:
    with pytest.raises(PrinterRefused, match="Printer queue other: lpstat: Invalid destination"):
        Printer("other").print(tmp_path / "card.jpg", "a card")
    with pytest.raises(PrinterRefused, match="No such file"):
        Printer("cards").print(tmp_path / "missing.jpg", "a card")


def test_a_queue_that_does_not_answer_is_given_up(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT_S", 0.3)
    queue.sleeps()
    with pytest.raises(PrinterRefused, match="no answer"):
        Printer("cards").print(tmp_path / "card.jpg", "a card")


def test_without_cups_the_curator_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrinterRefused, match="apt-get install cups-client"):
        Printer("cards").print(tmp_path / "card.jpg", "a card")


@pytest.mark.parametrize("name", ["", "-d", "a b", "a/b", "é", "x" * 128])
def test_what_can_be_no_queue_is_refused_at_once(name: str) -> None:
    with pytest.raises(PrinterRefused, match="no name of a queue"):
        Printer(name)


@pytest.mark.skipif(shutil.which("lpstat") is None, reason="no CUPS here")
def test_the_real_lpstat_refuses_a_queue_that_is_not_there() -> None:
    run = subprocess.run(["lpstat", "-p", "no-such-queue"], env=os.environ, capture_output=True)
    assert run.returncode != 0
    with pytest.raises(PrinterRefused):
        Printer("no-such-queue").state()
