"""Telling the rest of the platform what happened in the yard: events for the owner and the warehouse."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Session

from inventory.models import Bundle, Heat, Warehouse
from inventory.quantities import Movement
from steelyard.core import outbox
from steelyard.core.batch import Batch
from steelyard.core.rowset import rowset


@dataclass(frozen=True, slots=True)
class Ground:
    """The warehouse in which something happened."""

    id: int
    org_id: int
    code: str


def announce(
    session: Session, type_: str, subject: str, warehouse: Warehouse, owners: Collection[int], data: dict[str, Any]
) -> None:
    """Publish an event that the owners of the goods and the warehouse may read."""
    outbox.publish(
        session,
        f"inventory.{type_}",
        subject=subject,
        data={"warehouse_id": warehouse.id, "warehouse_code": warehouse.code, **data},
        audience={warehouse.org_id, *owners},
    )


def notices(type_: str, subject: str, ground: Ground, by_owner: Mapping[int, dict[str, Any]]) -> list[outbox.Notice]:
    """One event for each owner, which he and the warehouse may read."""
    common = {"warehouse_id": ground.id, "warehouse_code": ground.code}
    return [
        outbox.Notice(
            f"inventory.{type_}", subject, {**common, "owner_org_id": owner, **data}, frozenset({ground.org_id, owner})
        )
        for owner, data in sorted(by_owner.items())
    ]


def announce_each(
    session: Session, type_: str, subject: str, warehouse: Warehouse, by_owner: Mapping[int, dict[str, Any]]
) -> None:
    """Publish one event for each owner, which he and the warehouse may read."""
    batch = Batch(session)
    ground = Ground(warehouse.id, warehouse.org_id, warehouse.code)
    outbox.add(batch, notices(type_, subject, ground, by_owner))
    batch.run()


def load_of(session: Session, movements: Collection[Movement]) -> dict[str, Any]:
    """What ``movements`` carried: the bundles with their heats, and the totals of pieces, length and mass."""
    return summary(bundles_of(session, movements))


def bundles_of(session: Session, movements: Collection[Movement]) -> list[dict[str, Any]]:
    """A record of each movement's bundle with its heat and what was carried; one statement."""
    ids = [{"id": movement.bundle_id} for movement in movements]
    wanted = rowset(session, "wanted", {"id": BigInteger()}, ids)
    query = (
        select(Bundle.id, Bundle.tag, Heat.heat_number, Bundle.certificate_number)
        .join(wanted, wanted.c.id == Bundle.id)
        .join(Heat, Heat.id == Bundle.heat_id)
    )
    named = {
        id_: {"bundle_id": id_, "tag": tag, "heat_number": heat, "certificate_number": certificate}
        for id_, tag, heat, certificate in session.execute(query)
    }
    return [{**named[movement.bundle_id], **movement.quantity._asdict()} for movement in movements]


def summary(bundles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The bundles, their tags and heats, and the totals."""
    return {
        "bundles": list(bundles),
        "tags": [bundle["tag"] for bundle in bundles],
        "heat_numbers": sorted({bundle["heat_number"] for bundle in bundles}),
        **{name: sum(bundle[name] for bundle in bundles) for name in ("pieces", "length_mm", "mass_g")},
    }
