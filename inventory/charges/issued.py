"""Reading statements as they were issued: what was asked for then, whatever tariff was set since."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, defer

from inventory import visibility
from inventory.charges.arithmetic import ChargeKind, Line
from inventory.charges.models import StorageStatement
from inventory.charges.reading import Month
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound


class Detail(NamedTuple):
    """What a bundle brought to the lines, as it was known by people then."""

    tag: str
    size: str
    grade: str
    heat_number: str
    arrived: date | None
    first: date
    last: date
    days: int
    gram_days: int
    in_g: int
    out_g: int
    tariff_id: int | None


class Issued(NamedTuple):
    """A statement as it was issued; ``later`` is the one that corrects it, ``corrected`` the one that it corrects."""

    document: StorageStatement
    month: Month
    lines: list[Line]
    corrected: StorageStatement | None
    later: StorageStatement | None

    @property
    def owner_name(self) -> str:
        """The owner by the name that he bore then."""
        return self.document.owner_name

    @property
    def total_fen(self) -> int:
        """The sum of the lines."""
        return self.document.total_fen

    @property
    def difference_fen(self) -> int | None:
        """What is asked for more (or less) than by the statement that this one corrects."""
        return None if self.corrected is None else self.total_fen - self.corrected.total_fen

    @property
    def details(self) -> list[Detail]:
        """What each bundle brought to the lines."""
        return [_detail(row) for row in self.document.details]


def listed(actor: Actor, wanted: Mapping[str, Any]) -> Select[StorageStatement]:
    """The statements that the actor may read, narrowed by ``warehouse_id``, ``owner_org_id`` and ``month``."""
    query = select(StorageStatement).where(
        visibility.documents(actor, StorageStatement.warehouse_id, StorageStatement.owner_id)
    )
    if wanted.get("warehouse_id") is not None:
        query = query.where(StorageStatement.warehouse_id == wanted["warehouse_id"])
    if wanted.get("owner_org_id") is not None:
        query = query.where(StorageStatement.owner_id == wanted["owner_org_id"])
    if wanted.get("month") is not None:
        query = query.where(StorageStatement.month == date.fromisoformat(f"{wanted['month']}-01"))
    return query.options(defer(StorageStatement.lines), defer(StorageStatement.details))


def of_id(session: Session, actor: Actor, statement_id: int) -> StorageStatement:
    """One of them with all that it says; raises ``NotFound``."""
    query = select(StorageStatement).where(
        visibility.documents(actor, StorageStatement.warehouse_id, StorageStatement.owner_id)
    )
    found = session.scalars(query.where(StorageStatement.id == statement_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def read(session: Session, actor: Actor, statement_id: int) -> Issued:
    """A statement with the one that it corrects and the one that corrects it; raises ``NotFound``."""
    found = of_id(session, actor, statement_id)
    others = select(StorageStatement).options(defer(StorageStatement.lines), defer(StorageStatement.details))
    corrected = session.scalars(others.where(StorageStatement.id == found.corrects_id)).one_or_none()
    later = session.scalars(others.where(StorageStatement.corrects_id == found.id)).one_or_none()
    return Issued(found, Month(found.month, found.last_day), [_line(row) for row in found.lines], corrected, later)


def standing(session: Session, warehouse_id: int, month: Month) -> dict[int, StorageStatement]:
    """The statement of a month that counts for each owner: the one that none corrects."""
    later = aliased(StorageStatement)
    query = (
        select(StorageStatement)
        .outerjoin(later, later.corrects_id == StorageStatement.id)
        .where(StorageStatement.warehouse_id == warehouse_id, StorageStatement.month == month.first, later.id.is_(None))
        .options(defer(StorageStatement.lines), defer(StorageStatement.details))
    )
    return {one.owner_id: one for one in session.scalars(query)}


def _line(row: Mapping[str, Any]) -> Line:
    return Line(
        ChargeKind(row["kind"]), date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["quantity"],
        row["rate_fen"], row["amount_fen"], row["tariff_id"],
    )  # fmt: skip


def _detail(row: list[Any]) -> Detail:
    tag, size, grade, heat, arrived, first, last, *rest = row
    came = date.fromisoformat(arrived) if arrived else None
    return Detail(tag, size, grade, heat, came, date.fromisoformat(first), date.fromisoformat(last), *rest)
