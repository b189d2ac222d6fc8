"""The links that visitors take home: which photograph, signed, until when; and their codes.

No clock and no network: the time is passed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import segno
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from server.editions.model import Edition, EditionPhoto
from server.errors import LinkExpired, LinkUnknown

PREFIX = "/take-home"
QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004, 9.1)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a link leads to."""

    set_id: str
    number: int
    photo: str


class Links:
    """Makes and reads links that last ``lasts_s`` seconds."""

    def __init__(self, secret: str, lasts_s: float, now: Callable[[], float]) -> None:
        """``now`` in seconds since 1970."""
        self.lasts_s = lasts_s
        self._now = now
        self._signer = _Signer(now, secret)

    def token(self, taken: Taken) -> str:
        """As short as may be: every character makes the code finer and harder to read."""
        return self._signer.sign(f"{taken.set_id}.{taken.number}.{taken.photo}").decode()

    def read(self, token: str) -> Taken:
        """Raises LinkExpired, LinkUnknown."""
        try:
            set_id, number, photo = (
                self._signer.unsign(token, int(self.lasts_s)).decode().split(".")
            )
        except SignatureExpired as error:
            raise LinkExpired from error
        except (BadSignature, ValueError) as error:
            raise LinkUnknown from error
        return Taken(set_id, int(number), photo)

    def ends(self, token: str) -> float:
        """When a sound link ends, in seconds since 1970."""
        _, made = self._signer.unsign(token, return_timestamp=True)
        return made.timestamp() + self.lasts_s


class _Signer(TimestampSigner):
    """Itsdangerous with the house's clock."""

    def __init__(self, now: Callable[[], float], secret: str) -> None:
        super().__init__(secret, salt="take-home")
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now())


def phone_base(configured: str | None, asked: str) -> str | None:
    """The address at which phones reach this server, without a slash at its end; None where it
    cannot be told.

    ``configured`` by the venue; else ``asked``, the address under which the kiosk itself calls,
    unless that means the kiosk's own machine, which a phone is not on.
    """
    if configured:
        return configured.rstrip("/")
    host = urlsplit(asked).hostname or ""
    return None if _is_loopback(host) else asked.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "" or host == "localhost" or host.endswith(".localhost")


def exported_path(edition: Edition, photo: EditionPhoto, language: str) -> str:
    """Where ``rekindle export take-home`` puts a photo's page: stable, by the photo's id."""
    return quote(f"{edition.set_id}/{photo.id}/{language}.html")


def code(address: str) -> bytes:
    """The QR code of an address as SVG, black on white, scalable without end."""
    # M withstands a scratched glass; segno raises it where that costs no larger code.
    made = segno.make_qr(address, error="m", boost_error=True)
    written = BytesIO()
    made.save(
        written,
        kind="svg",
        border=QUIET_ZONE,
        dark="#1b1916",
        light="#ffffff",
        omitsize=True,
        xmldecl=False,
        nl=False,
    )
    return written.getvalue()
