"""A small real edition on disk, and a shelf that reads it: what screens and hubs are tried with."""

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from server.catalogue.model import Text
from server.editions.model import (
    Edition,
    EditionPhoto,
    EditionProgramme,
    EditionRegion,
    EditionStage,
    PlainParadata,
    Rendition,
    StageName,
)
from server.errors import EditionMissing

STAGES: tuple[StageName, ...] = ("scan", "repaired", "clear", "colour")
TITLES = (
    ("010-flag-bearer", "The flag bearer", "旗手"),
    ("020-opening", "The opening", "开幕式"),
    ("030-first-gold", "First gold", "首金"),
)
SUIT, GROUND, FLAG = (214, 106, 42), (96, 122, 148), (222, 41, 16)


def _colours(size: tuple[int, int], place: int) -> Image.Image:
    """A figure with a flag before a graded sky, wide or tall, in full colour."""
    width, height = size
    picture = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        share = y / height
        shade = tuple(int(channel * (1.25 - 0.6 * share)) for channel in GROUND)
        draw.line(((0, y), (width, y)), fill=(shade[0], shade[1], shade[2]))
    centre = width * (0.35 + 0.12 * place)
    body = (centre - width * 0.1, height * 0.45, centre + width * 0.1, height)
    head = (centre - width * 0.06, height * 0.2, centre + width * 0.06, height * 0.45)
    draw.rectangle(body, fill=SUIT)
    draw.ellipse(head, fill=(224, 182, 150))
    draw.rectangle((width * 0.72, height * 0.1, width * 0.94, height * 0.3), fill=FLAG)
    return picture


def _stage(colours: Image.Image, stage: StageName) -> Image.Image:
    """The same picture as each stage would leave it, plainly distinct by its grey and detail."""
    grey = colours.convert("L").convert("RGB")
    if stage == "colour":
        return colours
    if stage == "clear":
        return grey
    blurred = grey.filter(ImageFilter.GaussianBlur(max(1, colours.width // 90)))
    faded = Image.blend(blurred, Image.new("RGB", colours.size, (188, 170, 142)), 0.35)
    if stage == "repaired":
        return faded
    draw = ImageDraw.Draw(faded)
    for x in range(5, colours.width, max(8, colours.width // 6)):
        draw.line(((x, 0), (x + 8, colours.height)), fill=(246, 240, 226), width=2)
    return faded


def _frames(colours: Image.Image, folder: Path, photo: str) -> tuple[str, ...]:
    """A model at work on the clear stage: three pictures, each less noise and more picture."""
    clear = _stage(colours, "clear")
    noise = Image.effect_noise(colours.size, 90).convert("RGB")
    files = tuple(f"{photo}/frame-{place}.webp" for place in (1, 2, 3))
    for file, share in zip(files, (0.9, 0.6, 0.3), strict=True):
        Image.blend(clear, noise, share).save(folder / file, quality=88)
    return files


def _renditions(
    picture: Image.Image, folder: Path, photo: str, stage: str
) -> tuple[Rendition, ...]:
    renditions = []
    for name, longest in (("full", max(picture.size)), ("thumb", max(picture.size) // 2)):
        smaller = picture.copy()
        smaller.thumbnail((longest, longest))
        stem = f"{photo}/{stage}.{name}"
        (folder / photo).mkdir(parents=True, exist_ok=True)
        smaller.save(folder / f"{stem}.webp", quality=88)
        smaller.save(folder / f"{stem}.jpg", quality=88)
        renditions.append(
            Rendition(
                width=smaller.width, height=smaller.height, webp=f"{stem}.webp", jpeg=f"{stem}.jpg"
            )
        )
    return tuple(renditions)


def _paradata(stage: StageName) -> tuple[PlainParadata, ...]:
    if stage == "scan":
        return ()
    operation = {"repaired": "fill", "clear": "denoise"}.get(stage, "colour")
    return (
        PlainParadata(
            engine="classic",
            engine_version="1",
            operation=operation,
            params={"strength": 0.5},
            seed=0,
            weights=None,
            made_at="2026-11-22T10:00:00Z",
            seconds=0.4,
            device="cpu",
            who=None,
            key=f"{operation:0<64}"[:64],
        ),
    )


def _photo(folder: Path, place: int, size: tuple[int, int]) -> EditionPhoto:
    identity, english, chinese = TITLES[place % len(TITLES)]
    identity = identity if place < len(TITLES) else f"{place + 1:02d}0-more"
    width, height = size if place % 2 == 0 else size[::-1]
    colours = _colours((width, height), place % 3)
    # The third photograph is known in grey alone: screens may not count on every stage.
    names = STAGES[:3] if place % 3 == 2 else STAGES
    arrival, evidence = f"{identity}/arrival.png", f"{identity}/evidence.png"
    stages = tuple(
        EditionStage(
            name=name,
            renditions=_renditions(_stage(colours, name), folder, identity, name),
            evidence=None if name == "scan" else evidence,
            altered=0.0 if name == "scan" else 0.62,
            invented=0.0 if name == "scan" else 0.04,
            year=None if name == "scan" else 2026,
            paradata=_paradata(name),
            frames=_frames(colours, folder, identity) if (place, name) == (0, "clear") else (),
        )
        for name in names
    )
    Image.radial_gradient("L").resize((width, height)).save(folder / arrival)
    marks = Image.new("L", (width, height), 128)
    ImageDraw.Draw(marks).rectangle((0, 0, width // 4, height // 4), fill=255)
    marks.save(folder / evidence)
    x = 0.35 + 0.12 * (place % 3)
    return EditionPhoto(
        id=identity,
        title=Text({"zh-Hans": chinese, "en": english}),
        story=Text({"zh-Hans": "1974 年 9 月，德黑兰。", "en": "September 1974, Tehran."}),
        date="1974-09-01",
        place="Tehran",
        credit="Simulated for a test",
        source="print",
        was="black-and-white",
        width=width,
        height=height,
        stages=stages,
        arrival=arrival,
        arrival_ms=6000,
        regions=(
            EditionRegion(
                id="face",
                name=Text({"zh-Hans": "他的脸", "en": "his face"}),
                outline=((x - 0.06, 0.2), (x + 0.06, 0.2), (x + 0.06, 0.45), (x - 0.06, 0.45)),
                protect=True,
            ),
            EditionRegion(
                id="flag",
                name=Text({"zh-Hans": "红旗", "en": "the flag"}),
                outline=((0.72, 0.1), (0.94, 0.1), (0.94, 0.3), (0.72, 0.3)),
                colour="#DE2910",
                certainty="documented",
                source=Text({"zh-Hans": "国旗标准", "en": "The flag's own standard"}),
            ),
        ),
    )


def make_edition(
    folder: Path,
    *,
    number: int = 1,
    photos: int = 3,
    size: tuple[int, int] = (320, 240),
    set_id: str = "first-gold",
) -> Edition:
    """Writes pictures, maps and ``manifest.json`` into ``folder``; ``size`` in pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = tuple(_photo(folder, place, size) for place in range(photos))
    edition = Edition(
        set_id=set_id,
        number=number,
        title=Text({"zh-Hans": "首金", "en": "First Gold"}),
        intro=Text({"zh-Hans": "一场运动会。", "en": "One week of games, September 1974."}),
        languages=("zh-Hans", "en"),
        photos=pictures,
        programmes=(
            EditionProgramme(
                id="opening-ceremony",
                title=Text({"zh-Hans": "再看一遍开幕式", "en": "The opening, once more"}),
                photos=tuple(photo.id for photo in pictures[:2]),
            ),
        ),
        published_at="2026-11-22T10:00:00Z",
        rekindle="0.1.0",
    )
    text = json.dumps(edition.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return edition


class FolderShelf:
    """Editions under ``root/<set>/<number>/``; ``root/<set>/current`` names the published one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.leases: list[tuple[str, int, str]] = []
        self.kept: list[tuple[str, int, float]] = []

    def publish(self, set_id: str, number: int) -> None:
        """Points the set at ``number`` in one atomic swap."""
        draft = self.root / set_id / "current.new"
        draft.write_text(str(number), encoding="utf-8")
        draft.replace(self.root / set_id / "current")

    def sets(self) -> list[str]:
        return sorted(pointer.parent.name for pointer in self.root.glob("*/current"))

    def current(self, set_id: str) -> Edition | None:
        pointer = self.root / set_id / "current"
        if not pointer.is_file():
            return None
        folder = self.folder(set_id, int(pointer.read_text(encoding="utf-8")))
        return Edition.model_validate_json((folder / "manifest.json").read_bytes())

    def folder(self, set_id: str, number: int) -> Path:
        return self.root / set_id / str(number)

    def edition(self, set_id: str, number: int) -> Edition:
        try:
            text = (self.folder(set_id, number) / "manifest.json").read_bytes()
        except FileNotFoundError as error:
            raise EditionMissing(set_id, number) from error
        return Edition.model_validate_json(text)

    def lease(self, set_id: str, number: int, station: str) -> None:
        self.leases.append((set_id, number, station))

    def keep(self, set_id: str, number: int, lasts_s: float) -> None:
        self.kept.append((set_id, number, lasts_s))


def put_manifest(shelf: FolderShelf, edition: Edition) -> None:
    """Publishes an edition of which only the manifest is needed."""
    folder = shelf.folder(edition.set_id, edition.number)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(edition.model_dump_json(), encoding="utf-8")
    shelf.publish(edition.set_id, edition.number)


def published_shelf(
    root: Path, *, photos: int = 3, size: tuple[int, int] = (320, 240)
) -> FolderShelf:
    """A shelf with edition 1 of ``first-gold`` published."""
    shelf = FolderShelf(root)
    make_edition(shelf.folder("first-gold", 1), photos=photos, size=size)
    shelf.publish("first-gold", 1)
    return shelf
