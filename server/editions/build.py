"""An edition from a set and its results: derivatives, arrival and evidence maps, texts."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import server
from server.catalogue.manifest import photo_folder, programme_folder
from server.catalogue.model import ExhibitSet, Programme, Region, Stage, Text
from server.editions import labels, renditions
from server.editions.arrival import arrival, map_size
from server.editions.model import (
    Edition,
    EditionCandidates,
    EditionPhoto,
    EditionProgramme,
    EditionRegion,
    EditionStage,
    PlainParadata,
    Rendition,
    StageName,
)
from server.editions.outlines import outline_of
from server.editions.sounds import sounds
from server.restoration import evidence
from server.restoration.candidates import Candidates
from server.restoration.engine import Image, Layer
from server.restoration.images import (
    read_image,
    read_layer,
    read_scan,
    resize,
    resize_layer,
    write_layer,
)
from server.restoration.pipeline import Restored
from server.restoration.plan import STAGES, canonical_json, digest
from server.restoration.regions import region_mask
from server.restoration.store import Paradata, Result, file_digest

MAPS_VERSION = 2
"""Raised when arrival or evidence maps are made differently, so that old ones are not linked."""
FRAME_SIDE = 1920
"""Long side of a picture of a model at work, pixels."""
EVIDENCE_SIDE = 1920
"""Long side of an evidence map, pixels."""
FACTS = ("regions", "was", "source")
"""The photo's own facts: in the store's record, not in the screens' paradata."""

PhotoBuilt = Callable[[str], None]
"""Called with a photo's id when its part of the edition is on disk."""


@dataclass(frozen=True, slots=True)
class _Shop:
    """Where an edition's files are made, and where equal ones may be linked from."""

    folder: Path
    earlier: Path | None

    def make(self, name: str, write: Callable[[Path], None]) -> str:
        """``name`` under the edition's folder, linked where the earlier edition has it."""
        return self.make_all([name], lambda: write(self.folder / name))[0]

    def make_all(self, names: Sequence[str], write: Callable[[], None]) -> Sequence[str]:
        if all((self.folder / name).exists() or self._linked(name) for name in names):
            return names
        write()
        return names

    def _linked(self, name: str) -> bool:
        if self.earlier is None or not (self.earlier / name).exists():
            return False
        os.link(self.earlier / name, self.folder / name)
        return True


def build(
    exhibit: ExhibitSet,
    restored: Sequence[Restored],
    *,
    source: Path,
    folder: Path,
    number: int,
    earlier: Path | None,
    built: PhotoBuilt,
) -> Edition:
    """Fills ``folder`` with everything the screens need and returns the edition.

    Args:
        source: the set's folder, where its sounds lie.
        restored: the stages of every photo of the set, in its order.
        earlier: the published edition's folder; files that would be the same are linked.
    """
    (folder / "media").mkdir()
    shop = _Shop(folder, earlier)

    def one(work: Restored) -> EditionPhoto:
        photo = _photo(shop, work, photo_folder(source, work.photo.id))
        built(photo.id)
        return photo

    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        photos = tuple(pool.map(one, restored))
    return Edition(
        set_id=exhibit.id,
        number=number,
        title=exhibit.title,
        intro=exhibit.intro,
        languages=exhibit.languages,
        photos=photos,
        programmes=tuple(
            _programme(shop, programme, programme_folder(source, programme.id))
            for programme in exhibit.programme
        ),
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rekindle=server.__version__,
    )


def _programme(shop: _Shop, programme: Programme, folder: Path) -> EditionProgramme:
    narration, music, seconds = sounds(folder, shop.make)
    return EditionProgramme(
        id=programme.id,
        title=programme.title,
        photos=programme.photos,
        narration=narration,
        music=music,
        seconds=seconds,
    )


def _photo(shop: _Shop, work: Restored, folder: Path) -> EditionPhoto:
    photo = work.photo
    scan = read_scan(work.scan)
    scan_digest = file_digest(work.scan)
    height, width = scan.shape[:2]
    stages = [_scan_stage(shop, work, scan, scan_digest)]
    stages += [
        _stage(shop, work, name, result, scan, scan_digest)
        for name in STAGES
        if (result := work.stages.get(name))
    ]
    moments, lasts = None, 6000
    if len(stages) > 1:
        moments, lasts = _arrival(shop, scan, scan_digest, photo.region)
    return EditionPhoto(
        id=photo.id,
        title=photo.title,
        describe=photo.describe,
        story=photo.story,
        date=photo.date,
        place=photo.place,
        people=photo.people,
        creator=photo.creator,
        credit=photo.credit,
        rights=photo.rights,
        source=photo.source,
        was=photo.was,
        width=width,
        height=height,
        stages=tuple(stages),
        arrival=moments,
        arrival_ms=lasts,
        regions=tuple(_region(region, width, height) for region in photo.region),
        pixels_per_metre=photo.pixels_per_metre,
        narration=sounds(folder, shop.make)[0],
    )


def _scan_stage(shop: _Shop, work: Restored, scan: Image, scan_digest: str) -> EditionStage:
    packet = _label(work, "scan")
    stem = f"media/{digest(scan_digest.encode() + packet)[:20]}"
    sizes = renditions.names(stem, scan.shape[1], scan.shape[0])
    _write_renditions(shop, sizes, lambda: scan, packet)
    return EditionStage(name="scan", renditions=tuple(sizes))


def _label(work: Restored, stage: StageName) -> bytes:
    """The XMP of a rendition. What a curator may still reword is added when a visitor takes a copy
    home: here it would mean compressing every picture again."""
    made = STAGES[: STAGES.index(stage) + 1] if stage != "scan" else ()
    steps = [step for name in made for step in work.steps.get(name, ())]
    photo = work.photo
    return labels.packet(
        labels.Label(
            source_type=labels.source_type(stage, photo.source, steps),
            title=Text({}),
            description=Text({}),
            creator=photo.creator,
            credit=photo.credit,
            rights=photo.rights,
        )
    )


def _share(share: float) -> float:
    """Four digits of it: the least that was done is never rounded to nothing."""
    return float(f"{share:.4g}")


def _stage(
    shop: _Shop, work: Restored, name: Stage, result: Result, scan: Image, scan_digest: str
) -> EditionStage:
    packet = _label(work, name)
    stem = f"media/{digest(result.paradata.image.encode() + packet)[:20]}"
    sizes = renditions.names(stem, result.paradata.width, result.paradata.height)
    _write_renditions(shop, sizes, result.image, packet)
    proof = _evidence(shop, work, name, result, scan, scan_digest)
    altered, invented = evidence.shares(read_layer(shop.folder / proof))
    records = work.steps[name]
    return EditionStage(
        name=name,
        describe=work.photo.describe_stage.get(name, Text({})),
        renditions=tuple(sizes),
        evidence=proof,
        altered=_share(altered),
        invented=_share(invented),
        year=int(records[-1].made_at[:4]),
        paradata=tuple(_plain(record) for record in records),
        candidates=tuple(
            _candidates(shop, found, packet) for found in work.candidates.get(name, ())
        ),
        frames=tuple(_frame(shop, plate, packet) for plate in work.plates.get(name, ())),
    )


def _frame(shop: _Shop, plate: Path, packet: bytes) -> str:
    """A picture of a model at work, no larger than a full-HD screen shows it."""
    image = read_image(plate)
    stem = f"media/{digest(file_digest(plate).encode() + packet)[:20]}-frame"
    sizes = renditions.names(stem, image.shape[1], image.shape[0])
    size = next((each for each in sizes if max(each.width, each.height) <= FRAME_SIDE), sizes[-1])
    _write_renditions(shop, [size], lambda: image, packet)
    return size.webp


def _candidates(shop: _Shop, found: Candidates, packet: bytes) -> EditionCandidates:
    pictures = []
    for result in found.results:
        record = result.paradata
        stem = f"media/{digest(record.image.encode() + packet)[:20]}"
        small = renditions.names(stem, record.width, record.height)[-1]
        _write_renditions(shop, [small], result.image, packet)
        pictures.append(small)
    doubt = shop.make(
        f"media/{file_digest(found.doubt)[:20]}-doubt.png",
        lambda path: write_layer(path, read_layer(found.doubt)),
    )
    return EditionCandidates(
        step=found.step, kept=found.kept, pictures=tuple(pictures), doubt=doubt
    )


def _write_renditions(
    shop: _Shop,
    sizes: list[Rendition],
    read: Callable[[], Image],
    packet: bytes,
) -> None:
    files = [name for size in sizes for name in (size.webp, size.jpeg)]
    shop.make_all(files, lambda: renditions.write(shop.folder, read(), sizes, packet))


def _evidence(
    shop: _Shop, work: Restored, name: Stage, result: Result, scan: Image, scan_digest: str
) -> str:
    """The map of what was kept, altered and invented up to this stage, against the scan."""
    layers = {
        layer: path for layer, path in work.layers.items() if layer in ("damage", "colour-source")
    }
    if STAGES.index(name) < STAGES.index("colour"):
        layers.pop("colour-source", None)
    made_of = [MAPS_VERSION, scan_digest, result.paradata.image]
    made_of += [file_digest(path) for _, path in sorted(layers.items())]
    models = [
        path for each in STAGES[: STAGES.index(name) + 1] for path in work.evidence.get(each, ())
    ]
    made_of += [file_digest(path) for path in models]
    file = f"media/{digest(canonical_json(made_of))[:20]}-evidence.png"

    def write(path: Path) -> None:
        image = result.image()
        high, wide = image.shape[:2]
        scale = min(1.0, EVIDENCE_SIDE / max(wide, high))
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        read = {layer: resize_layer(read_layer(path), *size) for layer, path in layers.items()}
        measured = evidence.measure(
            resize(scan, *size),
            resize(image, *size),
            damage=read.get("damage"),
            colour_source=read.get("colour-source"),
            invented=_invented(models, *size),
        )
        write_layer(path, measured)

    return shop.make(file, write)


def _invented(maps: Sequence[Path], width: int, height: int) -> Layer:
    """255 where any model's step invented, of all that led to the picture."""
    whole = np.zeros((height, width), np.uint8)
    for path in maps:
        drawn = np.where(read_layer(path) == evidence.INVENTED, np.uint8(255), np.uint8(0))
        np.maximum(whole, resize_layer(drawn, width, height), out=whole)
    return whole


def _arrival(
    shop: _Shop, scan: Image, scan_digest: str, regions: Sequence[Region]
) -> tuple[str, int]:
    facts = [region.model_dump(mode="json", exclude={"name", "source"}) for region in regions]
    size = map_size(scan.shape[1], scan.shape[0])
    lightness = resize(scan, *size) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    found = arrival(lightness, regions)
    stem = digest(canonical_json([MAPS_VERSION, scan_digest, facts]))[:20]
    file = shop.make(f"media/{stem}-arrival.png", lambda path: write_layer(path, found.moments))
    return file, found.lasts_ms


def _region(region: Region, width: int, height: int) -> EditionRegion:
    outline = region.outline or outline_of(region_mask(region, *map_size(width, height)))
    return EditionRegion(
        id=region.id,
        name=region.name,
        outline=outline,
        colour=region.colour,
        certainty=region.certainty,
        source=region.source,
        protect=region.protect,
    )


def _plain(record: Paradata) -> PlainParadata:
    return PlainParadata(
        engine=record.engine,
        engine_version=record.engine_version,
        operation=record.operation,
        params={name: value for name, value in record.params.items() if name not in FACTS},
        seed=record.seed,
        weights=record.weights,
        made_at=record.made_at,
        seconds=record.seconds,
        device=record.device,
        who=record.who,
        key=record.key,
        measures=record.measures,
        gates=record.gates,
        signed=record.signed,
        notes=record.notes,
    )
