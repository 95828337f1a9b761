"""What is on the way to the yards (在途): announced by open advices and not received yet."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from inventory import advice_reading
from inventory.advice_models import StockAdviceArrival, StockAdviceLine
from inventory.models import Bundle, Product
from inventory.queries import Page, Record
from inventory.states import AdviceStatus
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor


def lines(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """The lines of which something is still to come, narrowed by warehouse, owner and product; paged by line."""
    advices = advice_reading.advices(actor, {"status": AdviceStatus.OPEN}).subquery()
    mass = func.coalesce(Bundle.weighed_mass_g, Bundle.certificate_mass_g, Bundle.theoretical_mass_g)
    came = (
        select(StockAdviceArrival.advice_line_id, func.count().label("bundles"), func.sum(mass).label("mass_g"))
        .join(Bundle, Bundle.id == StockAdviceArrival.bundle_id)
        .where(Bundle.voided == 0)
        .group_by(StockAdviceArrival.advice_line_id)
        .subquery("came")
    )
    line = StockAdviceLine
    there, weight = func.coalesce(came.c.bundles, 0), cast(func.coalesce(came.c.mass_g, 0), BigInteger)
    left = func.coalesce(line.bundles - there > 0, line.mass_g > weight)
    head = (advices.c.number, advices.c.warehouse_id, advices.c.owner_id, Organisation.name)
    query = (
        select(line, Product, *head, there, weight)
        .join(advices, advices.c.id == line.advice_id)
        .join(Organisation, Organisation.id == advices.c.owner_id)
        .outerjoin(Product, Product.id == line.product_id)
        .outerjoin(came, came.c.advice_line_id == line.id)
        .where(left, line.id > (wanted.get("after") or 0))
    )
    narrowed = {
        "warehouse_id": advices.c.warehouse_id, "owner_org_id": advices.c.owner_id, "product_id": line.product_id,
    }  # fmt: skip
    for name, column in narrowed.items():
        if wanted.get(name) is not None:
            query = query.where(column == wanted[name])
    rows = session.execute(query.order_by(line.id).limit(wanted["limit"] + 1)).all()
    found = [_record(*row) for row in rows[: wanted["limit"]]]
    return found, (found[-1]["line_id"] if len(rows) > wanted["limit"] else None)


def _record(
    line: StockAdviceLine, product: Product | None, number: str, warehouse_id: int | None, owner_id: int, owner: str,
    came: int, weight: int,
) -> Record:  # fmt: skip
    """A line with what is left of it: its mass in proportion to the bundles, or less what has come."""
    left = None if line.bundles is None else line.bundles - came
    mass = line.mass_g
    if mass is not None:
        mass = mass * left // line.bundles if left is not None and line.bundles else mass - weight
    return {
        "line_id": line.id, "advice_id": line.advice_id, "advice_number": number, "warehouse_id": warehouse_id,
        "owner_org_id": owner_id, "owner_name": owner, "product_id": line.product_id,
        "goods": f"{product.size_text} {product.grade} {product.standard_text}" if product else line.goods,
        "heat_number": line.heat_number, "bundles": left,
        "pieces": None if left is None or line.pieces is None else left * line.pieces, "mass_g": mass,
    }  # fmt: skip
