"""Reading the reasons of yards: lists of them, and the names of those that documents keep by their code."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import get_locale
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from inventory.masters.models import Reason
from inventory.models import Warehouse
from inventory.reasons import ON_DEVICE, ReasonUse
from steelyard.core.actors import Actor, OrgKind

MOST_OFFERED = 500
"""Most reasons of one use that a form or a device offers."""


def called(chinese: str, english: str) -> str:
    """The name in the reader's language."""
    return english if str(get_locale()).startswith("en") else chinese


def of_yard(warehouse_id: int, wanted: Mapping[str, Any]) -> Select[Reason]:
    """The reasons of a yard, narrowed by ``use`` and ``is_retired``."""
    query = select(Reason).where(Reason.warehouse_id == warehouse_id)
    for name in ("use", "is_retired"):
        if wanted.get(name) is not None:
            query = query.where(getattr(Reason, name) == wanted[name])
    return query


def offered(session: Session, actor: Actor, use: str, warehouse_id: int | None = None) -> dict[str, str]:
    """Code and name of the reasons that the actor's yards use, or one of them; a code stands once."""
    if actor.org_kind is not OrgKind.WAREHOUSE:
        return {}
    own = select(Reason).join(Warehouse, Warehouse.id == Reason.warehouse_id).where(Warehouse.org_id == actor.org_id)
    query = own.where(Reason.use == ReasonUse(use), Reason.is_retired.is_(False))
    if warehouse_id is not None:
        query = query.where(Reason.warehouse_id == warehouse_id)
    found = session.scalars(query.order_by(Reason.id).limit(MOST_OFFERED))
    return {one.code: called(one.name_zh, one.name_en) for one in found}


def on_devices(session: Session, warehouse_ids: Iterable[int]) -> dict[int, list[dict[str, str]]]:
    """What devices take along, by yard."""
    used = select(Reason).where(Reason.use.in_(ON_DEVICE), Reason.is_retired.is_(False))
    found: dict[int, list[dict[str, str]]] = {}
    for one in session.scalars(used.where(Reason.warehouse_id.in_(set(warehouse_ids))).order_by(Reason.id)):
        told = {"use": one.use, "code": one.code, "name": called(one.name_zh, one.name_en)}
        found.setdefault(one.warehouse_id, []).append(told)
    return {id_: told[:MOST_OFFERED] for id_, told in found.items()}


def named(
    use: ReasonUse, yard: Any, code: ColumnElement[Any] | Any, prefix: str
) -> tuple[tuple[ColumnElement[Any], ColumnElement[Any]], Callable[[Select[Any]], Select[Any]]]:
    """Columns ``<prefix>_zh`` and ``<prefix>_en`` with the names of a document's reason, and what joins them."""
    names = tuple(func.coalesce(name, code).label(f"{prefix}_{language}") for name, language in _LANGUAGES)
    fits = and_(Reason.warehouse_id == yard, Reason.use == use, Reason.code == code)
    return (names[0], names[1]), lambda query: query.outerjoin(Reason, fits)


_LANGUAGES = ((Reason.name_zh, "zh"), (Reason.name_en, "en"))
