"""The only reader of the environment. Every name is ``REKINDLE_<FIELD>``."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="REKINDLE_", frozen=True, extra="forbid")

    home: Path = Path("var")
    """Where state lives: store/, editions/, models/, rekindle.db."""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    sets: tuple[Path, ...] = ()
    """Folders of sets whose regions curators may change in the Studio, as JSON."""
    stations: dict[str, str] = Field(default_factory=dict)
    """Which set a station shows, as JSON: ``{"hall": "first-gold"}``. A station that is not named
    here shows the set of its own name, else the first published set."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names, besides this machine's own, under which screens may call the server, as JSON.
    ``["*"]`` allows any."""
    allowed_origins: tuple[str, ...] = ()
    """Origins other than the server's own whose pages may act, as JSON: ``["https://name"]``."""
    idle_ask_s: float = Field(60.0, gt=0)
    """Seconds without a touch until "Are you still there?"."""
    idle_reset_s: float = Field(20.0, gt=0)
    """Seconds that question waits before the kiosk returns to its invitation."""
    walls: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Stations that share one projection by turns, as JSON: ``{"long-wall": ["left", "right"]}``;
    the projection's page is ``/projection/long-wall``."""
    wall_metres: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Width of a projected picture on its wall in metres, by station or shared wall, as JSON:
    ``{"hall": 4.2}``. With it people can be shown at their true height."""
    programme_sound: Literal["projection", "kiosk"] = "projection"
    """Where a programme is heard."""
    lights_out: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    """Local time, ``"16:00"``, from which every projection shows untouched originals each day."""
    lights_out_minutes: float = Field(10.0, gt=0, le=720)
    time_zone: str | None = None
    """Name in the IANA database, ``"Asia/Shanghai"``; without it the machine's own."""
    take_home_address: str | None = None
    """Under which visitors' phones reach the server, or the exported pages."""
    take_home_hours: float = Field(72.0, gt=0, le=24 * 365)
    """How long a link to take home lasts."""
    take_home_exported: bool = False
    """Codes on the kiosk lead to pages exported to ``take_home_address``, not to this server."""
    c2pa_certificate: Path | None = None
    """PEM: the museum's certificate, then those that vouch for it; files taken home are signed."""
    c2pa_key: Path | None = None
    """PEM, PKCS 8: the certificate's private key."""
    c2pa_algorithm: str = "es256"
    """How the key signs."""
    printer: str | None = None
    """Queue of a local printer (CUPS) for postcards; kiosks then offer to print them."""
    printer_options: tuple[str, ...] = ()
    """Options of ``lp`` for every postcard, as JSON: ``["media=Postcard"]``."""
    prints_per_hour: int = Field(20, ge=1, le=1000)
    """Postcards a kiosk may print in an hour."""
    print_bleed_mm: float = Field(0.0, ge=0, le=5)
    """Paper beyond each edge of a printed postcard, for a printer without margins."""
    speech: str | None = None
    """A program that speaks, for visitors who have the kiosk read to them: it is given a text on
    its standard input and writes a sound, ``espeak-ng -v {voice} -w {file} --stdin``."""
    speech_voices: dict[str, str] = Field(default_factory=dict)
    """What it calls its voices, by language, as JSON: ``{"zh-Hans": "cmn"}``; else the language."""
    workers: int = Field(0, ge=0, le=64)
    """Processes that restore; 0: as many as the processor has cores, at most one per 3 GB of free
    memory."""
    devices: tuple[str, ...] = ()
    """What recipes with models restore on, a process each, as JSON: ``["cuda:0", "cuda:1"]``.
    Empty: every accelerator, or the processor where there is none."""
    accepted_licences: tuple[str, ...] = ()
    """Licences of weights, besides the free ones, that the museum may use, as JSON; names as in
    models.toml."""
    operator: str | None = None
    """Who runs restorations, for the paradata."""
    keep_editions: int = Field(3, ge=1)
    """Published editions kept for roll-back."""

    @model_validator(mode="after")
    def _walls_are_shared_once(self) -> Self:
        stations = [name for shared in self.walls.values() for name in shared]
        if twice := sorted({name for name in stations if stations.count(name) > 1}):
            raise ValueError(f"REKINDLE_WALLS: a station shares one wall, not {', '.join(twice)}")
        if both := sorted({*self.walls} & {*stations, *self.stations}):
            raise ValueError(f"REKINDLE_WALLS: wall and station have one name: {', '.join(both)}")
        if empty := sorted(name for name, shared in self.walls.items() if not shared):
            raise ValueError(f"REKINDLE_WALLS: nobody shares {', '.join(empty)}")
        return self

    @model_validator(mode="after")
    def _zone_is_known(self) -> Self:
        try:
            ZoneInfo(self.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"REKINDLE_TIME_ZONE: no zone {self.time_zone!r}") from error
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The museum's time zone; UTC on a machine that knows none."""
        if self.time_zone is not None:
            return ZoneInfo(self.time_zone)
        try:
            with Path("/etc/localtime").open("rb") as file:
                return ZoneInfo.from_file(file, key="local")
        except (OSError, ValueError):
            return ZoneInfo("UTC")

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def editions(self) -> Path:
        return self.home / "editions"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def take_home(self) -> Path:
        return self.home / "take-home"

    @property
    def database(self) -> Path:
        return self.home / "rekindle.db"


def unknown_names() -> list[tuple[str, str | None]]:
    """Names in the environment that look like settings and are none, with the nearest one."""
    known = [f"REKINDLE_{field.upper()}" for field in Settings.model_fields]
    strange = sorted(
        name for name in os.environ if name.startswith("REKINDLE_") and name not in known
    )
    return [(name, next(iter(get_close_matches(name, known, n=1)), None)) for name in strange]
