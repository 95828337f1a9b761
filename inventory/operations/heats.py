"""Mixed heats (混炉): a bundle of several heats has a heat of its own that names them all."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import making
from inventory.genealogy_models import HeatPart
from inventory.models import Heat


def of_all(session: Session, heat_ids: Collection[int]) -> int:
    """The heat of a bundle made of bundles of these heats: the only one, or the mixture of all their parts."""
    if len(heat_ids) == 1:
        return next(iter(heat_ids))
    parts = pure(session, heat_ids)
    if len(parts) == 1:
        return parts[0].id
    number, mill = making.mixed_name((heat.heat_number, heat.mill_name) for heat in parts)
    _insert(session, Heat, [{"heat_number": number, "mill_name": mill}])
    mixture = session.scalars(select(Heat.id).where(Heat.heat_number == number, Heat.mill_name == mill)).one()
    _insert(session, HeatPart, [{"heat_id": mixture, "part_id": heat.id} for heat in parts])
    return mixture


def pure(session: Session, heat_ids: Collection[int]) -> list[Heat]:
    """The melts of which heats consist, in the order of their ids; a heat that is no mixture is its own part."""
    parts = set(session.scalars(select(HeatPart.part_id).where(HeatPart.heat_id.in_(heat_ids))))
    mixtures = set(session.scalars(select(HeatPart.heat_id).where(HeatPart.heat_id.in_(heat_ids))))
    wanted = parts | (set(heat_ids) - mixtures)
    return list(session.scalars(select(Heat).where(Heat.id.in_(wanted)).order_by(Heat.id)))


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows that may be there already: two yards may mix the same heats at the same time."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(cast(Table, table.__table__)).values(rows).on_conflict_do_nothing())
