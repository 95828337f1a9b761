"""Filling in the labels of bundles from the books, and printing what was filled in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import labels, queries, visibility, zpl
from inventory.label_models import BundleSscc, Gs1Prefix, LabelPrint, LabelPrintLine
from inventory.labels import Label
from inventory.models import Bundle
from inventory.queries import Record
from inventory.states import LabelLayout, LabelSymbol
from steelyard.accounts.models import User
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.units import format_length, format_mass


def label_of(found: Mapping[str, Any], sscc: str | None, copy: int) -> Label:
    """The label of a bundle as the books stand."""
    return Label(
        warehouse_code=found["warehouse_code"],
        tag=found["tag"],
        heat=labels.heats(found["heat_number"], mixed=found["mixed_heats"]),
        grade=found["grade"],
        standard=found["standard"],
        size=found["size"],
        pieces=found["pieces"],
        length=format_length(found["length_mm"]),
        mass=format_mass(found["mass_g"]),
        certificate=found["certificate_number"] or "—",
        owner=found["owner_name"],
        sscc=sscc,
        mass_g=found["mass_g"],
        copy=copy,
    )


def label(session: Session, actor: Actor, bundle_id: int) -> bytes:
    """The label of a bundle to look at, as PDF; raises ``NotFound`` and ``LabelFontMissing``."""
    found = queries.bundle(session, actor, bundle_id)
    return labels.render([label_of(found, numbers(session, [bundle_id]).get(bundle_id), 0)])


def numbers(session: Session, bundle_ids: Collection[int]) -> dict[int, str]:
    """The SSCCs that these bundles have."""
    query = select(BundleSscc.bundle_id, BundleSscc.sscc).where(BundleSscc.bundle_id.in_(bundle_ids))
    return dict(session.execute(query).all())


def prefixes(actor: Actor) -> Any:
    """The company prefixes of the actor's organisation."""
    return select(Gs1Prefix).where(Gs1Prefix.org_id == actor.org_id)


def prints(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> queries.Page:
    """A page of what was printed in the yards that the actor sees, newest first, with the tags."""
    query = (
        select(LabelPrint, User.name)
        .join(User, User.id == LabelPrint.printed_by)
        .where(visibility.documents(actor, LabelPrint.warehouse_id))
        .order_by(LabelPrint.id.desc())
    )
    if wanted.get("after") is not None:
        query = query.where(LabelPrint.id < wanted["after"])
    rows = session.execute(query.limit(wanted["limit"] + 1)).all()
    shown = rows[: wanted["limit"]]
    lines = _lines(session, [printed.id for printed, _ in shown])
    found = [_printed(printed, name, lines.get(printed.id, [])) for printed, name in shown]
    return found, (found[-1]["id"] if len(rows) > len(shown) else None)


def one_print(session: Session, actor: Actor, print_id: int) -> Record:
    """One of them; raises ``NotFound``."""
    found, _ = prints(session, actor, {"after": print_id + 1, "limit": 1})
    if not found or found[0]["id"] != print_id:
        raise NotFound
    return found[0]


def _printed(printed: LabelPrint, name: str, lines: Sequence[Record]) -> Record:
    own = {key: getattr(printed, key) for key in ("id", "warehouse_id", "layout", "symbol", "reason", "printed_at")}
    return {**own, "printed_by": printed.printed_by, "printer_name": name, "lines": lines}


def _lines(session: Session, print_ids: Collection[int]) -> dict[int, list[Record]]:
    query = (
        select(LabelPrintLine, Bundle.tag)
        .join(Bundle, Bundle.id == LabelPrintLine.bundle_id)
        .where(LabelPrintLine.print_id.in_(print_ids))
        .order_by(LabelPrintLine.print_id, LabelPrintLine.position)
    )
    found: dict[int, list[Record]] = {}
    for line, tag in session.execute(query):
        label = _read(line.label)
        told = {"bundle_id": line.bundle_id, "tag": tag, "copy": line.copy, "sscc": label.sscc}
        found.setdefault(line.print_id, []).append({**told, "content": label.content, "label": label})
    return found


def _read(document: Mapping[str, Any]) -> Label:
    return Label(**{field.name: document[field.name] for field in fields(Label)})


def pdf(session: Session, actor: Actor, print_id: int) -> bytes:
    """What was printed, as PDF; raises ``NotFound`` and ``LabelFontMissing``."""
    printed = one_print(session, actor, print_id)
    make = labels.render_sheets if printed["layout"] == LabelLayout.SHEET else labels.render
    return make([line["label"] for line in printed["lines"]], LabelSymbol(printed["symbol"]))


def for_printers(session: Session, actor: Actor, print_id: int) -> bytes:
    """What was printed, for label printers; raises ``NotFound`` and ``LabelFontMissing``."""
    printed = one_print(session, actor, print_id)
    return zpl.render([line["label"] for line in printed["lines"]], LabelSymbol(printed["symbol"]))
