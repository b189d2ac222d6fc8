"""What a picture file says of itself, in XMP: what kind of picture it is, whose, and of what.

A copy that leaves the room still says what it is: the IPTC digital source type
(https://cv.iptc.org/newscodes/digitalsourcetype/). Pure: bytes in, bytes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from server.catalogue.model import Text
from server.editions.model import EditionPhoto, StageName

DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LEARNED = "compositeWithTrainedAlgorithmicMedia"
"""Edited with a model whose weights were trained; IPTC's words: "Edited using Generative AI"."""
COMPOSITE = "composite"
"""Several pictures on one sheet."""

SOURCE_TYPE = {
    "print": "print",
    "negative": "negativeFilm",
    "slide": "positiveFilm",
    "repaired": "algorithmicallyEnhanced",
    "clear": "algorithmicallyEnhanced",
    "colour": "algorithmicallyEnhanced",
    "finished": "humanEdits",
}
"""IPTC terms, by the kind of original for scans and by stage for what was made of them."""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 Iptc4xmpExt:DigitalSourceType={type}{facts}>{texts}
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"
_MOST_IN_SEGMENT = 0xFFFF - 2 - len(_SEGMENT)
_START, _APP0, _APP1, _APP_LAST = b"\xff\xd8", 0xE0, 0xE1, 0xEF


class Step(Protocol):
    """A record of how a stage was made: the store's, or an edition's."""

    @property
    def weights(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Label:
    """What one file says of itself."""

    source_type: str
    """An IPTC term, e.g. ``print``."""
    title: Text
    description: Text
    creator: str | None
    """Who took the photograph."""
    credit: str | None
    """Who holds the original."""
    rights: str | None
    """URI of a rights statement or licence."""


def source_type(stage: StageName, source: str, steps: Sequence[Step]) -> str:
    """The IPTC term of a stage; ``steps`` are all that led to it, earlier stages' too."""
    if stage != "finished" and any(step.weights is not None for step in steps):
        return LEARNED
    return SOURCE_TYPE[source if stage == "scan" else stage]


def photo_source_type(photo: EditionPhoto, stage: StageName) -> str:
    """The IPTC term of a published stage."""
    names = [each.name for each in photo.stages]
    led = photo.stages[: names.index(stage) + 1]
    return source_type(stage, photo.source, [step for each in led for step in each.paradata])


def packet(label: Label) -> bytes:
    """The XMP packet; a text's first language is also its ``x-default``."""
    facts = {"photoshop:Credit": label.credit, "xmpRights:WebStatement": label.rights}
    given = "".join(f"\n {name}={quoteattr(value)}" for name, value in facts.items() if value)
    texts = _alternatives("dc:title", label.title.root)
    texts += _alternatives("dc:description", label.description.root)
    texts += _alternatives("dc:rights", {"en": label.rights} if label.rights else {})
    if label.creator:
        creator = f"<rdf:li>{escape(label.creator)}</rdf:li>"
        texts += f"\n<dc:creator><rdf:Seq>{creator}</rdf:Seq></dc:creator>"
    kind = quoteattr(DIGITAL_SOURCE + label.source_type)
    return _XMP.format(type=kind, facts=given, texts=texts).encode()


def _alternatives(name: str, texts: Mapping[str, str]) -> str:
    written = [(language, text) for language, text in texts.items() if text.strip()]
    if not written:
        return ""
    items = "".join(
        f"<rdf:li xml:lang={quoteattr(language)}>{escape(text)}</rdf:li>"
        for language, text in [("x-default", written[0][1]), *written]
    )
    return f"\n<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def labelled(jpeg: bytes, xmp: bytes) -> bytes:
    """A JPEG file with ``xmp`` in place of the packet it had; its pixels are not touched.

    Raises ValueError for what is no JPEG, and for a packet beyond 65,504 bytes, which one segment
    cannot hold (XMP Specification Part 3, 1.1.3).
    """
    if len(xmp) > _MOST_IN_SEGMENT:
        raise ValueError(f"the XMP packet has {len(xmp)} bytes; {_MOST_IN_SEGMENT} fit")
    kept, rest = _segments(jpeg)
    ours = bytes((0xFF, _APP1)) + (len(_SEGMENT) + len(xmp) + 2).to_bytes(2, "big")
    ours += _SEGMENT + xmp
    jfif = [part for part in kept if part[1] == _APP0]
    others = [part for part in kept if part[1] != _APP0 and part[4:].find(_SEGMENT, 0, 29) != 0]
    return b"".join((_START, *jfif, ours, *others, rest))


def _segments(jpeg: bytes) -> tuple[list[bytes], bytes]:
    """The application segments at the head of a JPEG file, and all that follows them."""
    if not jpeg.startswith(_START):
        raise ValueError("not a JPEG file")
    at, segments = 2, []
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and _APP0 <= jpeg[at + 1] <= _APP_LAST:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        segments.append(jpeg[at:end])
        at = end
    return segments, jpeg[at:]
