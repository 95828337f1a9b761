"""Certificates (质保书) named with bundles that come in: tied to the heat where they are on file, else missing.

They are read with all that arrivals are judged by; there is one write where something is tied.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, Table, select, true
from sqlalchemy.dialects import postgresql, sqlite

from inventory.advice_models import StockAdviceLine
from inventory.certificates.models import Certificate, CertificateHeat
from inventory.models import Heat
from inventory.operations import parts
from inventory.operations.ledger import Stamp
from inventory.operations.parts import ORG, Query, Rows
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.models import UtcDateTime
from steelyard.core.prepared import POSTGRESQL, given, one_of, packed
from steelyard.core.rowset import RowTypes

_INT = BigInteger()
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


def asked(dialect: str) -> Iterator[Query]:
    """The parts that read the certificates that could be meant, and those that heats have that could come in.

    Meant is what was said of the bundles (``certificate_numbers``, ``heat_numbers``) or announced by ``advice_ids``.
    """
    filed = select(Certificate).where(Certificate.org_id == ORG)
    tied = select(CertificateHeat).join(Heat, Heat.id == CertificateHeat.heat_id)
    tied = tied.join(Certificate, Certificate.id == CertificateHeat.certificate_id)
    line, of_advices = StockAdviceLine, one_of(dialect, StockAdviceLine.advice_id, "advice_ids")
    announced = [select(each).where(of_advices) for each in (line.certificate_number, line.heat_number)]
    # Two parts of a name each: an OR of both conditions would read all that is on file.
    for number in (one_of(dialect, Certificate.number, "certificate_numbers"), Certificate.number.in_(announced[0])):
        yield parts.part(
            dialect, "certificate", filed.where(number), Certificate.id, Certificate.number, Certificate.mill_name,
            Certificate.heat_number,
        )  # fmt: skip
    for heat in (one_of(dialect, Heat.heat_number, "heat_numbers"), Heat.heat_number.in_(announced[1])):
        yield parts.part(
            dialect, "certified", tied.where(heat), Heat.heat_number, Heat.mill_name, Certificate.number,
            Certificate.org_id,
        )  # fmt: skip


def look(rows: Rows, actor: Actor, wanted: Collection[Named]) -> dict[Named, Found]:
    """How the certificates stand that are named with heats: tied to the heat, else the newest of the mill on file."""
    filed = {(number, mill): (id_, heat) for id_, number, mill, heat in sorted(rows.get("certificate", ()), key=_id)}
    tied = {(heat, mill, number) for heat, mill, number, _ in rows.get("certified", ())}
    of_heat = {(heat, mill) for heat, mill, _, org_id in rows.get("certified", ()) if org_id == actor.org_id}
    found = {}
    for one in wanted:
        heat = (one.heat_number, one.mill_name)
        is_tied = heat in of_heat if one.number is None else (*heat, one.number) in tied
        found[one] = _found(one, is_tied, *filed.get((one.number, one.mill_name), (None, None)))
    return found


def _id(row: Sequence[Any]) -> int:
    return int(row[0])


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
