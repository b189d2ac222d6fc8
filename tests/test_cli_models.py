"""``rekindle models``, from the command line to a hub on this machine."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import huggingface_hub.constants as hub_constants
import pytest

from server.__main__ import main
from tests.support.hub import Hub, serving
from tests.support.networks import enlarger
from tests.support.sets import make_set

Run = Callable[..., tuple[int, str]]
BIG = hashlib.shake_256(b"weights").digest(50_000)
OWN = """
[licence.Closed]
title = "Closed"
commercial = false
display = true
forbids = "commercial use"
[model.tiny]
kind = "net"
purpose = "tests"
licence = "MIT"
memory_gb = 0.1
repository = "lab/tiny"
include = ["*.safetensors"]
[model.closed]
kind = "net"
purpose = "tests"
licence = "Closed"
memory_gb = 0.1
repository = "lab/tiny"
include = ["*.safetensors"]
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub({"lab/tiny": {"net.safetensors": BIG, "README.md": b"#"}})) as running:
        yield running


@pytest.fixture
def rekindle(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    # What HF_ENDPOINT sets, had the library been imported after it.
    template = hub_constants.HUGGINGFACE_CO_URL_TEMPLATE
    monkeypatch.setattr(
        hub_constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        template.replace(hub_constants.ENDPOINT, hub.address),
    )
    monkeypatch.setattr(hub_constants, "ENDPOINT", hub.address)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "models.toml").write_text(OWN)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["rekindle", "models", *words])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_museums_model_from_its_name_to_its_verified_files(tmp_path: Path, rekindle: Run) -> None:
    models = tmp_path / "models"
    code, said = rekindle("fetch", "tiny")
    assert code == 1 and "Run: rekindle models pin tiny" in said
    code, said = rekindle("pin", "tiny")
    assert code == 0 and "1 files" in said and "rekindle models fetch tiny" in said
    code, said = rekindle("fetch", "tiny")
    assert code == 0 and "tiny: fetched and verified" in said
    assert (models / "tiny" / "net.safetensors").read_bytes() == BIG
    assert "tiny: was here already" in rekindle("fetch", "tiny")[1]
    code, said = rekindle("verify")
    assert code == 0 and said.strip() == "tiny: as it should be"
    (models / "tiny" / "net.safetensors").write_bytes(BIG[::-1])
    code, said = rekindle("verify", "tiny")
    assert code == 1 and "has SHA-256" in said and "Run: rekindle models fetch tiny" in said


def test_a_closed_licence_is_refused_by_name_and_opened_by_the_setting(
    hub: Hub, rekindle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = rekindle("fetch", "closed")
    assert code == 1 and "forbids commercial use" in said and hub.asked == []
    monkeypatch.setenv("REKINDLE_ACCEPTED_LICENCES", '["Closed"]')
    code, said = rekindle("fetch", "closed")
    assert code == 1 and "rekindle models pin closed" in said


def test_the_list_says_what_is_here_and_what_is_refused(tmp_path: Path, rekindle: Run) -> None:
    (tmp_path / "models" / "our-net.pth").write_bytes(b"x")
    code, said = rekindle("list")
    lines = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert code == 0
    assert " missing " in lines["sd15"] and "2.1 GB" in lines["sd15"]
    assert " refused " in lines["codeformer"] and " S-Lab-1.0 " in lines["codeformer"]
    assert " own " in lines["our-net.pth"]


RECIPE = """
name = "mine"
title = { en = "Mine" }
[[step]]
stage = "clear"
engine = "nets"
operation = "enhance"
params = { model = "ours" }
"""


def restoring(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["rekindle", "restore", *map(str, words)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_museums_own_network_restores_a_set_and_is_named_in_the_record(
    tmp_path: Path, rekindle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKINDLE_DEVICES", '["cpu"]')
    folder = make_set(tmp_path / "set", photos=2)
    (folder / "mine.toml").write_text(RECIPE)
    weights = enlarger(tmp_path / "models" / "ours.safetensors")
    assert restoring(monkeypatch, folder, "--recipe", "mine.toml") == 0
    records = [
        json.loads(file.read_text())
        for file in (tmp_path / "store" / "objects").glob("*/*/paradata.json")
    ]
    assert [record["engine"] for record in records] == ["nets", "nets"]
    assert {record["weights"] for record in records} == {
        hashlib.sha256(weights.read_bytes()).hexdigest()
    }
    assert {record["device"] for record in records} == {"cpu"}


def test_what_is_missing_is_said_before_any_photo_is_touched(
    tmp_path: Path,
    rekindle: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    assert restoring(monkeypatch, folder, "--recipe", "nets") == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"Model {name} is not here. Run: rekindle models fetch {name}"
        for name in ("lama", "scunet", "realesrgan-x4plus")
    ]
    assert not (tmp_path / "store").exists()


def test_checking_a_set_warns_of_models_that_are_not_here(
    tmp_path: Path,
    rekindle: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    (folder / "mine.toml").write_text(RECIPE)
    toml = folder / "exhibit.toml"
    toml.write_text('recipe = "mine.toml"\n' + toml.read_text().replace('recipe = "classic"', ""))
    monkeypatch.setattr(sys, "argv", ["rekindle", "check", str(folder)])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    assert "warning: Model ours is not here. models.toml does not name it" in said
    assert "0 errors" in said
