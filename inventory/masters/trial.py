"""What would become of each row of a sheet, given what is there already: a fixed number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from inventory.masters.models import Reason
from inventory.masters.rows import Judged
from inventory.masters.sheets import MasterKind
from inventory.models import Place, Product
from steelyard.accounts.models import Organisation
from steelyard.core.i18n import N_
from steelyard.core.rowset import rowset

EXISTS_OTHERWISE = N_("“%(name)s” exists already with other details; change it there.")
PARENT_UNKNOWN = N_("The place %(parent)s above it is neither in the yard nor in a good row of the sheet.")
_NAMES = ("name_zh", "name_en", "is_retired")
_DETAILS = ("name", "capacity_g", "capacity_mm", "is_blocked", "walking_order")


def judge(session: Session, kind: MasterKind, warehouse_id: int | None, read: Sequence[Judged]) -> list[Judged]:
    """The rows as they were read, those that are there already marked, those that cannot be taken refused."""
    if kind is MasterKind.PLACES:
        assert warehouse_id is not None
        return _places(session, warehouse_id, read)
    if kind is MasterKind.REASONS:
        found = _reasons(session, warehouse_id, read)
    else:
        found = _products(session, read) if kind is MasterKind.PRODUCTS else _owners(session, read)
    return [_met(one, found) for one in read]


def _met(one: Judged, found: Mapping[str, Mapping[str, Any]]) -> Judged:
    """A row beside what is there under the same key."""
    if one.values is None or one.values["key"] not in found:
        return one
    there = found[one.values["key"]]
    if all(one.values[name] == value for name, value in there.items()):
        return replace(one, is_known=True)
    return replace(one, values=None, reason=EXISTS_OTHERWISE, params={"name": one.name})


def keys(session: Session, texts: Iterable[str]) -> Any:
    """Texts as a table with one column, ``key``."""
    return rowset(session, "wanted", {"key": String()}, [{"key": text} for text in sorted(set(texts))])


def _keys_of(read: Iterable[Judged]) -> list[str]:
    return [one.values["key"] for one in read if one.values is not None]


def _products(session: Session, read: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    wanted = keys(session, _keys_of(read))
    return {key: {} for key in session.scalars(select(Product.key).join(wanted, wanted.c.key == Product.key))}


def _owners(session: Session, read: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    wanted = keys(session, _keys_of(read))
    query = select(Organisation.name, Organisation.kind).join(wanted, wanted.c.key == Organisation.name)
    return {name: {"kind": kind} for name, kind in session.execute(query)}


def _reasons(session: Session, warehouse_id: int | None, read: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    wanted = keys(session, _keys_of(read))
    key = Reason.use + "/" + Reason.code
    names: tuple[Any, ...] = (Reason.name_zh, Reason.name_en, Reason.is_retired)
    query = select(key, *names).join(wanted, wanted.c.key == key).where(Reason.warehouse_id == warehouse_id)
    return {found: dict(zip(_NAMES, told, strict=True)) for found, *told in session.execute(query)}


def places_of(session: Session, warehouse_id: int, codes: Iterable[str]) -> dict[str, Place]:
    """The real places of a yard that bear ``codes``."""
    wanted = keys(session, codes)
    query = select(Place).join(wanted, wanted.c.key == Place.code)
    return {place.code: place for place in session.scalars(query.where(Place.warehouse_id == warehouse_id))}


def _places(session: Session, warehouse_id: int, read: Sequence[Judged]) -> list[Judged]:
    parents = [one.values["parent"] for one in read if one.values is not None and one.values["parent"] is not None]
    there = places_of(session, warehouse_id, [*_keys_of(read), *parents])
    codes = {place.id: code for code, place in there.items()}
    found = {
        code: {**{name: getattr(place, name) for name in _DETAILS}, "parent": codes.get(place.parent_id or 0)}
        for code, place in there.items()
    }
    judged = [_met(one, found) for one in read]
    rooted = _rooted(judged, set(there))
    return [
        replace(one, values=None, reason=PARENT_UNKNOWN, params={"parent": one.values["parent"]})
        if one.values is not None and not one.is_known and one.values["key"] not in rooted
        else one
        for one in judged
    ]


def _rooted(judged: Sequence[Judged], there: set[str]) -> set[str]:
    """The codes of rows from which the way up ends in the yard; a ring of places hangs in the air."""
    below: dict[str | None, list[str]] = {}
    for one in judged:
        if one.values is not None and not one.is_known:
            below.setdefault(one.values["parent"], []).append(one.values["key"])
    open_ = [None, *there]
    found: set[str] = set()
    while open_:
        for code in below.pop(open_.pop(), ()):
            found.add(code)
            open_.append(code)
    return found
