"""The local authority and the server's certificate."""

import ipaddress
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.verification import PolicyBuilder, Store

from steelyard.cli import addresses, certificates
from steelyard.cli.certificates import ServerCertificate

LAN = ipaddress.ip_address("192.168.7.20")


def _make(folder: Path, *names: str) -> ServerCertificate:
    return certificates.ensure(folder, ["localhost", *names], [ipaddress.ip_address("127.0.0.1"), LAN])


def _chain(made: ServerCertificate) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(made.certificate.read_bytes())


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(x509.DNSName("localhost"), id="this machine by name"),
        pytest.param(x509.IPAddress(LAN), id="on the yard's network by address"),
    ],
)
def test_a_client_that_trusts_the_authority_accepts_the_server(
    tmp_path: Path, subject: x509.DNSName | x509.IPAddress
) -> None:
    """The chain passes the checks of a web client, for each name and address."""
    made = _make(tmp_path)
    server, authority = _chain(made)
    store = Store([x509.load_pem_x509_certificate(made.authority.read_bytes())])
    chain = PolicyBuilder().store(store).build_server_verifier(subject).verify(server, [])
    assert chain[-1] == authority


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    """Keys are 0600 in a folder of 0700; the copy for phones holds no key."""
    made = _make(tmp_path / "tls")
    for key in (made.key, tmp_path / "tls" / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    assert "PRIVATE" not in made.authority.read_text()
    assert [path.name for path in made.authority.parent.iterdir()] == [certificates.PUBLIC_NAME]


def test_the_fingerprint_is_the_authoritys(tmp_path: Path) -> None:
    """What is printed is what a phone shows."""
    made = _make(tmp_path)
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    assert bytes.fromhex(made.fingerprint.replace(":", "")) == authority.fingerprint(SHA256())


def test_a_second_start_makes_nothing_new(tmp_path: Path) -> None:
    """Authority and certificate stay as they are while they serve."""
    first = _make(tmp_path)
    before = first.certificate.read_bytes()
    second = _make(tmp_path)
    assert second == first
    assert second.certificate.read_bytes() == before


def test_a_new_name_renews_the_server_but_not_the_authority(tmp_path: Path) -> None:
    """A phone that trusts the authority need not be told again."""
    first = _make(tmp_path)
    old, authority = _chain(first)
    second = _make(tmp_path, "yard.example")
    new, same = _chain(second)
    assert second.fingerprint == first.fingerprint
    assert same == authority
    assert new != old
    names = new.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "yard.example"]


def test_another_authority_renews_the_server(tmp_path: Path) -> None:
    """A certificate that the present authority did not sign is replaced."""
    first = _make(tmp_path)
    for name in ("ca.pem", "ca.key"):
        (tmp_path / name).unlink()
    second = _make(tmp_path)
    assert second.fingerprint != first.fingerprint
    server, authority = _chain(second)
    server.verify_directly_issued_by(authority)


def test_a_certificate_near_its_end_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ends within thirty days is made again, for less than 398 days, as browsers demand."""
    monkeypatch.setattr(certificates, "SERVER_LIFE", timedelta(days=29))
    old = _chain(_make(tmp_path))[0]
    monkeypatch.undo()
    new = _chain(_make(tmp_path))[0]
    assert new.serial_number != old.serial_number
    assert new.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)
    assert new.not_valid_after_utc - new.not_valid_before_utc <= timedelta(days=398)


def test_names_and_addresses_are_told_apart() -> None:
    """What somebody writes after --tls-name is sorted."""
    assert certificates.split_names(["yard.example", "10.0.0.5", "fe80::1"]) == (
        ["yard.example"],
        [ipaddress.ip_address("10.0.0.5"), ipaddress.ip_address("fe80::1")],
    )


def test_this_machine_knows_itself() -> None:
    """The loopback's name and addresses are always among ours."""
    assert "localhost" in addresses.host_names()
    assert {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")} <= set(addresses.addresses())
