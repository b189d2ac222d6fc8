"""What a picture file says of itself."""

from io import BytesIO
from types import SimpleNamespace
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from PIL import Image

from server.catalogue.model import Text
from server.editions.labels import LEARNED, Label, labelled, packet, source_type
from server.editions.model import StageName

LABEL = Label(
    source_type="algorithmicallyEnhanced",
    title=Text({"zh-Hans": "旗手", "en": 'The "flag" bearer'}),
    description=Text({"en": "A & B < C"}),
    creator="Lin & Sons",
    credit='Museum "A" & B',
    rights="http://rightsstatements.org/vocab/InC/1.0/",
)
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def jpeg(**options: object) -> bytes:
    noise = np.random.default_rng(7).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(noise).save(written, "JPEG", **options)
    return written.getvalue()


def test_a_packet_is_sound_xml_and_tells_every_fact() -> None:
    root = fromstring(packet(LABEL))
    (described,) = root.iter(f"{{{NAMES['rdf']}}}Description")
    given = {name.split("}")[1]: value for name, value in described.attrib.items()}
    term = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
    assert given["DigitalSourceType"] == term
    assert given["Credit"] == 'Museum "A" & B'
    assert given["WebStatement"] == LABEL.rights
    titles = {
        item.get(LANGUAGE): item.text
        for item in described.findall("dc:title/rdf:Alt/rdf:li", NAMES)
    }
    assert titles == {"x-default": "旗手", "zh-Hans": "旗手", "en": 'The "flag" bearer'}
    assert described.findtext("dc:description/rdf:Alt/rdf:li", namespaces=NAMES) == "A & B < C"
    assert described.findtext("dc:creator/rdf:Seq/rdf:li", namespaces=NAMES) == "Lin & Sons"


def test_what_nobody_wrote_is_not_claimed() -> None:
    bare = packet(Label("print", Text({}), Text({"en": " "}), None, None, None)).decode()
    for name in ("dc:title", "dc:description", "dc:creator", "dc:rights", "Credit", "WebStatement"):
        assert f"<{name}" not in bare and f"{name}=" not in bare


@pytest.mark.parametrize(
    ("stage", "source", "weights", "term"),
    [
        ("scan", "print", [], "print"),
        ("scan", "negative", [], "negativeFilm"),
        ("scan", "slide", [], "positiveFilm"),
        ("repaired", "print", [None], "algorithmicallyEnhanced"),
        ("clear", "print", [None, "ab12"], LEARNED),
        ("colour", "print", ["ab12", None], LEARNED),
        ("finished", "slide", [None], "humanEdits"),
    ],
)
def test_every_stage_has_its_digital_source_type(
    stage: StageName, source: str, weights: list[str | None], term: str
) -> None:
    steps = [SimpleNamespace(weights=each) for each in weights]
    assert source_type(stage, source, steps) == term


@pytest.mark.parametrize("options", [{}, {"xmp": b"<old/>" * 400}, {"dpi": (300, 300)}])
def test_a_file_takes_a_label_in_place_of_the_one_it_had(options: dict[str, object]) -> None:
    before = jpeg(icc_profile=b"profile" * 9, **options)
    after = labelled(before, packet(LABEL))
    with Image.open(BytesIO(before)) as old, Image.open(BytesIO(after)) as new:
        assert new.info["xmp"] == packet(LABEL)
        assert new.info["icc_profile"] == old.info["icc_profile"]
        assert new.info.get("dpi") == old.info.get("dpi")
        assert np.array_equal(np.asarray(old), np.asarray(new))
    assert b"<old/>" not in after
    assert labelled(after, packet(LABEL)) == after


def test_what_cannot_be_labelled_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JPEG"):
        labelled(b"\x89PNG", b"")
    with pytest.raises(ValueError, match="65504 fit"):
        labelled(jpeg(), b"x" * 65_505)
