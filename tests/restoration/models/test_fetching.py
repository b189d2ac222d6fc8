import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.errors import FetchFailed, ModelMissing, ModelRefused
from server.restoration.models.entries import ModelFile
from server.restoration.models.fetching import errors_named, fetch
from server.restoration.models.rack import BEGUN
from tests.support.hub import Hub, serving
from tests.support.weights import entry, rack

BIG = hashlib.shake_256(b"weights").digest(300_000)
FILES = {"config.json": b"{}", "unet/model.safetensors": BIG}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub({"lab/tiny": dict(FILES)})) as running:
        yield running


def quiet(file: str, here: int, size: int) -> None:
    return


def test_exactly_the_named_files_arrive_and_are_used_from_then_on(tmp_path: Path, hub: Hub) -> None:
    hub.files["lab/tiny"]["run_me.py"] = b"print()"
    here = rack(tmp_path, tiny=entry(FILES))
    with pytest.raises(ModelMissing, match="Run: rekindle models fetch tiny$"):
        here.folder("tiny")
    told: dict[str, tuple[int, int]] = {}
    assert fetch(here, "tiny", lambda f, n, of: told.update({f: (n, of)}), endpoint=hub.address)
    assert told == {"config.json": (2, 2), "unet/model.safetensors": (len(BIG), len(BIG))}
    folder = here.folder("tiny")
    found = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert found == ["config.json", "record.json", "unet/model.safetensors"]
    assert here.condition("tiny") == "here"
    assert here.verify("tiny") == ()
    asked = len(hub.asked)
    assert not fetch(here, "tiny", quiet, endpoint=hub.address)
    assert len(hub.asked) == asked, "what is here is not asked for again"


def test_a_file_may_go_where_the_engine_looks_for_it(tmp_path: Path, hub: Hub) -> None:
    tiny = entry(FILES)
    moved = tiny.files[1].model_copy(update={"to": "unet/weights.safetensors"})
    here = rack(tmp_path, tiny=tiny.model_copy(update={"files": (tiny.files[0], moved)}))
    fetch(here, "tiny", quiet, endpoint=hub.address)
    assert (here.folder("tiny") / "unet/weights.safetensors").read_bytes() == BIG


def test_an_interrupted_fetch_goes_on_where_it_stopped(tmp_path: Path, hub: Hub) -> None:
    here = rack(tmp_path, tiny=entry(FILES))
    part = tmp_path / BEGUN / "tiny" / "unet" / "model.safetensors.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BIG[:100_000])
    assert here.condition("tiny") == "begun"
    assert fetch(here, "tiny", quiet, endpoint=hub.address)
    assert ("/lab/tiny/resolve/" + "a" * 40 + "/unet/model.safetensors", "bytes=100000-") in (
        hub.asked
    )
    assert (here.folder("tiny") / "unet/model.safetensors").read_bytes() == BIG
    assert not (tmp_path / BEGUN / "tiny").exists()


def test_a_connection_that_breaks_is_taken_up_again(tmp_path: Path, hub: Hub) -> None:
    large = {"model.safetensors": BIG * 80}
    hub.files["lab/tiny"] = dict(large)
    hub.breaks_after = 15 << 20
    here = rack(tmp_path, tiny=entry(large))
    told: list[int] = []
    assert fetch(here, "tiny", lambda file, n, of: told.append(n), endpoint=hub.address)
    assert here.verify("tiny") == ()
    assert [wanted for _, wanted in hub.asked if wanted] == [f"bytes={10 << 20}-"]
    assert told[-1] == len(BIG) * 80


def test_a_wrong_file_is_thrown_away_and_nothing_is_taken_for_the_model(
    tmp_path: Path, hub: Hub
) -> None:
    here = rack(tmp_path, tiny=entry(FILES))
    hub.files["lab/tiny"]["unet/model.safetensors"] = b"x" * len(BIG)
    with pytest.raises(FetchFailed, match="unet/model.safetensors has SHA-256 .* should have"):
        fetch(here, "tiny", quiet, endpoint=hub.address)
    assert not (tmp_path / "tiny").exists()
    assert not list((tmp_path / BEGUN / "tiny").rglob("*.part"))
    hub.files["lab/tiny"]["unet/model.safetensors"] = BIG
    assert fetch(here, "tiny", quiet, endpoint=hub.address)


def test_a_damaged_model_is_fetched_anew(tmp_path: Path, hub: Hub) -> None:
    here = rack(tmp_path, tiny=entry(FILES))
    fetch(here, "tiny", quiet, endpoint=hub.address)
    (tmp_path / "tiny" / "unet" / "model.safetensors").write_bytes(b"short")
    assert here.condition("tiny") == "damaged"
    with pytest.raises(ModelMissing, match="damaged"):
        here.digest("tiny")
    assert fetch(here, "tiny", quiet, endpoint=hub.address)
    assert here.condition("tiny") == "here"


def test_a_file_at_an_address_of_its_own_is_fetched_without_the_museums_token(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    url = f"{hub.address}/lab/tiny/resolve/main/unet/model.safetensors"
    alone = ModelFile(path="net.safetensors", url=url, sha256=hashlib.sha256(BIG).hexdigest())
    here = rack(tmp_path, tiny=entry({}, repository=None, revision=None, files=(alone,)))
    assert fetch(here, "tiny", quiet)
    assert (here.folder("tiny") / "net.safetensors").read_bytes() == BIG
    assert hub.tokens == {None}


def test_the_hub_is_shown_the_token(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch(rack(tmp_path, tiny=entry(FILES)), "tiny", quiet, endpoint=hub.address)
    assert hub.tokens == {"Bearer hf_secret"}


def test_a_gated_model_says_how_to_get_in(tmp_path: Path, hub: Hub) -> None:
    hub.gated.add("lab/tiny")
    with pytest.raises(FetchFailed, match=r"refuses \(401\).*Accept its terms at .*/lab/tiny, log"):
        fetch(rack(tmp_path, tiny=entry(FILES)), "tiny", quiet, endpoint=hub.address)


def test_a_file_the_hub_does_not_have_is_named(tmp_path: Path, hub: Hub) -> None:
    del hub.files["lab/tiny"]["config.json"]
    with pytest.raises(FetchFailed, match="answered 404 for .*/config.json"):
        fetch(rack(tmp_path, tiny=entry(FILES)), "tiny", quiet, endpoint=hub.address)


def test_without_a_network_it_says_so_and_keeps_what_is_here(tmp_path: Path) -> None:
    with serving(Hub()) as gone:
        pass
    with pytest.raises(FetchFailed, match="cannot be reached .* Try again where there is a net"):
        fetch(rack(tmp_path, tiny=entry(FILES)), "tiny", quiet, endpoint=gone.address)


def test_a_disk_too_small_is_said_with_figures_before_anything_is_fetched(
    tmp_path: Path, hub: Hub
) -> None:
    tiny = entry(FILES)
    vast = tiny.files[1].model_copy(update={"size": 10**18})
    here = rack(tmp_path, tiny=tiny.model_copy(update={"files": (tiny.files[0], vast)}))
    with pytest.raises(FetchFailed, match=r"needs 1000000000.0 GB more, and .* GB free"):
        fetch(here, "tiny", quiet, endpoint=hub.address)
    assert hub.asked == []


def test_a_disk_that_fills_up_is_said_plainly() -> None:
    tiny = entry(FILES)
    with pytest.raises(FetchFailed, match="the disk is full"), errors_named("tiny", tiny):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_model_that_is_not_pinned_is_not_fetched(tmp_path: Path, hub: Hub) -> None:
    loose = entry({}, files=(ModelFile(path="config.json"),))
    with pytest.raises(FetchFailed, match="Run: rekindle models pin tiny"):
        fetch(rack(tmp_path, tiny=loose), "tiny", quiet, endpoint=hub.address)
    assert hub.asked == []


def test_a_closed_licence_is_refused_until_the_settings_name_it(tmp_path: Path, hub: Hub) -> None:
    tiny = entry(FILES, licence="Closed-1.0")
    with pytest.raises(ModelRefused) as refused:
        fetch(rack(tmp_path, tiny=tiny), "tiny", quiet, endpoint=hub.address)
    assert str(refused.value) == (
        "Model tiny (Closed-1.0) is refused: its licence, Closed, forbids commercial use."
        " If your museum may use it, set REKINDLE_ACCEPTED_LICENCES='[\"Closed-1.0\"]'."
    )
    assert hub.asked == []
    assert fetch(rack(tmp_path, "Closed-1.0", tiny=tiny), "tiny", quiet, endpoint=hub.address)
    with pytest.raises(ModelRefused):
        rack(tmp_path, "closed", tiny=tiny).folder("tiny")


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="Known: tiny"):
        fetch(rack(tmp_path, tiny=entry(FILES)), "tinny", quiet)
