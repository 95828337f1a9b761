"""A certificate authority of this installation, and the server's certificate under it.

A phone on the yard's network gets secure cookies, the camera and offline pages only over TLS. It is told once
to trust the authority; the server's certificate may then be renewed as often as addresses change.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.cli.addresses import IpAddress

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, GeneralName, SubjectAlternativeName

AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=397)
"""Browsers refuse server certificates that are good for longer than 398 days."""
RENEW_BEFORE = timedelta(days=30)
CLOCK_SKEW = timedelta(days=1)
PUBLIC_NAME = "steelyard-ca.crt"


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """Where the files lie; ``fingerprint`` is the SHA-256 of the authority's certificate, in hexadecimal pairs."""

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str
    names: tuple[str, ...]


def ensure(folder: Path, names: list[str], addresses: list[IpAddress]) -> ServerCertificate:
    """Return a certificate for ``names`` and ``addresses``, from ``folder`` or made anew there.

    The authority is made once and kept. The server's certificate is made again when a name is missing in it,
    when it nears its end, or when another authority signed it.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(folder)
    certificate_path, key_path = folder / "server.pem", folder / "server.key"
    wanted = _alternative_names(names, addresses)
    if not _still_good(certificate_path, key_path, authority, wanted):
        _make_server(certificate_path, key_path, authority, authority_key, wanted)
    return ServerCertificate(
        certificate=certificate_path,
        key=key_path,
        authority=_public_copy(folder, authority),
        fingerprint=authority.fingerprint(SHA256()).hex(":").upper(),
        names=(*names, *map(str, addresses)),
    )


def _authority(folder: Path) -> "tuple[Certificate, EllipticCurvePrivateKey]":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate_path, key_path = folder / "ca.pem", folder / "ca.key"
    if certificate_path.exists() and key_path.exists():
        key = load_pem_private_key(key_path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(certificate_path.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign_authority(key)
    _write(key_path, _key_pem(key), secret=True)
    _write(certificate_path, _pem(certificate))
    return certificate, key


def _sign_authority(key: "EllipticCurvePrivateKey") -> "Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    serial = x509.random_serial_number()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Steelyard"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Steelyard local authority {serial % 0x10000:04X}"),
        ]
    )
    usage = {name: name in {"key_cert_sign", "crl_sign", "digital_signature"} for name in _USAGES}
    public = key.public_key()
    builder = x509.CertificateBuilder(name, name, public, serial, now - CLOCK_SKEW, now + AUTHORITY_LIFE)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, SHA256())
    )


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _make_server(
    certificate_path: Path,
    key_path: Path,
    authority: "Certificate",
    authority_key: "EllipticCurvePrivateKey",
    names: "SubjectAlternativeName",
) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Steelyard")])
    serial = x509.random_serial_number()
    until = min(now + SERVER_LIFE, authority.not_valid_after_utc)
    usage = {name: name == "digital_signature" for name in _USAGES}
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        x509.CertificateBuilder(authority.subject, subject, public, serial, now - CLOCK_SKEW, until)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(signer, critical=False)
        .sign(authority_key, SHA256())
    )
    _write(key_path, _key_pem(key), secret=True)
    _write(certificate_path, _pem(certificate) + _pem(authority))


def _alternative_names(names: list[str], addresses: list[IpAddress]) -> "SubjectAlternativeName":
    from cryptography import x509

    general: list[GeneralName] = [x509.DNSName(name) for name in names]
    general += [x509.IPAddress(address) for address in addresses]
    return x509.SubjectAlternativeName(general)


def _still_good(
    certificate_path: Path, key_path: Path, authority: "Certificate", wanted: "SubjectAlternativeName"
) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    if not (certificate_path.exists() and key_path.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError):
        return False
    covered = set(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    return set(wanted) <= covered and certificate.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)


def _public_copy(folder: Path, authority: "Certificate") -> Path:
    """Put the authority's certificate into a folder that the web server may show: a phone fetches it there."""
    path = folder / "public" / PUBLIC_NAME
    path.parent.mkdir(mode=0o755, exist_ok=True)
    _write(path, _pem(authority))
    return path


def _pem(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file so that it is never half there, and a secret one never readable by others."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(path)


def split_names(given: list[str]) -> tuple[list[str], list[IpAddress]]:
    """Sort what somebody wrote into host names and addresses."""
    names: list[str] = []
    addresses: list[IpAddress] = []
    for one in given:
        try:
            addresses.append(ipaddress.ip_address(one))
        except ValueError:
            names.append(one)
    return names, addresses
