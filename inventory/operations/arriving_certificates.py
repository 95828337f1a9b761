"""Certificates (质保书) named with bundles that come in: tied to the heat where they are on file, else missing.

One statement for any number of bundles, and one write where something is tied.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, String, Table, case, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory.certificates.models import Certificate, CertificateHeat
from inventory.operations.ledger import Stamp
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.models import UtcDateTime
from steelyard.core.prepared import POSTGRESQL, given, packed
from steelyard.core.rowset import RowTypes, rowset

_INT, _STR = BigInteger(), String()
_TIE: RowTypes = {"certificate_id": _INT, "heat_id": _INT, "linked_at": UtcDateTime(), "linked_by": _INT}


@dataclass(frozen=True, slots=True)
class Named:
    """A heat that comes in, and the certificate that was named with it, if one was."""

    heat_id: int
    heat_number: str
    mill_name: str
    number: str | None


class Standing(StrEnum):
    """What is known of a certificate when its bundle comes in."""

    FILED = "filed"
    NOT_FILED = "not_filed"
    OTHER_HEAT = "other_heat"
    MISSING = "missing"
    OF_HEAT = "of_heat"


@dataclass(frozen=True, slots=True)
class Found:
    """How a certificate stands: the heat that its paper names, and the certificate that is to be tied."""

    standing: Standing
    certified_heat: str | None = None
    to_tie: int | None = None

    def told(self, named: Named) -> dict[str, Any]:
        """What the answer to the scan says of it."""
        facts = {"certificate": named.number, "heat": named.heat_number, "certified": self.certified_heat}
        return {"certificate_standing": self.standing.value, **{key: one for key, one in facts.items() if one}}


def look(session: Session, actor: Actor, wanted: Collection[Named]) -> dict[Named, Found]:
    """How the certificates stand that are named with heats; one statement, none where nothing came."""
    asked = sorted(set(wanted), key=lambda one: (one.heat_id, one.number or ""))
    if not asked:
        return {}
    rows = [{"heat_id": one.heat_id, "mill_name": one.mill_name, "number": one.number} for one in asked]
    heats = rowset(session, "named", {"heat_id": _INT, "mill_name": _STR, "number": _STR}, rows)
    same = select(Certificate.id).where(
        Certificate.org_id == actor.org_id, Certificate.number == heats.c.number,
        Certificate.mill_name == heats.c.mill_name,
    )  # fmt: skip
    tied = select(Certificate.id).join(CertificateHeat, CertificateHeat.certificate_id == Certificate.id)
    own = case(
        (heats.c.number.is_(None), Certificate.org_id == actor.org_id), else_=Certificate.number == heats.c.number
    )
    of_heat = tied.where(CertificateHeat.heat_id == heats.c.heat_id, own).correlate(heats).exists()
    newest = same.order_by(Certificate.id.desc()).limit(1).correlate(heats).scalar_subquery()
    query = select(heats.c.heat_id, heats.c.number, of_heat, Certificate.id, Certificate.heat_number)
    found = session.execute(query.select_from(heats).outerjoin(Certificate, Certificate.id == newest))
    facts = {(heat_id, number): rest for heat_id, number, *rest in found}
    return {one: _found(one, *facts[one.heat_id, one.number]) for one in asked}


def _found(named: Named, of_heat: bool, certificate_id: int | None, heat_number: str | None) -> Found:
    if named.number is None:
        return Found(Standing.OF_HEAT if of_heat else Standing.MISSING)
    if of_heat:
        return Found(Standing.FILED)
    if certificate_id is None:
        return Found(Standing.NOT_FILED)
    if heat_number not in (None, named.heat_number):
        return Found(Standing.OTHER_HEAT, heat_number)
    return Found(Standing.FILED, to_tie=certificate_id)


def add(batch: Batch, stamp: Stamp, found: Mapping[Named, Found]) -> list[audit.Act]:
    """Tie to their heats what is on file and not tied yet; what the audit trail is to note of it."""
    ties = [(one.to_tie, named.heat_id) for named, one in found.items() if one.to_tie is not None]
    if not ties:
        return []
    rows = [
        {
            "certificate_id": certificate_id, "heat_id": heat_id, "linked_at": stamp.recorded_at,
            "linked_by": stamp.actor_id,
        }
        for certificate_id, heat_id in ties
    ]  # fmt: skip
    packed_ties = packed(batch.dialect, "certificate_ties", _TIE, rows)
    batch.add(_tied(batch.dialect, one=packed_ties.one), packed_ties)
    return [
        audit.Act("inventory.certificate_tied", f"certificate:{certificate_id}", {"heat_id": heat_id})
        for certificate_id, heat_id in ties
    ]


@cache
def _tied(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "certificate_ties", _TIE, one=one), cast(Table, CertificateHeat.__table__)
    source = select(*(rows.c[name] for name in _TIE)).where(true())
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(table).from_select(list(_TIE), source).on_conflict_do_nothing()
    return Write("tied", insert)
