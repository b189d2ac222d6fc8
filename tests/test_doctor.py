import sys
from pathlib import Path

import pytest

from server.__main__ import main
from server.assembly import accounts, rack
from server.doctor import examine
from server.restoration.models.rack import write_record
from server.settings import Settings
from tests.support.editions import published_shelf
from tests.support.sets import make_set
from tests.support.speaking import said, speaking


def lines(settings: Settings) -> list[str]:
    return [str(finding) for finding in examine(settings)]


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["rekindle", *words])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_new_installation_has_no_failure_and_is_told_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path))
    assert run(monkeypatch, "doctor") == 0
    said = capsys.readouterr().out
    assert "warn  No edition is published. Run: rekindle publish SET" in said
    assert "warn  Nobody may enter the Studio. Run: rekindle user add NAME" in said
    assert (
        "rekindle models pin sd15-tile && rekindle models fetch sd15 sd15-tile sd15-lcm taesd"
        in said.replace("\n", " ")
    )
    assert all(line.split()[0] in ("ok", "warn") for line in said.splitlines())


def test_what_is_wrong_fails_with_its_remedy_and_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path))
    monkeypatch.setenv("REKINDLE_TAKE_HOME_ADDRESS", "http://127.0.0.1:8000")
    monkeypatch.setenv("REKINDLE_STATIONS", '{"hall": "first-gold"}')
    monkeypatch.setenv("REKINDLE_DEVICES", '["cuda:99"]')
    monkeypatch.setenv("REKINDLE_OPERATER", "typo")
    assert run(monkeypatch, "doctor") == 1
    said = capsys.readouterr().out
    assert "fail  http://127.0.0.1:8000 is this machine's address for itself." in said
    assert "fail  A station shows first-gold, which is not published." in said
    assert "fail  REKINDLE_DEVICES names cuda:99; this machine has cpu" in said
    assert "warn  REKINDLE_OPERATER is set, and there is no such setting. Did you mean" in said


def test_damaged_weights_fail_with_the_command(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    here = rack(settings)
    folder = tmp_path / "models" / "yunet"
    folder.mkdir(parents=True)
    file = here.table.model["yunet"].files[0]
    write_record(folder, "yunet", here.table.model["yunet"], {file.path: (str(file.sha256), 9)})
    assert "fail  Model yunet is damaged. Run: rekindle models fetch yunet" in lines(settings)


def test_a_faulty_table_of_the_museums_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "models.toml").write_text("model = ")
    assert any("models.toml: is not TOML" in line for line in lines(Settings(home=tmp_path)))


def test_a_printer_that_is_not_there_fails(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, printer="no-such-printer")
    assert any(line.startswith("fail") and "no-such-printer" in line for line in lines(settings))


def test_a_program_that_speaks_is_tried(tmp_path: Path) -> None:
    command, voices = speaking(tmp_path / "program"), {"en": "en-gb", "zh-Hans": "cmn"}
    settings = Settings(home=tmp_path / "home", speech=command, speech_voices=voices)
    assert "ok    The kiosk's texts can be spoken in en, zh-Hans." in lines(settings)
    assert said(tmp_path / "program") == ["cmn 1974", "en-gb 1974"]
    broken = Settings(home=tmp_path / "home", speech="no-such-program {file}")
    assert any(line.startswith("fail  Speech by no-such-program {file}") for line in lines(broken))


def test_folders_that_the_studio_may_change_are_looked_at(tmp_path: Path) -> None:
    first, second = (make_set(tmp_path / name, photos=1) for name in ("one", "two"))
    missing = tmp_path / "nowhere"
    said = lines(Settings(home=tmp_path, sets=(first, second, missing)))
    assert f"ok    Curators may change regions of small-set ({first})." in said
    assert any(line.startswith(f"fail  {second} and {first} have one id") for line in said)
    assert any(line.startswith(f"fail  REKINDLE_SETS names {missing}") for line in said)


def test_a_published_edition_and_a_user_are_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    published_shelf(settings.editions)
    accounts(settings).add("curator", "a long enough word")
    said = lines(settings)
    assert any(line.startswith("ok    Published editions: ") for line in said)
    assert not any("Studio" in line for line in said)


def test_a_setting_that_is_no_value_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKINDLE_PORT", "eighty")
    assert run(monkeypatch, "doctor") == 1
    assert capsys.readouterr().err.startswith("REKINDLE_PORT: ")
    monkeypatch.setenv("REKINDLE_PORT", "8000")
    monkeypatch.setenv("REKINDLE_STATIONS", "hall")
    assert run(monkeypatch, "doctor") == 1
    assert "stations" in capsys.readouterr().err


def test_looking_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    list(examine(Settings(home=home)))
    assert not home.exists()
    home.mkdir()
    list(examine(Settings(home=home)))
    assert [path.name for path in home.iterdir()] == []
