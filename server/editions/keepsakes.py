"""What visitors take home: picture files that say what they are, and postcards.

Made when first asked for, from a published edition, and kept under ``root`` for the next visitor.
"""

import io
import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from PIL import Image, ImageCms

import server
from server.catalogue.atomic import replacing
from server.catalogue.model import Text
from server.editions import labels
from server.editions.model import (
    Edition,
    EditionPhoto,
    EditionStage,
    PlainParadata,
    Rendition,
)
from server.editions.postcard import DPI, PostcardWords, postcard
from server.editions.signing import Claim, Signer
from server.errors import CertificateRefused
from server.restoration.plan import canonical_json, digest

VIEW_SIDE = 1920
"""Long side of the pictures on a phone's page, pixels, at most."""
POSTCARD_QUALITY = 92

log = logging.getLogger(__name__)

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture file to take home: which stage, how large, and what it says of itself."""

    stage: EditionStage
    description: Text
    whole: bool
    """The largest there is; else one for a phone."""

    @property
    def rendition(self) -> Rendition:
        if self.whole:
            return self.stage.renditions[0]
        sides = [max(each.width, each.height) for each in self.stage.renditions]
        fitting = [place for place, side in enumerate(sides) if side <= VIEW_SIDE]
        return self.stage.renditions[fitting[0] if fitting else -1]


class Keepsakes:
    """The files under ``root/<set>/<edition>/<photo>/``; signed where there is a ``signer``."""

    def __init__(
        self, root: Path, folder: Callable[[str, int], Path], signer: Signer | None = None
    ) -> None:
        """``folder`` of a set's edition, by the set's id and its number."""
        self._root = root
        self._folder = folder
        self._signer = signer
        # One at a time: a class of thirty with one code each must not take the kiosk's processor.
        self._making = Lock()
        self.trouble: str | None = None
        """Why files are not signed although there is a certificate; for the curator."""

    def picture(self, edition: Edition, photo: EditionPhoto, copy: Copy) -> Path:
        """The file of a copy. Raises FileNotFoundError where the edition is gone."""
        facts = [copy.rendition.jpeg, self._xmp(photo, copy)]
        return self._kept(edition, photo, facts, lambda: self._picture(edition, photo, copy))

    def postcard(
        self,
        edition: Edition,
        photo: EditionPhoto,
        words: PostcardWords,
        description: Text,
        bleed_mm: float = 0.0,
    ) -> Path:
        """The postcard as a JPEG file at 300 dpi. Raises FileNotFoundError."""
        facts = [asdict(words), description.root, bleed_mm]

        def make() -> bytes:
            return self._postcard(edition, photo, words, description, bleed_mm)

        return self._kept(edition, photo, facts, make)

    def sweep(self, present: Callable[[str, int], bool]) -> None:
        """Clears away what was kept of editions that are not ``present`` any more."""
        for place in self._root.glob("*/*"):
            if not (place.name.isdecimal() and present(place.parent.name, int(place.name))):
                shutil.rmtree(place, ignore_errors=True)

    def _kept(
        self, edition: Edition, photo: EditionPhoto, facts: object, make: Callable[[], bytes]
    ) -> Path:
        signer = self._signer.identity if self._signer else ""
        of = [photo.model_dump(mode="json"), edition.published_at, signer, server.__version__]
        name = digest(canonical_json([facts, of]))[:20]
        path = self._root / edition.set_id / str(edition.number) / photo.id / f"{name}.jpg"
        if path.exists():
            return path
        try:
            with self._making:
                if not path.exists():
                    content = make()
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with replacing(path) as temporary:
                        temporary.write_bytes(content)
        except CertificateRefused as error:
            # It may have run out in the night. Visitors get their files all the same, with the
            # label but without a signature, and under another name than a signed file's.
            log.error("Files are not signed any more: %s", error)
            self.trouble, self._signer = str(error), None
            return self._kept(edition, photo, facts, make)
        return path

    def _picture(self, edition: Edition, photo: EditionPhoto, copy: Copy) -> bytes:
        source = self._folder(edition.set_id, edition.number)
        jpeg = (source / copy.rendition.jpeg).read_bytes()
        jpeg = labels.labelled(jpeg, self._xmp(photo, copy).encode())
        if self._signer is None:
            return jpeg
        kind = labels.photo_source_type(photo, copy.stage.name)
        title = _file_title(photo, copy.stage.name)
        if copy.stage.name == "scan":
            return self._signer.signed(jpeg, Claim(title, kind))
        claim = Claim(
            title,
            kind,
            parent=self._scan(edition, photo),
            parent_title=_file_title(photo, "scan"),
            steps=_steps(photo, copy.stage),
        )
        return self._signer.signed(jpeg, claim)

    def _scan(self, edition: Edition, photo: EditionPhoto) -> bytes:
        """The scan's file, signed in its turn, so that the history begins where it began."""
        copy = Copy(photo.stages[0], photo.story, whole=True)
        return self._picture(edition, photo, copy)

    def _postcard(
        self,
        edition: Edition,
        photo: EditionPhoto,
        words: PostcardWords,
        description: Text,
        bleed_mm: float,
    ) -> bytes:
        folder = self._folder(edition.set_id, edition.number)
        shown = [photo.stages[0], *photo.stages[1:][-1:]]
        with Image.open(folder / _print_rendition(shown[0]).jpeg) as file:
            before = file.convert("RGB")
        after = None
        if len(shown) > 1:
            with Image.open(folder / _print_rendition(shown[1]).jpeg) as file:
                after = file.convert("RGB")
        card = postcard(words, before, after, bleed_mm)
        kinds = [labels.photo_source_type(photo, stage.name) for stage in shown]
        kind = labels.LEARNED if labels.LEARNED in kinds else labels.COMPOSITE
        xmp = labels.packet(_label(photo, kind, description))
        written = io.BytesIO()
        card.save(
            written,
            "JPEG",
            quality=POSTCARD_QUALITY,
            subsampling=0,
            dpi=(DPI, DPI),
            icc_profile=_SRGB,
            xmp=xmp,
        )
        if self._signer is None:
            return written.getvalue()
        pictures = [
            (_file_title(photo, stage.name), self._picture(edition, photo, copy))
            for stage in shown
            for copy in [Copy(stage, photo.story, whole=False)]
        ]
        (title, last), others = pictures[-1], pictures[:-1]
        name = f"{_file_title(photo, 'postcard')}"
        claim = Claim(name, kind, parent=last, parent_title=title, placed=others)
        return self._signer.signed(written.getvalue(), claim)

    def _xmp(self, photo: EditionPhoto, copy: Copy) -> str:
        kind = labels.photo_source_type(photo, copy.stage.name)
        return labels.packet(_label(photo, kind, copy.description)).decode()


def _label(photo: EditionPhoto, kind: str, description: Text) -> labels.Label:
    return labels.Label(
        source_type=kind,
        title=photo.title,
        description=description,
        creator=photo.creator,
        credit=photo.credit,
        rights=photo.rights,
    )


def _steps(photo: EditionPhoto, last: EditionStage) -> list[PlainParadata]:
    """All steps that led to a stage, in order."""
    names = [stage.name for stage in photo.stages]
    led = photo.stages[: names.index(last.name) + 1]
    return [step for stage in led for step in stage.paradata]


def _print_rendition(stage: EditionStage) -> Rendition:
    """The smallest that is sharp at print size, else the largest."""
    side = 1000
    enough = [each for each in stage.renditions if max(each.width, each.height) >= side]
    return enough[-1] if enough else stage.renditions[0]


def _file_title(photo: EditionPhoto, kind: str) -> str:
    return f"{photo.id}-{kind}.jpg"
