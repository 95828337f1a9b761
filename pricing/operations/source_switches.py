"""What the operator decides of a source: whether it is asked, and with which key."""

from sqlalchemy.orm import Session

from pricing import errors
from pricing.fetching import vault
from pricing.fetching.alarms import Alarm
from pricing.fetching.models import SourceState
from pricing.fetching.recording import state_of
from pricing.sources.base import Outcome, Source
from pricing.sources.catalogue import SOURCES
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now

TOKEN = "token"  # noqa: S105 - the name under which a short-lived one is kept


def switch(session: Session, actor: Actor, source: Source, *, on: bool) -> SourceState:
    """Let a source be asked or leave it alone; raises `SourceNotFetched`. A rest that a publisher is owed stays."""
    code = source.contract.code
    if source.fetch is None:
        raise errors.SourceNotFetched(source=code)
    state = state_of(session, code)
    state.switched_on = on
    audit.record(session, actor, "pricing.source_switched", f"price_source:{code}", {"on": on})
    return state


def put_secret(session: Session, actor: Actor, secret_key: str, source: Source, name: str, value: str) -> None:
    """Keep a key of a source, encrypted; raises `SecretUnknown`. What was got with the old key is forgotten."""
    _known(source, name)
    now = db_now(session)
    vault.put(session, secret_key, source.keyring, name, value, now=now, by=actor.user_id)
    _start_afresh(session, source)
    audit.record(session, actor, "pricing.source_key_set", f"price_source:{source.contract.code}", {"name": name})


def forget_secret(session: Session, actor: Actor, source: Source, name: str) -> None:
    """Remove a key of a source; raises `SecretUnknown`."""
    _known(source, name)
    vault.forget(session, source.keyring, name)
    _start_afresh(session, source)
    audit.record(session, actor, "pricing.source_key_removed", f"price_source:{source.contract.code}", {"name": name})


def _known(source: Source, name: str) -> None:
    if source.fetch is None or name not in {one.name for one in source.fetch.secrets}:
        raise errors.SecretUnknown(source=source.contract.code, name=name)


def _start_afresh(session: Session, source: Source) -> None:
    """A new key deserves a new attempt of all that use it; only a publisher who blocked us is still left alone."""
    vault.forget(session, source.keyring, TOKEN)
    for one in sorted(one.contract.code for one in SOURCES if one.keyring == source.keyring):
        state = state_of(session, one)
        if state.outcome != Outcome.BLOCKED:
            state.resume_at = None
        if state.alarm == Alarm.KEY_REFUSED:
            state.alarm = state.alarm_detail = state.alarm_at = None
