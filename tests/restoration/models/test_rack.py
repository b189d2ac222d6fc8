import shutil
from pathlib import Path

import pytest

from server.errors import ModelMissing, ModelRefused
from server.restoration.models.entries import ModelFile
from server.restoration.models.rack import OWN_DIGESTS, Rack
from tests.support.weights import entry, rack, sha

FILES = {"config.json": b"{}", "net.safetensors": b"weights"}


def filled(root: Path, *accepted: str) -> Rack:
    """A rack whose model ``tiny`` was copied here and checked."""
    here = rack(root, *accepted, tiny=entry(FILES))
    for path, data in FILES.items():
        file = root / "tiny" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    here.verify("tiny")
    return here


def test_a_folder_copied_from_another_machine_is_used_once_checked(tmp_path: Path) -> None:
    here = filled(tmp_path)
    (tmp_path / "tiny" / "record.json").unlink()
    assert here.condition("tiny") == "unchecked"
    with pytest.raises(ModelMissing, match="Run: rekindle models verify tiny"):
        here.folder("tiny")
    read: list[int] = []
    assert here.verify("tiny", lambda file, count: read.append(count)) == ()
    assert sum(read) == sum(map(len, FILES.values()))
    assert here.folder("tiny") == tmp_path / "tiny"


def test_verifying_names_what_has_changed(tmp_path: Path) -> None:
    here = filled(tmp_path)
    (tmp_path / "tiny" / "net.safetensors").write_bytes(b"wEights")
    assert here.condition("tiny") == "here", "the size alone does not tell"
    assert here.verify("tiny") == (
        f"net.safetensors has SHA-256 {sha(b'wEights')[:12]}…, not {sha(b'weights')[:12]}…",
    )
    (tmp_path / "tiny" / "config.json").unlink()
    assert here.verify("tiny")[0] == "config.json is missing"
    assert here.condition("tiny") == "damaged"


def test_another_version_than_the_tables_is_not_used(tmp_path: Path) -> None:
    filled(tmp_path)
    newer = rack(tmp_path, tiny=entry({**FILES, "net.safetensors": b"WEIGHTS"}))
    assert newer.condition("tiny") == "other version"
    with pytest.raises(ModelMissing, match="another version of it. Run: rekindle models fetch"):
        newer.digest("tiny")


def test_the_digest_is_of_the_contents(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "one"), filled(tmp_path / "two")
    assert one.digest("tiny") == two.digest("tiny")
    other = rack(tmp_path / "three", tiny=entry({**FILES, "config.json": b"[]"}))
    shutil.copytree(tmp_path / "one" / "tiny", tmp_path / "three" / "tiny")
    (tmp_path / "three" / "tiny" / "record.json").unlink()
    (tmp_path / "three" / "tiny" / "config.json").write_bytes(b"[]")
    assert other.verify("tiny") == ()
    assert other.digest("tiny") != one.digest("tiny")


def test_a_file_put_here_by_hand_is_found_by_its_name(tmp_path: Path) -> None:
    here = rack(tmp_path)
    (tmp_path / "ours.safetensors").write_bytes(b"first")
    assert here.own() == ("ours.safetensors",)
    for name in ("ours.safetensors", "ours"):
        assert here.folder(name) == tmp_path / "ours.safetensors"
        assert here.digest(name) == sha(b"first")
    (tmp_path / "ours.safetensors").write_bytes(b"second")
    assert here.digest("ours") == sha(b"second")


def test_a_digest_is_read_once(tmp_path: Path) -> None:
    here = rack(tmp_path)
    (tmp_path / "ours.pth").write_bytes(b"first")
    here.digest("ours.pth")
    store = tmp_path / OWN_DIGESTS
    store.write_text(store.read_text().replace(sha(b"first"), "0" * 64))
    assert here.digest("ours.pth") == "0" * 64, "from the record, not from the file"


def test_a_folder_put_here_by_hand_has_a_digest_too(tmp_path: Path) -> None:
    here = rack(tmp_path)
    (tmp_path / "ours" / "unet").mkdir(parents=True)
    (tmp_path / "ours" / "unet" / "a.safetensors").write_bytes(b"first")
    first = here.digest("ours")
    assert here.folder("ours") == tmp_path / "ours"
    (tmp_path / "ours" / "unet" / "a.safetensors").write_bytes(b"other")
    assert here.digest("ours") != first


def test_refused_weights_are_recognised_under_another_name(tmp_path: Path) -> None:
    closed = entry(FILES, licence="Closed-1.0")
    (tmp_path / "harmless.safetensors").write_bytes(b"weights")
    with pytest.raises(ModelRefused, match=r"Model famous \(Closed-1.0\) is refused"):
        rack(tmp_path, famous=closed).folder("harmless")
    assert rack(tmp_path, "Closed-1.0", famous=closed).folder("harmless")


@pytest.mark.parametrize("name", ["nothing", "../tiny", ".begun", "models.toml"])
def test_a_name_that_is_nothing_here_is_answered_with_what_there_is(
    tmp_path: Path, name: str
) -> None:
    here = filled(tmp_path)
    (tmp_path / "ours.onnx").write_bytes(b"x")
    (tmp_path / "models.toml").write_text("")
    with pytest.raises(ModelMissing, match="Known: tiny, ours.onnx"):
        here.folder(name)


def test_an_unpinned_model_needs_pinning_first(tmp_path: Path) -> None:
    loose = entry({}, files=(ModelFile(path="a.bin"),))
    with pytest.raises(ModelMissing, match="rekindle models pin tiny, then: rekindle models fet"):
        rack(tmp_path, tiny=loose).digest("tiny")
    assert "not pinned" in rack(tmp_path, tiny=loose).verify("tiny")[0]
