"""A museum's certificate as a test can make one: a root, and what it vouches for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Certificate:
    chain: Path
    """PEM: the museum's, then the root's."""
    key: Path


def make_certificate(folder: Path, museum: str = "Test Museum") -> Certificate:
    """Writes a chain for signing content (C2PA 2, 14.5.1) and its key into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Root", museum, root_key, root_key, authority=True)
    own = _certificate("Photographs", museum, key, root_key, authority=False)
    made = Certificate(folder / "chain.pem", folder / "key.pem")
    made.chain.write_bytes(own.public_bytes(PEM) + root.public_bytes(PEM))
    form = serialization.PrivateFormat.PKCS8
    made.key.write_bytes(key.private_bytes(PEM, form, serialization.NoEncryption()))
    return made


def _certificate(
    name: str,
    museum: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    def called(common: str) -> x509.Name:
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, museum)
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common), organization])

    now = datetime.now(UTC)
    public, voucher = key.public_key(), signer.public_key()
    usage = x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    identity = x509.SubjectKeyIdentifier.from_public_key(public)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(voucher)
    builder = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called("Root"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(identity, critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(usage, critical=True)
    )
    if not authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(signer, hashes.SHA256())
