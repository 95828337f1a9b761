"""What had its time is forgotten, what brought a document never, and nothing younger than the database lets go."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pricing.alert_models import InboxMessage, PriceChannel, Sending
from pricing.fetching.models import PriceFetch, PriceFetchOutcome
from pricing.jobs import JOBS, forget
from pricing.models import RawDocument
from pricing.operations.ingestion import ingest
from pricing.operations.upkeep import FETCHES_STAY, MESSAGES_STAY, SENDINGS_STAY
from steelyard.core.database import Database, db_now
from tests.support.price_documents import FETCHED, shfe_file
from tests.support.world import World

DAY = timedelta(days=1)


def fetched(session: Session, number: int, moment: datetime, document_id: int | None) -> None:
    asked: dict[str, Any] = {"purpose": "document", "target": "https://x/", "url": "https://x/", "headers": {}}
    session.add(
        PriceFetch(
            id=number, source="shfe.daily", asked_at=moment, fetched_at=moment, size=0, attempts=1, detail="", **asked
        )
    )
    session.flush()
    counted = {"detail": "", "rows": 0, "kept": 0, "dropped": []}
    session.add(
        PriceFetchOutcome(
            fetch_id=number, outcome="no_session", concluded_at=moment, document_id=document_id, **counted
        )
    )
    session.flush()


def test_what_had_its_time_is_forgotten(db: Database, world: World):
    buyer = world.actor("trader", "buyer")
    with db.write() as session:
        ingest(session, None, source="shfe.daily", url="https://x/", fetched_at=FETCHED, content=shfe_file({}))
        now, document = db_now(session), session.scalars(select(RawDocument.id)).one()
        channel = PriceChannel(
            org_id=buyer.org_id, name="x", kind="email", sealed=b"", active=True, created_by=buyer.user_id,
            created_at=now,
        )  # fmt: skip
        session.add(channel)
        session.flush()
        for number, (stays, status) in enumerate(
            [(-DAY, "sent"), (DAY, "sent"), (-DAY, "queued"), (DAY, "failed"), (DAY, "queued")]
        ):
            session.add(
                InboxMessage(
                    user_id=buyer.user_id, org_id=buyer.org_id, kind="alert", content={},
                    created_at=now - MESSAGES_STAY - stays,
                )
            )  # fmt: skip
            session.add(
                Sending(
                    key=str(number), channel_id=channel.id, title="", body="", status=status, attempts=0,
                    created_at=now - SENDINGS_STAY - stays,
                )
            )  # fmt: skip
        fetched(session, 1, now - FETCHES_STAY - DAY, None)
        fetched(session, 2, now - FETCHES_STAY - DAY, document)
        fetched(session, 3, now - FETCHES_STAY + DAY, None)
    with db.write() as session:
        forget(session)
    with db.read() as session:
        assert len(session.scalars(select(InboxMessage.id)).all()) == 2
        assert session.scalars(select(Sending.key).order_by(Sending.key)).all() == ["0", "2", "4"]
        for column in (PriceFetch.id, PriceFetchOutcome.fetch_id):
            assert session.scalars(select(column).order_by(column)).all() == [2, 3]
    assert "pricing.forget" in {job.name for job in JOBS}


@pytest.mark.parametrize("table", [PriceFetch, PriceFetchOutcome])
@pytest.mark.parametrize(("age", "with_document"), [(364 * DAY, False), (800 * DAY, True)], ids=["young", "evidence"])
def test_the_database_keeps_what_is_young_or_evidence(db: Database, table: Any, age: timedelta, with_document: bool):
    with db.write() as session:
        ingest(session, None, source="shfe.daily", url="https://x/", fetched_at=FETCHED, content=shfe_file({}))
        document = session.scalars(select(RawDocument.id)).one() if with_document else None
        fetched(session, 1, db_now(session) - age, document)
    with pytest.raises(DBAPIError, match=r"append-only|FOREIGN KEY|foreign key"), db.write() as session:
        session.execute(delete(table))
