"""Editions without files and time without a clock: what rules are tried with."""

from server.catalogue.captions import Caption
from server.catalogue.model import Text
from server.editions.model import (
    Edition,
    EditionPhoto,
    EditionProgramme,
    EditionSound,
    EditionStage,
    Rendition,
    StageName,
)

ALL: tuple[StageName, ...] = ("scan", "repaired", "clear", "colour", "finished")

FRAMES: dict[StageName, tuple[str, ...]] = {"clear": ("noise.webp", "shapes.webp")}
"""A model drew the clear stage; its frames are kept."""


def photo(name: str, stages: tuple[StageName, ...], arrival_ms: int = 6000) -> EditionPhoto:
    rendition = Rendition(width=4, height=3, webp="a.webp", jpeg="a.jpg")
    return EditionPhoto(
        id=name,
        title=Text({"en": name}),
        story=Text({}),
        source="print",
        was="black-and-white",
        width=4,
        height=3,
        stages=tuple(
            EditionStage(name=stage, renditions=(rendition,), frames=FRAMES.get(stage, ()))
            for stage in stages
        ),
        arrival_ms=arrival_ms,
    )


def told(name: str, stages: tuple[StageName, ...], seconds: float = 95.0) -> EditionPhoto:
    """A photo whose scale is known, with a story that is told in Chinese alone."""
    said = Caption(begins=0, ends=seconds, text="很久以前")
    sound = EditionSound(file=f"{name}.mp3", seconds=seconds, captions=(said,))
    scaled = {"pixels_per_metre": 2.0, "narration": {"zh-Hans": sound}}
    return photo(name, stages).model_copy(update=scaled)


def edition(
    *photos: EditionPhoto, number: int = 1, languages: tuple[str, ...] = ("zh-Hans", "en")
) -> Edition:
    """Of ``photos``, else of three: told, with four stages; with two; and left alone."""
    chosen = photos or (
        told("flag", ("scan", "repaired", "clear", "colour")),
        photo("gold", ("scan", "colour"), 8000),
        photo("team", ("scan",)),
    )
    names = tuple(each.id for each in chosen)
    return Edition(
        set_id="games",
        number=number,
        title=Text({"en": "Games"}),
        intro=Text({}),
        languages=languages,
        photos=chosen,
        programmes=(
            EditionProgramme(id="opening", title=Text({"en": "Opening"}), photos=names),
            EditionProgramme(id="elsewhere", title=Text({"en": "Elsewhere"}), photos=("gone",)),
        ),
        published_at="2026-11-22T10:00:00Z",
        rekindle="0.1.0",
    )


def long_edition() -> Edition:
    """Its programme is long, and so is every message while it plays: a screen that does not read
    has its buffers full of them soon."""
    return edition(*(photo(f"p{place}", ALL) for place in range(100)))


class ManualClock:
    """A clock that a test moves."""

    def __init__(self, now: float = 1000.0) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time
