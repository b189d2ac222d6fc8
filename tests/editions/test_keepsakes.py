"""What visitors take home, read back as a stranger would read it."""

from io import BytesIO
from pathlib import Path
from typing import Any

import c2pa
import pytest
from PIL import Image

from server.catalogue.model import Text
from server.editions import labels
from server.editions.keepsakes import Copy, Keepsakes
from server.editions.model import Edition, EditionPhoto
from server.editions.signing import Signer
from server.errors import CertificateRefused
from tests.editions.test_postcard import WORDS
from tests.support.certificates import make_certificate
from tests.support.editions import FolderShelf, published_shelf

SAID = Text({"en": "Coloured by software, 2026", "zh-Hans": "由软件上色，2026 年"})
TERM = b"http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> FolderShelf:
    return published_shelf(tmp_path_factory.mktemp("editions"), photos=3)


@pytest.fixture
def edition(shelf: FolderShelf) -> Edition:
    edition = shelf.current("first-gold")
    assert edition is not None
    return edition


def whole(photo: EditionPhoto, place: int = -1) -> Copy:
    return Copy(photo.stages[place], SAID, whole=True)


def read(path: Path) -> dict[str, Any]:
    reader = c2pa.Reader("image/jpeg", BytesIO(path.read_bytes()))
    assert reader.get_validation_state() == "Valid", reader.get_validation_results()
    manifest = reader.get_active_manifest()
    assert manifest is not None
    return manifest


def actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        action
        for assertion in manifest["assertions"]
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]


def test_a_copy_has_the_editions_pixels_and_says_what_it_is(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    photo = edition.photos[0].model_copy(update={"creator": "Lin", "rights": "https://r.example/"})
    keepsakes = Keepsakes(tmp_path, shelf.folder)
    taken = keepsakes.picture(edition, photo, whole(photo))
    published = shelf.folder("first-gold", 1) / photo.stages[-1].renditions[0].jpeg
    with Image.open(taken) as copy, Image.open(published) as original:
        assert copy.tobytes() == original.tobytes()
        xmp = copy.info["xmp"]
    for told in (TERM + b"algorithmicallyEnhanced", b"Lin", b"https://r.example/"):
        assert told in xmp
    for words in ("旗手", "The flag bearer", "Coloured by software, 2026", "Simulated for a test"):
        assert words.encode() in xmp
    scan = keepsakes.picture(edition, photo, whole(photo, 0))
    assert TERM + b"print" in scan.read_bytes()


def test_a_copy_for_a_phone_is_the_largest_of_1920_pixels_or_less(edition: Edition) -> None:
    stage = edition.photos[0].stages[-1]
    sizes = [stage.renditions[0].model_copy(update={"width": side}) for side in (3840, 1920, 480)]
    assert Copy(stage.model_copy(update={"renditions": sizes}), SAID, False).rendition.width == 1920
    alone = stage.model_copy(update={"renditions": sizes[:1]})
    assert Copy(alone, SAID, False).rendition.width == 3840


def test_a_copy_is_made_once_and_anew_when_its_words_change(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    photo = edition.photos[0]
    keepsakes = Keepsakes(tmp_path, shelf.folder)
    first = keepsakes.postcard(edition, photo, WORDS["en"], SAID)
    first.write_bytes(b"kept")
    assert keepsakes.postcard(edition, photo, WORDS["en"], SAID).read_bytes() == b"kept"
    others = [
        keepsakes.postcard(edition, photo, WORDS["zh-Hans"], SAID),
        keepsakes.postcard(edition, photo, WORDS["en"], Text({"en": "Else"})),
        keepsakes.postcard(edition, photo, WORDS["en"], SAID, bleed_mm=3),
    ]
    assert len({first, *others}) == 4


def test_a_postcard_is_of_print_size_and_says_what_it_is(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    path = Keepsakes(tmp_path, shelf.folder).postcard(edition, edition.photos[0], WORDS["en"], SAID)
    with Image.open(path) as card:
        assert card.size == (1748, 1240)
        assert card.info["dpi"] == (300, 300)
        assert card.info["icc_profile"]
        assert TERM + b"composite" + b'"' in card.info["xmp"]


def test_a_trained_model_is_named_on_every_later_stage_and_the_postcard(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    photo = edition.photos[0]
    learned = photo.stages[1].paradata[0].model_copy(update={"weights": "ab" * 32})
    stages = (photo.stages[0], photo.stages[1].model_copy(update={"paradata": (learned,)}))
    photo = photo.model_copy(update={"stages": (*stages, *photo.stages[2:])})
    keepsakes = Keepsakes(tmp_path, shelf.folder)
    for place, term in ((0, "print"), (1, labels.LEARNED), (3, labels.LEARNED)):
        taken = keepsakes.picture(edition, photo, whole(photo, place))
        assert TERM + term.encode() + b'"' in taken.read_bytes()
    card = keepsakes.postcard(edition, photo, WORDS["en"], SAID)
    assert TERM + labels.LEARNED.encode() in card.read_bytes()


def test_what_was_kept_goes_with_its_edition(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    keepsakes = Keepsakes(tmp_path, shelf.folder)
    kept = [
        keepsakes.picture(each, each.photos[0], whole(each.photos[0]))
        for each in (edition, edition.model_copy(update={"published_at": "2026-11-23T10:00:00Z"}))
    ]
    keepsakes.sweep(lambda set_id, number: (set_id, number) == ("first-gold", 1))
    assert all(path.exists() for path in kept)
    keepsakes.sweep(lambda set_id, number: False)
    assert not any(path.exists() for path in kept)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"))
    return Signer(certificate.chain, certificate.key)


def test_a_signed_copy_tells_its_history_from_the_print_on(
    shelf: FolderShelf, edition: Edition, signer: Signer, tmp_path: Path
) -> None:
    photo = edition.photos[0]
    taken = Keepsakes(tmp_path, shelf.folder, signer).picture(edition, photo, whole(photo))
    manifest = read(taken)
    assert manifest["signature_info"]["issuer"] == "Test Museum"
    assert manifest["claim_generator_info"][0]["name"] == "Rekindle"
    opened, *edits = actions(manifest)
    assert opened["action"] == "c2pa.opened"
    assert [edit["description"] for edit in edits] == ["fill", "denoise", "colour"]
    for edit in edits:
        assert edit["action"] == "c2pa.edited"
        assert edit["digitalSourceType"].endswith("/algorithmicallyEnhanced")
        assert edit["softwareAgent"] == {"name": "Rekindle classic", "version": "1"}
    (parent,) = manifest["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert parent["title"] == "010-flag-bearer-scan.jpg"
    reader = c2pa.Reader("image/jpeg", BytesIO(taken.read_bytes()))
    began = reader.get_manifest(parent["active_manifest"])
    assert began is not None
    (created,) = actions(began)
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("/print")
    with Image.open(taken) as picture:
        assert TERM + b"algorithmicallyEnhanced" in picture.info["xmp"]


def test_a_signed_postcard_names_both_pictures(
    shelf: FolderShelf, edition: Edition, signer: Signer, tmp_path: Path
) -> None:
    keepsakes = Keepsakes(tmp_path, shelf.folder, signer)
    manifest = read(keepsakes.postcard(edition, edition.photos[0], WORDS["en"], SAID))
    related = {each["title"]: each["relationship"] for each in manifest["ingredients"]}
    assert related == {
        "010-flag-bearer-colour.jpg": "parentOf",
        "010-flag-bearer-scan.jpg": "componentOf",
    }
    assert [each["action"] for each in actions(manifest)] == ["c2pa.opened", "c2pa.placed"]


def test_a_touched_file_is_found_out(
    shelf: FolderShelf, edition: Edition, signer: Signer, tmp_path: Path
) -> None:
    photo = edition.photos[0]
    taken = Keepsakes(tmp_path, shelf.folder, signer).picture(edition, photo, whole(photo))
    touched = bytearray(taken.read_bytes())
    touched[-40] ^= 1
    state = c2pa.Reader("image/jpeg", BytesIO(bytes(touched))).get_validation_state()
    assert state == "Invalid"


def test_another_certificate_makes_other_files(
    shelf: FolderShelf, edition: Edition, signer: Signer, tmp_path: Path
) -> None:
    photo = edition.photos[0]
    paths = {
        Keepsakes(tmp_path, shelf.folder, each).picture(edition, photo, whole(photo))
        for each in (None, signer)
    }
    assert len(paths) == 2


def test_a_certificate_that_cannot_sign_is_refused_with_the_remedy(tmp_path: Path) -> None:
    good = make_certificate(tmp_path / "good")
    other = make_certificate(tmp_path / "other")
    with pytest.raises(CertificateRefused, match="REKINDLE_C2PA_CERTIFICATE"):
        Signer(tmp_path / "none.pem", good.key)
    with pytest.raises(CertificateRefused, match="no algorithm of C2PA"):
        Signer(good.chain, good.key, "rot13")
    (tmp_path / "bad.pem").write_text("no certificate")
    for chain, key in ((tmp_path / "bad.pem", good.key), (good.chain, other.key)):
        with pytest.raises(CertificateRefused):
            Signer(chain, key)


def test_a_certificate_that_fails_later_leaves_visitors_their_files_unsigned(
    shelf: FolderShelf, edition: Edition, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path / "certificate")
    signer = Signer(certificate.chain, certificate.key)
    other = make_certificate(tmp_path / "other")
    keepsakes = Keepsakes(tmp_path / "kept", shelf.folder, signer)
    photo = edition.photos[0]
    kept = keepsakes.picture(edition, photo, whole(photo, 0))
    # Its key is changed under it, as a clock that passes its last day would have it.
    crossed = c2pa.C2paSignerInfo(
        alg=b"es256",
        sign_cert=certificate.chain.read_bytes(),
        private_key=other.key.read_bytes(),
        ta_url=None,
    )
    signer._signer = c2pa.Signer.from_info(crossed)
    taken = keepsakes.picture(edition, photo, whole(photo))
    assert TERM + b"algorithmicallyEnhanced" in taken.read_bytes()
    with pytest.raises(c2pa.C2paError, match="ManifestNotFound"):
        c2pa.Reader("image/jpeg", BytesIO(taken.read_bytes()))
    assert keepsakes.trouble is not None
    assert kept.exists()
