"""Filling in our own certificate for a bundle from the books."""

from typing import Any

from sqlalchemy.orm import Session

from inventory import lineage as lineage_of
from inventory import queries
from inventory.certificates import reading
from inventory.certificates.deriving import Ancestor, Derived, MillPaper
from inventory.certificates.errors import NoCertificate
from inventory.certificates.exact import Exact
from inventory.certificates.judging import Family
from inventory.certificates.limits import Direction
from inventory.certificates.metals import Figure
from inventory.certificates.models import Certificate, CertificateValue
from inventory.models import Product
from inventory.states import ProcessKind, ProductKind
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now

Heats = dict[int, tuple[str, str]]
MOST_ANCESTORS = 200
"""The nearest ancestors that a certificate names; the trace knows all."""
HOW = {
    ProcessKind.SPLIT: "split",
    ProcessKind.MERGE: "merged",
    ProcessKind.RETAG: "tagged anew",
    ProcessKind.CUT: "cut to length",
    ProcessKind.HEAT_TREATMENT: "heat-treated",
    ProcessKind.THREADING: "threaded",
    ProcessKind.COATING: "coated",
    ProcessKind.REWORK: "reworked",
}


def lineage(session: Session, bundle: dict[str, Any]) -> tuple[Heats, tuple[Ancestor, ...]]:
    """The heats of a bundle by their ids, and the bundles of which it was made, the nearest first.

    ``how`` is the process by which an ancestor went into the next bundle on the way to this one.
    """
    heats = {heat.id: (heat.heat_number, heat.mill_name) for heat in bundle["heats"]}
    ancestors = lineage_of.ancestry(session, bundle["bundle_id"], MOST_ANCESTORS)
    return heats, tuple(Ancestor(one.tag, HOW[one.kind], one.heat_number) for one in ancestors)


def derived(session: Session, actor: Actor, bundle_id: int) -> Derived:
    """Return our certificate for a bundle that the actor sees; raises ``NotFound`` and ``NoCertificate``."""
    bundle = queries.bundle(session, actor, bundle_id)
    heats, ancestors = lineage(session, bundle)
    papers = [
        _paper(session, filed, number)
        for heat_id, (number, _) in heats.items()
        for filed in _best(reading.of_heats(session, actor, [heat_id]), bundle["certificate_number"])
    ]
    if not papers:
        raise NoCertificate(tag=bundle["tag"])
    product = session.get_one(Product, bundle["product_id"])
    return Derived(
        tag=bundle["tag"], warehouse_code=bundle["warehouse_code"], issuer=actor.org_name, signer=actor.user_name,
        owner=bundle["owner_name"], product=f"{bundle['size']} {product.grade} {product.standard_text}",
        grade=product.grade, standard=product.standard, is_pipe=product.kind == ProductKind.PIPE,
        od_mm_x100=product.od_mm_x100, wall_mm_x100=product.wall_mm_x100, pieces=bundle["pieces"],
        piece_length_mm=bundle["piece_length_mm"], mass_g=bundle["mass_g"], order=bundle["advice_number"],
        issued_on=business_date(db_now(session)), heats=tuple(heats.values()), papers=tuple(papers),
        ancestors=ancestors,
    )  # fmt: skip


def _best(filed: list[Certificate], number: str | None) -> list[Certificate]:
    """The certificate that the receipt names, else the newest; none where there is none."""
    return ([one for one in filed if one.number == number] or filed)[:1]


def _paper(session: Session, filed: Certificate, heat_number: str) -> MillPaper:
    values = tuple(_value(row) for row in reading.values_of(session, filed.id))
    return MillPaper(filed.number, filed.mill_name, heat_number, filed.issued_on, values)


def _value(row: CertificateValue) -> Figure:
    figure = None if row.mantissa is None or row.scale is None else Exact(row.mantissa, row.scale)
    return Figure(
        Family(row.family), row.symbol, figure, row.text, row.operator, row.name, row.part, row.unit, row.method,
        row.circumstances, Direction(row.direction) if row.direction else None,
    )  # fmt: skip
