"""The keys of sources, encrypted at rest with the installation's secret; they are never shown again."""

import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pricing.fetching.models import SourceSecret
from steelyard.core.database import Database

_PURPOSE = b"steelyard price source secret:"


def _box(secret_key: str) -> Any:
    from nacl.secret import SecretBox

    return SecretBox(hmac.digest(secret_key.encode(), _PURPOSE, "sha256"))


def put(
    session: Session,
    secret_key: str,
    source: str,
    name: str,
    value: str,
    *,
    now: datetime,
    by: int | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Keep a value in place of the one before."""
    sealed = bytes(_box(secret_key).encrypt(f"{source}\n{name}\n{value}".encode()))
    row = SourceSecret(source=source, name=name, sealed=sealed, set_at=now, set_by=by, expires_at=expires_at)
    session.merge(row)


def get(session: Session, secret_key: str, source: str, name: str, now: datetime) -> str | None:
    """A value, None where there is none, it has expired, or it was sealed under another secret key."""
    from nacl.exceptions import CryptoError

    row = session.get(SourceSecret, (source, name))
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    try:
        text = bytes(_box(secret_key).decrypt(row.sealed)).decode()
    except CryptoError:
        return None
    prefix = f"{source}\n{name}\n"
    return text.removeprefix(prefix) if text.startswith(prefix) else None


def forget(session: Session, source: str, name: str) -> None:
    """Remove a value."""
    session.execute(delete(SourceSecret).where(SourceSecret.source == source, SourceSecret.name == name))


def names(session: Session, source: str) -> dict[str, datetime]:
    """What is kept for a source, and since when; never the values."""
    rows = session.execute(select(SourceSecret.name, SourceSecret.set_at).where(SourceSecret.source == source))
    return {row.name: row.set_at for row in rows}


class Vault:
    """The secrets of one source, for whoever authenticates its requests."""

    def __init__(self, db: Database, secret_key: str, source: str) -> None:
        self._db, self._key, self._source = db, secret_key, source

    def get(self, name: str, now: datetime) -> str | None:
        """A value that is still good."""
        with self._db.read() as session:
            return get(session, self._key, self._source, name, now)

    def put(self, name: str, value: str, *, now: datetime, expires_at: datetime) -> None:
        """Keep a value until it expires."""
        with self._db.write() as session:
            put(session, self._key, self._source, name, value, now=now, expires_at=expires_at)

    def forget(self, name: str) -> None:
        """Remove a value."""
        with self._db.write() as session:
            forget(session, self._source, name)
