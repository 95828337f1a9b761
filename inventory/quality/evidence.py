"""Filling in a claim's paper from the books."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from inventory import labels
from inventory.models import Bundle, Product
from inventory.quality import reading
from inventory.quality.claim_paper import ClaimPaper, Goods
from inventory.quality.reading import Record
from inventory.quality.words import DECISIONS, DISPOSITIONS, SEVERITIES
from steelyard.core.actors import Actor
from steelyard.core.clock import SHANGHAI
from steelyard.core.files import FileStore
from steelyard.core.units import format_mass, format_money

MOST_GOODS = 200
"""Most bundles that a claim lists; it says how many more there are, up to ten times as many."""


def claim_paper(session: Session, actor: Actor, store: FileStore, claim_id: int) -> ClaimPaper:
    """The paper of a claim of one's yard; raises ``NotFound``."""
    claim = reading.claim(session, actor, claim_id)
    report = reading.defect(session, actor, claim.defect_id)
    goods = [_goods(*row) for row in reading.bundles_about(session, report, 10 * MOST_GOODS)]
    with force_locale("zh"):
        decisions = list(_decisions(report))
        kind, severity = f"{report['kind_zh']} {report['kind_en']}", _both(SEVERITIES[report["severity"]])
    return ClaimPaper(
        number=claim.number, day=_when(claim.sent_at)[:10], mill=report["mill_name"],
        claimant=reading.yard_name(session, report["warehouse_id"]),
        heat=labels.heats(report["heat_number"], mixed=report["mixed_heats"]), report=report["number"], kind=kind,
        severity=severity,
        found=" ".join(part for part in (_when(report["event_at"]), report["place"]) if part),
        pieces=str(report["pieces"]) if report["pieces"] is not None else "整炉 whole heat",
        remark=report["remark"] or "", demand=claim.demand, amount=format_money(claim.amount_fen),
        goods=goods[:MOST_GOODS], more_goods=max(0, len(goods) - MOST_GOODS),
        holds=[_hold(hold) for hold in report["holds"]], decisions=decisions,
        photos=[(photo.digest, store.get(photo.digest)) for photo in report["photos"]],
    )  # fmt: skip


def _goods(bundle: Bundle, product: Product) -> Goods:
    name = f"{product.size_text} {product.grade} {product.standard_text}"
    mass = bundle.weighed_mass_g or bundle.certificate_mass_g or bundle.theoretical_mass_g
    return Goods(bundle.tag, name, bundle.certificate_number or "—", format_mass(mass))


def _hold(hold: Record) -> str:
    """A hold in one line."""
    until = f" – {_when(hold['lifted_at'])}" if hold["lifted_at"] else ""
    return f"冻结 Hold  {hold['number']}    {_when(hold['placed_at'])}{until}"


def _decisions(report: Record) -> Iterator[str]:
    for one in report["dispositions"]:
        told = f"{_both(DISPOSITIONS[one['kind']])}    {_both(DECISIONS[one['status']])}"
        if one["reverses_number"]:
            told = f"撤销 undoes {one['reverses_number']}    {told}"
        yield f"处置 Disposition  {one['number']}    {told}    {format_money(one['cost_fen'])}"


def _both(message: str) -> str:
    """A word in Chinese and in English."""
    return f"{gettext(message)} {message}"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
