"""What the pages need to know of the house, as one value."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebOptions:
    ui: Path
    """Folder of ``kiosk_ui``: templates, scripts, styles, locale."""
    session_secret: str
    """Signs the Studio's cookie; lasting, or a restart logs everybody out."""
    allowed_hosts: tuple[str, ...] = ()
    """Names, besides this machine's own, under which the server may be called; ``*``: any."""
    allowed_origins: tuple[str, ...] = ()
    """Origins other than the server's own whose pages may act, as ``https://name:port``."""
    secure_cookies: bool = False
    """True where the server is reached by HTTPS alone."""
