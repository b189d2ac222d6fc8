"""The only reader of the environment. Every name is ``REKINDLE_<FIELD>``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="REKINDLE_", frozen=True, extra="forbid")

    home: Path = Path("var")
    """Where state lives: store/, editions/, models/, rekindle.db."""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
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
    workers: int = Field(0, ge=0, le=64)
    """Processes that restore; 0: as many as the processor has cores, at most one per 3 GB of free
    memory."""
    accepted_licences: tuple[str, ...] = ()
    """Licences of weights, besides the free ones, that the museum may use, as JSON; names as in
    models.toml."""
    operator: str | None = None
    """Who runs restorations, for the paradata."""
    keep_editions: int = Field(3, ge=1)
    """Published editions kept for roll-back."""

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
    def database(self) -> Path:
        return self.home / "rekindle.db"
