"""C2PA signatures, where the museum has a certificate (https://spec.c2pa.org, version 2).

The signature is the last thing that happens to a file. What it says: this copy was opened from the
scan, and these edits were made to it; a scan was digitised from a print, negative or slide.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

import server
from server.editions.labels import DIGITAL_SOURCE
from server.editions.model import PlainParadata
from server.errors import CertificateRefused

JPEG = "image/jpeg"
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
INSTALL = "Install it: pip install 'rekindle[c2pa]'."


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature says of a file."""

    title: str
    source_type: str
    """An IPTC term."""
    parent: bytes | None = None
    """The JPEG file that was edited; None for a scan, which begins its own history."""
    parent_title: str = ""
    placed: Sequence[tuple[str, bytes]] = ()
    """Title and JPEG file of each further picture on the sheet."""
    steps: Sequence[PlainParadata] = field(default=())


class Signer:
    """Signs JPEG files with the museum's certificate."""

    def __init__(self, certificate: Path, key: Path, algorithm: str = "es256") -> None:
        """``certificate``: PEM, the museum's own first, then those that vouch for it; ``key``: PEM,
        PKCS 8. Raises CertificateRefused."""
        # An optional extra, and loading it takes a while: only where a certificate is configured.
        try:
            import c2pa
        except ImportError as error:
            raise CertificateRefused("c2pa-python is not installed.", INSTALL) from error
        if algorithm not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise CertificateRefused(f"{algorithm} is no algorithm of C2PA.", f"Known: {known}.")
        self._c2pa: Any = c2pa
        try:
            chain, secret = certificate.read_bytes(), key.read_bytes()
            info = c2pa.C2paSignerInfo(
                alg=algorithm.encode(), sign_cert=chain, private_key=secret, ta_url=None
            )
            self._signer = c2pa.Signer.from_info(info)
        except (OSError, c2pa.C2paError) as error:
            remedy = "Check REKINDLE_C2PA_CERTIFICATE, REKINDLE_C2PA_KEY and its algorithm."
            raise CertificateRefused(f"{certificate}: {error}", remedy) from error
        self.identity = sha256(chain).hexdigest()
        """Names the certificate: files signed with another one are not these."""
        settings = {"builder": {"thumbnail": {"enabled": False}}}
        self._context = c2pa.Context.from_dict(settings)
        # Key and certificate are compared only when something is signed: better now than then.
        self.signed(_blank(), Claim("blank.jpg", "print"))

    def signed(self, jpeg: bytes, claim: Claim) -> bytes:
        """The file with its signature. Raises CertificateRefused where it cannot be signed."""
        try:
            return self._signed(jpeg, claim)
        except self._c2pa.C2paError as error:
            remedy = "The certificate may have run out, or be none for signing content."
            raise CertificateRefused(f"{claim.title}: {error}", remedy) from error

    def _signed(self, jpeg: bytes, claim: Claim) -> bytes:
        edits = [_action(step, claim.source_type) for step in claim.steps]
        begun = [] if claim.parent else [_begun(claim)]
        placed = [
            {"action": "c2pa.placed", "parameters": {"ingredientIds": [f"placed-{place}"]}}
            for place in range(len(claim.placed))
        ]
        actions = {"label": "c2pa.actions.v2", "data": {"actions": [*begun, *placed, *edits]}}
        manifest = {
            "claim_generator_info": [{"name": "Rekindle", "version": server.__version__}],
            "title": claim.title,
            "format": JPEG,
            "assertions": [actions] if begun or placed or edits else [],
        }
        builder = self._c2pa.Builder.from_json(manifest, self._context)
        if claim.parent:
            # Adds c2pa.opened, which names the parent.
            builder.set_intent(self._c2pa.C2paBuilderIntent.EDIT)
            described = {"title": claim.parent_title, "relationship": "parentOf", "format": JPEG}
            builder.add_ingredient(described, JPEG, io.BytesIO(claim.parent))
        for place, (title, picture) in enumerate(claim.placed):
            described = {
                "title": title,
                "relationship": "componentOf",
                "format": JPEG,
                "label": f"placed-{place}",
            }
            builder.add_ingredient(described, JPEG, io.BytesIO(picture))
        written = io.BytesIO()
        builder.sign(self._signer, JPEG, io.BytesIO(jpeg), written)
        return written.getvalue()


def _blank() -> bytes:
    written = io.BytesIO()
    Image.new("L", (8, 8)).save(written, "JPEG")
    return written.getvalue()


def _begun(claim: Claim) -> dict[str, object]:
    return {
        "action": "c2pa.created",
        "digitalSourceType": DIGITAL_SOURCE + claim.source_type,
    }


def _action(step: PlainParadata, source_type: str) -> dict[str, object]:
    """One step of the restoration, as C2PA has it."""
    parameters: dict[str, object] = {"org.rekindle.seed": step.seed}
    if step.weights:
        parameters["org.rekindle.weights"] = step.weights
    return {
        "action": "c2pa.edited",
        "when": step.made_at,
        "softwareAgent": {"name": f"Rekindle {step.engine}", "version": step.engine_version},
        "digitalSourceType": DIGITAL_SOURCE + source_type,
        "description": step.operation,
        "parameters": parameters,
    }
