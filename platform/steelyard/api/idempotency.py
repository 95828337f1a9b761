"""Replayed requests: the answer is kept in the transaction of the change, and given again."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, CursorResult, Integer, String, Text, delete, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.api.services import services
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.clock import utc_now
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_
from steelyard.core.models import Base, BigInt, JsonText, UtcDateTime, canonical_json
from steelyard.core.prepared import POSTGRESQL, given, packed
from steelyard.core.rowset import RowTypes

KEPT = timedelta(days=30)


class IdempotencyKey(Base):
    """One request of one caller, and what it was answered."""

    __tablename__ = "idempotency_key"
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    org_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64), nullable=False)
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(nullable=False, index=True)


class KeyReused(Refused):
    """The same key came with another request."""

    code = "idempotency_key_reused"
    message = N_("This Idempotency-Key was used for another request. Take a new key.")


def request_hash(method: str, path: str, body: bytes) -> str:
    """Return what tells two requests apart: keyed, so that a stored hash lets nobody guess a secret in the body."""
    secret = services().settings.secret_key.encode()
    return hmac.new(secret, b"\0".join((method.encode(), path.encode(), body)), hashlib.sha256).hexdigest()


def is_secret(field: str) -> bool:
    """Whether a field holds what people keep secret; such fields are left out of every stored hash."""
    return "pass" in field or field in {"old", "new", "token", "secret", "address"}


def without_secrets(raw: bytes, body: dict[str, Any]) -> bytes:
    """Return what is hashed of a body: its bytes, or where it holds secrets what else it holds."""
    if not any(is_secret(name) for name in body):
        return raw
    return canonical_json({name: str(value) for name, value in body.items() if not is_secret(name)}).encode()


def new_key() -> str:
    """Return a fresh key for a form."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered; ``kept`` replaces ``body`` in the store where that holds a secret."""

    status: int
    headers: dict[str, str]
    body: str
    kept: str | None = None


@dataclass(slots=True)
class Once:
    """The key and hash of a request whose view keeps its answer by itself, within its own statements.

    ``replayed`` is set by the view where it gave the first answer again.
    """

    key: str
    hash: str
    replayed: bool = False


_NOTE: RowTypes = {
    "user_id": BigInteger(), "org_id": BigInteger(), "key": String(), "request_hash": String(), "status": Integer(),
    "headers": String(), "body": String(), "created_at": UtcDateTime(),
}  # fmt: skip


def note(batch: Batch, actor: Actor, once: Once) -> None:
    """Note a request as answered, with the other writes of ``batch``; where another was quicker, that note stays."""
    row = {
        "user_id": actor.user_id, "org_id": actor.org_id, "key": once.key, "request_hash": once.hash,
        "status": 200, "headers": "{}", "body": "", "created_at": utc_now(),
    }  # fmt: skip
    rows = packed(batch.dialect, "noted_requests", _NOTE, [row])
    batch.add(_noted(batch.dialect, one=rows.one), rows)


@cache
def _noted(dialect: str, *, one: bool) -> Write:
    rows = given(dialect, "noted_requests", _NOTE, one=one)
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(IdempotencyKey).from_select(
        list(_NOTE), select(*(rows.c[name] for name in _NOTE)).where(true())
    )
    return Write("noted", insert.on_conflict_do_nothing())


def answer_once(session: Session, actor: Actor, key: str, hash_: str, act: Callable[[], Answer]) -> Answer:
    """Run ``act`` unless the caller's ``key`` was answered before; then give that answer again.

    Two requests with one key at the same moment queue at the key's row, and the second gets the first's answer.
    A refusal rolls the row back, so that the same key may be tried again. Raises :class:`KeyReused`.
    """
    values = {"user_id": actor.user_id, "org_id": actor.org_id, "key": key}
    row = {**values, "request_hash": hash_, "created_at": utc_now()}
    if not _insert_if_absent(session, row):
        kept = session.execute(select(IdempotencyKey).filter_by(**values)).scalar_one()
        if kept.request_hash != hash_ or kept.status is None or kept.body is None:
            raise KeyReused
        return Answer(kept.status, {**(kept.headers or {}), "Idempotent-Replay": "true"}, kept.body)
    answer = act()
    stored = answer.body if answer.kept is None else answer.kept
    session.execute(
        update(IdempotencyKey).filter_by(**values).values(status=answer.status, headers=answer.headers, body=stored)
    )
    return answer


def _insert_if_absent(session: Session, row: dict[str, Any]) -> bool:
    dialect = postgresql if session.get_bind().dialect.name == POSTGRESQL else sqlite
    claim = dialect.insert(IdempotencyKey).values(row).on_conflict_do_nothing()
    return session.scalar(claim.returning(IdempotencyKey.key)) is not None


def purge(session: Session) -> int:
    """Forget the answers older than :data:`KEPT`; return how many."""
    result = session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < utc_now() - KEPT))
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
