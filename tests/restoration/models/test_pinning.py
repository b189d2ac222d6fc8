import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.errors import FetchFailed
from server.restoration.models.entries import ModelFile
from server.restoration.models.fetching import fetch
from server.restoration.models.pinning import pin
from server.restoration.models.rack import Rack
from server.restoration.models.table import load_table
from tests.support.hub import Hub, serving
from tests.support.weights import entry, rack, sha

BIG = hashlib.shake_256(b"weights").digest(5000)
SHIPPED = """
[licence.Free]
title = "Free"
commercial = true
display = true
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    files = {"config.json": b"{}", "model.safetensors": BIG, "README.md": b"# tiny"}
    with serving(Hub({"lab/tiny": files})) as running:
        yield running


def test_pinning_writes_what_the_hub_says_and_fetching_then_holds_it_to_that(
    tmp_path: Path, hub: Hub
) -> None:
    shipped, own = tmp_path / "shipped.toml", tmp_path / "models" / "models.toml"
    shipped.write_text(SHIPPED)
    own.parent.mkdir()
    own.write_text("# our own\n")
    loose = entry({}, revision=None, include=("*.json", "*.safetensors"))
    made = pin(rack(own.parent, tiny=loose), "tiny", own, endpoint=hub.address)
    assert made.pinned and made.revision == "a" * 40
    assert [(file.path, file.sha256, file.size) for file in made.files] == [
        ("config.json", sha(b"{}"), 2),
        ("model.safetensors", sha(BIG), 5000),
    ]
    assert own.read_text().startswith("# our own\n")
    table = load_table(shipped, own)
    assert table.model["tiny"] == made
    here = Rack(own.parent, table)
    hub.files["lab/tiny"]["model.safetensors"] = b"z" * 5000
    with pytest.raises(FetchFailed, match="should have"):
        fetch(here, "tiny", lambda *_: None, endpoint=hub.address)
    hub.files["lab/tiny"]["model.safetensors"] = BIG
    assert fetch(here, "tiny", lambda *_: None, endpoint=hub.address)
    assert "models.toml" not in here.own()


def test_pinning_again_replaces_only_that_entry(tmp_path: Path, hub: Hub) -> None:
    own = tmp_path / "models.toml"
    loose = entry({}, include=("*.json",))
    for name in ("tiny", "other", "tiny"):
        pin(rack(tmp_path, tiny=loose, other=loose), name, own, endpoint=hub.address)
    assert own.read_text().count("[model.tiny]") == 1
    assert own.read_text().count("[model.other]") == 1


def test_what_the_table_knows_already_is_not_replaced(tmp_path: Path, hub: Hub) -> None:
    known = (ModelFile(path="config.json"), ModelFile(path="model.safetensors", sha256="0" * 64))
    here = rack(tmp_path, tiny=entry({}, files=known))
    with pytest.raises(FetchFailed, match="for model.safetensors, models.toml says 000000000000"):
        pin(here, "tiny", tmp_path / "own.toml", endpoint=hub.address)
    assert not (tmp_path / "own.toml").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path, hub: Hub) -> None:
    here = rack(tmp_path, tiny=entry({}, files=(ModelFile(path="gone.bin"),)))
    with pytest.raises(FetchFailed, match="lab/tiny has no gone.bin at revision aaaaaaaaaaaa"):
        pin(here, "tiny", tmp_path / "own.toml", endpoint=hub.address)


def test_a_model_without_a_repository_cannot_be_asked_for(tmp_path: Path) -> None:
    alone = (ModelFile(path="a.pth", url="http://127.0.0.1/a.pth"),)
    here = rack(tmp_path, tiny=entry({}, repository=None, revision=None, files=alone))
    with pytest.raises(FetchFailed, match="has no repository to ask"):
        pin(here, "tiny", tmp_path / "own.toml")
