"""The wire, written once. Unknown fields are refused; the browser's types come from here."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from server.catalogue.model import Fraction, Language, Slug
from server.editions.model import StageName
from server.show.timeline import Score

View = Literal["attract", "wall", "photo", "programme"]
Turn = Literal["alone", "free", "ours", "taken"]
"""Whose the wall is: it belongs to this station alone; or it is shared, and nobody's, this
station's, or another's."""


class _Message(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


# From a screen


class Ping(_Message):
    """Any screen, every 2 s: alive, and what time is it?"""

    type: Literal["ping"] = "ping"
    sent: float
    """The screen's own clock, milliseconds; comes back unchanged."""


class Touch(_Message):
    """A hand is on the kiosk; sent at most once a second. Wakes it, keeps it awake."""

    type: Literal["touch"] = "touch"


class ShowWall(_Message):
    """Back to the gallery wall."""

    type: Literal["wall"] = "wall"


class OpenPhoto(_Message):
    type: Literal["open"] = "open"
    photo: Slug


class GoToStage(_Message):
    """To one stage of the open photo."""

    type: Literal["stage"] = "stage"
    stage: StageName


class Restore(_Message):
    """Play the open photo's stages through."""

    type: Literal["restore"] = "restore"


class Scrub(_Message):
    """The finger on the rail: 0 is the first stage, 1 the second, 1.5 half-way to the third."""

    type: Literal["scrub"] = "scrub"
    position: Annotated[float, Field(ge=0, le=8, allow_inf_nan=False)]
    speed: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)] = 0.0
    """Stages a second, towards the last one."""
    at: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """Server time at which the screen shows it there, as the screen knows it, milliseconds; None:
    nobody says, and the picture is there at once."""


class Release(_Message):
    """The finger has left the rail."""

    type: Literal["release"] = "release"


class Hold(_Message):
    """A finger rests on the open photo: its scan, for as long. Said again, it is a sign of life."""

    type: Literal["hold"] = "hold"


class LetGo(_Message):
    """The finger has left the picture: what was shown is shown again."""

    type: Literal["letgo"] = "letgo"


class Mark(_Message):
    """Hatching over what software added to the open photo, or none."""

    type: Literal["marks"] = "marks"
    on: bool


class ShowLifeSize(_Message):
    """The people on the open photo at their true height on the projection, or as large as it goes;
    with a ruler beside them, or none."""

    type: Literal["lifesize"] = "lifesize"
    on: bool
    ruler: bool = False


class Narrate(_Message):
    """Tell the open photo's story from its beginning, or be quiet."""

    type: Literal["narrate"] = "narrate"
    on: bool


class Detail(_Message):
    """The part of a picture that is looked at closely."""

    scale: Annotated[float, Field(ge=1, le=16, allow_inf_nan=False)]
    """1 is the whole picture."""
    x: Fraction
    """Fraction of the picture's width that lies in the middle of its place, unless an edge of the
    picture would leave that of the place."""
    y: Fraction


class Split(_Message):
    """The scan beside what was made of it."""

    at: Fraction
    """Fraction of the picture's width, read in the language's direction: the scan ends here."""
    lens: Fraction | None = None
    """Fraction of the picture's height at which a lens stands on the border; None: there is none.
    """


class Zoom(_Message):
    """Look closely at the open photo, or (scale 1) at the whole of it."""

    type: Literal["zoom"] = "zoom"
    detail: Detail


class Compare(_Message):
    """Lay the scan beside the open photo's picture, or take it away."""

    type: Literal["compare"] = "compare"
    split: Split | None


class Redraw(_Message):
    """Play the pictures in which a model drew a stage of the open photo."""

    type: Literal["redraw"] = "redraw"


class PlayProgramme(_Message):
    type: Literal["programme"] = "programme"
    programme: Slug


class ChooseLanguage(_Message):
    type: Literal["language"] = "language"
    language: Language


# To a screen


class Pong(_Message):
    type: Literal["pong"] = "pong"
    sent: float
    now: float
    """Server time, milliseconds."""


class Place(_Message):
    """What a station knows of its room."""

    wall_metres: float | None = Field(None, gt=0)
    """Width of the projected picture on the wall; None: nobody has measured it."""
    sound: Literal["projection", "kiosk"] = "projection"
    """Where a programme is heard."""


class LightsOut(_Message):
    """The daily cue: the projection shows the untouched original of whatever it shows. It
    begins and ends where nothing plays."""

    begins: float
    ends: float
    """Server time, milliseconds."""


class EditionRef(_Message):
    set_id: Slug
    number: int
    url: str
    """Folder of the edition; ``manifest.json`` and every rendition lie under it."""


class Snapshot(_Message):
    """The whole show of a station. Newer replaces older."""

    type: Literal["show"] = "show"
    revision: int
    now: float
    """Server time when it was sent, milliseconds."""
    edition: EditionRef
    view: View
    photo: Slug | None
    """The open photo, in views ``photo`` and ``programme``."""
    programme: Slug | None
    """The programme that plays or has just ended, in view ``programme``."""
    score: Score
    language: Language
    held: bool = False
    """The open photo's scan is shown instead of the score's picture, which goes on meanwhile."""
    marks: bool = False
    """Hatching lies over what software added to the open photo."""
    place: Place = Place()
    life_size: bool = False
    """The projection shows the open photo's people at their true height."""
    ruler: bool = False
    """With a ruler beside them."""
    narrated_since: float | None = None
    """Server time at which the open photo's narration began, in the visitor's language."""
    lights_out: LightsOut | None = None
    turn: Turn = "alone"
    station: str | None = None
    """Whose show it is, on a wall that several share."""
    detail: Detail | None = None
    """The part of the open photo that is looked at; None: all of it."""
    split: Split | None = None
    """The open photo's scan lies beside its picture."""
    asking_until: float | None
    """"Are you still there?" is asked; server time at which the kiosk resets."""
    idle_ask_ms: float = Field(60_000.0, gt=0)
    """Without a touch, until that is asked: a kiosk that loses its server asks by itself."""
    idle_reset_ms: float = Field(20_000.0, gt=0)
    """That question waits so long."""


class GoOn(_Message):
    """A kiosk comes back from being without its server, and a visitor went on meanwhile: what it
    shows now. It is adopted where the station still shows that edition."""

    type: Literal["goon"] = "goon"
    show: Snapshot


class Closed(_Message):
    """Nothing is published yet; the screen waits and is told when there is."""

    type: Literal["empty"] = "empty"


# What may be said

KioskMessage = Annotated[
    Ping
    | Touch
    | ShowWall
    | OpenPhoto
    | GoToStage
    | Restore
    | Scrub
    | Release
    | Hold
    | LetGo
    | Mark
    | ShowLifeSize
    | Narrate
    | Zoom
    | Compare
    | Redraw
    | PlayProgramme
    | ChooseLanguage
    | GoOn,
    Field(discriminator="type"),
]
"""What a kiosk may say. A projection may only send ``ping``."""

kiosk_message: TypeAdapter[KioskMessage] = TypeAdapter(KioskMessage)
projection_message: TypeAdapter[Ping] = TypeAdapter(Ping)

ServerMessage = Annotated[Pong | Snapshot | Closed, Field(discriminator="type")]
server_message: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
