"""Delivery of the outbox's events to their subscribers: in order, effect and cursor in one transaction."""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from steelyard.core.context import request_id
from steelyard.core.database import Database, db_now
from steelyard.core.outbox import Event, Subscriber, SubscriberCursor, read_events
from steelyard.core.sequence import Cursor
from steelyard.jobs.models import DeliveryFailure

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.3
BATCH = 50
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
ERROR_LENGTH = 2000


class Pump:
    """One thread that polls for every subscriber; any number of workers may run one.

    The subscriber's cursor row is the lock of its leader: who holds it delivers, the others pass by. An event
    whose handler raises stays the next one of that subscriber: nothing overtakes it, it is tried again with
    growing pauses, and the failure stands in ``outbox_failure`` until it is handled.
    """

    def __init__(self, db: Database, subscribers: Sequence[Subscriber], *, poll_seconds: float = POLL_SECONDS) -> None:
        self._db = db
        self._subscribers = tuple(subscribers)
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-pump", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver what is in hand and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            for subscriber in self._subscribers:
                try:
                    while deliver(self._db, subscriber) == BATCH and not self._stop.is_set():
                        pass
                except Exception:  # whatever it is, a thread that ends would leave every event lying in silence
                    logger.exception("delivery to %s was broken off; it is tried again", subscriber.name)


def deliver(db: Database, subscriber: Subscriber) -> int:
    """Deliver at most one batch; return how many events ``subscriber`` is further on."""
    with db.read() as session:
        cursor = session.get(SubscriberCursor, subscriber.name)
        if cursor is not None and _has_nothing_to_do(session, subscriber, cursor):
            return 0
    with db.write() as session:
        cursor = _take_cursor(session, subscriber)
        if cursor is None or _has_nothing_to_do(session, subscriber, cursor):
            return 0
        return _deliver_batch(session, subscriber, cursor)


def _has_nothing_to_do(session: Session, subscriber: Subscriber, cursor: SubscriberCursor) -> bool:
    """Whether no event waits, or the next one failed and its pause is not over."""
    failure = session.get(DeliveryFailure, subscriber.name)
    if failure is not None and failure.retry_at > db_now(session):
        return True
    return not _next_events(session, cursor, limit=1)


def _take_cursor(session: Session, subscriber: Subscriber) -> SubscriberCursor | None:
    """Lock the cursor, a new one at the beginning of the outbox; ``None`` while another worker has it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    beginning = {"name": subscriber.name, "epoch": 0, "txid": 0, "event_id": 0}
    query = select(SubscriberCursor).where(SubscriberCursor.name == subscriber.name)
    if session.scalar(query.with_only_columns(SubscriberCursor.name)) is None:
        session.execute(insert(SubscriberCursor).values(beginning).on_conflict_do_nothing())
    return session.scalar(query.with_for_update(skip_locked=True))


def _next_events(session: Session, cursor: SubscriberCursor, *, limit: int) -> Sequence[Event]:
    """Return the next events of every type: a filter would read what was passed over again at each poll."""
    return read_events(session, after=Cursor(cursor.epoch, cursor.txid, cursor.event_id), limit=limit)


def _deliver_batch(session: Session, subscriber: Subscriber, cursor: SubscriberCursor) -> int:
    """Handle events in order, each in a savepoint, up to the first that fails."""
    passed = 0
    for event in _next_events(session, cursor, limit=BATCH):
        if event.type in subscriber.types and not _handle(session, subscriber, event):
            break
        cursor.epoch, cursor.txid, cursor.event_id = event.epoch, event.txid, event.id
        passed += 1
    return passed


def _handle(session: Session, subscriber: Subscriber, event: Event) -> bool:
    """Let the subscriber handle one event; ``False`` when that failed, and then nothing of it remains."""
    token = request_id.set(f"event:{event.id}")
    try:
        with session.begin_nested():
            subscriber.handle(session, event)
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        _note_failure(session, subscriber, event, error)
        return False
    finally:
        request_id.reset(token)
    failure = session.get(DeliveryFailure, subscriber.name)
    if failure is not None:
        session.delete(failure)
    return True


def _note_failure(session: Session, subscriber: Subscriber, event: Event, error: Exception) -> None:
    """Write down the failure and when to try again; the pause doubles each time."""
    now = db_now(session)
    failure = session.get(DeliveryFailure, subscriber.name)
    attempts = failure.attempts + 1 if failure is not None and failure.event_id == event.id else 1
    pause = min(FIRST_RETRY * 2 ** min(attempts - 1, 16), LONGEST_RETRY)
    logger.error(
        "%s could not handle event %d (%s), attempt %d; the next is in %d s",
        subscriber.name, event.id, event.type, attempts, pause.total_seconds(), exc_info=error,
    )  # fmt: skip
    session.merge(
        DeliveryFailure(
            subscriber=subscriber.name,
            event_id=event.id,
            attempts=attempts,
            error=f"{type(error).__name__}: {error}"[:ERROR_LENGTH],
            failed_at=now,
            retry_at=now + pause,
        )
    )
